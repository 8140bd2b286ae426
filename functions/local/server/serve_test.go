package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	auth "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/functions/local/servertest"
)

func start(t *testing.T, cfg Config) servertest.Program {
	t.Helper()
	return servertest.Start(t, func(ctx context.Context, stdout io.Writer, log *slog.Logger) error {
		return Serve(ctx, cfg, stdout, log, nil)
	})
}

func TestServe_KeepsEverythingInItsFolder(t *testing.T) {
	t.Parallel()
	cfg := Config{Listen: "127.0.0.1:0", Dir: filepath.Join(t.TempDir(), "kept"), Stack: filepath.Join(root, "stack.yml")}
	first := start(t, cfg)

	// The printed link creates the first administrator account.
	_, token, found := strings.Cut(first.How, "/setup#")
	require.True(t, found, first.How)
	credentials := `"email":"ada@example.org","password":"seventeen lamps over Lisbon"`
	status, body := servertest.Call(t, http.MethodPost, first.Base+"/function/auth/v1/setup", "", `{"token":"`+token+`","name":"Ada",`+credentials+`}`)
	require.Equal(t, http.StatusCreated, status, string(body))
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(body, &in))
	status, body = servertest.Call(t, http.MethodGet, first.Base+"/function/clusters/v1/projects", in.AccessToken, "")
	require.Equal(t, http.StatusOK, status, string(body))
	assert.NotContains(t, string(body), "gitlabUrl", "no project appears on its own")

	// A second program with the same folder is refused in plain words.
	err := Serve(t.Context(), cfg, io.Discard, slog.New(slog.DiscardHandler), nil)
	require.ErrorContains(t, err, "already running with "+cfg.Dir)

	require.NoError(t, first.Stop())
	second := start(t, cfg)
	assert.Contains(t, second.How, "/login")
	status, body = servertest.Call(t, http.MethodPost, second.Base+"/function/auth/v1/login", "", "{"+credentials+"}")
	require.Equal(t, http.StatusOK, status, string(body))
	require.NoError(t, second.Stop())
	assert.NotContains(t, first.Log.String()+second.Log.String(), token)
	assert.NotContains(t, first.Log.String()+second.Log.String(), "over Lisbon")
}

func TestServe_UsesThePublicAddress(t *testing.T) {
	t.Parallel()
	cfg := Config{Listen: "127.0.0.1:0", Dir: t.TempDir(), Stack: filepath.Join(root, "stack.yml")}
	cfg.PublicURL = "https://ocim.example.org/"
	var stdout servertest.Output
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, cfg, &stdout, slog.New(slog.DiscardHandler), nil) }()
	require.Eventually(t, func() bool { return strings.Count(stdout.String(), "\n") >= 2 || len(ended) > 0 }, 2*time.Minute, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	assert.Contains(t, stdout.String(), "Ocim is at https://ocim.example.org\n")
	assert.Contains(t, stdout.String(), "https://ocim.example.org/setup#")
}

func TestServe_SignInByGoogle(t *testing.T) {
	t.Parallel()
	for client, want := range map[string]string{"": `{"setUp":false,"google":false,"mail":true,"passwords":true,"passkeys":false}`, "ocim": `{"setUp":false,"google":true,"mail":true,"passwords":true,"passkeys":false}`} {
		p := start(t, Config{
			Listen: "127.0.0.1:0", Dir: t.TempDir(), Stack: filepath.Join(root, "stack.yml"),
			Provider: auth.Provider{GoogleIssuer: "https://accounts.example.org", ClientID: client},
		})
		status, body := servertest.Call(t, http.MethodGet, p.Base+"/function/auth/v1/state", "", "")
		require.Equal(t, http.StatusOK, status, string(body))
		assert.JSONEq(t, want, string(body))
	}
}

func TestServe_ReportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	stack := filepath.Join(root, "stack.yml")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		cfg  Config
		says string
	}{
		"no stack":   {Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: "none.yml"}, "none.yml"},
		"no folder":  {Config{Dir: file, Listen: "127.0.0.1:0", Stack: stack}, file},
		"no address": {Config{Dir: t.TempDir(), Listen: "127.0.0.1:99999", Stack: stack}, "OCIM_LISTEN"},
		"no proxies": {Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack, TrustedProxies: []string{"x"}}, "OCIM_TRUSTED_PROXIES"},
		"no role": {Config{
			Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack,
			Provider: auth.Provider{AllowedDomains: map[string]string{"example.org": "owner"}},
		}, "OCIM_ALLOWED_DOMAINS"},
	} {
		err := Serve(t.Context(), c.cfg, io.Discard, slog.New(slog.DiscardHandler), nil)
		require.ErrorContains(t, err, c.says, name)
	}
	require.ErrorContains(t, Run(t.Context(), []string{"what"}, io.Discard, io.Discard), "usage")
}

func TestRun_WritesTheAPIDocument(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, Run(t.Context(), []string{"openapi"}, &out, io.Discard))
	var d struct {
		OpenAPI string
		Paths   map[string]any
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	assert.Equal(t, "3.1.0", d.OpenAPI)
	assert.Contains(t, d.Paths, "/clusters/v1/clusters")

	// Every function of stack.yml is mounted here, and the other way round.
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	mounted := functions(machine{})
	for name := range s.Functions {
		if name != "web" {
			assert.Contains(t, mounted, name)
		}
	}
	assert.Len(t, mounted, len(s.Functions)-1)
}
