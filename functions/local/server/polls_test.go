package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/identity/identitytest"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// polledPages are what open pages of the frontend request again and again: the routes,
// and a request of each.
var polledPages = map[string]string{
	"/clusters/v1/clusters":                                            "/clusters/v1/clusters",
	"/clusters/v1/instances":                                           "/clusters/v1/instances?lifecycle=active",
	"/clusters/v1/clusters/{cluster}":                                  "/clusters/v1/clusters/campus",
	"/clusters/v1/overview":                                            "/clusters/v1/overview",
	"/clusters/v1/activity":                                            "/clusters/v1/activity?cluster=campus",
	"/clusters/v1/projects":                                            "/clusters/v1/projects",
	"/clusters/v1/projects/{cluster}":                                  "/clusters/v1/projects/campus",
	"/clusters/v1/notifications/deliveries":                            "/clusters/v1/notifications/deliveries?limit=20",
	"/instances/v1/clusters/{cluster}/instances/{instance}":            "/instances/v1/clusters/campus/instances/alpha",
	"/pipelines/v1/queue":                                              "/pipelines/v1/queue",
	"/pipelines/v1/clusters/{cluster}/instances/{instance}/operations": "/pipelines/v1/clusters/campus/instances/alpha/operations",
	"/pipelines/v1/clusters/{cluster}/operations/{operation}":          "/pipelines/v1/clusters/campus/operations/00000000000000000000000003",
	"/pipelines/v1/bulk-changes":                                       "/pipelines/v1/bulk-changes",
	"/pipelines/v1/bulk-changes/{bulk}":                                "/pipelines/v1/bulk-changes/both",
	"/sync/v1/damaged":                                                 "/sync/v1/damaged",
	"/sync/v1/clusters/{cluster}/damaged":                              "/sync/v1/clusters/campus/damaged",
	"/sync/v1/clusters/{cluster}/set-aside":                            "/sync/v1/clusters/campus/set-aside",
	"/sync/v1/installation":                                            "/sync/v1/installation",
	"/pipelines/v1/clusters/{cluster}/pipelines/{pipeline}":            "/pipelines/v1/clusters/campus/pipelines/31", // it runs
}

// livePages are polled, too, but each request is there to look again outside the store.
var livePages = map[string]bool{
	"/clusters/v1/clusters/{cluster}/nodes":                                true,
	"/clusters/v1/clusters/{cluster}/warnings":                             true,
	"/instances/v1/clusters/{cluster}/instances/{instance}/drift":          true,
	"/instances/v1/clusters/{cluster}/instances/{instance}/events":         true,
	"/instances/v1/clusters/{cluster}/instances/{instance}/pods":           true,
	"/instances/v1/clusters/{cluster}/instances/{instance}/pods/{pod}/log": true,
	"/instances/v1/clusters/{cluster}/instances/{instance}/replication":    true,
}

var (
	queryStart = regexp.MustCompile(`(?m)^export (?:function|const|async function) `)
	getCall    = regexp.MustCompile(`\b(?:client\.GET|api\.get|read|readPages)\(\s*'([^']+)'`)
	asksAgain  = regexp.MustCompile(`refetchInterval:|\.\.\.live`)
)

// Every query of the frontend that is repeated is in one of the tables.
func TestPolls_AreAllInTheTables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "frontend/src/api/queries/*.ts"))
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, query := range queryStart.Split(string(text), -1) {
			if !asksAgain.MatchString(query) {
				continue
			}
			calls := getCall.FindAllStringSubmatch(query, -1)
			if strings.Contains(query, "instancePage(") {
				calls = append(calls, []string{"", "/clusters/v1/instances"})
			}
			for _, c := range calls {
				found[c[1]] = true
				assert.True(t, polledPages[c[1]] != "" || livePages[c[1]], "%s is polled (%s): how much does it cost?", c[1], filepath.Base(file))
			}
		}
	}
	for route := range polledPages {
		assert.True(t, found[route], "%s is not polled any more", route)
	}
}

// pollWorld is a machine whose store counts units, with a fleet that has records of every
// kind, and an administrator who is signed in.
type pollWorld struct {
	*testing.T
	machine
	units  *kvtest.Units
	apis   map[string]http.Handler
	bearer string
	who    *identitytest.Administrator
	now    time.Time
}

