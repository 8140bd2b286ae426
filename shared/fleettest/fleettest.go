// Package fleettest builds a fleet for tests: one project on a GitLab with Grove
// behind it, one store, and one clock for both. Only GitLab and the clock are
// stand-ins.
package fleettest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// Cluster is the id of the World's cluster and of its project.
const Cluster = "campus"

// Ada is who requests operations.
var Ada = audit.Actor{UserID: "u1", Email: "ada@example.org"}

// Spec says what a World has. The zero Spec is a cluster without instances.
type Spec struct {
	Instances []string
	Files     map[string]string // of the repository; they add to those of the instances, or replace them
	NoEvents  bool              // the webhook's address does not exist
	Chat      notify.Chat
	// Requesters say what a person may do; nil: everyone may do everything.
	Requesters operation.Requesters
	// Transport reaches GitLab; nil: the product's own, with its limits.
	Transport http.RoundTripper
}

// World is a fleet of one cluster.
type World struct {
	*allsetup.Fleet
	Server    *gitlabtest.Server
	Clock     *gitlabtest.Clock
	ProjectID int              // of the GitLab project
	Request   projects.Request // adds the project

	spec    Spec
	webhook func(project string) string
	syncing sync.Mutex
}

// New builds a World. Its project is in GitLab, but not yet in the fleet: Add does
// that.
func New(t testing.TB, spec Spec) *World {
	t.Helper()
	clock := gitlabtest.NewClock(time.Time{})
	if spec.Requesters == nil {
		spec.Requesters = everyone{}
	}
	if spec.Transport == nil {
		spec.Transport = gitlab.NewTransport(gitlab.Options{AllowHTTP: true})
	}
	w := &World{Clock: clock, Server: gitlabtest.Start(t, gitlabtest.Options{Clock: clock}), spec: spec}
	files := map[string]string{
		"cluster.yml":         "TF_VAR_cluster_name: campus\nTF_VAR_cluster_provider: aws\nTF_VAR_region: eu-west-1\n",
		"defaults/config.yml": "PLATFORM_NAME: A new campus\n",
	}
	for _, name := range spec.Instances {
		files["instances/"+name+"/config.yml"] = fmt.Sprintf("# of %s\nLMS_HOST: %s.example.org\nOPENEDX_SECRET_KEY: hidden-%s # keep\nPLATFORM_NAME: Old\n", name, name, name)
		files["instances/"+name+"/grove.yml"] = "COMPREHENSIVE_THEME_NAME: brand\n"
		files["instances/"+name+"/requirements.txt"] = "tutor>=18,<19\n"
	}
	maps.Copy(files, spec.Files)
	w.ProjectID = w.Server.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files}).ID
	w.webhook = w.receiveEvents(t)
	w.Fleet = w.over(kvtest.OpenWithClock(t, clock.Now), Keyring(t), spec.Transport)
	w.Request = projects.Request{
		GitLabURL: w.Server.URL(), Project: "grove/campus",
		Secrets: projects.Secrets{
			APIToken:     secret.New(w.Server.AddToken(gitlabtest.TokenSpec{})),
			TriggerToken: secret.New(w.Server.AddTriggerToken(w.ProjectID, "")),
		},
	}
	return w
}

// Keyring returns a keyring with one new key.
func Keyring(t testing.TB) *secret.Keyring {
	t.Helper()
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	return keys
}

// Over builds a fleet like the World's over another store, or another replica over the
// same.
func (w *World) Over(store kv.Store) *allsetup.Fleet {
	return w.Replica(store, w.spec.Transport)
}

// Paused builds a replica over the World's store that stops as p says.
func (w *World) Paused(p *Pause) *allsetup.Fleet {
	return w.Replica(p.Store(w.KV), p.Transport(w.spec.Transport))
}

// Replica builds a fleet like the World's over a store, with a way to GitLab of its own.
func (w *World) Replica(store kv.Store, transport http.RoundTripper) *allsetup.Fleet {
	return w.over(store, w.Keys, transport)
}

// WithClock is the same World as a replica sees it whose clock is off.
func (w *World) WithClock(off time.Duration) *World {
	return w.WithNow(func() time.Time { return w.Clock.Now().Add(off) })
}

// WithNow is the same World as a replica sees it that has a clock of its own.
func (w *World) WithNow(now func() time.Time) *World {
	return &World{
		Server: w.Server, Clock: w.Clock, ProjectID: w.ProjectID, Request: w.Request, spec: w.spec, webhook: w.webhook,
		Fleet: allsetup.New(allsetup.Parts{
			KV: w.KV, Keys: w.Keys, Now: now, Log: slog.New(slog.DiscardHandler),
			Transport: w.spec.Transport, Webhook: w.webhook, Chat: w.spec.Chat, Requesters: w.spec.Requesters,
		}),
	}
}

