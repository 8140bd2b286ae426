package gitlab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/order"
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

// attributesBody, buildBody and the others are what is read of an event. A field
// of another form than expected, in a part that nobody reads, must not spoil it.
type attributesBody struct {
	ID             int64          `json:"id"`
	IID            soft[int64]    `json:"iid"`
	Ref            soft[string]   `json:"ref"`
	Tag            soft[bool]     `json:"tag"`
	SHA            soft[string]   `json:"sha"`
	Source         soft[string]   `json:"source"`
	Status         string         `json:"status"`
	DetailedStatus soft[string]   `json:"detailed_status"`
	Stages         soft[[]string] `json:"stages"`
	CreatedAt      moment         `json:"created_at"`
	FinishedAt     moment         `json:"finished_at"`
	URL            soft[string]   `json:"url"`
}

type buildBody struct {
	ID           soft[int64]  `json:"id"`
	Stage        soft[string] `json:"stage"`
	Name         soft[string] `json:"name"`
	Status       soft[string] `json:"status"`
	CreatedAt    moment       `json:"created_at"`
	StartedAt    moment       `json:"started_at"`
	FinishedAt   moment       `json:"finished_at"`
	AllowFailure soft[bool]   `json:"allow_failure"`
}

func (b buildBody) failed() bool { return b.Status.Value == string(fleet.StatusFailed) }

type idBody struct {
	ID int64 `json:"id"`
}

type eventCommitBody struct {
	Title   string `json:"title"`
	Message string `json:"message"`
}

type parentBody struct {
	PipelineID int64 `json:"pipeline_id"`
}

type mergeRequestBody struct {
	IID           int64 `json:"iid"`
	SourceProject int64 `json:"source_project_id"`
	TargetProject int64 `json:"target_project_id"`
}

type pushBody struct {
	Ref       string       `json:"ref"`
	After     soft[string] `json:"after"`
	ProjectID int64        `json:"project_id"`
}

// ParseEvent reads a webhook's body; kind is the X-Gitlab-Event header. A body
// that is not what the kind says is fault.Invalid. Beside the body, memory is
// taken for what is kept only, however many jobs there are.
func ParseEvent(kind string, body []byte) (Event, error) {
	switch kind {
	case pipelineHook:
		return parsePipeline(bytes.NewReader(body))
	case pushHook:
		var push pushBody
		if err := json.Unmarshal(body, &push); err != nil {
			return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a push event")
		}
		branch, ok := strings.CutPrefix(push.Ref, "refs/heads/")
		if !ok || branch == "" || len(branch) > maxEventText || push.ProjectID <= 0 {
			return Event{}, fault.InvalidField("ref", "a push event names a branch and a project")
		}
		return Event{ProjectID: push.ProjectID, Push: &PushEvent{Branch: branch, After: short(push.After.Value)}}, nil
	}
	return Event{}, nil
}

// pipelineParts are the parts of a pipeline event, as they are found.
type pipelineParts struct {
	attributes   attributesBody
	project      idBody
	commit       soft[eventCommitBody]
	parent       soft[parentBody]
	mergeRequest soft[mergeRequestBody]
	builds       []buildBody // in GitLab's order, newest first; the first ones, and failed ones
	latest       time.Time   // the latest time of any job
	started      time.Time   // the first start of any job
}

