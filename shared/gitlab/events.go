package gitlab

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Event is what a webhook said, reduced to what Ocim uses. An event of another
// kind has neither Pipeline nor Push.
type Event struct {
	ProjectID int64
	Pipeline  *PipelineEvent
	Push      *PushEvent
}

// For gives the event as the fleet keeps it, under a key that is the same at
// each re-send. One that is none of the fleet's business has no kind.
func (e Event) For(project fleet.Project, key string, at time.Time) fleet.Event {
	out := fleet.Event{Key: key, Cluster: project.ID, ReceivedAt: at}
	switch {
	case e.Push != nil:
		out.Kind, out.Branch, out.After = fleet.EventPush, e.Push.Branch, e.Push.After
	case e.Pipeline != nil:
		p := e.Pipeline.Pipeline
		p.Cluster = project.ID
		grove.Attribute(&p, project.DefaultBranch, e.Pipeline.Message)
		out.Kind, out.Pipeline = fleet.EventPipeline, &p
	}
	return out
}

// PipelineEvent is the state of a pipeline at one moment.
type PipelineEvent struct {
	Pipeline fleet.Pipeline // Cluster, Operation and Deployments are not filled in
	Message  string         // of its commit
}

// PushEvent is a branch that moved.
type PushEvent struct {
	Branch string
	After  string // its new head
}

// Values of the X-Gitlab-Event header that are read.
const (
	pipelineHook = "Pipeline Hook"
	pushHook     = "Push Hook"
)

// Bounds of what is kept of an event, so that it fits the store.
const (
	maxEventJobs = 1000
	maxEventText = 500 // bytes of a name, a ref or a title
)

// pipelineBody is what is read of a pipeline event. It is less than go-gitlab's
// own type demands: a field of another form than expected, in a part that
// nobody reads, must not spoil the event.
type pipelineBody struct {
	Attributes struct {
		ID             int64    `json:"id"`
		IID            int64    `json:"iid"`
		Ref            string   `json:"ref"`
		Tag            bool     `json:"tag"`
		SHA            string   `json:"sha"`
		Source         string   `json:"source"`
		Status         string   `json:"status"`
		DetailedStatus string   `json:"detailed_status"`
		Stages         []string `json:"stages"`
		CreatedAt      string   `json:"created_at"`
		FinishedAt     string   `json:"finished_at"`
		URL            string   `json:"url"`
	} `json:"object_attributes"`
	Project struct {
		ID int64 `json:"id"`
	} `json:"project"`
	Commit struct {
		Title   string `json:"title"`
		Message string `json:"message"`
	} `json:"commit"`
	SourcePipeline struct {
		PipelineID int64 `json:"pipeline_id"`
		Project    struct {
			ID int64 `json:"id"`
		} `json:"project"`
	} `json:"source_pipeline"`
	MergeRequest struct {
		IID           int64 `json:"iid"`
		SourceProject int64 `json:"source_project_id"`
		TargetProject int64 `json:"target_project_id"`
	} `json:"merge_request"`
	Builds []struct {
		ID         int64  `json:"id"`
		Stage      string `json:"stage"`
		Name       string `json:"name"`
		Status     string `json:"status"`
		CreatedAt  string `json:"created_at"`
		StartedAt  string `json:"started_at"`
		FinishedAt string `json:"finished_at"`
	} `json:"builds"`
}

type pushBody struct {
	Ref       string `json:"ref"`
	After     string `json:"after"`
	ProjectID int64  `json:"project_id"`
}

// ParseEvent reads a webhook's body; kind is the X-Gitlab-Event header. A body
// that is not what the kind says is fault.Invalid.
func ParseEvent(kind string, body []byte) (Event, error) {
	switch kind {
	case pipelineHook:
		return parsePipeline(body)
	case pushHook:
		var push pushBody
		if err := json.Unmarshal(body, &push); err != nil {
			return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a push event")
		}
		branch, ok := strings.CutPrefix(push.Ref, "refs/heads/")
		if !ok || branch == "" || len(branch) > maxEventText || push.ProjectID <= 0 {
			return Event{}, fault.InvalidField("ref", "a push event names a branch and a project")
		}
		return Event{ProjectID: push.ProjectID, Push: &PushEvent{Branch: branch, After: short(push.After)}}, nil
	}
	return Event{}, nil
}

func parsePipeline(body []byte) (Event, error) {
	var e pipelineBody
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a pipeline event")
	}
	a := e.Attributes
	if a.ID <= 0 || a.Status == "" || e.Project.ID <= 0 {
		return Event{}, fault.InvalidField("object_attributes", "a pipeline event has an id, a status and a project")
	}
	p := fleet.Pipeline{
		ID: a.ID, IID: a.IID, Status: fleet.PipelineStatus(short(a.Status)), Source: short(a.Source), Ref: short(a.Ref), SHA: short(a.SHA),
		Title: short(e.Commit.Title), WebURL: short(a.URL), Parent: e.SourcePipeline.PipelineID,
		Tag: a.Tag, MergeRequest: e.MergeRequest.IID, Fork: e.MergeRequest.SourceProject != e.MergeRequest.TargetProject,
		CreatedAt: parseTime(a.CreatedAt), FinishedAt: parseTime(a.FinishedAt), StatusDetail: short(a.DetailedStatus),
	}
	// A pipeline event has no time of its own: it was sent at the latest time in
	// it, or a moment later.
	p.UpdatedAt = fleet.Latest(p.CreatedAt, p.FinishedAt)
	if p.Title == "" {
		title, _, _ := strings.Cut(e.Commit.Message, "\n")
		p.Title = short(title)
	}
	if len(e.Builds) > maxEventJobs {
		e.Builds = e.Builds[:maxEventJobs]
	}
	for _, b := range slices.Backward(e.Builds) { // the oldest job is last
		j := fleet.Job{
			ID: b.ID, Name: short(b.Name), Status: fleet.PipelineStatus(short(b.Status)),
			StartedAt: parseTime(b.StartedAt), FinishedAt: parseTime(b.FinishedAt),
		}
		addJob(&p.Stages, short(b.Stage), j)
		p.UpdatedAt = fleet.Latest(p.UpdatedAt, parseTime(b.CreatedAt), j.StartedAt, j.FinishedAt)
		if p.StartedAt.IsZero() || !j.StartedAt.IsZero() && j.StartedAt.Before(p.StartedAt) {
			p.StartedAt = j.StartedAt
		}
	}
	slices.SortStableFunc(p.Stages, func(x, y fleet.Stage) int {
		return slices.Index(a.Stages, x.Name) - slices.Index(a.Stages, y.Name)
	})
	return Event{
		ProjectID: e.Project.ID,
		Pipeline:  &PipelineEvent{Pipeline: p, Message: e.Commit.Message},
	}, nil
}

func short(s string) string {
	if len(s) > maxEventText {
		s = strings.ToValidUTF8(s[:maxEventText], "")
	}
	return s
}

// parseTime reads the forms that GitLab writes times in. What it cannot read is
// no time.
func parseTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05 MST", time.RFC3339, "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
