package operationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
)

// World is a fleettest.World whose project is in the fleet, with keys and previews for
// the operations that a test starts.
type World struct {
	*fleettest.World
	Rights *Rights // what the requesters may do
	keys   int
	hashes map[string]string // of previews, by idempotency key
}

// Ada is who requests operations.
var Ada = fleettest.Ada

// New builds a World with instances.
func New(t testing.TB, instances ...string) *World {
	t.Helper()
	return With(t, fleettest.Spec{Instances: instances})
}

// With builds a World of other files than New's.
func With(t testing.TB, spec fleettest.Spec) *World {
	t.Helper()
	w := &World{Rights: &Rights{}, hashes: map[string]string{}}
	spec.Requesters, spec.Transport = w.Rights, http.DefaultTransport
	w.World = fleettest.New(t, spec)
	w.Add(t)
	return w
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
func (w *World) Posts() int { return w.Posted("") }

// Set is a change of one key.
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
	w.DropEvents()
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

// ClockOffsets are how wrong a clock may be.
var ClockOffsets = []time.Duration{
	-40 * 24 * time.Hour, -2 * 24 * time.Hour, -3 * time.Hour, -10 * time.Minute, -2 * time.Minute,
	2 * time.Minute, 10 * time.Minute, 3 * time.Hour, 2 * 24 * time.Hour, 40 * 24 * time.Hour,
}

// WithClock is the same World as a replica sees it whose clock is off. Requests need keys
// of their own.
func (w *World) WithClock(off time.Duration) *World {
	return &World{World: w.World.WithClock(off), Rights: w.Rights, hashes: w.hashes}
}

// WithNow is WithClock for a replica that has a clock of its own.
func (w *World) WithNow(now func() time.Time) *World {
	return &World{World: w.World.WithNow(now), Rights: w.Rights, hashes: w.hashes}
}
