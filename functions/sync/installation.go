package function

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/installation"
)

// installationHold is how long a report is shown again: what it says is done each minute.
const installationHold = time.Minute

// routeInstallation registers what shows how Ocim itself fares. It is here because only
// this function has the keys, the mail server and all records.
func (f *syncer) routeInstallation(api *faas.API) {
	admin := faas.Need(identity.Administrator)
	faas.Register(api, admin, huma.Operation{
		OperationID: "get-installation", Method: http.MethodGet, Path: "/v1/installation",
		Metadata: map[string]any{faas.Polled: faas.Poll{
			Scope: func(*http.Request) string { return "" },
			Also:  func(ctx context.Context, _ *http.Request) (string, error) { return faas.ClientFrom(ctx).String(), nil },
		}},
		Summary: "Check Ocim's configuration and its work in the background",
	}, f.getInstallation)
	faas.Register(api, admin, huma.Operation{
		OperationID: "verify-audit", Method: http.MethodPost, Path: "/v1/audit/verify",
		Metadata: map[string]any{faas.Cost: faas.AsksGitLab},
		Summary:  "Check that no entry of the audit log was changed or removed",
	}, f.verifyAudit)
	faas.Register(api, admin, huma.Operation{
		OperationID: "get-keys", Method: http.MethodGet, Path: "/v1/keys",
		Summary: "Show which encryption keys stored secrets need",
	}, f.getKeys)
	faas.Register(api, admin, huma.Operation{
		OperationID: "reseal", Method: http.MethodPost, Path: "/v1/keys/reseal",
		Metadata: map[string]any{faas.Cost: faas.AsksGitLab},
		Summary:  "Encrypt all stored secrets with the current key now; sync does so automatically after a rotation",
	}, f.reseal)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "list-set-aside", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/set-aside",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: faas.ScopeOfPath}},
		Summary:  "List webhook events that can't be applied and were set aside",
	}, f.listSetAside)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		OperationID: "act-on-set-aside", Method: http.MethodPost, Path: "/v1/clusters/{cluster}/set-aside",
		Metadata: map[string]any{faas.Cost: faas.AsksGitLab},
		Summary:  "Retry or discard a webhook event that was set aside",
	}, f.actOnSetAside)
}

type installationOutput struct {
	Body struct {
		Configuration []installation.Result `json:"configuration" nullable:"false" doc:"What is configured"`
		Health        []installation.Result `json:"health" nullable:"false" doc:"What runs in the background"`
		Address       string                `json:"address,omitempty" doc:"Network address that this request seems to come from"`
		CheckedAt     time.Time             `json:"checkedAt"`
	}
}

func (f *syncer) getInstallation(ctx context.Context, _ *struct{}) (*installationOutput, error) {
	faas.HoldFor(ctx, installationHold)
	report, err := f.Installation.Report(ctx)
	if err != nil {
		return nil, err
	}
	now := f.Installation.Now().UTC()
	out := new(installationOutput)
	out.Body.Configuration, out.Body.Health, out.Body.CheckedAt = f.Configuration(ctx), report.Words(now), now
	if from := faas.ClientFrom(ctx); from.IsValid() {
		out.Body.Address = from.String()
	}
	return out, nil
}

type verifyAuditOutput struct {
	Body struct {
		OK         bool      `json:"ok"`
		Entries    int64     `json:"entries" doc:"How many entries hold together, from the first on"`
		Sealed     int64     `json:"sealed" doc:"How many of them are covered by a seal"`
		BeforeMACs int64     `json:"beforeMacs" doc:"How many of the sealed ones have no MAC of their own, since an earlier release sealed them: a change of them is found, but not which entry it was"`
		SealedAt   time.Time `json:"sealedAt,omitzero" doc:"When the last seal was made"`
		Problem    string    `json:"problem,omitempty" doc:"What is wrong"`
	}
}

func (f *syncer) verifyAudit(ctx context.Context, _ *struct{}) (*verifyAuditOutput, error) {
	v, err := f.Installation.VerifyAudit(ctx)
	if err != nil {
		return nil, err
	}
	out := new(verifyAuditOutput)
	out.Body.OK, out.Body.Problem = v.Problem == "", v.Problem
	out.Body.Entries, out.Body.Sealed, out.Body.BeforeMACs, out.Body.SealedAt = v.Entries, v.Sealed, v.BeforeMACs, v.SealedAt
	return out, nil
}