func newPollWorld(t *testing.T) *pollWorld {
	t.Helper()
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	w := &pollWorld{T: t, units: kvtest.NewUnits(kvtest.Open(t)), now: time.Now()}
	w.machine, err = newMachine(Config{Dir: t.TempDir()}, "http://127.0.0.1:8080", w.units, secrets, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w.who = identitytest.SetUp(t, w.units, time.Now)
	w.api.Authenticator, w.api.Now, w.bearer = w.who.Authenticator, func() time.Time { return w.now }, w.who.Bearer()
	seed(t, w.machine)
	store := w.fleet.Store
	for _, id := range []string{"campus", "other"} {
		require.NoError(t, store.SaveSyncRecord(t.Context(), fleet.SyncRecord{Project: id, State: fleet.SyncState{TriedAt: time.Now(), SucceededAt: time.Now()}}))
		require.NoError(t, store.SaveObservation(t.Context(), fleet.Observation{Project: id, At: time.Now()}))
	}
	for n := range 30 {
		w.addOperation(n)
		w.addPipeline(n, fleet.StatusSuccess)
	}
	w.addPipeline(30, fleet.StatusRunning)
	w.apis = functions(w.machine)
	return w
}

func (w *pollWorld) addOperation(n int) {
	id := fmt.Sprintf("%026d", n)
	_, _, err := w.fleet.Store.AddOperation(w.Context(), fleet.Operation{
		ID: id, Cluster: "campus", Instance: "alpha", Kind: fleet.Update, State: fleet.Requested, DeploymentID: id, RequestedAt: w.now, Reason: strings.Repeat("because ", 30),
	}, fleetstore.Once{Key: id, Fingerprint: "f"})
	require.NoError(w, err)
}

func (w *pollWorld) addPipeline(n int, status fleet.PipelineStatus) {
	_, _, err := w.fleet.Store.RecordPipeline(w.Context(), fleet.Pipeline{
		Cluster: "campus", ID: int64(n + 1), Status: status, Deployments: []fleet.Deployment{{Instance: "alpha", ID: fmt.Sprint(n)}},
		CreatedAt: w.now, UpdatedAt: w.now, Title: strings.Repeat("title ", 50),
	}, fleet.FromAPI)
	require.NoError(w, err)
}

// get requests a page that the caller may have, and gives what that cost.
func (w *pollWorld) get(page, etag string) (*http.Response, float64) {
	w.Helper()
	name, path, _ := strings.Cut(strings.TrimPrefix(page, "/"), "/")
	r := httptest.NewRequest(http.MethodGet, "/"+path, nil)
	r.Header.Set("Authorization", "Bearer "+w.bearer)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	rec := httptest.NewRecorder()
	w.units.Take()
	w.apis[name].ServeHTTP(rec, r)
	cost, _, _ := w.units.Take()
	return rec.Result(), cost.Read
}

// open reads a page until what it shows counts as known.
func (w *pollWorld) open(page string) (etag string) {
	w.Helper()
	for range 2 {
		resp, _ := w.get(page, etag)
		if resp.StatusCode != http.StatusNotModified {
			body, err := io.ReadAll(resp.Body)
			require.NoError(w, err)
			require.Equal(w, http.StatusOK, resp.StatusCode, "%s: %s", page, body)
		}
		etag = resp.Header.Get("ETag")
		require.NotEmpty(w, etag, page)
		w.now = w.now.Add(3 * time.Second)
	}
	return etag
}

// A poll of an open page that did not change costs half a read unit, with authentication,
// and at most 200 bytes.
func TestPolls_OfUnchangedPagesCostLittle(t *testing.T) {
	w := newPollWorld(t)
	for route, page := range polledPages {
		etag := w.open(page)
		resp, units := w.get(page, etag)
		assert.Equal(t, http.StatusNotModified, resp.StatusCode, route)
		assert.LessOrEqual(t, units, 0.5, route)
		wire, err := httputil.DumpResponse(resp, true)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(wire), 200, route)
		t.Logf("%-66s %.1f RCU, %d bytes", route, units, len(wire))
	}
}

// The page of an operation that runs changes with each percent of its time, and costs no more
// in between.
func TestPolls_OfARunningOperationCostLittleBetweenPercents(t *testing.T) {
	w := newPollWorld(t)
	const some = "00000000000000000000000003"
	_, err := w.fleet.Store.ChangeOperation(t.Context(), "campus", some, func(o *fleet.Operation) (bool, error) {
		o.State, o.AcceptedAt = fleet.Running, time.Now().Add(-time.Second)
		return true, nil
	})
	require.NoError(t, err)
	page := "/pipelines/v1/clusters/campus/operations/" + some
	resp, _ := w.get(page, "")
	require.Equal(t, http.StatusOK, resp.StatusCode)
	resp, units := w.get(page, resp.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, resp.StatusCode)
	assert.LessOrEqual(t, units, 0.5)
	w.now = w.now.Add(4 * time.Second) // a percent of the five minutes that an update is guessed to take, and more
	_, units = w.get(page, resp.Header.Get("ETag"))
	assert.Greater(t, units, 0.5, "it is made again")
}

