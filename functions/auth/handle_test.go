package function_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/setup"
)

// nowhere is where no store answers.
const nowhere = "http://127.0.0.1:1"

// table starts a store with the table of the default configuration.
func table(t *testing.T) (endpoint string) {
	t.Helper()
	endpoint = kvtest.Dynalite(t)
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: endpoint})
	require.NoError(t, err)
	_, err = dynamo.CreateTable(t.Context(), client, "ocim")
	require.NoError(t, err)
	return endpoint
}

// configure sets the environment of a function that needs a folder and a store.
func configure(t *testing.T, store string, more map[string]string) {
	t.Helper()
	dir := t.TempDir()
	key, err := identity.GenerateKey()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ocim-jwt-private"), []byte(key.Reveal()), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ocim-smtp-password"), []byte("x"), 0o600))
	env := map[string]string{
		"OCIM_SECRETS_DIR": dir, "OCIM_DYNAMODB_URL": store, "OCIM_PUBLIC_URL": "https://ocim.example.org/",
		"OCIM_MAIL_OUTBOX": filepath.Join(dir, "outbox"), "OCIM_ALLOWED_DOMAINS": "Example.org:viewer", "OCIM_GOOGLE_CLIENT_ID": "ocim",
	}
	for name, value := range more {
		env[name] = value
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
}

func wire(t *testing.T) (function.Deps, error) {
	t.Helper()
	var cfg function.Config
	if err := setup.Load(&cfg); err != nil {
		return function.Deps{}, err
	}
	return function.Wire(t.Context(), cfg)
}

func TestBuild_FromTheEnvironment(t *testing.T) {
	configure(t, table(t), nil)
	deps, err := wire(t)
	require.NoError(t, err)
	link, err := deps.Identity.SetupLink(t.Context())
	require.NoError(t, err)
	token, found := strings.CutPrefix(link.Reveal(), "https://ocim.example.org/setup#")
	require.True(t, found)

	h := function.New(deps)
	r := httptest.NewRequest(http.MethodPost, "/v1/setup", strings.NewReader(
		asBody(t, object{"token": token, "email": "ana@example.org", "name": "Ana", "password": goodPassword})))
	r.Header.Set("X-Ocim", "1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	require.NoError(t, deps.Identity.RequestReset(t.Context(), identity.Visitor{Address: "192.0.2.1"}, "ana@example.org"))
	require.NoError(t, deps.Identity.Drain(t.Context()))
	letters, err := os.ReadDir(os.Getenv("OCIM_MAIL_OUTBOX"))
	require.NoError(t, err)
	assert.Len(t, letters, 1)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/state", nil))
	assert.JSONEq(t, `{"setUp":true,"google":true,"mail":true,"passwords":true,"passkeys":true}`, w.Body.String())
}

// Behind https browsers stay there, and the address of a caller is what the proxies say:
// without them it warns.
func TestWire_Addresses(t *testing.T) {
	was := slog.Default()
	t.Cleanup(func() { slog.SetDefault(was) })
	store := table(t)
	for name, c := range map[string]struct {
		env           map[string]string
		strict, warns bool
	}{
		"https":                {nil, true, true},
		"https, with hops":     {map[string]string{"OCIM_TRUSTED_HOPS": "1"}, true, false},
		"https, with a proxy":  {map[string]string{"OCIM_TRUSTED_PROXIES": "10.0.0.0/8"}, true, false},
		"http on this machine": {map[string]string{"OCIM_PUBLIC_URL": "http://localhost:8080"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			configure(t, store, c.env)
			var log bytes.Buffer
			slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
			deps, err := wire(t)
			require.NoError(t, err)
			assert.Equal(t, c.warns, strings.Contains(log.String(), "OCIM_TRUSTED_HOPS is 0"))
			w := httptest.NewRecorder()
			function.New(deps).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/state", nil))
			assert.Equal(t, c.strict, w.Header().Get("Strict-Transport-Security") != "")
		})
	}
}

// Without its key the function can sign nobody in, although it was built before.
func TestWire_IsReadyWhileItsKeysAreThere(t *testing.T) {
	configure(t, table(t), nil)
	deps, err := wire(t)
	require.NoError(t, err)
	h := function.New(deps)
	ready := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code
	}
	assert.Equal(t, http.StatusOK, ready())
	require.NoError(t, os.Remove(filepath.Join(os.Getenv("OCIM_SECRETS_DIR"), "ocim-jwt-private")))
	assert.Equal(t, http.StatusServiceUnavailable, ready())
}

