package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
	webhook "github.com/open-craft/ocim/functions/webhook"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// settingsWorld is every function over one project of a GitLab whose settings change. All
// of them live in the GitLab's time.
type settingsWorld struct {
	*testing.T
	base   string
	gitlab *gitlabtest.Server
	clock  *gitlabtest.Clock
	fleet  *allsetup.Fleet
	id     int         // of the project at GitLab
	deaf   atomic.Bool // the webhook function is out of order
}

type anyAdministrator struct{}

func (anyAdministrator) Authenticate(context.Context, string) (identity.Principal, error) {
	return identity.Principal{UserID: "u1", Email: "ada@example.org", Grants: identity.Grants{Global: identity.Administrator}}, nil
}

// newSettingsWorld adds the project campus, whose GitLab has a version; empty is the newest.
func newSettingsWorld(t *testing.T, version string) *settingsWorld {
	t.Helper()
	w := &settingsWorld{T: t, clock: gitlabtest.NewClock(time.Time{})}
	w.gitlab = gitlabtest.Start(t, gitlabtest.Options{Clock: w.clock, Version: version})
	w.id = w.gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "instances/alpha/config.yml": "LMS_HOST: alpha.example.org\n",
	}}).ID
	server := httptest.NewUnstartedServer(nil)
	w.base = "http://" + server.Listener.Addr().String()
	quiet := slog.New(slog.DiscardHandler)
	w.fleet = allsetup.New(allsetup.Parts{
		KV: kvtest.OpenWithClock(t, w.clock.Now), Keys: fleettest.Keyring(t), Requesters: everyoneMay{}, Now: w.clock.Now, Log: quiet,
		Transport: gitlab.NewTransport(gitlab.Options{AllowHTTP: true}),
		Webhook:   func(p string) string { return w.base + "/function/webhook/v1/projects/" + p + "/events" },
	})
	api := faas.Options{Authenticator: anyAdministrator{}, Log: quiet}
	handlers := functions(machine{api: api, fleet: w.fleet, log: quiet})
	events := webhook.New(webhook.Deps{
		API: api, Fleet: w.fleet.Store, Credentials: w.fleet.Vault.Credentials, Queue: w.fleet.Events, Count: func(string) {}, Now: w.clock.Now, Log: quiet,
	})
	handlers["webhook"] = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.deaf.Load() {
			http.Error(rw, "the function is out of order", http.StatusBadGateway)
			return
		}
		events.ServeHTTP(rw, r)
	})
	server.Config.Handler = &gateway{functions: handlers}
	server.Start()
	t.Cleanup(server.Close)
	w.do(http.MethodPost, "clusters/v1/projects", object{
		"gitlabUrl": w.gitlab.URL(), "project": "grove/campus",
		"apiToken": w.gitlab.AddToken(gitlabtest.TokenSpec{}), "triggerToken": w.gitlab.AddTriggerToken(w.id, ""),
	}, nil)
	w.do(http.MethodPut, "pipelines/v1/clusters/campus/contract", object{"allowReprovision": true}, nil)
	w.settle(1)
	return w
}

// ask calls a function, and gives the status and the answer.
func (w *settingsWorld) ask(method, path string, body any) (int, []byte) {
	w.Helper()
	sent, err := json.Marshal(body)
	require.NoError(w, err)
	return servertest.Call(w.T, method, w.base+"/function/"+path, "anyone", string(sent))
}

// do is ask for what succeeds.
func (w *settingsWorld) do(method, path string, body, into any) {
	w.Helper()
	status, answer := w.ask(method, path, body)
	require.Less(w, status, 300, "%s %s: %s", method, path, answer)
	if into != nil {
		require.NoError(w, json.Unmarshal(answer, into), "%s", answer)
	}
}

// applyEvents waits until GitLab has sent every event and Ocim has applied it.
func (w *settingsWorld) applyEvents() {
	w.Helper()
	require.NoError(w, w.gitlab.WaitIdle(w.Context()))
	require.NoError(w, w.fleet.Events.Drain(w.Context()))
}

// settle lets ten minutes pass, a number of times, after which every event has been
// applied and the schedule has read the project.
func (w *settingsWorld) settle(rounds int) {
	w.Helper()
	for range rounds {
		w.clock.Advance(10 * time.Minute)
		w.applyEvents()
		w.do(http.MethodPost, "sync/v1/clusters/campus", object{}, nil)
	}
}

// checks gives the checks that fail, by name.
func (w *settingsWorld) checks() map[string]fleet.Check {
	w.Helper()
	var all struct{ Checks []fleet.Check }
	w.do(http.MethodPost, "clusters/v1/projects/campus/check", object{}, &all)
	w.applyEvents() // of the test that the check let GitLab send
	failing := map[string]fleet.Check{}
	for _, c := range all.Checks {
		if c.State == fleet.CheckFailed {
			failing[c.Check] = c
		}
	}
	return failing
}

// start previews an operation and starts it.
func (w *settingsWorld) start(request object) fleet.Operation {
	w.Helper()
	var preview struct{ Hash string }
	confirm := request["confirm"]
	delete(request, "confirm")
	w.do(http.MethodPost, "pipelines/v1/clusters/campus/operations/preview", request, &preview)
	request["previewHash"] = preview.Hash
	if confirm != nil {
		request["confirm"] = confirm
	}
	var op fleet.Operation
	w.do(http.MethodPost, "pipelines/v1/clusters/campus/operations", request, &op)
	return op
}

func (w *settingsWorld) operation(id string) fleet.Operation {
	w.Helper()
	var page struct{ Operation fleet.Operation }
	w.do(http.MethodGet, "pipelines/v1/clusters/campus/operations/"+id, nil, &page)
	return page.Operation
}

// retryNow sends a waiting operation again.
func (w *settingsWorld) retryNow(id string) fleet.Operation {
	w.Helper()
	var op fleet.Operation
	w.do(http.MethodPost, "pipelines/v1/clusters/campus/operations/"+id+"/resume", object{}, &op)
	return op
}

// finish lets time pass until an operation has ended.
func (w *settingsWorld) finish(id string) fleet.Operation {
	w.Helper()
	for range 10 {
		w.applyEvents() // the reason of a failure is read after the event of it
		if op := w.operation(id); op.State.Ended() {
			return op
		}
		w.settle(1)
	}
	require.Fail(w, "it does not end", "%+v", w.operation(id))
	return fleet.Operation{}
}

// everyoneMay lets everyone do everything.
type everyoneMay struct{}

func (everyoneMay) Allowed(context.Context, audit.Actor, fleet.OperationKind, string) (bool, error) {
	return true, nil
}

// accepted counts the requests of an operation that GitLab accepted.
func (w *settingsWorld) accepted() int {
	n := 0
	for _, r := range w.gitlab.Requests() {
		start := strings.HasSuffix(r.Path, "/trigger/pipeline") || strings.HasSuffix(r.Path, "/pipeline") || strings.HasSuffix(r.Path, "/repository/commits")
		if r.Method == http.MethodPost && start && r.Status < 300 {
			n++
		}
	}
	return n
}

// known gives the ids of the cluster's pipelines.
func (w *settingsWorld) known() []int64 {
	w.Helper()
	var list struct{ Pipelines []fleet.Pipeline }
	w.do(http.MethodGet, "pipelines/v1/clusters/campus/pipelines", nil, &list)
	ids := make([]int64, 0, len(list.Pipelines))
	for _, p := range list.Pipelines {
		ids = append(ids, p.ID)
	}
	return ids
}
