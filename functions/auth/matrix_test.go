package function_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const golden = "testdata/matrix.golden"

// bodies is what each operation is called with. An operation that takes a body
// and is not named here is called with none.
func bodies(s *system) map[string]any {
	return map[string]any{
		"set-up":                 object{"token": "x", "email": "x@example.org", "name": "X", "password": goodPassword},
		"log-in":                 object{"email": "nobody@example.org", "password": goodPassword},
		"request-password-reset": object{"email": "nobody@example.org"},
		"redeem-password-reset":  object{"token": "x", "password": goodPassword},
		"update-me":              object{"name": "Other"},
		"change-password":        object{"current": "x", "password": "short"},
		"create-token":           object{"name": "CI", "role": "viewer", "expiresAt": s.clock.Now().Add(time.Hour)},
		"invite":                 object{"email": "carla@example.org", "role": "viewer"},
		"look-up-invitation":     object{"token": "x"},
		"redeem-invitation":      object{"token": "x", "name": "X", "password": goodPassword},
		"update-user":            object{"disabled": false},
		"confirm":                object{"password": "x"},
		"log-in-with-passkey":    object{"ceremony": "x", "response": object{}},
		"add-passkey":            object{"ceremony": "x", "response": object{}, "name": "Laptop"},
		"set-passkey-only":       object{"only": true},
	}
}

// TestMatrix calls each route that the API describes as everyone there is. A
// new route changes the golden file, so someone looks at who may call it.
func TestMatrix(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	admin := s.admin()
	calls := 0
	// Signing in by a provider costs no password hash.
	enter := func(name string) *browser {
		calls++
		b := s.browser()
		b.address = fmt.Sprintf("192.0.%d.%d:1", 2+calls/250, calls%250)
		in, err := s.identity.SignInExternal(t.Context(), identity.Visitor{Address: b.address}, identity.External{
			Issuer: "https://id.example", Subject: name, Email: name + "@example.org", Verified: true, Name: name, AuthTime: s.clock.Now(),
		})
		require.NoError(t, err)
		b.access = in.AccessToken.Reveal()
		return b
	}
	ids := map[string]string{}
	for _, name := range []string{"viewer", "operator", "administrator", "disabled", "target"} {
		role := name
		if !slices.Contains([]string{"viewer", "operator", "administrator"}, role) {
			role = "administrator"
		}
		admin.call(http.MethodPost, "/v1/invitations", object{"email": name + "@example.org", "role": role}).is(http.StatusCreated)
		var me struct{ ID string }
		enter(name).call(http.MethodGet, "/v1/me", nil).is(http.StatusOK).into(&me)
		ids[name] = me.ID
	}
	var expired, disabled, token string
	expired = enter("administrator").access
	s.clock.Advance(11 * time.Minute)
	disabled = enter("disabled").access
	admin.access = enter("administrator").access
	admin.call(http.MethodPatch, "/v1/users/"+ids["disabled"], object{"disabled": true}).is(http.StatusOK)
	var minted struct{ Secret string }
	admin.call(http.MethodPost, "/v1/me/tokens", object{"name": "CI", "role": "administrator", "expiresAt": s.clock.Now().Add(time.Hour)}).is(http.StatusCreated).into(&minted)
	token = minted.Secret

	callers := []string{"anonymous", "expired", "viewer", "operator", "administrator", "disabled", "API token"}
	as := func(caller string) *browser {
		calls++
		b := s.browser()
		switch caller {
		case "anonymous":
		case "expired":
			b.access = expired
		case "disabled":
			b.access = disabled
		case "API token":
			b.access = token
		default:
			b = enter(caller)
		}
		b.address = fmt.Sprintf("198.51.%d.%d:1", calls/250, calls%250)
		return b
	}

	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			RequestBody any    `json:"requestBody"`
			Access      string `json:"x-ocim-access"`
		} `json:"paths"`
	}
	s.browser().call(http.MethodGet, "/openapi.json", nil).is(http.StatusUnauthorized)
	admin.call(http.MethodGet, "/openapi.json", nil).is(http.StatusOK).into(&document)
	given := bodies(s)
	var rows []string
	for path, methods := range document.Paths {
		for method, op := range methods {
			body := given[op.OperationID]
			if op.RequestBody != nil {
				require.NotNil(t, body, "say in bodies what %s is called with", op.OperationID)
			}
			at := strings.NewReplacer("{user}", ids["target"], "{session}", "none", "{token}", "none", "{passkey}", "none", "{invitation}", "none").Replace(path)
			row := fmt.Sprintf("%-6s %-42s %-14s", strings.ToUpper(method), path, op.Access)
			for _, caller := range callers {
				answer := as(caller).call(strings.ToUpper(method), at, body)
				row += fmt.Sprintf(" %13d", answer.Code)
				if op.Access != "public" && slices.Contains([]string{"anonymous", "expired", "disabled"}, caller) {
					assert.Equal(t, http.StatusUnauthorized, answer.Code, "%s as %s", op.OperationID, caller)
				}
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b string) int { return strings.Compare(a[7:49]+a[:7], b[7:49]+b[:7]) })
	head := fmt.Sprintf("%-6s %-42s %-14s", "", "", "needs")
	for _, c := range callers {
		head += fmt.Sprintf(" %13s", c)
	}
	got := head + "\n" + strings.Join(rows, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "look at what changed, then run go test -run TestMatrix -update")
}

func TestAPI_ProblemsNameTheField(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	admin := s.admin()
	for _, c := range []struct {
		path  string
		body  any
		field string
	}{
		{"/v1/login", object{"email": "ana@example.org"}, "password"},
		{"/v1/invitations", object{"email": "nonsense", "role": "viewer"}, "email"},
		{"/v1/invitations", object{"email": "x@example.org", "role": "owner"}, "role"},
		{"/v1/invitations", object{"email": "x@example.org"}, "role"},
		{"/v1/me/password", object{"current": goodPassword, "password": "short"}, "password"},
		{"/v1/me/password", object{"current": "wrong", "password": goodPassword}, "current"},
		{"/v1/me/tokens", object{"name": "", "role": "viewer", "expiresAt": s.clock.Now().Add(time.Hour)}, "name"},
		{"/v1/me/tokens", object{"name": "CI", "role": "viewer", "expiresAt": s.clock.Now()}, "expiresAt"},
	} {
		answer := admin.call(http.MethodPost, c.path, c.body)
		assert.Equal(t, http.StatusUnprocessableEntity, answer.Code, "%s %v: %s", c.path, c.body, answer.Body)
		assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
		var problem struct{ Errors []json.RawMessage }
		answer.into(&problem)
		require.NotEmpty(t, problem.Errors)
		assert.Contains(t, string(problem.Errors[0]), c.field, "%s %v", c.path, c.body)
	}
	admin.call(http.MethodPost, "/v1/login", object{"email": "x", "password": strings.Repeat("x", 20_000)}).is(http.StatusRequestEntityTooLarge)
	admin.call(http.MethodDelete, "/v1/login", nil).is(http.StatusMethodNotAllowed)
	admin.call(http.MethodGet, "/v1/nothing", nil).is(http.StatusNotFound)
}
