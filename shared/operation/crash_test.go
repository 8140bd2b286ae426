package operation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/setup/allsetup"
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

// deed is something that a person does, by a function that may die.
type deed struct {
	before func(t *testing.T, w *world)                       // what has to be there; it may keep things for the rest
	do     func(ctx context.Context, f *allsetup.Fleet) error // whoever waited for the answer does it again
	again  fault.Kind                                         // what the repetition may be told once it is done
	action string                                             // of the one audit entry
	polls  int                                                // syncs of the replica that may die
	after  func(t *testing.T, w *world, died string)          // what must be so at the end
	undone func(t *testing.T, w *world, died string)          // what must be so when it has not begun
}

// dieEverywhere does a deed again and again, dying one change later each time.
// Whoever repeats it, and syncs, comes to the same end, with one audit entry. Left
// alone, it comes there by the syncs of others, or has not begun.
func dieEverywhere(t *testing.T, repeat bool, make func() deed, instances ...string) {
	t.Helper()
	for after := 1; ; after++ {
		w := newWorld(t, instances...)
		w.deaf()
		d := make()
		if d.before != nil {
			d.before(t, w)
		}
		w.gitlab.ResetRequests()
		audited := w.audited(t, d.action)
		end := &death{after: after}
		mortal := allsetup.New(allsetup.Parts{
			KV: mortalStore{w.kv, end}, Keys: w.seals, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
			Transport: mortalTransport{end}, Webhook: w.hook,
		})
		err := d.do(t.Context(), mortal)
		require.True(t, err == nil || end.dead(), "%v", err)
		for range d.polls {
			w.clock.Advance(15 * time.Minute)
			_ = mortal.Sync(t.Context(), "campus")
		}
		died := fmt.Sprintf("died after %d changes", after)
		w.clock.Advance(5 * time.Minute)
		if repeat {
			if err := d.do(t.Context(), w.Fleet); err != nil {
				require.Equal(t, d.again, fault.KindOf(err), "%s: %v", died, err)
			}
		}
		for range 6 {
			w.clock.Advance(15 * time.Minute)
			_ = w.Sync(t.Context(), "campus") // a dead replica's lease may still be in the way
		}
		_, err = w.Operations.Audit.Repair(t.Context())
		require.NoError(t, err)
		done := w.audited(t, d.action) - audited
		if !repeat && done == 0 {
			if d.undone != nil {
				d.undone(t, w, died)
			}
			continue
		}
		require.Equal(t, 1, done, "%s: audit entries", died)
		d.after(t, w, died)
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

// audited counts the audit entries of an action.
func (w *world) audited(t *testing.T, action string) int {
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

// asked counts the requests that changed something at GitLab and whose path ends so.
func (w *world) asked(suffix string) int {
	n := 0
	for _, r := range w.gitlab.Requests() {
		if r.Method == http.MethodPost && r.Status < 300 && strings.HasSuffix(r.Path, suffix) {
			n++
		}
	}
	return n
}

// Every operation: one request to GitLab, one operation, which is live, and a free
// cluster.
func TestDyingAnywhereMakesOnePipeline(t *testing.T) {
	update := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "PLATFORM_NAME", "New")}}
	for name, test := range map[string]struct {
		req    operation.Request
		polls  int // 0 dies within the request, 3 until it is live: from GitLab's acceptance on the kinds are alike
		before func(t *testing.T, w *world, req *operation.Request)
	}{
		"create": {operation.Request{Kind: fleet.Create, Instance: "gamma"}, 3, nil},
		"update": {update, 3, nil},
		"roll back": {operation.Request{Kind: fleet.Update, Instance: "alpha"}, 0, func(t *testing.T, w *world, req *operation.Request) {
			files, err := w.Operations.Configuration(t.Context(), w.project(t), "alpha", "")
			require.NoError(t, err)
			op, err := w.ask(t, update)
			require.NoError(t, err)
			w.finish(t, op)
			req.RollBackTo = files.Commit
		}},
		"archive": {operation.Request{Kind: fleet.Archive, Instance: "alpha"}, 1, nil},
		"unarchive": {operation.Request{Kind: fleet.Unarchive, Instance: "alpha"}, 0, func(t *testing.T, w *world, _ *operation.Request) {
			op, err := w.ask(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
			require.NoError(t, err)
			w.finish(t, op)
		}},
		"delete":       {operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"}, 0, nil},
		"build images": {operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"}, 0, nil},
		"reprovision": {operation.Request{Kind: fleet.Reprovision, Confirm: "campus"}, 0, func(t *testing.T, w *world, _ *operation.Request) {
			_, err := w.Operations.SetContract(t.Context(), w.project(t), &fleet.Contract{AllowReprovision: true}, ada)
			require.NoError(t, err)
		}},
	} {
		run := func(t *testing.T, repeat bool) {
			t.Parallel()
			dieEverywhere(t, repeat, func() deed {
				req := test.req
				req.Key, req.By = "the-one-key", ada
				former := 0
				return deed{
					action: "operation." + string(req.Kind), polls: test.polls,
					before: func(t *testing.T, w *world) {
						if test.before != nil {
							test.before(t, w, &req)
							list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
							require.NoError(t, err)
							former = len(list)
						}
						req.PreviewHash = w.hash(t, req)
					},
					do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, _, err = f.Operations.Start(ctx, project, req)
						return err
					},
					after:  func(t *testing.T, w *world, died string) { w.madeOnce(t, req, former, died) },
					undone: func(t *testing.T, w *world, died string) { require.Zero(t, w.started(), died) },
				}
			}, "alpha", "beta")
		}
		t.Run(name, func(t *testing.T) { run(t, true) })
		if name == "create" || name == "archive" { // one that carries its deployment id, one that does not
			t.Run(name+", left alone", func(t *testing.T) { run(t, false) })
		}
	}
}

// madeOnce checks that an operation came to its end by one request.
func (w *world) madeOnce(t *testing.T, req operation.Request, former int, died string) {
	t.Helper()
	list, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	require.Len(t, list, former+1, died)
	op := w.operation(t, list[0].ID)
	require.Equal(t, fleet.Succeeded, op.State, "%s: %s", died, op.Detail)
	require.Equal(t, 1, w.started(), died)
	if req.Instance != "" {
		w.pageIsTrue(t, op, former, died)
	}
	next, err := w.ask(t, operation.Request{Kind: fleet.Update, Instance: "beta", Changes: []operation.Change{set("config.yml", "X", "y")}})
	require.NoError(t, err)
	require.Equal(t, fleet.Accepted, next.State, "%s: the cluster is free", died)
	w.finish(t, next)
}

// pageIsTrue checks that the page of an instance says what the store does.
func (w *world) pageIsTrue(t *testing.T, op fleet.Operation, former int, died string) {
	t.Helper()
	page, err := w.Store.InstancePage(t.Context(), "campus", op.Instance)
	require.NoError(t, err)
	require.Len(t, page.Operations, former+1, died)
	op.SentAt = time.Time{} // is not for pages
	require.Equal(t, op, page.Operations[0], died)
	pipelines, _, err := w.Store.InstancePipelines(t.Context(), "campus", op.Instance, "", 20)
	require.NoError(t, err)
	require.Len(t, page.Pipelines, len(pipelines), died)
	for i, p := range pipelines {
		p.Stages = nil
		require.Equal(t, p, page.Pipelines[i], died)
	}
}

// started counts the requests that made GitLab start something.
func (w *world) started() int {
	return w.asked("/pipeline") + w.asked("/repository/commits")
}

// finish lets time pass until an operation has ended.
func (w *world) finish(t *testing.T, op fleet.Operation) fleet.Operation {
	t.Helper()
	for range 10 {
		if op = w.operation(t, op.ID); op.State.Ended() {
			return op
		}
		w.poll(t, 1)
	}
	require.Fail(t, "it does not end", "%+v", op)
	return op
}

// Whoever cancels or retries a pipeline: GitLab is asked once, the act is in the history
// as done, and the operation follows.
func TestDyingAnywhereActsOnce(t *testing.T) {
	update := operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: []operation.Change{set("config.yml", "X", "1")}}
	for name, test := range map[string]struct {
		act    string
		before func(t *testing.T, w *world) fleet.Operation
		do     func(s *operation.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error)
		state  fleet.OperationState
	}{
		"cancel": {
			"cancel", func(t *testing.T, w *world) fleet.Operation {
				w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Hang: true, Times: -1})
				op, err := w.ask(t, update)
				require.NoError(t, err)
				w.poll(t, 1)
				return w.operation(t, op.ID)
			},
			func(s *operation.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error) {
				return s.CancelPipeline
			}, fleet.Canceled,
		},
		"retry": {
			"retry", func(t *testing.T, w *world) fleet.Operation {
				w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
				op, err := w.ask(t, update)
				require.NoError(t, err)
				return w.finish(t, op)
			},
			func(s *operation.Service) func(context.Context, fleet.Project, int64, string, audit.Actor) (fleet.Pipeline, error) {
				return s.RetryPipeline
			}, fleet.Succeeded,
		},
	} {
		run := func(t *testing.T, repeat bool) {
			t.Parallel()
			dieEverywhere(t, repeat, func() deed {
				var op fleet.Operation
				return deed{
					action: "pipeline." + test.act, again: fault.Conflict,
					before: func(t *testing.T, w *world) { op = test.before(t, w) },
					do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, err = test.do(f.Operations)(ctx, project, op.Pipelines[len(op.Pipelines)-1], "why", ada)
						return err
					},
					after: func(t *testing.T, w *world, died string) {
						assert.Equal(t, test.state, w.operation(t, op.ID).State, died)
						assert.Equal(t, 1, w.asked("/"+test.act), died)
						acts, err := w.Store.PipelineActions(t.Context(), "campus", op.Pipelines[len(op.Pipelines)-1])
						require.NoError(t, err)
						require.Len(t, acts, 1, died)
						assert.Equal(t, fleet.ActionDone, acts[0].State, "%s: %s", died, acts[0].Detail)
					},
					undone: func(t *testing.T, w *world, died string) { require.Zero(t, w.asked("/"+test.act), died) },
				}
			}, "alpha")
		}
		t.Run(name, func(t *testing.T) { run(t, true) })
		t.Run(name+", left alone", func(t *testing.T) { run(t, false) })
	}
}

