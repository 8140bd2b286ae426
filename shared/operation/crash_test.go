package operation_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/setup"
)

// death stops a replica after so many changes to the store or to GitLab: the
// last one happens, its answer is lost, and nothing works afterwards. Dying at a
// read is the same as dying after the change before it.
type death struct {
	mu    sync.Mutex
	after int
	done  int
}

func (d *death) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done >= d.after
}

// change counts a change and reports whether its answer arrives.
func (d *death) change() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done++
	return d.done < d.after
}

var errKilled = fault.Wrap(fault.Unavailable, errors.New("killed"), "the replica died")

// mortalStore is the store as a replica sees it that dies.
type mortalStore struct {
	kv.Store
	*death
}

func (m mortalStore) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	if m.dead() {
		return kv.Item{}, errKilled
	}
	return m.Store.Get(ctx, key, opts...)
}

func (m mortalStore) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	if m.dead() {
		return nil, errKilled
	}
	return m.Store.BatchGet(ctx, keys, opts...)
}

func (m mortalStore) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	if m.dead() {
		return kv.Page{}, errKilled
	}
	return m.Store.Query(ctx, q)
}

func (m mortalStore) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if m.dead() {
		return kv.Item{}, errKilled
	}
	put, err := m.Store.Put(ctx, item, cond)
	if !m.change() {
		return kv.Item{}, errKilled
	}
	return put, err
}

func (m mortalStore) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	if m.dead() {
		return errKilled
	}
	err := m.Store.Delete(ctx, key, cond)
	if !m.change() {
		return errKilled
	}
	return err
}

func (m mortalStore) Add(ctx context.Context, key kv.Key, delta int64, expires time.Time) (int64, error) {
	if m.dead() {
		return 0, errKilled
	}
	n, err := m.Store.Add(ctx, key, delta, expires)
	if !m.change() {
		return 0, errKilled
	}
	return n, err
}

// mortalTransport is GitLab as the same replica sees it.
type mortalTransport struct{ *death }

func (m mortalTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.dead() {
		return nil, errKilled
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if r.Method != http.MethodGet && !m.change() {
		if err == nil {
			_ = answer.Body.Close()
		}
		return nil, errKilled
	}
	return answer, err
}

// A function dies after each change that it makes, from the request to the end of
// the pipelines. Whoever repeats the request and syncs ends with one request to
// GitLab, one operation that is live, and a free cluster.
func TestDyingAnywhereMakesOnePipeline(t *testing.T) {
	for name, req := range map[string]operation.Request{
		"create": {Kind: fleet.Create, Instance: "gamma"},
		"update": {Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for after := 1; ; after++ {
				if !dieAfter(t, req, after) {
					t.Logf("%d points to die at", after-1)
					require.Greater(t, after, 20, "the replica died nowhere")
					return
				}
			}
		})
	}
}

// dieAfter reports whether the replica died at all.
func dieAfter(t *testing.T, req operation.Request, after int) bool {
	t.Helper()
	w := newWorld(t, "alpha", "beta")
	w.deaf()
	w.gitlab.ResetRequests()
	d := &death{after: after}
	mortal := setup.NewFleet(setup.Parts{
		KV: mortalStore{w.kv, d}, Keys: w.seals, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Transport: mortalTransport{d}, Webhook: w.hook,
	})
	req.Key, req.By = "the-one-key", ada
	_, _, err := mortal.Operations.Start(t.Context(), w.project(t), req)
	require.True(t, err == nil || d.dead(), "%v", err)
	for range 3 {
		w.clock.Advance(15 * time.Minute)
		_ = mortal.Sync(t.Context(), "campus")
	}
	died := d.dead()
	_, err = w.Store.InstancePage(t.Context(), "campus", req.Instance) // an open page asks meanwhile
	require.NoError(t, err)

	op, _, err := w.Operations.Start(t.Context(), w.project(t), req) // whoever waited for the answer asks again
	require.NoError(t, err, "died after %d changes", after)
	for range 4 {
		w.clock.Advance(15 * time.Minute)
		_ = w.Sync(t.Context(), "campus") // a dead replica's lease may still be in the way
	}
	op = w.operation(t, op.ID)
	assert.Equal(t, fleet.Live, op.State, "died after %d changes: %s", after, op.Detail)
	assert.Equal(t, 1, w.started(), "died after %d changes", after)
	list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Len(t, list, 1, "died after %d changes", after)
	open, err := w.Store.OpenOperations(t.Context(), "campus")
	require.NoError(t, err)
	assert.Empty(t, open)
	page, err := w.Store.InstancePage(t.Context(), "campus", req.Instance)
	require.NoError(t, err)
	require.Len(t, page.Operations, 1, "died after %d changes", after)
	op.SentAt = time.Time{} // is not for pages
	assert.Equal(t, op, page.Operations[0], "died after %d changes", after)
	pipelines, _, err := w.Store.InstancePipelines(t.Context(), "campus", req.Instance, "", 20)
	require.NoError(t, err)
	require.Len(t, page.Pipelines, len(pipelines), "died after %d changes", after)
	for i, p := range pipelines {
		p.Stages = nil
		assert.Equal(t, p, page.Pipelines[i], "died after %d changes", after)
	}

	next, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{set("config.yml", "X", "y")}})
	require.NoError(t, err)
	assert.Equal(t, fleet.Accepted, next.State, "died after %d changes: the cluster is free", after)
	return died
}

// started counts the requests that made GitLab start something.
func (w *world) started() int {
	n := 0
	for _, r := range w.gitlab.Requests() {
		made := strings.HasSuffix(r.Path, "/trigger/pipeline") || strings.HasSuffix(r.Path, "/repository/commits") || strings.HasSuffix(r.Path, "/pipeline")
		if r.Method == http.MethodPost && r.Status == http.StatusCreated && made {
			n++
		}
	}
	return n
}

// The same for a bulk change of two waves.
func TestDyingAnywhereLosesNothingOfABulkChange(t *testing.T) {
	t.Parallel()
	for after := 1; ; after++ {
		w := newWorld(t, instances(3)...)
		w.deaf()
		w.gitlab.ResetRequests()
		d := &death{after: after}
		mortal := setup.NewFleet(setup.Parts{
			KV: mortalStore{w.kv, d}, Keys: w.seals, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
			Transport: mortalTransport{d}, Webhook: w.hook,
		})
		_, _, err := mortal.Operations.StartBulk(t.Context(), rename(3))
		require.True(t, err == nil || d.dead(), "%v", err)
		for range 3 {
			w.clock.Advance(15 * time.Minute)
			_ = mortal.Sync(t.Context(), "campus")
		}
		died := d.dead()

		b, _, err := w.Operations.StartBulk(t.Context(), rename(3))
		require.NoError(t, err, "died after %d changes", after)
		for range 5 {
			w.clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus")
		}
		b = w.bulk(t, b.ID)
		require.Equal(t, fleet.BulkDone, b.State, "died after %d changes: %s", after, b.Detail)
		require.Equal(t, map[fleet.TargetState]int{fleet.TargetLive: 3}, states(b), "died after %d changes: %+v", after, b.Targets)
		require.Equal(t, 2, w.started(), "died after %d changes: one commit for each wave", after)
		if !died {
			t.Logf("%d points to die at", after-1)
			return
		}
	}
}
