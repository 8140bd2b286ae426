package fleet

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// Freshness says how a report of a pipeline relates to what is known.
type Freshness int

// The outcomes of comparing two reports.
const (
	Older Freshness = iota // the report is no news
	Newer                  // the report replaces what is known
	Tied                   // same time, different status: only GitLab knows which is later
)

// Compare reports whether report is newer than known. GitLab's times decide;
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
// and settles a tie. FromCheck replaces what an event reported and GitLab does not confirm.
const (
	FromEvent Authority = iota
	FromAPI
	FromCheck
)

// Absorb gives what is known of a pipeline after a report of it, and how the report
// compared. What an earlier report knew and this one does not is filled in. After Tied
// the status is that of before. Reports may be repeated and may come in any order.
func (p Pipeline) Absorb(report Pipeline, by Authority) (Pipeline, Freshness) {
	if by == FromCheck {
		report.Cluster = p.Cluster
		return report, Newer
	}
	fresh := Compare(p, report)
	if fresh == Tied && by == FromAPI {
		// What is known may have come in while GitLab was asked. An answer has
		// fractions of a second, so one that is older by them is no news.
		if fresh = Newer; report.UpdatedAt.Before(p.UpdatedAt) {
			fresh = Older
		}
	}
	// A list may have reported the same, with the jobs of before filled in.
	withJobs := by == FromAPI && len(report.Stages) > 0 && report.UpdatedAt.Equal(p.UpdatedAt)
	if fresh == Newer || withJobs {
		return p.With(report), fresh
	}
	return report.With(p), fresh
}

// Includes reports whether a report of an event adds nothing to what is known.
func (p Pipeline) Includes(report Pipeline) bool {
	after, fresh := p.Absorb(report, FromEvent)
	if len(after.Stages) == 0 && len(p.Stages) == 0 {
		after.Stages = p.Stages
	}
	if len(after.Deployments) == 0 && len(p.Deployments) == 0 {
		after.Deployments = p.Deployments
	}
	return fresh == Older && reflect.DeepEqual(after, p)
}

// With gives the pipeline as a newer report has it, with what only the older
// one knew.
func (p Pipeline) With(newer Pipeline) Pipeline {
	newer.Cluster = p.Cluster
	fill(&newer, p)
	return newer
}

// fill takes over what never changes about a pipeline, or is only sometimes
// reported. It gives the same result whichever report came first.
func fill(p *Pipeline, from Pipeline) {
	p.IID, p.Parent, p.Source = cmp.Or(p.IID, from.IID), cmp.Or(p.Parent, from.Parent), cmp.Or(p.Source, from.Source)
	p.Title, p.WebURL, p.Operation = cmp.Or(p.Title, from.Title), cmp.Or(p.WebURL, from.WebURL), cmp.Or(p.Operation, from.Operation)
	switch {
	case p.Source == "api" && (p.Operation == Reprovision || from.Operation == Reprovision):
		// It runs on whatever commit is the head, whose message is not about it.
		p.Operation, p.Deployments = Reprovision, nil
	case len(p.Deployments) == 0:
		p.Deployments = from.Deployments
	}
	// Lists leave out tags, merge requests and forks; what an event reported stays.
	p.Tag, p.Fork, p.MergeRequest = p.Tag || from.Tag, p.Fork || from.Fork, cmp.Or(p.MergeRequest, from.MergeRequest)
	if p.OffBranch() {
		p.Operation, p.Deployments = "", nil
	}
	p.RequestedBy, p.RolledBackTo = cmp.Or(p.RequestedBy, from.RequestedBy), cmp.Or(p.RolledBackTo, from.RolledBackTo)
	if len(p.Stages) == 0 {
		p.Stages = from.Stages
	}
	if p.Reason == "" && p.Status == StatusFailed && from.Status == StatusFailed {
		p.Reason = from.Reason // neither lists nor events have it
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = from.CreatedAt
	}
	if p.StartedAt.IsZero() {
		p.StartedAt = from.StartedAt
	}
}

// Deploying picks the pipeline that determines an instance's state out of its
// pipelines (in any order): the newest that deploys it, with its children
// counted in. Nil when none does.
//
// A triggered pipeline only prepares the deploying one. It determines the state
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
		return sum.since(trigger.CreatedAt)
	}
	if top == nil {
		return nil
	}
	sum := top.Summary()
	// The parent decides where it is known: a pipeline that was started by hand
	// has children on the same commit.
	children := slices.DeleteFunc(slices.Clone(pipelines), func(p Pipeline) bool {
		return !p.IsChild() || p.Parent != top.ID && (p.Parent != 0 || p.SHA != top.SHA)
	})
	for _, p := range children {
		if p.ReplacedIn(children) {
			continue
		}
		sum.UpdatedAt = Latest(sum.UpdatedAt, p.UpdatedAt)
		sum.Status = together(sum.Status, p.Status)
	}
	return sum.since(top.CreatedAt)
}

// since gives a pipeline that moves the time when it was created. The events of its jobs
// have later times, which are no news: they would write each of its instances again.
func (s PipelineSummary) since(created time.Time) *PipelineSummary {
	if s.Status.Moving() && !created.IsZero() {
		s.UpdatedAt = created
	}
	return &s
}

