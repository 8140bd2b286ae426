package gitlab

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

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

// ParseEvent reads a webhook's body; kind is the X-Gitlab-Event header. A body
// that is not what the kind says is fault.Invalid.
func ParseEvent(kind string, body []byte) (Event, error) {
	switch kind {
	case pipelineHook:
		return parsePipeline(body)
	case pushHook:
		var push gogitlab.PushEvent
		if err := json.Unmarshal(body, &push); err != nil {
			return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a push event")
		}
		branch, ok := strings.CutPrefix(push.Ref, "refs/heads/")
		if !ok || push.ProjectID == 0 {
			return Event{}, fault.InvalidField("ref", "a push event names a branch and a project")
		}
		return Event{ProjectID: int64(push.ProjectID), Push: &PushEvent{Branch: branch, After: push.After}}, nil
	}
	return Event{}, nil
}

func parsePipeline(body []byte) (Event, error) {
	var e gogitlab.PipelineEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a pipeline event")
	}
	a := e.ObjectAttributes
	if a.ID <= 0 || a.Status == "" || e.Project.ID == 0 {
		return Event{}, fault.InvalidField("object_attributes", "a pipeline event has an id, a status and a project")
	}
	p := fleet.Pipeline{
		ID: int64(a.ID), IID: int64(a.IID), Status: fleet.PipelineStatus(a.Status), Source: a.Source, Ref: a.Ref, SHA: a.SHA,
		Title: e.Commit.Title, WebURL: a.URL, Parent: int64(e.SourcePipline.PipelineID),
		CreatedAt: parseTime(a.CreatedAt), FinishedAt: parseTime(a.FinishedAt), StatusDetail: a.DetailedStatus,
	}
	// A pipeline event has no time of its own: it was sent at the latest time in
	// it, or a moment later.
	p.UpdatedAt = fleet.Moment(p.CreatedAt, p.FinishedAt)
	if p.Title == "" {
		p.Title, _, _ = strings.Cut(e.Commit.Message, "\n")
	}
	for i := len(e.Builds) - 1; i >= 0; i-- { // the oldest job is last
		b := e.Builds[i]
		j := fleet.Job{
			ID: int64(b.ID), Name: b.Name, Status: fleet.PipelineStatus(b.Status),
			StartedAt: parseTime(b.StartedAt), FinishedAt: parseTime(b.FinishedAt),
		}
		addJob(&p.Stages, b.Stage, j)
		p.UpdatedAt = fleet.Moment(p.UpdatedAt, parseTime(b.CreatedAt), j.StartedAt, j.FinishedAt)
		if p.StartedAt.IsZero() || !j.StartedAt.IsZero() && j.StartedAt.Before(p.StartedAt) {
			p.StartedAt = j.StartedAt
		}
	}
	slices.SortStableFunc(p.Stages, func(x, y fleet.Stage) int {
		return slices.Index(a.Stages, x.Name) - slices.Index(a.Stages, y.Name)
	})
	return Event{
		ProjectID: int64(e.Project.ID),
		Pipeline:  &PipelineEvent{Pipeline: p, Message: e.Commit.Message},
	}, nil
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
