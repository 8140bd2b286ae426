package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// callers are the columns of the matrix, by bearer token. Who is expired or
// disabled is found out by the authenticator, which has tests of its own; here
// they are whom it refuses.
var callers = []string{"anonymous", "refused", "elsewhere", "viewer", "operator", "administrator"}

type matrixAuthenticator struct{}

func (matrixAuthenticator) Authenticate(_ context.Context, bearer string) (identity.Principal, error) {
	p := identity.Principal{UserID: bearer, Email: bearer + "@example.org", Name: bearer}
	switch bearer {
	case "viewer", "operator", "administrator":
		p.Grants.Clusters = map[string]identity.Role{"campus": identity.Role(bearer)}
		p.Grants.Global = identity.Role(bearer)
	case "elsewhere":
		p.Grants.Clusters = map[string]identity.Role{"other": identity.Administrator}
	default:
		return p, fault.New(fault.Unauthenticated, "the token is expired, or its user disabled")
	}
	return p, nil
}

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// Every route of every function is in the golden file with what each caller gets:
// a new one without a row fails. The auth function has a matrix of its own,
// with real users.
func TestMatrix(t *testing.T) {
	t.Parallel()
	store := kvtest.Open(t)
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	quiet := slog.New(slog.DiscardHandler)
	m, err := newMachine(config{Dir: t.TempDir()}, "http://127.0.0.1:8080", store, secrets, quiet)
	require.NoError(t, err)
	m.api.Authenticator = matrixAuthenticator{}
	require.NoError(t, m.fleet.Store.AddProject(t.Context(), fleet.Project{
		ID: "campus", GitLabURL: "https://gitlab.invalid", GitLabID: 1, DefaultBranch: "main",
	}))

	var rows []string
	for name, handler := range functions(m) {
		if name == "auth" {
			continue
		}
		for _, op := range operations(t, handler) {
			path := strings.ReplaceAll(op.path, "{cluster}", "campus")
			path = placeholder.ReplaceAllString(path, "1")
			row := fmt.Sprintf("%-6s %-75s %-22s", op.method, "/"+name+op.path, op.access)
			for _, caller := range callers {
				row += fmt.Sprintf(" %13d", status(t, handler, op.method, path, caller))
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b string) int { return strings.Compare(a[7:82]+a[:7], b[7:82]+b[:7]) })
	head := fmt.Sprintf("%-6s %-75s %-22s", "", "", "needs")
	for _, c := range callers {
		head += fmt.Sprintf(" %13s", c)
	}
	got := head + "\n" + strings.Join(rows, "\n") + "\n"
	golden := filepath.Join("testdata", "matrix.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "look at what changed, then run go test -run TestMatrix -update")
}

type route struct{ method, path, access string }

func operations(t *testing.T, handler http.Handler) []route {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil))
	var document struct {
		Paths map[string]map[string]struct {
			Access string `json:"x-ocim-access"`
		} `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &document))
	var out []route
	for path, methods := range document.Paths {
		for method, op := range methods {
			out = append(out, route{strings.ToUpper(method), path, op.Access})
		}
	}
	require.NotEmpty(t, out)
	return out
}

// status calls a route with an empty body: who is let in gets as far as having
// the input refused, or a not-found; who is not, gets no further than the door.
func status(t *testing.T, handler http.Handler, method, path, caller string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	if caller != "anonymous" {
		r.Header.Set("Authorization", "Bearer "+caller)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		var p faas.Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), "%s %s: %s", method, path, w.Body)
		assert.Equal(t, w.Code, p.Status)
	}
	return w.Code
}