// ReplacedIn reports whether a child of the same parent replaces one: when a trigger job
// is retried at GitLab, it makes another child, and the former one stays as it ended.
// Children of several trigger jobs exist side by side.
func (p Pipeline) ReplacedIn(children []Pipeline) bool {
	if !p.Status.Finished() || p.Status == StatusSuccess {
		return false
	}
	ended := p.FinishedAt
	if ended.IsZero() {
		ended = p.UpdatedAt // lists lack it
	}
	return slices.ContainsFunc(children, func(c Pipeline) bool { return c.ID > p.ID && !c.CreatedAt.Before(ended) })
}

// Summary gives the pipeline in one line.
func (p Pipeline) Summary() PipelineSummary {
	return PipelineSummary{
		ID: p.ID, Status: p.Status, Operation: p.Operation, RequestedBy: p.RequestedBy, RolledBackTo: p.RolledBackTo,
		WebURL: p.WebURL, UpdatedAt: p.UpdatedAt,
	}
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

// LifecycleOf returns the lifecycle of an instance that is in git, from its
// deploying pipeline (nil when none is known).
func LifecycleOf(p *PipelineSummary) Lifecycle {
	if p != nil && (p.Operation == Create || p.Operation == Unarchive) && p.Status != StatusSuccess {
		return Pending
	}
	return Active
}

// Latest gives the latest of some times: when a report without a time of its own
// was made at the earliest.
func Latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// PipelineSummary is a pipeline in one line.
type PipelineSummary struct {
	ID           int64          `json:"id"`
	Status       PipelineStatus `json:"status"`
	Operation    OperationKind  `json:"operation,omitempty" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	RequestedBy  string         `json:"requestedBy,omitempty" doc:"E-mail of who requested its operation in Ocim"`
	RolledBackTo string         `json:"rolledBackTo,omitempty" doc:"Commit whose configuration its operation brings back: it is a rollback"`
	WebURL       string         `json:"webUrl,omitempty"`
	UpdatedAt    time.Time      `json:"updatedAt" doc:"When it ended or stopped; while it runs or waits, when it was created"`
}

// Pipeline is a GitLab pipeline that Ocim knows of.
type Pipeline struct {
	Cluster      string         `json:"cluster"`
	ID           int64          `json:"id" doc:"GitLab's id"`
	IID          int64          `json:"iid,omitempty"`
	Status       PipelineStatus `json:"status"`
	Source       string         `json:"source,omitempty" example:"push"`
	Ref          string         `json:"ref" doc:"Branch or tag; of a merge request pipeline, its source branch"`
	Tag          bool           `json:"tag,omitempty" doc:"Whether ref is a tag"`
	MergeRequest int64          `json:"mergeRequest,omitempty" doc:"Number of the merge request that it belongs to"`
	Fork         bool           `json:"fork,omitempty" doc:"Whether it runs what another project holds"`
	SHA          string         `json:"sha"`
	Title        string         `json:"title,omitempty" doc:"Title of its commit"`
	WebURL       string         `json:"webUrl,omitempty"`
	Operation    OperationKind  `json:"operation,omitempty" enum:"create,update,archive,unarchive,delete,buildImages,reprovision" doc:"Absent when it deploys nothing"`
	Deployments  []Deployment   `json:"deployments,omitempty" doc:"Instances it is about, with their deployment ids"`
	RequestedBy  string         `json:"requestedBy,omitempty" doc:"E-mail of who requested its operation in Ocim"`
	RolledBackTo string         `json:"rolledBackTo,omitempty" doc:"Commit whose configuration its operation brings back: it is a rollback"`
	Parent       int64          `json:"parent,omitempty" doc:"Pipeline that started it"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
	StartedAt    time.Time      `json:"startedAt,omitzero"`
	FinishedAt   time.Time      `json:"finishedAt,omitzero"`
	Stages       []Stage        `json:"stages,omitempty"`
	StatusDetail string         `json:"statusDetail,omitempty"`
	Reason       string         `json:"reason,omitempty" doc:"Why it failed, where no job's log explains it: an error in the configuration, or a child pipeline that GitLab could not create"`
}

// FailedJob reports whether one of the pipeline's jobs failed and counts, so that its
// log says why the pipeline failed.
func (p Pipeline) FailedJob() bool {
	return slices.ContainsFunc(p.Stages, func(s Stage) bool {
		return slices.ContainsFunc(s.Jobs, func(j Job) bool { return j.Status == StatusFailed && !j.Retried && !j.AllowFailure })
	})
}

// OffBranch reports whether a pipeline runs something else than a branch of its
// own project, whatever its ref is called.
func (p Pipeline) OffBranch() bool { return p.Tag || p.MergeRequest != 0 || p.Fork }

// Deployment is one instance's part in a pipeline.
type Deployment struct {
	Instance string `json:"instance"`
	ID       string `json:"id,omitempty" doc:"Deployment id; GitLab's commit may carry none"`
}

// Stage is a stage of a pipeline with its jobs.
type Stage struct {
	Name string `json:"name"`
	Jobs []Job  `json:"jobs"`
}

// Job is one job of a pipeline.
type Job struct {
	ID         int64          `json:"id"`
	Name       string         `json:"name"`
	Status     PipelineStatus `json:"status"`
	StartedAt  time.Time      `json:"startedAt,omitzero"`
	FinishedAt time.Time      `json:"finishedAt,omitzero"`
	WebURL     string         `json:"webUrl,omitempty"`

	Retried       bool   `json:"retried,omitempty" doc:"A later job of the same name replaced it"`
	AllowFailure  bool   `json:"allowFailure,omitempty" doc:"Its failure does not fail the pipeline"`
	FailureReason string `json:"failureReason,omitempty" example:"script_failure"`
}