func parsePipeline(body io.Reader) (Event, error) {
	parts, err := readPipeline(json.NewDecoder(body))
	if err != nil {
		return Event{}, fault.Wrap(fault.Invalid, err, "the body is not a pipeline event")
	}
	a := parts.attributes
	if a.ID <= 0 || a.Status == "" || parts.project.ID <= 0 {
		return Event{}, fault.InvalidField("object_attributes", "a pipeline event has an id, a status and a project")
	}
	commit, mr := parts.commit.Value, parts.mergeRequest.Value
	p := fleet.Pipeline{
		ID: a.ID, IID: a.IID.Value, Status: fleet.PipelineStatus(short(a.Status)), Source: short(a.Source.Value),
		Ref: short(a.Ref.Value), Tag: a.Tag.Value, MergeRequest: mr.IID, Fork: mr.SourceProject != mr.TargetProject,
		SHA: short(a.SHA.Value), Title: short(commit.Title), WebURL: short(a.URL.Value), Parent: parts.parent.Value.PipelineID,
		CreatedAt: a.CreatedAt.Time, FinishedAt: a.FinishedAt.Time, StartedAt: parts.started, StatusDetail: short(a.DetailedStatus.Value),
	}
	// A pipeline event has no time of its own: it was sent at the latest time in
	// it, or a moment later.
	p.UpdatedAt = fleet.Latest(p.CreatedAt, p.FinishedAt, parts.latest)
	if p.Title == "" {
		title, _, _ := strings.Cut(commit.Message, "\n")
		p.Title = short(title)
	}
	for _, b := range slices.Backward(parts.builds) { // the oldest job is last
		addJob(&p.Stages, short(b.Stage.Value), fleet.Job{
			ID: b.ID.Value, Name: short(b.Name.Value), Status: fleet.PipelineStatus(short(b.Status.Value)),
			StartedAt: b.StartedAt.Time, FinishedAt: b.FinishedAt.Time,
		})
	}
	order.Sort(p.Stages, func(x, y fleet.Stage) int {
		return slices.Index(a.Stages.Value, x.Name) - slices.Index(a.Stages.Value, y.Name)
	})
	return Event{ProjectID: parts.project.ID, Pipeline: &PipelineEvent{Pipeline: p, Message: commit.Message}}, nil
}

// readPipeline reads an event part by part, and of its jobs one after another.
func readPipeline(in *json.Decoder) (pipelineParts, error) {
	var parts pipelineParts
	if err := expect(in, '{'); err != nil {
		return parts, err
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return parts, err
		}
		switch key {
		case "object_attributes":
			err = in.Decode(&parts.attributes)
		case "project":
			err = in.Decode(&parts.project)
		case "commit":
			err = in.Decode(&parts.commit)
		case "source_pipeline":
			err = in.Decode(&parts.parent)
		case "merge_request":
			err = in.Decode(&parts.mergeRequest)
		case "builds":
			err = parts.readBuilds(in)
		default:
			err = in.Decode(new(soft[struct{}])) // of no concern, whatever its form
		}
		if err != nil {
			return parts, err
		}
	}
	return parts, expect(in, '}')
}

// readBuilds reads the jobs of an event. Where there are too many, failed ones
// take the place of others.
func (parts *pipelineParts) readBuilds(in *json.Decoder) error {
	opening, err := in.Token()
	if err != nil || opening == nil { // null
		return err
	}
	if opening != json.Delim('[') {
		return errors.New("builds is no list")
	}
	for in.More() {
		var b buildBody
		if err := in.Decode(&b); err != nil {
			return err
		}
		parts.latest = fleet.Latest(parts.latest, b.CreatedAt.Time, b.StartedAt.Time, b.FinishedAt.Time)
		if at := b.StartedAt.Time; !at.IsZero() && (parts.started.IsZero() || at.Before(parts.started)) {
			parts.started = at
		}
		if len(parts.builds) == maxEventJobs {
			i := slices.IndexFunc(parts.builds, func(kept buildBody) bool { return !kept.failed() })
			if !b.failed() || i < 0 {
				continue
			}
			parts.builds = slices.Delete(parts.builds, i, i+1)
		}
		parts.builds = append(parts.builds, b)
	}
	return expect(in, ']')
}

// expect reads a delimiter.
func expect(in *json.Decoder, want json.Delim) error {
	got, err := in.Token()
	if err == nil && got != want {
		err = fmt.Errorf("%v in place of %v", got, want)
	}
	return err
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
	for _, layout := range []string{"2006-01-02 15:04:05 MST", time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05.000Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
