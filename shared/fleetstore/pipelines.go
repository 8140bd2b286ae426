package fleetstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/order"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Pipeline reads one pipeline; fault.NotFound when Ocim does not know it.
func (s *Store) Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error) {
	item, err := s.kv.Get(ctx, pipelineKey(cluster, id))
	if err != nil {
		return fleet.Pipeline{}, kvjson.NotFound(err, "no pipeline %d in cluster %q", id, cluster)
	}
	p := decodeCopy[fleet.Pipeline](ctx, s, item)
	if p.ID == 0 {
		return p, fault.New(fault.NotFound, "no pipeline %d in cluster %q", id, cluster)
	}
	return p, nil
}

// Pipelines reads a page of a cluster's pipelines, newest first.
func (s *Store) Pipelines(ctx context.Context, cluster, after string, limit int) ([]fleet.Pipeline, string, error) {
	return query[fleet.Pipeline](ctx, s, kv.Query{
		Partition: partPipeline + cluster, After: after, Limit: limit, Reverse: true,
	})
}

// InstancePipelines reads a page of the pipelines about one instance, newest
// first.
func (s *Store) InstancePipelines(ctx context.Context, cluster, instance, after string, limit int) ([]fleet.Pipeline, string, error) {
	page, err := s.kv.Query(ctx, kv.Query{
		Partition: deployedPartition(cluster, instance), After: after, Limit: min(limit, kv.MaxBatch), Reverse: true,
	})
	if err != nil {
		return nil, "", fmt.Errorf("listing pipelines of instance %s: %w", instance, err)
	}
	keys := make([]kv.Key, len(page.Items))
	for i, item := range page.Items {
		keys[i] = kv.Key{Partition: partPipeline + cluster, Sort: item.Sort}
	}
	if len(keys) == 0 {
		return []fleet.Pipeline{}, "", nil
	}
	items, err := s.kv.BatchGet(ctx, keys)
	if err != nil {
		return nil, "", fmt.Errorf("reading pipelines of instance %s: %w", instance, err)
	}
	out := make([]fleet.Pipeline, len(items))
	for i, item := range items {
		out[i] = decodeCopy[fleet.Pipeline](ctx, s, item)
	}
	// One that turned out not to be about the instance stays in the index.
	out = slices.DeleteFunc(out, func(p fleet.Pipeline) bool {
		return !slices.ContainsFunc(p.Deployments, func(d fleet.Deployment) bool { return d.Instance == instance })
	})
	order.Sort(out, func(a, b fleet.Pipeline) int { return int(b.ID - a.ID) })
	return out, page.Next, nil
}

// RecordPipeline keeps a report of a pipeline when it is news, and fills in
// what an earlier report knew and this one does not. It returns what is now
// known and how the report compared; after Tied nothing is changed. The
// report may be repeated and may come in any order.
func (s *Store) RecordPipeline(ctx context.Context, report fleet.Pipeline, by fleet.Authority) (fleet.Pipeline, fleet.Freshness, error) {
	known, tied, err := s.RecordReports(ctx, []fleet.Pipeline{report}, by)
	switch {
	case err != nil:
		return fleet.Pipeline{}, fleet.Older, err
	case tied:
		return known.Pipeline, fleet.Tied, nil
	case known.News:
		return known.Pipeline, fleet.Newer, nil
	}
	return known.Pipeline, fleet.Older, nil
}

// Recorded is what is known of a pipeline after some reports of it.
type Recorded struct {
	fleet.Pipeline
	News bool // the last report was news
}

