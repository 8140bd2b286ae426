package server

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/views"
)

var updateGolden = flag.Bool("update", false, "rewrite the golden files")

// caller is a column of the matrix. Expired tokens and disabled users are the
// authenticator's business, which has tests of its own; here they are "refused".
type caller struct {
	name   string
	head   string // two lines
	grants *identity.Grants
}

var callers = []caller{
	{"anonymous", "anonymous", nil},
	{"refused", "refused", nil},
	{"nothing-here", "admin there/nothing here", &identity.Grants{Clusters: map[string]identity.Role{"other": identity.Administrator}}},
	{"viewer-here", "operator there/viewer here", &identity.Grants{Clusters: map[string]identity.Role{"other": identity.Operator, "campus": identity.Viewer}}},
	{"viewer", "viewer", &identity.Grants{Global: identity.Viewer}},
	{"operator", "operator", &identity.Grants{Global: identity.Operator}},
	{"admin-here", "admin here only", &identity.Grants{Clusters: map[string]identity.Role{"campus": identity.Administrator}}},
	{"administrator", "administrator", &identity.Grants{Global: identity.Administrator}},
}

type matrixAuthenticator struct{}

func (matrixAuthenticator) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	for _, c := range callers {
		if c.name == bearer && c.grants != nil {
			return identity.Principal{UserID: bearer, Email: bearer + "@example.org", Name: bearer, Grants: *c.grants}, nil
		}
	}
	return identity.Principal{}, fault.New(fault.Unauthenticated, "the token is expired, or its user disabled")
}

// matrixCall is how the matrix calls an operation: with values for the placeholders of
// its path, in order, and a body that gets past the validation to the check
// behind the gate. An operation without one is called with ids that do not
// exist and an empty body.
type matrixCall struct {
	label string // set apart from other calls of the same operation
	path  []string
	body  any
}

type object = map[string]any

// calls is by operation id. The records it names are made by seed.
var calls = map[string][]matrixCall{
	"preview-bulk-change": {{body: bulkChange}},
	"start-bulk-change":   {{body: with(bulkChange, "previewHash", "x")}},
	"get-bulk-change":     {{path: []string{"here"}}},
	"act-on-bulk-change": {
		{label: "here", path: []string{"here", "pause"}},
		{label: "here and there", path: []string{"both", "pause"}},
	},
	"replace-view":      {{path: []string{"shared"}, body: object{"name": "Changed", "query": "cluster=campus", "shared": true}}},
	"remove-view":       {{path: []string{"shared"}}},
	"add-view":          {{body: object{"name": "New", "query": "", "shared": true}}},
	"add-notification":  {{body: object{"name": "New", "channel": "webhook", "url": "https://chat.example.org/x", "events": []string{"failed"}}}},
	"preview-operation": {{label: "update", path: []string{"campus"}, body: update}, {label: "reprovision", path: []string{"campus"}, body: object{"kind": "reprovision"}}},
	"start-operation": {
		{label: "update", path: []string{"campus"}, body: with(update, "previewHash", "x")},
		{label: "reprovision", path: []string{"campus"}, body: object{"kind": "reprovision", "previewHash": "x", "confirm": "campus"}},
	},
	"set-protection": {{path: []string{"campus", "alpha"}, body: object{"protected": true}}},
}

var (
	bulkChange = object{
		"kind": "update", "changes": []object{{"file": "config.yml", "path": []string{"X"}, "value": "1"}},
		"targets": []object{{"cluster": "campus", "instance": "alpha"}},
	}
	update = object{"kind": "update", "instance": "alpha", "changes": []object{{"file": "config.yml", "path": []string{"X"}, "value": "1"}}}
)

func with(o object, key string, value any) object {
	o = maps.Clone(o)
	o[key] = value
	return o
}

