package kube

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

// Options choose what a Reader reads.
type Options struct {
	// Selector separates instances from other namespaces: the labels are the
	// namespace's own, or those of a Deployment or pod in it.
	Selector string
	// CacheFor is how old an answer may be.
	CacheFor time.Duration
	Now      func() time.Time
}

// Reader reads one cluster. It is safe for concurrent use.
type Reader struct {
	client   *Client
	selector labels.Selector
	now      func() time.Time
	clusters *cache[*Snapshot]
	views    *cache[*View]
}

// NewReader makes a Reader. A selector that selects everything, or is none, is
// fault.Internal.
func NewReader(client *Client, opts Options) (*Reader, error) {
	selector, err := labels.Parse(opts.Selector)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "%q is not a label selector", opts.Selector)
	}
	if selector.Empty() {
		return nil, fault.New(fault.Internal, "the label selector of instances is empty, so every namespace would be one")
	}
	return &Reader{
		client: client, selector: selector, now: opts.Now,
		clusters: newCache[*Snapshot](opts.CacheFor, opts.Now), views: newCache[*View](opts.CacheFor, opts.Now),
	}, nil
}

// Cluster gives what the whole cluster runs.
func (r *Reader) Cluster(ctx context.Context) (*Snapshot, error) {
	return r.clusters.get(ctx, "", r.readCluster)
}

// View gives what one instance runs; fault.NotFound when there is no such
// instance, also if there is a namespace of that name that is none.
func (r *Reader) View(ctx context.Context, instance string) (*View, error) {
	return r.views.get(ctx, instance, func(ctx context.Context) (*View, error) { return r.readView(ctx, instance) })
}

// Snapshot is a cluster at one time.
type Snapshot struct {
	Instances clusterfn.InstanceList
	Nodes     clusterfn.NodeList
	Events    clusterfn.EventList
}

// View is an instance at one time.
type View struct {
	Pods        clusterfn.PodList
	Replication clusterfn.Replication
	Events      clusterfn.EventList
}

func noInstance() error { return fault.New(fault.NotFound, "The cluster runs no such instance.") }
