package server

import (
	"net/http"

	auth "github.com/open-craft/ocim/functions/auth"
	clusters "github.com/open-craft/ocim/functions/clusters"
	instances "github.com/open-craft/ocim/functions/instances"
	pipelines "github.com/open-craft/ocim/functions/pipelines"
	sync "github.com/open-craft/ocim/functions/sync"
	webhook "github.com/open-craft/ocim/functions/webhook"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// functions gives every function of stack.yml but the frontend's, over one
// machine. Over the zero machine they can only describe themselves.
func functions(m machine) map[string]http.Handler {
	f := m.fleet
	if f == nil {
		f = allsetup.New(allsetup.Parts{Now: setup.Now})
	}
	return map[string]http.Handler{
		"auth": auth.New(auth.Deps{
			API: m.api, Identity: m.people, Audit: m.trail, Google: m.google, PublicURL: m.baseURL, NoPasswords: m.noPasswords, Now: setup.Now,
		}),
		"clusters":  clusters.New(clusters.Deps{API: m.api, Fleet: f.Store, Segments: f.Store.Segments, Activity: f.Store.Activity, Projects: f.Projects, Usage: f.Usage, Notify: f.Notify, Sync: f.Sync, Open: f.OpenCluster, NewID: setup.NewID, Now: setup.Now}),
		"instances": instances.New(instances.Deps{API: m.api, Fleet: f.Store, Segments: f.Store.Segments, Sync: f.Sync, Observe: f.Watch.Observe, Visit: f.Sites.VisitOne, Collect: f.Usage.Refresh, Deployed: f.Operations.Deployed, Open: f.OpenCluster, Redact: f.Secrets.Of, Viewed: f.NoteView, Now: setup.Now}),
		"pipelines": pipelines.New(pipelines.Deps{
			API: m.api, Fleet: f.Store, Operations: f.Operations, Actions: f.Actions, Bulks: f.Bulks, Policy: f.Policy, Pipeline: f.Pipeline, JobLog: f.JobLog, CopyLog: f.CopyLog, Redact: f.Secrets.Of, Viewed: f.NoteView,
		}),
		"sync": sync.New(sync.Deps{
			API: m.api, Fleet: f.Store, Sync: f.Sync, SyncAll: f.SyncAll, DueChecks: f.Projects.Due, Check: f.Projects.RunChecks, Observe: f.Watch.ObserveProject, Visit: f.Sites.Visit, DueUsage: f.Usage.Due, Collect: f.Usage.Collect, Notify: f.Notify.Run, Test: f.Notify.Test, Repair: f.Audit.Repair, Seal: f.SealAudit,
			Installation: f.Installation, Configuration: m.settings.Check, Measured: m.measured, Apply: f.Reconciler.ApplyWaiting, Note: f.NoteAction,
			NewID: setup.NewID, Log: m.log, Limit: syncLimit,
		}),
		"webhook": webhook.New(webhook.Deps{
			API: m.api, Fleet: f.Store, Credentials: f.Vault.Credentials, Queue: f.Events, Count: fleetsetup.CountEvent, Now: setup.Now, Log: m.log,
		}),
	}
}
