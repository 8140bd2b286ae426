package function_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	function "github.com/open-craft/ocim/functions/sync"
	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/setup"
)

type operator struct{}

func (operator) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	if bearer == "administrator" {
		return identity.Principal{UserID: "a", Grants: identity.Grants{Global: identity.Administrator}}, nil
	}
	return identity.Principal{UserID: "u", Grants: identity.Grants{Global: identity.Operator}}, nil
}

func TestVerifyAudit_SaysWhatIsWrong(t *testing.T) {
	w := newWorld(t, 0)
	call := func(bearer string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/audit/verify", nil)
		r.Header.Set("Authorization", "Bearer "+bearer)
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	code, _ := call("operator")
	assert.Equal(t, http.StatusForbidden, code)
	code, body := call("administrator")
	assert.Equal(t, http.StatusOK, code)
	assert.JSONEq(t, `{"ok":true,"entries":7,"sealed":5,"beforeMacs":2}`, body)
	w.problem = "The end of the log is missing."
	_, body = call("administrator")
	assert.JSONEq(t, `{"ok":false,"entries":7,"sealed":5,"beforeMacs":2,"problem":"The end of the log is missing."}`, body)
}

// ring has one key.
type ring struct{}

func (ring) IDs() ([]string, error) { return []string{"one"}, nil }

// The page shows what is configured and how the background does, and the schedule once
// it has run.
func TestInstallation_ShowsTheLastRun(t *testing.T) {
	w := newWorld(t, 2)
	call := func() string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/installation", nil)
		r.Header.Set("Authorization", "Bearer administrator")
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())
		return rec.Body.String()
	}
	assert.Contains(t, call(), "The schedule has not called sync yet.")
	code, _ := w.call("/")
	require.Equal(t, http.StatusOK, code)
	shown := call()
	assert.Contains(t, shown, "It read 2 projects in")
	assert.Contains(t, shown, "Browsers and GitLab reach Ocim at https://ocim.example.org.")
	assert.Contains(t, shown, "The audit log is intact: 7 entries verified")
	require.Len(t, w.measured, 1)
	assert.Len(t, w.measured[0].Figures.Projects, 2)
}

func TestActOnSetAside_RetriesOrDiscards(t *testing.T) {
	w := newWorld(t, 1)
	for _, key := range []string{"a", "b"} {
		require.NoError(t, w.store.PostponeEvent(t.Context(), fleet.Event{Key: key, Cluster: "p000", Kind: fleet.EventPush, Error: "no such branch", ReceivedAt: w.now}, true))
	}
	call := func(method, body string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), method, "/v1/clusters/p000/set-aside", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	_, listed := call(http.MethodGet, "")
	assert.Contains(t, listed, `"key":"a","kind":"push","receivedAt":"2026-11-22T12:00:00Z","attempts":1,"error":"no such branch"`)
	code, answer := call(http.MethodPost, `{"key":"a","action":"retry"}`)
	require.Equal(t, http.StatusNoContent, code, answer)
	code, answer = call(http.MethodPost, `{"key":"b","action":"discard"}`)
	require.Equal(t, http.StatusNoContent, code, answer)
	assert.Equal(t, []string{"u event.retry p000 a", "u event.discard p000 b"}, w.noted)
	assert.Equal(t, []string{"p000"}, w.applied)
	waiting, _, err := w.store.WaitingEvents(t.Context(), "p000", "")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	assert.Equal(t, "a", waiting[0].Key)
	assert.Zero(t, waiting[0].Attempts, "it has all its tries again")
	_, listed = call(http.MethodGet, "")
	assert.Contains(t, listed, `"events":[]`)
	code, _ = call(http.MethodPost, `{"key":"a","action":"retry"}`)
	assert.Equal(t, http.StatusNotFound, code)
}

// world is the function over a fleet whose projects are not really read.
type world struct {
	*testing.T
	kv      kv.Store
	store   *fleetstore.Store
	handler http.Handler

	mu        sync.Mutex
	now       time.Time
	synced    []string
	checked   []string
	observed  []string
	collected []string
	visited   []string
	repairs   int
	seals     int
	problem   string // of the audit log
	measured  []installation.Report
	applied   []string
	noted     []string
	notified  int
	sync      func(ctx context.Context, project string) error
	observe   func(ctx context.Context, project string) error
	collect   func(ctx context.Context, project string) error
}

