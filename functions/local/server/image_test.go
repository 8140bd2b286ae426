package server

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
)

// root is the repository.
var root = filepath.Join("..", "..", "..")

// TestEveryFunctionBuildsAndRunsAsItsImageDoes lays out each function of
// stack.yml as faas-cli does, runs the Dockerfile's build step, starts the
// program with just the secrets and settings stack.yml gives it, and calls it.
func TestEveryFunctionBuildsAndRunsAsItsImageDoes(t *testing.T) {
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, s.Functions)
	requireBuildStep(t)

	secrets := filepath.Join(t.TempDir(), "secrets")
	_, err = makeSecrets(secrets, time.Now())
	require.NoError(t, err)
	for _, name := range []string{"ocim-smtp-password", "ocim-google-secret"} {
		require.NoError(t, os.WriteFile(filepath.Join(secrets, name), []byte("canary-4f1d"), 0o600))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Functions)) {
		t.Run(name, func(t *testing.T) {
			f := s.Functions[name]
			program := buildImage(t, name, f.Lang, f.Handler, s.Configuration.Copy)

			own := t.TempDir()
			for _, secret := range f.Secrets {
				value, err := os.ReadFile(filepath.Join(secrets, secret))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(own, secret), value, 0o600))
			}
			env := []string{"OCIM_SECRETS_DIR=" + own, "OCIM_STORE_FILE=" + filepath.Join(t.TempDir(), "ocim.db")}
			for key, value := range f.Environment {
				env = append(env, key+"="+substitute(value))
			}
			env = append(env, "healthcheck_interval=10ms") // the last one counts
			callImage(t, name, program, env)
			if len(f.Secrets) > 0 {
				refuseWithoutSecrets(t, program, env)
			}
		})
	}
}

// requireBuildStep makes sure that the Dockerfile builds with the script that
// the test runs.
func requireBuildStep(t *testing.T) {
	t.Helper()
	dockerfile, err := os.ReadFile(filepath.Join(root, "template", "golang-http-work", "Dockerfile"))
	require.NoError(t, err)
	var steps []string
	for line := range strings.Lines(string(dockerfile)) {
		if step, ok := strings.CutPrefix(line, "RUN "); ok {
			steps = append(steps, strings.TrimSpace(step))
		}
	}
	require.Equal(t, []string{"GOOS=$TARGETOS GOARCH=$TARGETARCH sh build.sh /out/handler"}, steps)
}

// buildImage lays a function out in faas-cli's order (template, handler,
// configuration.copy) and builds it.
func buildImage(t *testing.T, name, lang, handler string, copies []string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	lay := func(from string, to ...string) {
		require.NoError(t, os.CopyFS(filepath.Join(append([]string{dir}, to...)...), os.DirFS(filepath.Join(root, from))))
	}
	lay(filepath.Join("template", lang))
	lay(handler, "function")
	for _, from := range copies {
		lay(from, "function", filepath.Base(from))
	}
	if name == "web" {
		// The checkout may have no built frontend; its image must.
		dist := filepath.Join(dir, "function", "dist", "index.html")
		if _, err := os.Stat(dist); err != nil {
			require.NoError(t, os.WriteFile(dist, []byte("<!doctype html>"), 0o600))
		}
	}
	program := filepath.Join(dir, "out", "handler")
	build := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "build.sh"), program)
	// The environment's own go.work and flags are not those of the image.
	build.Env = append(os.Environ(), "GOWORK=", "GOFLAGS=")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return program
}

var variable = regexp.MustCompile(`\$\{[A-Z_]+:-([^}]*)\}`)

// substitute does what faas-cli does with ${NAME:-default} when nothing is set.
func substitute(s string) string { return variable.ReplaceAllString(s, "$1") }

func callImage(t *testing.T, name, program string, env []string) {
	t.Helper()
	address := servertest.FreeAddress(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(env, "upstream_url=http://"+address)
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()

	var resp *http.Response
	require.Eventually(t, func() bool {
		select {
		case err := <-ended:
			t.Logf("ended: %v\n%s", err, log.String())
			ended <- err
			return true
		default:
		}
		var err error
		resp, err = http.Get("http://" + address + "/no/such/route.txt")
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
	require.NotNil(t, resp, "the function ended at start")
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusNotFound, resp.StatusCode, string(body))
	if name != "web" {
		assert.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
		assert.Contains(t, string(body), `"urn:ocim:not_found"`)
	}

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-ended:
		require.NoError(t, err, log.String())
	case <-time.After(30 * time.Second):
		t.Fatal("SIGTERM did not end it")
	}
	assert.NotContains(t, log.String(), "canary-4f1d")
}

// refuseWithoutSecrets checks that a wrong configuration shows at start.
func refuseWithoutSecrets(t *testing.T, program string, env []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(slices.Clone(env), "OCIM_SECRETS_DIR="+t.TempDir(), "upstream_url=http://127.0.0.1:0")
	log, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, string(log))
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, string(log), "is missing", "it says which secret and where")
}