func (w *World) over(store kv.Store, keys *secret.Keyring, transport http.RoundTripper) *allsetup.Fleet {
	return allsetup.New(allsetup.Parts{
		KV: store, Keys: keys, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: transport, Webhook: w.webhook, Chat: w.spec.Chat, Requesters: w.spec.Requesters,
	})
}

// receiveEvents serves what the webhook function does once it has authenticated an
// event: store it, then apply it.
func (w *World) receiveEvents(t testing.TB) func(project string) string {
	if w.spec.NoEvents {
		return func(string) string { return "http://127.0.0.1:1/hook" }
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.receive(r); err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	return func(string) string { return server.URL }
}

func (w *World) receive(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	report, err := gitlab.ParseEvent(r.Header.Get("X-Gitlab-Event"), body)
	if err != nil {
		return err
	}
	project, err := w.Store.Project(r.Context(), Cluster)
	if err != nil {
		return err
	}
	event := report.For(project, r.Header.Get("Idempotency-Key"), w.Clock.Now())
	if _, err := w.Store.AcceptEvent(r.Context(), event); err != nil {
		return err
	}
	w.syncing.Lock()
	defer w.syncing.Unlock()
	_ = w.Reconciler.ApplyWaiting(r.Context(), event.Cluster) // what fails is left for the sync
	return nil
}

// Webhook returns the address that GitLab sends a project's events to.
func (w *World) Webhook(project string) string { return w.webhook(project) }

// UseProject makes another project in GitLab, and Request ask for that one.
func (w *World) UseProject(path string, files map[string]string) {
	p := w.Server.AddProject(gitlabtest.ProjectSpec{Path: path, Files: files})
	w.Request.Project, w.Request.TriggerToken = path, secret.New(w.Server.AddTriggerToken(p.ID, ""))
}

// DropEvents makes GitLab send no more events.
func (w *World) DropEvents() {
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
}

// Sync reads the project once no event is being applied: the two never overlap.
func (w *World) Sync(ctx context.Context, project string) error {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	return w.Fleet.Sync(ctx, project)
}

// Poll advances the clock by ten minutes and syncs, for a number of rounds.
func (w *World) Poll(t testing.TB, rounds int) {
	t.Helper()
	for range rounds {
		w.Clock.Advance(10 * time.Minute)
		require.NoError(t, w.Sync(t.Context(), Cluster))
	}
}

// Add adds the project to the fleet and syncs it.
func (w *World) Add(t testing.TB) {
	t.Helper()
	project, warning, err := w.Projects.Add(t.Context(), w.Request)
	require.NoError(t, err)
	if !w.spec.NoEvents {
		require.Empty(t, warning)
	}
	require.Equal(t, Cluster, project.ID)
	require.NoError(t, w.Sync(t.Context(), Cluster))
}

// Project returns the project as the store has it.
func (w *World) Project(t testing.TB) fleet.Project {
	t.Helper()
	p, err := w.Store.Project(t.Context(), Cluster)
	require.NoError(t, err)
	return p
}

// Row returns an instance's row in the list, or nil.
func (w *World) Row(t testing.TB, instance string) *fleet.Row {
	t.Helper()
	chunk, err := w.Store.Chunk(t.Context(), Cluster)
	require.NoError(t, err)
	return chunk.Row(instance)
}

// Operation returns an operation as the store has it.
func (w *World) Operation(t testing.TB, id string) fleet.Operation {
	t.Helper()
	op, err := w.Store.Operation(t.Context(), Cluster, id)
	require.NoError(t, err)
	return op
}

// Start previews an operation and starts it as its preview shows it.
func (w *World) Start(t testing.TB, req operation.Request) (fleet.Operation, error) {
	t.Helper()
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	if err != nil {
		return fleet.Operation{}, err
	}
	req.PreviewHash = preview.Hash
	op, _, err := w.Operations.Start(t.Context(), w.Project(t), req)
	return op, err
}

// Create starts the creation of an instance.
func (w *World) Create(t testing.TB, name string) (fleet.Operation, error) {
	t.Helper()
	return w.Start(t, operation.Request{
		Kind: fleet.Create, Instance: name, By: Ada, Key: "key-of-" + name,
		Overrides: map[string]json.RawMessage{"PLATFORM_NAME": json.RawMessage(`"` + name + `"`), "LMS_HOST": json.RawMessage(`"` + name + `.example.org"`)},
	})
}

// everyone lets everyone do everything: the people of these tests have no accounts.
type everyone struct{}

// Allowed implements operation.Requesters.
func (everyone) Allowed(context.Context, audit.Actor, fleet.OperationKind, string) (bool, error) {
	return true, nil
}