func newWorld(t *testing.T, projects int) *world {
	w := &world{T: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), sync: func(context.Context, string) error { return nil }, observe: func(context.Context, string) error { return nil }}
	w.kv = kvtest.OpenWithClock(t, w.clock)
	w.store = fleetstore.New(w.kv, w.clock)
	for n := range projects {
		require.NoError(t, w.store.AddProject(t.Context(), fleet.Project{ID: fmt.Sprintf("p%03d", n), GitLabID: int64(n)}))
	}
	quiet := slog.New(slog.DiscardHandler)
	w.handler = function.New(function.Deps{
		API: faas.Options{Authenticator: operator{}, Log: quiet}, Fleet: w.store, NewID: setup.NewID, Log: quiet, Limit: time.Minute,
		Sync: func(ctx context.Context, project string) error {
			w.note(&w.synced, project)
			return w.sync(ctx, project)
		},
		SyncAll: func(ctx context.Context, projects []fleet.Project, done func(fleet.Project, error)) error {
			var group errgroup.Group
			group.SetLimit(8)
			for _, p := range projects {
				group.Go(func() error {
					w.note(&w.synced, p.ID)
					done(p, w.sync(ctx, p.ID))
					return nil
				})
			}
			return group.Wait()
		},
		DueChecks: ids,
		Check:     func(_ context.Context, project string) error { w.note(&w.checked, project); return nil },
		Observe: func(ctx context.Context, project fleet.Project) error {
			w.note(&w.observed, project.ID)
			return w.observe(ctx, project.ID)
		},
		Visit:    func(_ context.Context, project string) error { w.note(&w.visited, project); return nil },
		DueUsage: ids,
		Collect: func(ctx context.Context, project string) error {
			w.note(&w.collected, project)
			if w.collect != nil {
				return w.collect(ctx, project)
			}
			return nil
		},
		Notify: func(ctx context.Context) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			require.NoError(t, ctx.Err())
			w.notified++
			assert.LessOrEqual(t, len(w.observed), len(w.synced), "notifications come after observations")
			return fault.New(fault.Unavailable, "not now")
		},
		Test: func(_ context.Context, owner, subscription string) (notify.Delivery, error) {
			if subscription != "mine" {
				return notify.Delivery{}, fault.New(fault.NotFound, "There is no such subscription.")
			}
			return notify.Delivery{State: notify.Sent, Subscription: subscription, Name: owner}, nil
		},
		Seal: func(context.Context) (int64, error) {
			w.seals++
			return 0, fault.New(fault.Unavailable, "not now")
		},
		Installation: &installation.Service{
			KV: kvtest.OpenWithClock(t, w.clock), Fleet: w.store, Now: w.clock, Log: quiet, Ring: ring{},
			Backlog: func(context.Context) (installation.Notices, error) { return installation.Notices{}, nil },
			Verify: func(context.Context) (audit.Verification, error) {
				return audit.Verification{Entries: 7, Sealed: 5, BeforeMACs: 2, Problem: w.problem}, nil
			},
		},
		Configuration: func(context.Context) []installation.Result {
			return []installation.Result{installation.Address("https://ocim.example.org")}
		},
		Measured: func(r installation.Report) { w.measured = append(w.measured, r) },
		Apply: func(_ context.Context, cluster string) error {
			w.applied = append(w.applied, cluster)
			return fault.New(fault.Unavailable, "not now")
		},
		Note: func(_ context.Context, by access.Actor, action, cluster, item string) error {
			w.noted = append(w.noted, by.UserID+" "+action+" "+cluster+" "+item)
			return nil
		},
		Repair: func(context.Context) (int, error) {
			w.repairs++
			return 0, fault.New(fault.Unavailable, "not now")
		},
	})
	return w
}

func ids(_ context.Context, projects []fleet.Project) (list []string, err error) {
	for _, p := range projects {
		list = append(list, p.ID)
	}
	return list, nil
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) note(list *[]string, project string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*list = append(*list, project)
}

func (w *world) call(path string) (int, map[string]any) {
	r := httptest.NewRequestWithContext(w.Context(), http.MethodPost, path, nil)
	r.Header.Set("Authorization", "Bearer x")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	var body map[string]any
	require.NoError(w, json.Unmarshal(rec.Body.Bytes(), &body), rec.Body.String())
	return rec.Code, body
}

func TestARunReadsEachProjectOnceWhateverFails(t *testing.T) {
	w := newWorld(t, 500)
	w.sync = func(_ context.Context, project string) error {
		if project == "p123" {
			return fault.New(fault.Upstream, "no access")
		}
		return nil
	}
	code, body := w.call("/")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "done", body["outcome"])
	slices.Sort(w.synced)
	assert.Len(t, slices.Compact(w.synced), 500)
	assert.Len(t, w.checked, 500)
	assert.Equal(t, 1, w.repairs, "what fails there keeps no project back")
	assert.Equal(t, 1, w.seals, "nor here")
	assert.Equal(t, 1, w.notified, "nor does this")
}

