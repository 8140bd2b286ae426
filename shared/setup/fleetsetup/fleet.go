package fleetsetup

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/pipelineaction"
	"github.com/open-craft/ocim/shared/policy"
	"github.com/open-craft/ocim/shared/reconcile"
	"github.com/open-craft/ocim/shared/redact"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
	"github.com/open-craft/ocim/shared/standing"
	"github.com/open-craft/ocim/shared/vault"
)

// SecretSealKeys names the secret with the keyring that credentials are sealed with.
const SecretSealKeys = "ocim-seal-keys"

// Config is the configuration of a function that works on the fleet.
type Config struct {
	setup.Base
	storesetup.Store
	GitLab
}

// Build builds the fleet from its configuration.
func (c Config) Build(ctx context.Context) (*Fleet, error) {
	store, err := c.Store.Open(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := c.Base.Secrets().Keyring(SecretSealKeys)
	if err != nil {
		return nil, err
	}
	transport, err := c.GitLab.Transport(store)
	if err != nil {
		return nil, err
	}
	return New(Parts{KV: store, Keys: keys, Transport: transport, Now: setup.Now, Log: slog.Default()}), nil
}

// Parts is what a Fleet is built from.
type Parts struct {
	KV        kv.Store
	Keys      *secret.Keyring
	Transport http.RoundTripper // to GitLab
	// Requesters reports what the requesters may do now; nil: what
	// their accounts say.
	Requesters operation.Requesters
	Now        func() time.Time
	Log        *slog.Logger
}

// Fleet is the fleet's records with GitLab behind them: what every function that
// works on the fleet uses.
type Fleet struct {
	Parts
	Store      *fleetstore.Store
	Vault      *vault.Vault
	GitLab     *gitlab.Opener
	Operations *operation.Service
	Actions    *pipelineaction.Service
	Bulks      *bulk.Service
	Policy     *policy.Service
	Reconciler *reconcile.Reconciler
	Events     *reconcile.Queue // applies waiting events in the background
	Audit      *audit.Log
	Secrets    *redact.Service
}

// New builds a Fleet.
func New(p Parts) *Fleet {
	f := &Fleet{
		Parts: p, Store: fleetstore.New(p.KV, p.Now), Vault: vault.New(p.KV, p.Keys).By(p.Now),
		Audit: audit.New(p.KV, p.Now, p.Log),
	}
	if p.Requesters == nil {
		p.Requesters = accounts{p.KV, p.Now}
	}
	f.GitLab = &gitlab.Opener{Credentials: f.Vault.Credentials, Transport: p.Transport}
	f.Policy = &policy.Service{Store: f.Store, Audit: f.Audit, Now: p.Now}
	f.Bulks = &bulk.Service{
		Store: f.Store, Requesters: p.Requesters, Keys: p.Keys, Audit: f.Audit, Now: p.Now, NewID: setup.NewID, Log: p.Log,
	}
	f.Operations = &operation.Service{
		Store: f.Store, Keys: p.Keys, Audit: f.Audit, Gate: f.Bulks, Requesters: p.Requesters, Now: p.Now, NewID: setup.NewID, Log: p.Log,
		NewDeploymentID: func() (string, error) { return grove.NewDeploymentID(p.Now(), rand.Reader) },
		Open: func(ctx context.Context, project fleet.Project) (operation.Remote, error) {
			return f.GitLab.Open(ctx, project)
		},
	}
	f.Actions = &pipelineaction.Service{
		Store: f.Store, Operations: f.Operations, Requesters: p.Requesters, Audit: f.Audit, Now: p.Now, NewID: setup.NewID, Log: p.Log,
		Open: func(ctx context.Context, project fleet.Project) (pipelineaction.Remote, error) {
			return f.GitLab.Open(ctx, project)
		},
	}
	f.Bulks.Operations, f.Bulks.Actions = f.Operations, f.Actions
	f.Reconciler = &reconcile.Reconciler{
		Fleet: f.Store, Operations: advancer{f}, Now: p.Now, Log: p.Log,
		Open: func(ctx context.Context, project fleet.Project) (reconcile.Repository, error) {
			return f.GitLab.Open(ctx, project)
		},
	}
	f.Secrets = &redact.Service{Store: f.Store, Open: func(ctx context.Context, project fleet.Project) (redact.Remote, error) {
		return f.GitLab.Open(ctx, project)
	}}
	f.Reconciler.Glance = f.glance
	f.Events = reconcile.NewQueue(f.Reconciler.ApplyWaiting, p.Log)
	return f
}

// accounts reports what users may do, from their accounts.
type accounts struct {
	kv  kv.Store
	now func() time.Time
}

// Allowed implements operation.Requesters. Operations without a requester are Ocim's own; what
// releases before 2026-12 stored names no account.
func (a accounts) Allowed(ctx context.Context, by audit.Actor, kind fleet.OperationKind, cluster string) (bool, error) {
	if by.UserID == "" {
		return true, nil
	}
	role := access.Operator
	if kind == fleet.Reprovision {
		role = access.Administrator
	}
	grants, err := standing.Of(ctx, a.kv, by.UserID, by.TokenID, a.now())
	return access.Principal{Grants: grants}.Allowed(role, cluster), err
}

// advancer advances everything that follows a cluster's pipelines.
type advancer struct{ *Fleet }

// Advance continues the open actions first, since they change pipelines; then the
// operations, which follow pipelines; then the bulk changes, which follow operations.
func (a advancer) Advance(ctx context.Context, project fleet.Project, deployments ...string) error {
	return errors.Join(
		a.Actions.Resume(ctx, project), a.Operations.Advance(ctx, project, deployments...), a.Bulks.Advance(ctx),
	)
}

// AdvanceIdle implements reconcile.Operations.
func (a advancer) AdvanceIdle(ctx context.Context, project fleet.Project) error {
	return errors.Join(a.Actions.Resume(ctx, project), a.Operations.Advance(ctx, project))
}

// EndOpen implements reconcile.Operations.
func (a advancer) EndOpen(ctx context.Context, cluster, reason string) error {
	return a.Operations.EndOpen(ctx, cluster, reason)
}

// AdvanceBulks implements reconcile.Operations.
func (a advancer) AdvanceBulks(ctx context.Context) error { return a.Bulks.Advance(ctx) }

// glance looks for changes of projects with their own tokens.
func (f *Fleet) glance(ctx context.Context, list []fleet.Project, since time.Time) map[string]fleet.Glimpse {
	tokens, err := f.Vault.APITokens(ctx)
	if err != nil {
		f.Log.WarnContext(ctx, "all projects are read one by one", "err", err)
		return nil
	}
	return f.GitLab.Glance(ctx, list, tokens, since)
}

// SyncAll reads projects from GitLab, as far as they changed.
func (f *Fleet) SyncAll(ctx context.Context, list []fleet.Project, done func(project fleet.Project, err error)) error {
	return f.Reconciler.SyncAll(ctx, list, setup.NewID, done)
}

// Sync reads a project from GitLab, on behalf of one call.
func (f *Fleet) Sync(ctx context.Context, project string) error {
	return f.Reconciler.Sync(ctx, project, setup.NewID())
}

// Pipeline reads a pipeline with all its jobs from GitLab.
func (f *Fleet) Pipeline(ctx context.Context, project fleet.Project, id int64) (fleet.Pipeline, error) {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	return p.PipelineWithJobs(ctx, id)
}

// JobLog reads at most limit bytes of a job's log, from the offset from.
func (f *Fleet) JobLog(ctx context.Context, project fleet.Project, job, from, limit int64) (gitlab.Log, error) {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return gitlab.Log{}, err
	}
	return p.JobLog(ctx, job, from, limit)
}