// seed makes what calls name: two clusters, a shared view of another user and two
// bulk changes.
func seed(t *testing.T, m machine) {
	t.Helper()
	ctx, store := t.Context(), m.fleet.Store
	for _, id := range []string{"campus", "other"} {
		require.NoError(t, store.AddProject(ctx, fleet.Project{
			ID: id, GitLabURL: "https://gitlab.invalid", GitLabID: int64(len(id)), DefaultBranch: "main",
		}))
		require.NoError(t, store.ChangeChunk(ctx, id, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id}}
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: id, Name: "alpha", Lifecycle: fleet.Active}})
			return c, nil
		}))
	}
	require.NoError(t, store.SaveView(ctx, views.View{ID: "shared", Name: "Of campus", Query: "cluster=campus", Shared: true, Owner: "owner"}))
	for id, targets := range map[string][]fleet.BulkTarget{
		"here": {{Cluster: "campus", Instance: "alpha", State: fleet.TargetWaiting}},
		"both": {{Cluster: "campus", Instance: "alpha", State: fleet.TargetWaiting}, {Cluster: "other", Instance: "alpha", State: fleet.TargetWaiting}},
	} {
		_, _, err := store.AddBulk(ctx, fleet.Bulk{
			ID: id, State: fleet.BulkRunning, Kind: fleet.Archive, RequestedAt: time.Unix(1, 0), Batch: 1, PauseAfter: 1, Targets: targets,
		}, fleetstore.Once{Key: "seed-" + id, Fingerprint: id})
		require.NoError(t, err)
	}
}

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// Every route of every function is in the golden file with what each caller gets:
// a new one without a row fails. The auth function has a matrix of its own,
// with real users.
func TestMatrix(t *testing.T) {
	t.Parallel()
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	fresh := func() map[string]http.Handler {
		m, err := newMachine(Config{Dir: t.TempDir()}, "http://127.0.0.1:8080", kvtest.Open(t), secrets, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		m.api.Authenticator = matrixAuthenticator{}
		seed(t, m)
		return functions(m)
	}

	var rows []string
	called := map[string]bool{}
	for name, handler := range fresh() {
		if name == "auth" {
			continue
		}
		for _, op := range operations(t, handler, "viewer") {
			called[op.id] = true
			list := calls[op.id]
			if list == nil {
				list = []matrixCall{{body: object{}}}
			}
			for _, c := range list {
				changed := fresh()[name] // what one row changes is not there in the next
				label := strings.TrimSuffix("/"+name+op.path+" ("+c.label+")", " ()")
				row := fmt.Sprintf("%-6s %-75s %-22s", op.method, label, op.access)
				for _, who := range callers {
					row += fmt.Sprintf(" %13d", status(t, changed, op, c, who))
				}
				rows = append(rows, row)
			}
		}
	}
	for id := range calls {
		assert.True(t, called[id], "there is no operation %s", id)
	}
	slices.SortFunc(rows, func(a, b string) int { return strings.Compare(a[7:82]+a[:7], b[7:82]+b[:7]) })
	lines := [2]string{fmt.Sprintf("%-6s %-75s %-22s", "", "", "needs"), fmt.Sprintf("%-105s", "")}
	for _, c := range callers {
		first, second, _ := strings.Cut(c.head, "/")
		lines[0] += fmt.Sprintf(" %13s", first)
		lines[1] += fmt.Sprintf(" %13s", second)
	}
	got := strings.TrimRight(lines[0], " ") + "\n" + strings.TrimRight(lines[1], " ") + "\n" + strings.Join(rows, "\n") + "\n"
	golden := filepath.Join("testdata", "matrix.golden")
	if *updateGolden {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Empty(t, udiff.Unified("golden", "matrix", string(want), got), "look at what changed, then run go test -run TestMatrix -update")
}

type route struct{ method, path, access, id string }

func operations(t *testing.T, handler http.Handler, bearer string) []route {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil)
	r.Header.Set("Authorization", "Bearer "+bearer)
	handler.ServeHTTP(w, r)
	var document struct {
		Paths map[string]map[string]struct {
			Access      string `json:"x-ocim-access"`
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &document))
	var out []route
	for path, methods := range document.Paths {
		for method, op := range methods {
			out = append(out, route{strings.ToUpper(method), path, op.Access, op.OperationID})
		}
	}
	require.NotEmpty(t, out)
	return out
}

// status calls a route. Nothing that it answers to a caller who may not see the
// cluster campus names it, unless the caller did.
func status(t *testing.T, handler http.Handler, op route, c matrixCall, who caller) int {
	t.Helper()
	values := c.path
	path := placeholder.ReplaceAllStringFunc(op.path, func(name string) string {
		if len(values) > 0 {
			value := values[0]
			values = values[1:]
			return value
		}
		if name == "{cluster}" {
			return "campus"
		}
		return "1"
	})
	body, err := json.Marshal(c.body)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), op.method, path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "matrix-matrix")
	if who.name != "anonymous" {
		r.Header.Set("Authorization", "Bearer "+who.name)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		var p faas.Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), "%s %s: %s", op.method, path, w.Body)
		assert.Equal(t, w.Code, p.Status)
	}
	if who.name == "nothing-here" && !strings.Contains(path+string(body), "campus") {
		assert.NotContains(t, w.Body.String()+fmt.Sprint(w.Header()), "campus", "%s %s reveals a hidden cluster", op.method, path)
	}
	if who.name == "viewer-here" && op.id == "list-projects" {
		assert.NotContains(t, w.Body.String(), "campus", "projects are for operators of their cluster")
		assert.Contains(t, w.Body.String(), "other")
	}
	return w.Code
}