// A cluster that does not answer holds up no other, and fails no sync.
func TestASilentClusterChangesNothingForOthers(t *testing.T) {
	w := newWorld(t, 100)
	var others sync.WaitGroup
	others.Add(99)
	w.observe = func(_ context.Context, project string) error {
		if project != "p000" {
			others.Done()
			return nil
		}
		others.Wait() // for ever, if it held them up
		return fault.New(fault.Unavailable, "it does not answer")
	}
	code, body := w.call("/")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "done", body["outcome"])
	assert.Len(t, w.observed, 100)
	assert.ElementsMatch(t, w.observed, w.visited)
	assert.Len(t, w.synced, 100)
}

// A project whose GitLab is down has a cluster all the same.
func TestAClusterIsObservedWhateverGitLabSays(t *testing.T) {
	w := newWorld(t, 1)
	w.sync = func(context.Context, string) error { return fault.New(fault.Unavailable, "GitLab is down") }
	w.call("/")
	assert.Equal(t, []string{"p000"}, w.observed)
	w.observe = func(context.Context, string) error { return fault.New(fault.Unavailable, "it does not answer") }
	code, _ := w.call("/v1/clusters/p000")
	assert.Equal(t, http.StatusOK, code)
	assert.Len(t, w.observed, 2)
}

// Usage comes last, so that it holds up nothing, and fails nothing.
func TestUsageDisturbsNothing(t *testing.T) {
	w := newWorld(t, 20)
	w.collect = func(context.Context, string) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		assert.Len(t, w.observed, 20, "every cluster's health is known by now")
		return fault.New(fault.Unavailable, "it has no usage report")
	}
	code, body := w.call("/")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "done", body["outcome"])
	assert.Len(t, w.collected, 20)
}

// Strangers can call the function; they cannot make it work more often.
func TestRunsAreDebounced(t *testing.T) {
	w := newWorld(t, 1)
	for range 5 {
		w.call("/")
	}
	assert.Len(t, w.synced, 1)
	w.mu.Lock()
	w.now = w.now.Add(11 * time.Second)
	w.mu.Unlock()
	w.call("/")
	assert.Len(t, w.synced, 2)
}

func TestTwoRunsDoNotOverlap(t *testing.T) {
	w := newWorld(t, 1)
	entered, leave := make(chan struct{}), make(chan struct{})
	w.sync = func(context.Context, string) error {
		close(entered)
		<-leave
		return nil
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, "/", nil)
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-entered
	_, body := w.call("/")
	assert.Equal(t, "skipped", body["outcome"])
	close(leave)
	<-done
}

func TestOneProjectAnswersItsState(t *testing.T) {
	w := newWorld(t, 1)
	require.NoError(t, w.store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: "p000", State: fleet.SyncState{Commit: "abc", Error: "GitLab is down"}}))
	w.sync = func(context.Context, string) error { return fault.New(fault.Unavailable, "GitLab is down") }
	code, body := w.call("/v1/clusters/p000")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "GitLab is down", body["error"])
	code, _ = w.call("/v1/clusters/nowhere")
	assert.Equal(t, http.StatusNotFound, code)
}

// A GitLab that hangs takes its projects' time, and not that of their clusters.
func TestAGitLabThatHangsHidesNoCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3*8)
		w.sync = func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		}
		w.observe = func(ctx context.Context, project string) error {
			assert.NoError(t, ctx.Err(), project)
			left, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Greater(t, time.Until(left), 10*time.Second, "as long as a cluster may take")
			return nil
		}
		w.call("/")
		assert.Len(t, w.observed, 24)
	})
}

// More clusters that hang than are asked at the same time take turns with the others.
func TestClustersThatHangLeaveTurnsToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 80)
		w.observe = func(ctx context.Context, project string) error {
			if project >= "p060" { // the rest hang
				return nil
			}
			select {
			case <-time.After(10 * time.Second):
			case <-ctx.Done():
			}
			return fault.New(fault.Unavailable, "it does not answer")
		}
		runs := 0
		for seen := map[string]bool{}; len(seen) < 80; runs++ {
			require.Less(t, runs, 10)
			w.call("/")
			for _, p := range w.observed {
				seen[p] = true
			}
			w.mu.Lock()
			w.now = w.now.Add(time.Minute)
			w.observed, w.synced = nil, nil
			w.mu.Unlock()
		}
		assert.Greater(t, runs, 1, "one run could not reach them")
	})
}

// Projects that take the whole run leave time to notify people.
func TestSlowProjectsKeepNobodyUntold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3)
		w.sync = func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		w.call("/")
		assert.Equal(t, 48*time.Second, time.Since(began))
		assert.Equal(t, 1, w.notified)
	})
}

func TestATestIsSentForItsOwner(t *testing.T) {
	w := newWorld(t, 0)
	code, body := w.call("/v1/notifications/mine/test")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "sent", body["state"])
	assert.Equal(t, "u", body["name"])
	code, _ = w.call("/v1/notifications/other/test")
	assert.Equal(t, http.StatusNotFound, code)
}
