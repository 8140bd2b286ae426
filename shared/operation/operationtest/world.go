package operationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// World is a fleet of one cluster with a fake GitLab and Grove behind it, sharing one clock.
type World struct {
	*allsetup.Fleet
	KV        kv.Store
	Server    *gitlabtest.Server
	Clock     *gitlabtest.Clock
	ProjectID int // of the GitLab project
	keys      int
	hashes    map[string]string // of previews, by idempotency key
	Hook      func(string) string
	Rights    *Rights // what the requesters may do
	SealKeys  *secret.Keyring
}

var Ada = audit.Actor{UserID: "u1", Email: "ada@example.org"}

func New(t testing.TB, instances ...string) *World {
	t.Helper()
	clock := gitlabtest.NewClock(time.Time{})
	w := &World{hashes: map[string]string{}, Clock: clock, Server: gitlabtest.Start(t, gitlabtest.Options{Clock: clock}), Rights: &Rights{}, KV: kvtest.OpenWithClock(t, clock.Now)}
	files := map[string]string{
		"cluster.yml":         "TF_VAR_cluster_name: campus\nTF_VAR_cluster_provider: aws\n",
		"defaults/config.yml": "PLATFORM_NAME: A new campus\n",
	}
	for _, name := range instances {
		files["instances/"+name+"/config.yml"] = fmt.Sprintf("# of %s\nLMS_HOST: %s.example.org\nOPENEDX_SECRET_KEY: hidden-%s # keep\nPLATFORM_NAME: Old\n", name, name, name)
		files["instances/"+name+"/grove.yml"] = "COMPREHENSIVE_THEME_NAME: brand\n"
		files["instances/"+name+"/requirements.txt"] = "tutor>=18,<19\n"
	}
	project := w.Server.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files})
	w.ProjectID = project.ID
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	w.SealKeys, err = secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	w.Hook = w.hookAddress(t)
	w.Fleet = w.Replica(w.KV)
	_, _, err = w.Projects.Add(t.Context(), projects.Request{
		GitLabURL: w.Server.URL(), Project: "grove/campus",
		Secrets: projects.Secrets{
			APIToken:     secret.New(w.Server.AddToken(gitlabtest.TokenSpec{})),
			TriggerToken: secret.New(w.Server.AddTriggerToken(project.ID, "")),
		},
	})
	require.NoError(t, err)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	return w
}

// Replica builds another replica over a store.
func (w *World) Replica(store kv.Store) *allsetup.Fleet {
	return allsetup.New(allsetup.Parts{
		KV: store, Keys: w.SealKeys, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: http.DefaultTransport, Requesters: w.Rights, Webhook: w.Hook,
	})
}

// hookAddress serves what the webhook function does after it has proved the
// sender: store, then apply.
func (w *World) hookAddress(t testing.TB) func(string) string {
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
	project, err := w.Store.Project(r.Context(), "campus")
	if err != nil {
		return err
	}
	event := report.For(project, r.Header.Get("Idempotency-Key"), w.Clock.Now())
	if _, err := w.Store.AcceptEvent(r.Context(), event); err != nil {
		return err
	}
	_ = w.Reconciler.ApplyWaiting(r.Context(), event.Cluster) // what fails waits for the sync
	return nil
}

// DropWebhooks drops every webhook.
func (w *World) DropWebhooks() {
	w.Server.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
}

// Poll lets time pass and syncs, a number of times. Drop the webhooks first, or an event's
// own sync may hold the lease.
func (w *World) Poll(t testing.TB, rounds int) {
	t.Helper()
	for range rounds {
		w.Clock.Advance(10 * time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
	}
}

func (w *World) Project(t testing.TB) fleet.Project {
	t.Helper()
	p, err := w.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	return p
}

func (w *World) Row(t testing.TB, name string) *fleet.Row {
	t.Helper()
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	return chunk.Row(name)
}

func (w *World) Operation(t testing.TB, id string) fleet.Operation {
	t.Helper()
	op, err := w.Store.Operation(t.Context(), "campus", id)
	require.NoError(t, err)
	return op
}

// Request starts an operation with a key of its own.
func (w *World) Request(t testing.TB, req operation.Request) (fleet.Operation, error) {
	t.Helper()
	if req.Key == "" {
		w.keys++
		req.Key = fmt.Sprintf("key-%d", w.keys)
	}
	req.By = Ada
	req.PreviewHash = w.PreviewHash(t, req)
	op, _, err := w.Operations.Start(t.Context(), w.Project(t), req)
	return op, err
}

// PreviewHash returns the hash that a request carries, else that of its preview when its
// key was first used; "none" when the request is blocked.
func (w *World) PreviewHash(t testing.TB, req operation.Request) string {
	t.Helper()
	if req.PreviewHash != "" {
		return req.PreviewHash
	}
	if known, ok := w.hashes[req.Key]; ok {
		return known
	}
	preview, err := w.Operations.Preview(t.Context(), w.Project(t), req)
	if err != nil || preview.Hash == "" {
		return "none"
	}
	w.hashes[req.Key] = preview.Hash
	return preview.Hash
}

// Run starts an operation and lets it come to its end.
func (w *World) Run(t testing.TB, req operation.Request) fleet.Operation {
	t.Helper()
	op, err := w.Request(t, req)
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	return w.Operation(t, op.ID)
}

// File reads a file of the default branch as git has it.
func (w *World) File(t testing.TB, path string) string {
	t.Helper()
	p, err := w.GitLab.Open(t.Context(), w.Project(t))
	require.NoError(t, err)
	f, err := p.File(t.Context(), path, "main")
	require.NoError(t, err)
	return string(f.Text)
}

// Posts counts the requests that changed something in GitLab.
func (w *World) Posts() int {
	n := 0
	for _, r := range w.Server.Requests() {
		if r.Method == http.MethodPost && r.Status < 300 {
			n++
		}
	}
	return n
}

func Set(file, key, value string) operation.Change {
	raw, _ := json.Marshal(value)
	return operation.Change{File: file, Path: []string{key}, Value: raw}
}

// FieldOf returns the field that an error names.
func FieldOf(t testing.TB, err error) string {
	t.Helper()
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	return e.Field
}

// CommitByHand changes the instance beta outside Ocim, with the message that makes Grove
// deploy it, and syncs.
func (w *World) CommitByHand(t testing.TB, message string) {
	t.Helper()
	w.DropWebhooks()
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: message, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: hand.example.org\n"}})
	w.Clock.Advance(time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}

// Rights lets everyone do everything, except those whose rights were revoked.
type Rights struct {
	mu      sync.Mutex
	revoked map[string]bool
}

// Revoke takes a person's rights in a cluster.
func (r *Rights) Revoke(email, cluster string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.revoked == nil {
		r.revoked = map[string]bool{}
	}
	r.revoked[email+"/"+cluster] = true
}

// Allowed implements operation.Requesters.
func (r *Rights) Allowed(_ context.Context, by audit.Actor, _ fleet.OperationKind, cluster string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.revoked[by.Email+"/"+cluster], nil
}