// Without a mail server the function starts, and refuses what needs one.
func TestWire_WithoutMail(t *testing.T) {
	configure(t, table(t), map[string]string{"OCIM_MAIL_OUTBOX": ""})
	require.NoError(t, os.Remove(filepath.Join(os.Getenv("OCIM_SECRETS_DIR"), "ocim-smtp-password")))
	deps, err := wire(t)
	require.NoError(t, err)
	link, err := deps.Identity.SetupLink(t.Context())
	require.NoError(t, err)
	_, token, _ := strings.Cut(link.Reveal(), "#")
	h := function.New(deps)
	call := func(method, path, bearer string, body object) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(asBody(t, body)))
		r.Header.Set("X-Ocim", "1")
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := call(http.MethodPost, "/v1/setup", "", object{"token": token, "email": "ana@example.org", "name": "Ana", "password": goodPassword})
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &in))

	assert.JSONEq(t, `{"setUp":true,"google":true,"mail":false,"passwords":true,"passkeys":true}`, call(http.MethodGet, "/v1/state", "", nil).Body.String())
	for path, body := range map[string]object{
		"/v1/invitations":     {"email": "ben@example.org", "role": "viewer"},
		"/v1/password-resets": {"email": "ana@example.org"},
	} {
		w := call(http.MethodPost, path, in.AccessToken, body)
		assert.Equal(t, http.StatusConflict, w.Code, "%s: %s", path, w.Body)
		assert.Contains(t, w.Body.String(), "OCIM_SMTP_HOST", path)
	}
	invited, err := deps.Identity.Invitations(t.Context())
	require.NoError(t, err)
	assert.Empty(t, invited, "an invitation that nobody can receive")
}

func TestWire_NamesWrongConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		says string
	}{
		"no address":           {map[string]string{"OCIM_PUBLIC_URL": ""}, "PUBLIC_URL"},
		"no key":               {map[string]string{"OCIM_SECRETS_DIR": "/nonexistent"}, "ocim-jwt-private"},
		"no sender":            {map[string]string{"OCIM_MAIL_OUTBOX": "", "OCIM_SMTP_HOST": "mail.example.org"}, "send mail from"},
		"an unknown role":      {map[string]string{"OCIM_ALLOWED_DOMAINS": "example.org:owner"}, "OCIM_ALLOWED_DOMAINS"},
		"an unknown security":  {map[string]string{"OCIM_MAIL_OUTBOX": "", "OCIM_SMTP_HOST": "x", "OCIM_SMTP_SECURITY": "some"}, "starttls, tls or plain"},
		"a password in plain":  {map[string]string{"OCIM_MAIL_OUTBOX": "", "OCIM_SMTP_HOST": "x", "OCIM_SMTP_SECURITY": "plain", "OCIM_SMTP_USER": "x"}, "plain text"},
		"no way in left":       {map[string]string{"OCIM_NO_PASSWORDS": "true", "OCIM_GOOGLE_CLIENT_ID": ""}, "OCIM_NO_PASSWORDS"},
		"passkeys by address":  {map[string]string{"OCIM_ADMINISTRATORS_NEED_PASSKEY": "true", "OCIM_PUBLIC_URL": "https://192.0.2.1"}, "OCIM_ADMINISTRATORS_NEED_PASSKEY"},
		"a proxy that is none": {map[string]string{"OCIM_TRUSTED_PROXIES": "everybody"}, "OCIM_TRUSTED_PROXIES"},
	} {
		t.Run(name, func(t *testing.T) {
			configure(t, nowhere, c.env)
			_, err := wire(t)
			require.ErrorContains(t, err, c.says)
		})
	}
}

// With passwords off, the log-in page offers none and the function takes none.
func TestWire_WithoutPasswords(t *testing.T) {
	configure(t, table(t), map[string]string{"OCIM_NO_PASSWORDS": "true"})
	deps, err := wire(t)
	require.NoError(t, err)
	h := function.New(deps)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/state", nil))
	assert.JSONEq(t, `{"setUp":false,"google":true,"mail":true,"passwords":false,"passkeys":true}`, w.Body.String())
	r := httptest.NewRequest(http.MethodPost, "/v1/login", strings.NewReader(asBody(t, object{"email": "ana@example.org", "password": goodPassword})))
	r.Header.Set("X-Ocim", "1")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusForbidden, w.Code, w.Body)
	assert.Contains(t, w.Body.String(), "Passwords are switched off")
}
