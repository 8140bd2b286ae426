package operationtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// death stops a replica after a number of changes to the store or to GitLab: the last one
// happens, its answer is lost, and nothing works afterwards. A crash at a read equals a
// crash after the change before it.
type death struct {
	mu    sync.Mutex
	limit int // changes
	done  int
}

func (d *death) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done >= d.limit
}

// change counts a change and reports whether its answer arrives.
func (d *death) change() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done++
	return d.done < d.limit
}

var errKilled = fault.Wrap(fault.Unavailable, errors.New("killed"), "the replica died")

// mortalStore is the store of a replica that crashes.
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

// mortalTransport is GitLab for the same replica.
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

// Scenario is something that a person does through a function that may crash.
type Scenario struct {
	Before func(t *testing.T, w *World)                       // prepares the world
	Do     func(ctx context.Context, f *allsetup.Fleet) error // the client repeats it after a crash
	Again  fault.Kind                                         // error that the repetition may get once it is done
	Action string                                             // of its audit entry, of which there must be one
	Polls  int                                                // syncs of the replica that may crash
	After  func(t *testing.T, w *World, died string)          // checks the end
	Undone func(t *testing.T, w *World, died string)          // checks that nothing happened, when the action was never recorded
}

// CrashEverywhere runs a scenario again and again, crashing one change later each time.
// With repeat, the client repeats it, and with the syncs of other replicas it comes to the
// same end, with one audit entry. Without, it comes there by the syncs alone, or was never
// recorded.
func CrashEverywhere(t *testing.T, repeat bool, make func() Scenario, instances ...string) {
	t.Helper()
	for after := 1; ; after += fleettest.Step {
		w := New(t, instances...)
		w.DropEvents()
		d := make()
		if d.Before != nil {
			d.Before(t, w)
		}
		w.Server.ResetRequests()
		audited := w.Audited(t, d.Action)
		end := &death{limit: after}
		mortal := w.Replica(mortalStore{w.KV, end}, mortalTransport{end})
		err := d.Do(t.Context(), mortal)
		require.True(t, err == nil || end.dead(), "%v", err)
		for range d.Polls {
			w.Clock.Advance(15 * time.Minute)
			_ = mortal.Sync(t.Context(), "campus")
		}
		died := fmt.Sprintf("died after %d changes", after)
		w.Clock.Advance(5 * time.Minute)
		if repeat {
			if err := d.Do(t.Context(), w.Fleet); err != nil {
				require.Equal(t, d.Again, fault.KindOf(err), "%s: %v", died, err)
			}
		}
		for range 6 {
			w.Clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus") // a dead replica's lease may still be in the way
		}
		_, err = w.Operations.Audit.Repair(t.Context())
		require.NoError(t, err)
		done := w.Audited(t, d.Action) - audited
		if !repeat && done == 0 {
			if d.Undone != nil {
				d.Undone(t, w, died)
			}
			continue
		}
		require.Equal(t, 1, done, "%s: audit entries", died)
		d.After(t, w, died)
		open, err := w.Store.OpenOperations(t.Context(), "campus")
		require.NoError(t, err)
		require.Empty(t, open, died)
		acts, err := w.Store.OpenPipelineActions(t.Context(), "campus")
		require.NoError(t, err)
		require.Empty(t, acts, died)
		if !end.dead() {
			t.Logf("%d points to die at", after-1)
			require.Greater(t, after, 4, "the replica died nowhere")
			return
		}
	}
}

// Audited counts the audit entries of an action.
func (w *World) Audited(t *testing.T, action string) int {
	t.Helper()
	page, err := w.Operations.Audit.List(t.Context(), audit.Filter{})
	require.NoError(t, err)
	n := 0
	for _, e := range page.Entries {
		if e.Action == action {
			n++
		}
	}
	return n
}

// Posted counts the successful POST requests to GitLab whose path has a suffix.
func (w *World) Posted(suffix string) int {
	n := 0
	for _, r := range w.Server.Requests() {
		if r.Method == http.MethodPost && r.Status < 300 && strings.HasSuffix(r.Path, suffix) {
			n++
		}
	}
	return n
}

// Started counts the requests that made GitLab start something.
func (w *World) Started() int {
	return w.Posted("/pipeline") + w.Posted("/repository/commits")
}

// Finish lets time pass until an operation has ended.
func (w *World) Finish(t *testing.T, op fleet.Operation) fleet.Operation {
	t.Helper()
	for range 10 {
		if op = w.Operation(t, op.ID); op.State.Ended() {
			return op
		}
		w.Poll(t, 1)
	}
	require.Fail(t, "it does not end", "%+v", op)
	return op
}