// CopyLog writes a job's complete log as it arrives.
func (f *Fleet) CopyLog(ctx context.Context, project fleet.Project, job int64, to io.Writer) error {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return err
	}
	return p.CopyLog(ctx, job, to)
}

// Ready checks the store and the keys that credentials are sealed with, after what other
// checks; nil is none.
func (f *Fleet) Ready(other func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		if other != nil {
			if err := other(ctx); err != nil {
				return err
			}
		}
		if _, err := f.Keys.IDs(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "The keys that credentials are encrypted with cannot be read.")
		}
		return storesetup.Ready(ctx, f.KV)
	}
}

// SealAudit seals the end of the audit log with the keyring.
func (f *Fleet) SealAudit(ctx context.Context) (int64, error) { return f.Audit.SealHead(ctx, f.Keys) }

// VerifyAudit checks the audit log and its seals.
func (f *Fleet) VerifyAudit(ctx context.Context) (audit.Verification, error) {
	return f.Audit.VerifySeals(ctx, f.Keys)
}

// viewNoted is how long repeated reads of the same log count as one view.
const viewNoted = time.Hour

// NoteView records in the audit log that someone read a log, once an hour.
func (f *Fleet) NoteView(ctx context.Context, by audit.Actor, action, target string) error {
	return f.Audit.Note(ctx, by.UserID+" "+by.TokenID+" "+action+" "+target, viewNoted, audit.Entry{Actor: by, Action: action, Target: target})
}

// NoteAction records in the audit log that someone is about to do something to an item of
// a cluster, or to one of none.
func (f *Fleet) NoteAction(ctx context.Context, by audit.Actor, action, cluster, item string) error {
	target := "item/" + item
	if cluster != "" {
		target = audit.InstanceTarget(cluster, "")
	}
	before, _, err := audit.Values(map[string]string{"item": item}, nil)
	if err != nil {
		return err
	}
	return f.Audit.Note(ctx, rand.Text(), viewNoted, audit.Entry{Actor: by, Action: action, Target: target, Before: before})
}