// What is withdrawn is never sent, and the row of what was to be created goes.
func TestDyingAnywhereWithdraws(t *testing.T) {
	for name, repeat := range map[string]bool{"repeated": true, "left alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dieEverywhere(t, repeat, func() deed {
				var op fleet.Operation
				return deed{
					action: "operation.withdrawn", again: fault.Conflict,
					before: func(t *testing.T, w *world) {
						_, err := w.ask(t, operation.Request{Kind: fleet.Create, Instance: "beta"})
						require.NoError(t, err)
						op, err = w.ask(t, operation.Request{Kind: fleet.Create, Instance: "gamma"})
						require.NoError(t, err)
					},
					do: func(ctx context.Context, f *allsetup.Fleet) error {
						project, err := f.Store.Project(ctx, "campus")
						if err != nil {
							return err
						}
						_, err = f.Operations.Withdraw(ctx, project, op.ID, ada)
						return err
					},
					after: func(t *testing.T, w *world, died string) {
						assert.Equal(t, fleet.Canceled, w.operation(t, op.ID).State, died)
						assert.Zero(t, w.started(), died)
						assert.Nil(t, w.row(t, "gamma"), died)
					},
				}
			}, "alpha")
		})
	}
}

// A bulk change, whatever is done to it: each wave is one commit, and each target has
// its state.
func TestDyingAnywhereLosesNothingOfABulkChange(t *testing.T) {
	type counts = map[fleet.TargetState]int
	act := func(act string) func(ctx context.Context, f *allsetup.Fleet, id string) error {
		return func(ctx context.Context, f *allsetup.Fleet, id string) error {
			_, err := f.Operations.ActOnBulk(ctx, id, act, ada)
			return err
		}
	}
	fails := func(w *world) { w.gitlab.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true}) }
	for name, test := range map[string]struct {
		instances int
		script    func(w *world)
		polls     int      // before the act
		former    []string // acts before it
		act       string
		state     fleet.BulkState
		targets   counts
		started   int
		retried   int
	}{
		"pause":                   {3, nil, 0, nil, "pause", fleet.BulkPaused, counts{fleet.TargetSucceeded: 1, fleet.TargetWaiting: 2}, 0, 0},
		"resume":                  {3, nil, 3, []string{"pause"}, "resume", fleet.BulkDone, counts{fleet.TargetSucceeded: 3}, 1, 0},
		"abort":                   {3, nil, 0, nil, "abort", fleet.BulkAborted, counts{fleet.TargetSucceeded: 1, fleet.TargetSkipped: 2}, 0, 0},
		"retry what failed":       {3, fails, 3, nil, "retry", fleet.BulkDone, counts{fleet.TargetSucceeded: 3}, 1, 1},
		"retry what had come out": {1, fails, 3, nil, "retry", fleet.BulkDone, counts{fleet.TargetSucceeded: 1}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dieEverywhere(t, false, func() deed {
				var id string
				return deed{
					action: "bulk." + test.act,
					before: func(t *testing.T, w *world) {
						if test.script != nil {
							test.script(w)
						}
						b := w.startBulk(t, rename(test.instances))
						id = b.ID
						for _, former := range test.former {
							require.NoError(t, act(former)(t.Context(), w.Fleet, id))
						}
						w.poll(t, test.polls)
					},
					do: func(ctx context.Context, f *allsetup.Fleet) error { return act(test.act)(ctx, f, id) },
					after: func(t *testing.T, w *world, died string) {
						b := w.bulk(t, id)
						require.Equal(t, test.state, b.State, "%s: %s", died, b.Detail)
						require.Equal(t, test.targets, states(b), "%s: %+v", died, b.Targets)
						require.Equal(t, test.started, w.started(), died)
						require.Equal(t, test.retried, w.asked("/retry"), died)
					},
				}
			}, instances(test.instances)...)
		})
	}
	t.Run("start", func(t *testing.T) {
		t.Parallel()
		dieEverywhere(t, true, func() deed {
			var id string
			req := rename(3)
			return deed{
				action: "bulk.update", polls: 3,
				before: func(t *testing.T, w *world) {
					preview, err := w.Operations.PreviewBulk(t.Context(), req)
					require.NoError(t, err)
					req.PreviewHash = preview.Hash
				},
				do: func(ctx context.Context, f *allsetup.Fleet) error {
					b, _, err := f.Operations.StartBulk(ctx, req)
					id = b.ID
					return err
				},
				after: func(t *testing.T, w *world, died string) {
					b := w.bulk(t, id)
					require.Equal(t, fleet.BulkDone, b.State, "%s: %s", died, b.Detail)
					require.Equal(t, counts{fleet.TargetSucceeded: 3}, states(b), "%s: %+v", died, b.Targets)
					require.Equal(t, 2, w.started(), "%s: one commit for each wave", died)
				},
			}
		}, instances(3)...)
	})
}
