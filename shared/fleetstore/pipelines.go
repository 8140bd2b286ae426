package fleetstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Pipeline reads one pipeline; fault.NotFound when Ocim has not heard of it.
func (s *Store) Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error) {
	p, _, err := kvjson.Get[fleet.Pipeline](ctx, s.kv, pipelineKey(cluster, id))
	return p, kvjson.NotFound(err, "no pipeline %d in cluster %q", id, cluster)
}

// Pipelines reads a page of a cluster's pipelines, newest first.
func (s *Store) Pipelines(ctx context.Context, cluster, after string, limit int) ([]fleet.Pipeline, string, error) {
	return kvjson.Query[fleet.Pipeline](ctx, s.kv, kv.Query{
		Partition: partPipeline + cluster, After: after, Limit: limit, Reverse: true, Eventual: true,
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
		if err := json.Unmarshal(item.Value, &out[i]); err != nil {
			return nil, "", fmt.Errorf("decoding pipeline %s: %w", item.Sort, err)
		}
	}
	// One that turned out not to be about the instance stays in the index.
	out = slices.DeleteFunc(out, func(p fleet.Pipeline) bool {
		return !slices.ContainsFunc(p.Deployments, func(d fleet.Deployment) bool { return d.Instance == instance })
	})
	slices.SortFunc(out, func(a, b fleet.Pipeline) int { return int(b.ID - a.ID) })
	return out, page.Next, nil
}

// RecordPipeline keeps a report of a pipeline when it is news, and fills in
// what an earlier report knew and this one does not. It returns what is now
// known and how the report compared; after Tied nothing is changed. The
// report may be repeated and may come in any order.
func (s *Store) RecordPipeline(ctx context.Context, report fleet.Pipeline, by fleet.Authority) (fleet.Pipeline, fleet.Freshness, error) {
	// The index comes first: whoever dies after the record would leave a pipeline
	// that is known and never found again.
	if err := s.index(ctx, report); err != nil {
		return fleet.Pipeline{}, fleet.Older, err
	}
	var result fleet.Pipeline
	var fresh fleet.Freshness
	about := report.Deployments
	err := s.modify(ctx, pipelineKey(report.Cluster, report.ID), func(old []byte) ([]byte, error) {
		result, fresh = report, fleet.Newer
		if old == nil {
			return json.Marshal(report)
		}
		var known fleet.Pipeline
		if err := json.Unmarshal(old, &known); err != nil {
			return nil, fmt.Errorf("decoding pipeline %d: %w", report.ID, err)
		}
		about = append(slices.Clone(report.Deployments), known.Deployments...)
		if fresh = fleet.Compare(known, report); fresh == fleet.Tied && by == fleet.Asked {
			// What is known may have come in while GitLab was asked. An answer has
			// fractions of a second, so one that is older by them is no news.
			if fresh = fleet.Newer; report.UpdatedAt.Before(known.UpdatedAt) {
				fresh = fleet.Older
			}
		}
		winner, other := known, report
		// A list may have told the same, with the jobs of before filled in.
		withJobs := by == fleet.Asked && len(report.Stages) > 0 && report.UpdatedAt.Equal(known.UpdatedAt)
		if fresh == fleet.Newer || withJobs {
			winner, other = report, known
		}
		result = other.With(winner)
		value, err := json.Marshal(result)
		if err != nil || string(value) == string(old) {
			return nil, err
		}
		return value, nil
	})
	if err != nil {
		return fleet.Pipeline{}, fleet.Older, fmt.Errorf("recording pipeline %d of cluster %s: %w", report.ID, report.Cluster, err)
	}
	slices.SortFunc(about, func(a, b fleet.Deployment) int { return cmp.Compare(a.Instance, b.Instance) })
	about = slices.CompactFunc(about, func(a, b fleet.Deployment) bool { return a.Instance == b.Instance })
	if err := s.turnPages(ctx, report.Cluster, about); err != nil {
		return fleet.Pipeline{}, fleet.Older, err
	}
	return result, fresh, nil
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

// index makes a pipeline findable by the instances it is about. Entries hold
// nothing that changes, so writing them again is harmless.
func (s *Store) index(ctx context.Context, p fleet.Pipeline) error {
	for _, d := range p.Deployments {
		key := kv.Key{Partition: deployedPartition(p.Cluster, d.Instance), Sort: padded(p.ID)}
		_, err := s.kv.Put(ctx, kv.Item{Key: key, Value: []byte("{}")}, kv.IfAbsent())
		if err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("indexing pipeline %d by instance: %w", p.ID, err)
		}
	}
	return nil
}

func pipelineKey(cluster string, id int64) kv.Key {
	return kv.Key{Partition: partPipeline + cluster, Sort: padded(id)}
}

func deployedPartition(cluster, instance string) string {
	return partDeployed + cluster + "#" + instance
}