type keysOutput struct{ Body installation.Keys }

func (f *syncer) getKeys(ctx context.Context, _ *struct{}) (*keysOutput, error) {
	keys, err := f.Installation.KeyStatus(ctx)
	if err != nil {
		return nil, err
	}
	return &keysOutput{Body: keys}, nil
}

type resealOutput struct {
	Body struct {
		Resealed int `json:"resealed" doc:"How many secrets were encrypted again"`
	}
}

func (f *syncer) reseal(ctx context.Context, _ *struct{}) (*resealOutput, error) {
	n, err := f.Installation.Reseal(ctx)
	if err != nil {
		return nil, err
	}
	out := new(resealOutput)
	out.Body.Resealed = n
	return out, nil
}

// setAside is a webhook event that can't be applied.
type setAside struct {
	Key        string    `json:"key"`
	Kind       string    `json:"kind" enum:"pipeline,push"`
	Pipeline   int64     `json:"pipeline,omitempty"`
	Branch     string    `json:"branch,omitempty"`
	ReceivedAt time.Time `json:"receivedAt"`
	Attempts   int       `json:"attempts" doc:"How often Ocim tried to apply it"`
	Error      string    `json:"error,omitempty" doc:"Why the last try failed"`
}

type listSetAsideInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	After   string `query:"after" maxLength:"1000" doc:"Cursor: next of the page before"`
}

type listSetAsideOutput struct {
	Body struct {
		Events []setAside `json:"events" nullable:"false"`
		Next   string     `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
	}
}

func (f *syncer) listSetAside(ctx context.Context, in *listSetAsideInput) (*listSetAsideOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	events, next, err := f.Fleet.PoisonEvents(ctx, in.Cluster, in.After)
	if err != nil {
		return nil, err
	}
	out := new(listSetAsideOutput)
	out.Body.Events, out.Body.Next = []setAside{}, next
	for _, e := range events {
		row := setAside{Key: e.Key, Kind: e.Kind, Branch: e.Branch, ReceivedAt: e.ReceivedAt, Attempts: e.Attempts, Error: e.Error}
		if e.Pipeline != nil {
			row.Pipeline = e.Pipeline.ID
		}
		out.Body.Events = append(out.Body.Events, row)
	}
	return out, nil
}

type actOnSetAsideInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		Key    string `json:"key" minLength:"1" maxLength:"1000"`
		Action string `json:"action" enum:"retry,discard"`
	}
}

func (f *syncer) actOnSetAside(ctx context.Context, in *actOnSetAsideInput) (*struct{}, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	act, apply := f.Fleet.DiscardEvent, false
	if in.Body.Action == "retry" {
		act, apply = f.Fleet.RetryEvent, true
	}
	if err := act(ctx, in.Cluster, in.Body.Key, f.noting(ctx, "event."+in.Body.Action, in.Cluster, in.Body.Key)); err != nil {
		return nil, err
	}
	if !apply {
		return nil, nil
	}
	// What can't be applied is set aside again, with the reason.
	if err := f.Apply(ctx, in.Cluster); err != nil {
		f.Log.WarnContext(ctx, "a retried event is not applied", "cluster", in.Cluster, "err", err)
	}
	return nil, nil
}

func (f *syncer) exists(ctx context.Context, cluster string) error {
	if cluster == "" {
		return nil // what belongs to none
	}
	_, err := f.Fleet.Project(ctx, cluster)
	if fault.Is(err, fault.NotFound) {
		return faas.NoSuchCluster()
	}
	return err
}

// upkeep records the run, does what is due and measures for the metrics. It fails
// nothing: a later run does what this one could not.
func (f *syncer) upkeep(ctx context.Context, projects []fleet.Project, failed int, took time.Duration) {
	run := installation.Run{Took: took, Projects: len(projects), Failed: failed}
	if err := f.Installation.Upkeep(ctx, run); err != nil {
		f.Log.WarnContext(ctx, "upkeep not finished", "err", err)
	}
	if f.Measured == nil || ctx.Err() != nil || time.Since(f.measuredAt) < measureEvery {
		return
	}
	report, err := f.Installation.Report(ctx)
	if err != nil {
		f.Log.WarnContext(ctx, "not measured", "err", err)
		return
	}
	f.measuredAt = time.Now()
	f.Measured(report)
}