// RecordReports is RecordPipeline for several reports of one pipeline, with one
// write. It reports whether any of them tied with what was known then: only GitLab
// knows which of the two statuses is later.
func (s *Store) RecordReports(ctx context.Context, reports []fleet.Pipeline, by fleet.Authority) (known Recorded, tied bool, err error) {
	first := reports[0]
	var about []fleet.Deployment
	indexed := map[string]bool{}
	err = kv.Update(ctx, s.kv, pipelineKey(first.Cluster, first.ID), nil, func(item *kv.Item) (bool, error) {
		before := decodeCopy[fleet.Pipeline](ctx, s, *item)
		known, tied, about = Recorded{Pipeline: before}, false, slices.Clone(before.Deployments)
		// What is recorded is indexed already.
		for _, d := range before.Deployments {
			indexed[d.Instance] = true
		}
		for i, report := range reports {
			about = append(about, report.Deployments...)
			if i == 0 && before.ID == 0 {
				known = Recorded{Pipeline: report, News: true}
				continue
			}
			var fresh fleet.Freshness
			known.Pipeline, fresh = known.Absorb(report, by)
			tied = tied || fresh == fleet.Tied
			known.News = fresh == fleet.Newer
		}
		former := item.Value
		if err := s.setPacked(item, known.Pipeline); err != nil || bytes.Equal(former, item.Value) {
			return false, err
		}
		// The index comes before the record: a process that dies in between would
		// otherwise leave a pipeline that is known and never found by its instances.
		return true, s.index(ctx, known.Pipeline, indexed)
	})
	if err != nil {
		return Recorded{}, false, fmt.Errorf("recording pipeline %d of cluster %s: %w", first.ID, first.Cluster, err)
	}
	order.Sort(about, func(a, b fleet.Deployment) int { return cmp.Compare(a.Instance, b.Instance) })
	about = slices.CompactFunc(about, func(a, b fleet.Deployment) bool { return a.Instance == b.Instance })
	return known, tied, s.recorded(ctx, first.Cluster, about)
}

// ChildrenOf lists the pipelines that a pipeline started, as far as they are
// about the same instances or among the cluster's newest.
func (s *Store) ChildrenOf(ctx context.Context, p fleet.Pipeline) ([]fleet.Pipeline, error) {
	var near []fleet.Pipeline
	var err error
	if len(p.Deployments) > 0 {
		near, _, err = s.InstancePipelines(ctx, p.Cluster, p.Deployments[0].Instance, "", kv.MaxBatch)
	} else {
		near, _, err = s.Pipelines(ctx, p.Cluster, "", kv.MaxBatch)
	}
	if err != nil {
		return nil, fmt.Errorf("listing the children of pipeline %d: %w", p.ID, err)
	}
	children := []fleet.Pipeline{}
	for _, c := range near {
		if c.ID != p.ID && c.IsChild() && (c.Parent == p.ID || c.Parent == 0 && c.SHA == p.SHA) {
			children = append(children, c)
		}
	}
	return children, nil
}

// maxParents bounds how far a pipeline's origin is followed.
const maxParents = 3

// InstancesOf lists the instances that a pipeline is about. A child is about what its
// parent is about; GitLab names it in neither its commit nor its variables.
func (s *Store) InstancesOf(ctx context.Context, p fleet.Pipeline) ([]string, error) {
	family := []fleet.Pipeline{p}
	for range maxParents {
		if !p.IsChild() || p.Parent == 0 {
			break
		}
		parent, err := s.Pipeline(ctx, p.Cluster, p.Parent)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		family, p = append(family, parent), parent
	}
	if p.IsChild() { // its parent is not known: they share their commit
		near, _, err := s.Pipelines(ctx, p.Cluster, "", kv.MaxBatch)
		if err != nil {
			return nil, fmt.Errorf("finding the parent of pipeline %d: %w", p.ID, err)
		}
		family = append(family, slices.DeleteFunc(near, func(other fleet.Pipeline) bool { return other.SHA != p.SHA })...)
	}
	var names []string
	for _, member := range family {
		for _, d := range member.Deployments {
			names = append(names, d.Instance)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// index makes a pipeline findable by the instances it is about. Entries hold
// nothing that changes, so writing them again is harmless; indexed says of which
// instances there is one.
func (s *Store) index(ctx context.Context, p fleet.Pipeline, indexed map[string]bool) error {
	for _, d := range p.Deployments {
		if indexed[d.Instance] {
			continue
		}
		key := kv.Key{Partition: deployedPartition(p.Cluster, d.Instance), Sort: padded(p.ID)}
		_, err := s.kv.Put(ctx, kv.Item{Key: key, Value: []byte("{}")}, kv.IfAbsent())
		if err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("indexing pipeline %d by instance: %w", p.ID, err)
		}
		indexed[d.Instance] = true
	}
	return nil
}

func pipelineKey(cluster string, id int64) kv.Key {
	return kv.Key{Partition: partPipeline + cluster, Sort: padded(id)}
}

func deployedPartition(cluster, instance string) string {
	return partDeployed + cluster + "#" + instance
}