// A user who lost access gets 401, not 304.
func TestPolls_EndWithAccess(t *testing.T) {
	w := newPollWorld(t)
	tags := map[string]string{}
	for route, page := range polledPages {
		tags[route] = w.open(page)
	}
	require.NoError(t, w.who.EndSessions(t.Context(), identity.By{Principal: identity.Principal{UserID: w.who.UserID}}, w.who.UserID))
	for route, page := range polledPages {
		resp, _ := w.get(page, tags[route])
		assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, route)
	}
}

// What changes is seen by the next poll, also of a replica that knew the page.
func TestPolls_MissNoChange(t *testing.T) {
	w := newPollWorld(t)
	store := w.fleet.Store
	become := func(id string, state fleet.OperationState) func() {
		return func() {
			_, err := store.ChangeOperation(t.Context(), "campus", id, func(o *fleet.Operation) (bool, error) {
				o.State = state
				return true, nil
			})
			require.NoError(t, err)
		}
	}
	const some = "00000000000000000000000003"
	changes := map[string]struct {
		change func()
		pages  []string
	}{
		"an operation is added": {func() { w.addOperation(90) }, []string{
			"/pipelines/v1/queue", "/pipelines/v1/queue?cluster=campus", "/pipelines/v1/clusters/campus/operations",
			"/pipelines/v1/clusters/campus/instances/alpha/operations", "/instances/v1/clusters/campus/instances/alpha",
		}},
		"an operation changes": {become(some, fleet.Accepted), []string{
			"/pipelines/v1/queue", "/pipelines/v1/clusters/campus/operations/" + some, "/pipelines/v1/clusters/campus/operations",
		}},
		"an operation ends": {become("00000000000000000000000002", fleet.Broken), []string{"/pipelines/v1/queue", "/pipelines/v1/clusters/campus/operations/00000000000000000000000009"}},
		"a pipeline is new": {func() { w.addPipeline(90, fleet.StatusRunning) }, []string{"/pipelines/v1/clusters/campus/pipelines", "/instances/v1/clusters/campus/instances/alpha"}},
		"a bulk change proceeds": {func() {
			_, err := store.ChangeBulk(t.Context(), "both", nil, func(b *fleet.Bulk) (bool, error) {
				b.State = fleet.BulkPaused
				return true, nil
			})
			require.NoError(t, err)
		}, []string{"/pipelines/v1/bulk-changes", "/pipelines/v1/bulk-changes/both"}},
		"an event is set aside": {func() {
			require.NoError(t, store.PostponeEvent(t.Context(), fleet.Event{Key: "k", Cluster: "campus", Kind: fleet.EventPipeline}, true))
		}, []string{"/sync/v1/clusters/campus/set-aside"}},
		"a project changes": {func() {
			_, err := store.ChangeProject(t.Context(), "campus", nil, func(p *fleet.Project) (bool, error) {
				p.GatewayURL = "https://gateway.example.org"
				return true, nil
			})
			require.NoError(t, err)
		}, []string{"/clusters/v1/projects", "/clusters/v1/projects/campus"}},
		"an operation waits": {func() { w.addOperation(91) }, []string{"/sync/v1/installation"}},
		"a running pipeline ends": {func() {
			_, _, err := store.RecordPipeline(t.Context(), fleet.Pipeline{Cluster: "campus", ID: 31, Status: fleet.StatusSuccess, UpdatedAt: w.now.Add(time.Minute)}, fleet.FromEvent)
			require.NoError(t, err)
		}, []string{"/pipelines/v1/clusters/campus/pipelines/31"}},
		"a project is checked": {func() {
			require.NoError(t, store.SaveHealth(t.Context(), fleet.ProjectHealth{Project: "campus", Checks: []fleet.Check{{Check: "token", State: fleet.CheckPassed, At: w.now}}}))
		}, []string{"/clusters/v1/projects", "/clusters/v1/projects/campus"}},
	}
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			tags := map[string]string{}
			for _, page := range c.pages {
				tags[page] = w.open(page)
			}
			c.change()
			for _, page := range c.pages {
				resp, _ := w.get(page, tags[page])
				assert.Equal(t, http.StatusOK, resp.StatusCode, page)
			}
		})
	}
}
