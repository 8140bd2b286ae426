package function

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// Store is the fleet's records as far as this function needs them.
type Store interface {
	AcceptEvent(ctx context.Context, e fleet.Event) (bool, error)
	Project(ctx context.Context, id string) (fleet.Project, error)
}

// Deps is what the function needs.
type Deps struct {
	API   faas.Options
	Fleet Store
	// Credentials opens a project's credentials; fault.NotFound when there are none.
	Credentials func(ctx context.Context, project string) (vault.Credentials, error)
	// Queue applies the stored events of a cluster after the answer.
	Queue interface {
		// Add has the waiting events of a cluster applied soon. It does not wait.
		Add(cluster string)
	}
	// Count counts an event by what became of it.
	Count func(outcome string)
	Now   func() time.Time
	Log   *slog.Logger
}

// storeLimit is how long the store may take, once before the body is read and once after
// it. Both are within GitLab's own limit of 10 s; after it GitLab gets 503.
const storeLimit = time.Second

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title = "Webhook"
	api := faas.NewAPI(deps.API)
	f := &webhook{Deps: deps}
	faas.Register(api, faas.Public, huma.Operation{
		OperationID: "accept-event", Method: http.MethodPost, Path: "/v1/projects/{project}/events",
		Summary:     "Take in an event that GitLab sends",
		Description: "Proved by X-Gitlab-Token or by GitLab's signing headers. 2xx means stored; the event is applied after the answer.",
		// GitLab sends up to 25 MB; of such an event a few kilobytes are kept.
		MaxBodyBytes: faas.MaxLargeBody,
		// It is read after a token was proved: see authenticate.
		Metadata: map[string]any{faas.RawBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}}},
	}, f.accept)
	return api
}

type webhook struct {
	Deps
	proved   memory[[]secret.Value]
	projects memory[fleet.Project]
}

type acceptInput struct {
	Project   string `path:"project" maxLength:"60"`
	Event     string `header:"X-Gitlab-Event" maxLength:"100"`
	Token     string `header:"X-Gitlab-Token" maxLength:"500"`
	Key       string `header:"Idempotency-Key" maxLength:"200"`
	ID        string `header:"webhook-id" maxLength:"200"`
	Timestamp string `header:"webhook-timestamp" maxLength:"20"`
	Signature string `header:"webhook-signature" maxLength:"2000"`

	body []byte
}

type acceptOutput struct {
	Body struct {
		Outcome string `json:"outcome" enum:"stored,repeated,ignored" doc:"What became of the event"`
	}
}

func (f *webhook) accept(ctx context.Context, in *acceptInput) (*acceptOutput, error) {
	out := new(acceptOutput)
	if err := f.authenticate(ctx, in); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	event, err := f.event(ctx, in)
	if err != nil {
		return nil, err
	}
	if event.Kind == "" {
		out.Body.Outcome = "ignored"
		f.Count(out.Body.Outcome)
		return out, nil
	}
	fresh, err := f.Fleet.AcceptEvent(ctx, event)
	if err != nil {
		f.Log.ErrorContext(ctx, "event not stored", "project", in.Project, "err", err)
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "The event could not be stored; send it again.", RetryAfter: 5 * time.Second, Err: err}
	}
	// Also when the event waits already: a function that died may have left it.
	f.Queue.Add(in.Project)
	out.Body.Outcome = "stored"
	if !fresh {
		out.Body.Outcome = "repeated"
	}
	f.Count(out.Body.Outcome)
	return out, nil
}

// event reads the body. One that is none of Ocim's business has no kind.
func (f *webhook) event(ctx context.Context, in *acceptInput) (fleet.Event, error) {
	report, err := gitlab.ParseEvent(in.Event, in.body)
	if err != nil || report.Pipeline == nil && report.Push == nil {
		return fleet.Event{}, err
	}
	now := f.Now()
	project, ok := f.projects.get(in.Project, now)
	if !ok || report.ProjectID != project.GitLabID {
		if project, err = f.Fleet.Project(ctx, in.Project); err != nil {
			return fleet.Event{}, fault.Wrap(fault.Unavailable, err, "The project could not be read; send the event again.")
		}
		f.projects.set(in.Project, project, now)
	}
	if report.ProjectID != project.GitLabID {
		return fleet.Event{}, fault.InvalidField("project.id", "the event is about project %d, but this address is project %d's", report.ProjectID, project.GitLabID)
	}
	return report.For(project, in.key(), now), nil
}

// key identifies an event; it is the same at each redelivery.
func (in *acceptInput) key() string {
	for _, k := range []string{in.Key, in.ID} {
		if k != "" {
			return digest([]byte(k))
		}
	}
	// Older GitLab sends no key; a re-send has the very same body.
	return digest([]byte(in.Event+"\n"), in.body)
}

func digest(parts ...[]byte) string {
	sum := sha256.New()
	for _, p := range parts {
		sum.Write(p)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
