package function

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
)

type listClustersInput struct {
	Since       string `query:"since" maxLength:"200" doc:"The tag of a tree: the answer then has only the clusters that changed since, if that is known"`
	IfNoneMatch string `header:"If-None-Match"`
}

type listClustersOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         clusterTree
}

type clusterTree struct {
	Clusters []clusterBranch `json:"clusters"`
	Revision int64           `json:"revision" doc:"Of the fleet; 0 for callers who do not see every cluster"`
	Tag      string          `json:"tag" doc:"Identifies this tree"`
	Partial  bool            `json:"partial" doc:"Whether the clusters are only those that changed"`
	Removed  []string        `json:"removed,omitempty" doc:"Ids of clusters that are gone, when the tree is partial"`
}

// clusterBranch is a cluster as the sidebar shows it.
type clusterBranch struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Provider  string          `json:"provider,omitempty"`
	Pipeline  string          `json:"pipeline,omitempty" doc:"Status of the cluster's latest pipeline"`
	Problems  int             `json:"problems" doc:"Problems in the cluster's own files"`
	SyncError string          `json:"syncError,omitempty" doc:"Why the project could not be read last"`
	Troubles  []string        `json:"troubles,omitempty" doc:"Problems that the project checks found and that need action"`
	Online    fleet.Online    `json:"online,omitzero"`
	Stale     fleetview.Stale `json:"stale,omitzero" doc:"What is known of it for too long; absent when nothing is"`
	Instances []instanceLeaf  `json:"instances"`
}

// instanceLeaf is an instance as the sidebar shows it.
type instanceLeaf struct {
	Name      string          `json:"name"`
	Lifecycle fleet.Lifecycle `json:"lifecycle" enum:"pending,active,archived,deleted"`
	Health    fleet.Health    `json:"health" enum:"healthy,progressing,degraded,failed,unknown"`
	Pipeline  string          `json:"pipeline,omitempty" doc:"Status of the latest pipeline"`
	Problems  bool            `json:"problems"`
}

func (f *clusters) listClusters(ctx context.Context, in *listClustersInput) (*listClustersOutput, error) {
	snapshot, stale, etag, err := f.present(ctx, in.IfNoneMatch)
	if err != nil {
		return nil, err
	}
	tree := clusterTree{Clusters: []clusterBranch{}, Revision: shownRevision(ctx, snapshot.Revision)}
	if !seesAll(ctx) {
		who := faas.PrincipalFrom(ctx)
		for _, chunk := range snapshot.Chunks {
			if who.Sees(chunk.Cluster.ID) {
				tree.Clusters = append(tree.Clusters, branch(chunk, stale.ByID[chunk.Cluster.ID]))
			}
		}
		if tree.Tag, err = sum(tree); err != nil {
			return nil, err
		}
		if in.Since == tree.Tag {
			tree.Clusters, tree.Partial = []clusterBranch{}, true
		}
		etag = faas.ETag(tree.Tag)
		return &listClustersOutput{ETag: etag, CacheControl: revalidate, Body: tree}, faas.NotModified(in.IfNoneMatch, etag)
	}
	tree.Tag = revisionName(ctx, snapshot.Revision, stale)
	tree.fill(snapshot, stale, in.Since)
	return &listClustersOutput{ETag: etag, CacheControl: revalidate, Body: tree}, nil
}

// fill adds every cluster, or those that changed since a tree that the caller has.
func (t *clusterTree) fill(snapshot *fleetview.Snapshot, stale *fleetview.StaleClusters, since string) {
	ids, ok := changedSince(snapshot, since, t.Tag)
	if !ok {
		for _, chunk := range snapshot.Chunks {
			t.Clusters = append(t.Clusters, branch(chunk, stale.ByID[chunk.Cluster.ID]))
		}
		return
	}
	t.Partial = true
	for _, id := range ids {
		if chunk := snapshot.Chunk(id); chunk != nil {
			t.Clusters = append(t.Clusters, branch(chunk, stale.ByID[id]))
		} else {
			t.Removed = append(t.Removed, id)
		}
	}
}

// changedSince gives the clusters that changed since the tree of a tag, if what the person
// may see and what is stale is the same as now.
func changedSince(snapshot *fleetview.Snapshot, since, tag string) ([]string, bool) {
	former, context, _ := strings.Cut(since, "-")
	_, now, _ := strings.Cut(tag, "-")
	revision, err := strconv.ParseInt(former, 36, 64)
	if err != nil || context != now {
		return nil, false
	}
	return snapshot.Since(revision)
}

func branch(chunk *fleet.Chunk, stale fleetview.Stale) clusterBranch {
	c := chunk.Cluster
	b := clusterBranch{
		ID: c.ID, Name: c.Name, Provider: c.Provider, Pipeline: status(c.Pipeline), Problems: len(c.Problems), SyncError: c.Sync.Error,
		Online: c.Online, Stale: stale,
		Instances: make([]instanceLeaf, len(chunk.Rows)),
	}
	for _, t := range c.Troubles {
		b.Troubles = append(b.Troubles, t.Detail)
	}
	for i, row := range chunk.Rows {
		in := row.Instance
		b.Instances[i] = instanceLeaf{
			Name: in.Name, Lifecycle: in.Lifecycle, Health: in.Health.State, Pipeline: status(in.Pipeline), Problems: len(in.Problems) > 0,
		}
	}
	return b
}

func status(p *fleet.PipelineSummary) string {
	if p == nil {
		return ""
	}
	return string(p.Status)
}

type getClusterInput struct {
	Cluster     string `path:"cluster" maxLength:"60"`
	IfNoneMatch string `header:"If-None-Match"`
}

type getClusterOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         clusterPage
}

// clusterPage is everything that a cluster's page shows about the cluster itself.
type clusterPage struct {
	Cluster    fleet.Cluster    `json:"cluster"`
	Files      *fleet.Files     `json:"files,omitempty" doc:"The cluster's own files; absent before the first sync"`
	Instances  []fleet.Instance `json:"instances"`
	ObservedAt time.Time        `json:"observedAt,omitzero" doc:"When the cluster last reported the health of its instances"`
}

func (f *clusters) getCluster(ctx context.Context, in *getClusterInput) (*getClusterOutput, error) {
	contact, err := f.ages.LastContact(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	snap, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	etag := ""
	if snap.Chunk(in.Cluster) != nil { // else its project may be there or not
		if etag, err = earlyTag(ctx, in.IfNoneMatch, snap.Revision, nil, contact.Sync.TriedAt, contact.ObservedAt); err != nil {
			return nil, err
		}
	}
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	page := clusterPage{Cluster: fleet.Unread(project), Instances: []fleet.Instance{}}
	if chunk := snap.Chunk(in.Cluster); chunk != nil {
		page.Cluster = chunk.Cluster
		for _, row := range chunk.Rows {
			page.Instances = append(page.Instances, row.Instance)
		}
	}
	page.Cluster.Sync, page.ObservedAt = contact.Sync, contact.ObservedAt
	files, err := f.Fleet.ClusterFiles(ctx, in.Cluster)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		page.Files = &files
	}
	etag, err = lateTag(etag, in.IfNoneMatch, page)
	return &getClusterOutput{ETag: etag, CacheControl: revalidate, Body: page}, err
}
