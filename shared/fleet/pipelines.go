package fleet

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Freshness says how a report of a pipeline relates to what is known.
type Freshness int

// The outcomes of comparing two reports.
const (
	Older Freshness = iota // the report is no news
	Newer                  // the report replaces what is known
	Tied                   // same moment, different status: only GitLab can tell
)

// Compare tells whether report is news over known. GitLab's times decide;
// rank alone would be wrong, since a retry reopens a finished pipeline. Events
// carry whole seconds, so what differs within one second is a tie.
func Compare(known, report Pipeline) Freshness {
	a, b := known.UpdatedAt.Unix(), report.UpdatedAt.Unix()
	switch {
	case b > a:
		return Newer
	case b < a:
		return Older
	case report.Status != known.Status:
		return Tied
	case report.UpdatedAt.After(known.UpdatedAt):
		return Newer
	}
	return Older
}

// Authority says how much a report of a pipeline is worth.
type Authority int

// An event may be late; what GitLab answers when asked is true at that moment
// and settles a tie.
const (
	Told Authority = iota
	Asked
)

// Pipeline reads one pipeline; fault.NotFound when Ocim has not heard of it.
func (s *Store) Pipeline(ctx context.Context, cluster string, id int64) (Pipeline, error) {
	p, _, err := getJSON[Pipeline](ctx, s.kv, pipelineKey(cluster, id))
	return p, notFound(err, "no pipeline %d in cluster %q", id, cluster)
}

// Pipelines reads a page of a cluster's pipelines, newest first.
func (s *Store) Pipelines(ctx context.Context, cluster, after string, limit int) ([]Pipeline, string, error) {
	return queryJSON[Pipeline](ctx, s.kv, kv.Query{
		Partition: partPipeline + cluster, After: after, Limit: limit, Reverse: true, Eventual: true,
	})
}

// InstancePipelines reads a page of the pipelines about one instance, newest
// first.
func (s *Store) InstancePipelines(ctx context.Context, cluster, instance, after string, limit int) ([]Pipeline, string, error) {
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
		return []Pipeline{}, "", nil
	}
	items, err := s.kv.BatchGet(ctx, keys)
	if err != nil {
		return nil, "", fmt.Errorf("reading pipelines of instance %s: %w", instance, err)
	}
	out := make([]Pipeline, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &out[i]); err != nil {
			return nil, "", fmt.Errorf("decoding pipeline %s: %w", item.Sort, err)
		}
	}
	// One that turned out not to be about the instance stays in the index.
	out = slices.DeleteFunc(out, func(p Pipeline) bool {
		return !slices.ContainsFunc(p.Deployments, func(d Deployment) bool { return d.Instance == instance })
	})
	slices.SortFunc(out, func(a, b Pipeline) int { return int(b.ID - a.ID) })
	return out, page.Next, nil
}

// RecordPipeline keeps a report of a pipeline when it is news, and fills in
// what an earlier report knew and this one does not. It returns what is now
// known and how the report compared; after Tied nothing is changed. The
// report may be repeated and may come in any order.
func (s *Store) RecordPipeline(ctx context.Context, report Pipeline, by Authority) (Pipeline, Freshness, error) {
	// The index comes first: whoever dies after the record would leave a pipeline
	// that is known and never found again.
	if err := s.index(ctx, report); err != nil {
		return Pipeline{}, Older, err
	}
	var result Pipeline
	var fresh Freshness
	about := report.Deployments
	err := s.modify(ctx, pipelineKey(report.Cluster, report.ID), func(old []byte) ([]byte, error) {
		result, fresh = report, Newer
		if old == nil {
			return json.Marshal(report)
		}
		var known Pipeline
		if err := json.Unmarshal(old, &known); err != nil {
			return nil, fmt.Errorf("decoding pipeline %d: %w", report.ID, err)
		}
		about = append(slices.Clone(report.Deployments), known.Deployments...)
		if fresh = Compare(known, report); fresh == Tied && by == Asked {
			// What is known may have come in while GitLab was asked. An answer has
			// fractions of a second, so one that is older by them is no news.
			if fresh = Newer; report.UpdatedAt.Before(known.UpdatedAt) {
				fresh = Older
			}
		}
		winner, other := known, report
		// A list may have told the same, with the jobs of before filled in.
		withJobs := by == Asked && len(report.Stages) > 0 && report.UpdatedAt.Equal(known.UpdatedAt)
		if fresh == Newer || withJobs {
			winner, other = report, known
		}
		result = winner
		fill(&result, other)
		value, err := json.Marshal(result)
		if err != nil || string(value) == string(old) {
			return nil, err
		}
		return value, nil
	})
	if err != nil {
		return Pipeline{}, Older, fmt.Errorf("recording pipeline %d of cluster %s: %w", report.ID, report.Cluster, err)
	}
	slices.SortFunc(about, func(a, b Deployment) int { return cmp.Compare(a.Instance, b.Instance) })
	about = slices.CompactFunc(about, func(a, b Deployment) bool { return a.Instance == b.Instance })
	if err := s.turnPages(ctx, report.Cluster, about); err != nil {
		return Pipeline{}, Older, err
	}
	return result, fresh, nil
}

