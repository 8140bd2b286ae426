package operation_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

// world is a fleet of one cluster over a GitLab with Grove behind it, in one
// time.
type world struct {
	*allsetup.Fleet
	kv     kv.Store
	gitlab *gitlabtest.Server
	clock  *gitlabtest.Clock
	id     int // of the GitLab project
	keys   int
	hashes map[string]string // of previews, by idempotency key
	hook   func(string) string
	seals  *secret.Keyring
}

var ada = audit.Actor{UserID: "u1", Email: "ada@example.org"}

func newWorld(t testing.TB, instances ...string) *world {
	t.Helper()
	clock := gitlabtest.NewClock(time.Time{})
	w := &world{hashes: map[string]string{}, clock: clock, gitlab: gitlabtest.Start(t, gitlabtest.Options{Clock: clock}), kv: kvtest.OpenWithClock(t, clock.Now)}
	files := map[string]string{
		"cluster.yml":         "TF_VAR_cluster_name: campus\nTF_VAR_cluster_provider: aws\n",
		"defaults/config.yml": "PLATFORM_NAME: A new campus\n",
	}
	for _, name := range instances {
		files["instances/"+name+"/config.yml"] = fmt.Sprintf("# of %s\nLMS_HOST: %s.example.org\nOPENEDX_SECRET_KEY: hidden-%s # keep\nPLATFORM_NAME: Old\n", name, name, name)
		files["instances/"+name+"/grove.yml"] = "COMPREHENSIVE_THEME_NAME: brand\n"
		files["instances/"+name+"/requirements.txt"] = "tutor>=18,<19\n"
	}
	project := w.gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: files})
	w.id = project.ID
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	w.seals, err = secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	w.hook = w.hookAddress(t)
	w.Fleet = w.over(w.kv)
	_, _, err = w.Projects.Add(t.Context(), projects.Request{
		GitLabURL: w.gitlab.URL(), Project: "grove/campus",
		APIToken:     secret.New(w.gitlab.AddToken(gitlabtest.TokenSpec{})),
		TriggerToken: secret.New(w.gitlab.AddTriggerToken(project.ID, "")),
	})
	require.NoError(t, err)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	return w
}

// over wires a fleet over a store: another replica.
func (w *world) over(store kv.Store) *allsetup.Fleet {
	return allsetup.New(allsetup.Parts{
		KV: store, Keys: w.seals, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: http.DefaultTransport, Webhook: w.hook,
	})
}

// hookAddress serves what the webhook function does after it has proved the
// sender: store, then apply.
func (w *world) hookAddress(t testing.TB) func(string) string {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.receive(r); err != nil {
			http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	return func(string) string { return server.URL }
}

func (w *world) receive(r *http.Request) error {
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
	event := report.For(project, r.Header.Get("Idempotency-Key"), w.clock.Now())
	if _, err := w.Store.AcceptEvent(r.Context(), event); err != nil {
		return err
	}
	_ = w.Reconciler.ApplyWaiting(r.Context(), event.Cluster) // what fails waits for the sync
	return nil
}

// deaf drops every webhook.
func (w *world) deaf() {
	w.gitlab.SetWebhookCopies(func(gitlabtest.Delivery) int { return 0 })
}

// poll lets time pass and syncs, as often as it is told; the world should be
// deaf, or an event's own sync may be in the way.
func (w *world) poll(t testing.TB, rounds int) {
	t.Helper()
	for range rounds {
		w.clock.Advance(10 * time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
	}
}

func (w *world) project(t testing.TB) fleet.Project {
	t.Helper()
	p, err := w.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	return p
}

func (w *world) row(t testing.TB, name string) *fleet.Row {
	t.Helper()
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	return chunk.Row(name)
}

func (w *world) operation(t testing.TB, id string) fleet.Operation {
	t.Helper()
	op, err := w.Store.Operation(t.Context(), "campus", id)
	require.NoError(t, err)
	return op
}

// ask starts an operation with a key of its own.
func (w *world) ask(t testing.TB, req operation.Request) (fleet.Operation, error) {
	t.Helper()
	if req.Key == "" {
		w.keys++
		req.Key = fmt.Sprintf("key-%d", w.keys)
	}
	req.By = ada
	req.PreviewHash = w.hash(t, req)
	op, _, err := w.Operations.Start(t.Context(), w.project(t), req)
	return op, err
}

// hash gives the hash that a request carries, else the one of its preview when
// its key was first used. What is blocked has none, and is refused for that.
func (w *world) hash(t testing.TB, req operation.Request) string {
	t.Helper()
	if req.PreviewHash != "" {
		return req.PreviewHash
	}
	if known, ok := w.hashes[req.Key]; ok {
		return known
	}
	preview, err := w.Operations.Preview(t.Context(), w.project(t), req)
	if err != nil || preview.Hash == "" {
		return "none"
	}
	w.hashes[req.Key] = preview.Hash
	return preview.Hash
}

// startBulk starts a bulk change as its preview shows it.
func (w *world) startBulk(t testing.TB, req operation.BulkRequest) fleet.Bulk {
	t.Helper()
	preview, err := w.Operations.PreviewBulk(t.Context(), req)
	require.NoError(t, err)
	req.PreviewHash = preview.Hash
	b, _, err := w.Operations.StartBulk(t.Context(), req)
	require.NoError(t, err)
	return b
}

// run starts an operation and lets it come to its end.
func (w *world) run(t testing.TB, req operation.Request) fleet.Operation {
	t.Helper()
	op, err := w.ask(t, req)
	require.NoError(t, err)
	require.NoError(t, w.gitlab.Settle(t.Context()))
	return w.operation(t, op.ID)
}

// file reads a file of the default branch as git has it.
func (w *world) file(t testing.TB, path string) string {
	t.Helper()
	p, err := w.GitLab.Open(t.Context(), w.project(t))
	require.NoError(t, err)
	f, err := p.File(t.Context(), path, "main")
	require.NoError(t, err)
	return string(f.Text)
}

// posts counts the requests that changed something in GitLab.
func (w *world) posts() int {
	n := 0
	for _, r := range w.gitlab.Requests() {
		if r.Method == http.MethodPost && r.Status < 300 {
			n++
		}
	}
	return n
}

func set(file, key, value string) operation.Change {
	raw, _ := json.Marshal(value)
	return operation.Change{File: file, Path: []string{key}, Value: raw}
}

// fieldOf gives the field that an error names.
func fieldOf(t testing.TB, err error) string {
	t.Helper()
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	return e.Field
}

var _ operation.Remote = (*gitlab.Project)(nil)