// With gives the pipeline as a newer report has it, with what only the older
// one knew.
func (p Pipeline) With(newer Pipeline) Pipeline {
	newer.Cluster = p.Cluster
	fill(&newer, p)
	return newer
}

// ChildrenOf lists the pipelines that a pipeline started, as far as they are
// about the same instances or among the cluster's newest.
func (s *Store) ChildrenOf(ctx context.Context, p Pipeline) ([]Pipeline, error) {
	var near []Pipeline
	var err error
	if len(p.Deployments) > 0 {
		near, _, err = s.InstancePipelines(ctx, p.Cluster, p.Deployments[0].Instance, "", kv.MaxBatch)
	} else {
		near, _, err = s.Pipelines(ctx, p.Cluster, "", kv.MaxBatch)
	}
	if err != nil {
		return nil, fmt.Errorf("listing the children of pipeline %d: %w", p.ID, err)
	}
	children := []Pipeline{}
	for _, c := range near {
		if c.ID != p.ID && c.IsChild() && (c.Parent == p.ID || c.Parent == 0 && c.SHA == p.SHA) {
			children = append(children, c)
		}
	}
	return children, nil
}

// fill takes over what never changes about a pipeline, or is only sometimes
// reported. It gives the same result whichever report came first.
func fill(p *Pipeline, from Pipeline) {
	if p.IID == 0 {
		p.IID = from.IID
	}
	if p.Source == "" {
		p.Source = from.Source
	}
	if p.Title == "" {
		p.Title = from.Title
	}
	if p.WebURL == "" {
		p.WebURL = from.WebURL
	}
	if p.Operation == "" {
		p.Operation = from.Operation
	}
	switch {
	case p.Source == "api" && (p.Operation == Reprovision || from.Operation == Reprovision):
		// It runs on whatever commit is the head, whose message is not about it.
		p.Operation, p.Deployments = Reprovision, nil
	case len(p.Deployments) == 0:
		p.Deployments = from.Deployments
	}
	if p.Parent == 0 {
		p.Parent = from.Parent
	}
	if len(p.Stages) == 0 {
		p.Stages = from.Stages
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = from.CreatedAt
	}
	if p.StartedAt.IsZero() {
		p.StartedAt = from.StartedAt
	}
}

// index makes a pipeline findable by the instances it is about. Entries hold
// nothing that changes, so writing them again is harmless.
func (s *Store) index(ctx context.Context, p Pipeline) error {
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

// Deploying picks the pipeline that tells an instance's state out of its
// pipelines (in any order): the newest that deploys it, with its children
// counted in. Nil when none does.
//
// A triggered pipeline only prepares the deploying one. It tells the state
// while nothing newer deploys and it has not done its part; when it has, and
// nothing followed yet, the deployment counts as running.
func Deploying(pipelines []Pipeline) *PipelineSummary {
	var top, trigger *Pipeline
	for i, p := range pipelines {
		switch {
		case p.Operation == "" || p.IsChild():
		case p.Source == "trigger":
			if trigger == nil || p.ID > trigger.ID {
				trigger = &pipelines[i]
			}
		case top == nil || p.ID > top.ID:
			top = &pipelines[i]
		}
	}
	if trigger != nil && (top == nil || trigger.ID > top.ID && trigger.Status != StatusSuccess) {
		sum := trigger.Summary()
		if sum.Status == StatusSuccess {
			sum.Status = StatusRunning
		}
		return &sum
	}
	if top == nil {
		return nil
	}
	sum := top.Summary()
	for _, p := range pipelines {
		// The parent decides where it is known: a pipeline that was started by hand
		// has children on the same commit.
		if !p.IsChild() || p.Parent != top.ID && (p.Parent != 0 || p.SHA != top.SHA) {
			continue
		}
		sum.UpdatedAt = Moment(sum.UpdatedAt, p.UpdatedAt)
		sum.Status = together(sum.Status, p.Status)
	}
	return &sum
}

// Summary gives the pipeline in one line.
func (p Pipeline) Summary() PipelineSummary {
	return PipelineSummary{ID: p.ID, Status: p.Status, Operation: p.Operation, WebURL: p.WebURL, UpdatedAt: p.UpdatedAt}
}

// together is the status of a parent with a child counted in: a parent that
// does not wait for its child succeeds long before the work is done.
func together(parent, child PipelineStatus) PipelineStatus {
	if parent != StatusSuccess || child == StatusSuccess || child == StatusSkipped {
		return parent
	}
	if child.Moving() {
		return StatusRunning
	}
	return child
}

// IsChild reports whether another pipeline started this one.
func (p Pipeline) IsChild() bool { return p.Parent != 0 || p.Source == "parent_pipeline" }

// LifecycleOf tells the lifecycle of an instance that is in git, from its
// deploying pipeline (nil when none is known).
func LifecycleOf(p *PipelineSummary) Lifecycle {
	if p != nil && (p.Operation == Create || p.Operation == Unarchive) && p.Status != StatusSuccess {
		return Pending
	}
	return Active
}

// Moment is the latest of some times: when a report without a time of its own
// was made at the earliest.
func Moment(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
