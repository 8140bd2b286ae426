package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/ocim/api"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ocim": func() { os.Exit(run()) }})
}

// The stories drive the demonstration as a person at a terminal would.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs the demonstration")
	}
	address := startDemonstration(t)
	administrator, operator, viewer := tokens(t, address)
	awaitFirstSync(t, address.base, operator)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("OCIM_URL", address.base)
			e.Setenv("OCIM_TOKEN", operator)
			e.Setenv("VIEWER_TOKEN", viewer)
			e.Setenv("ADMINISTRATOR_TOKEN", administrator)
			e.Setenv("NOWHERE", "http://"+freeAddress(t))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// await PATTERN COMMAND…: repeats the command until its output matches. What is
			// changed in git shows in lists once it was read from there.
			"await": func(ts *testscript.TestScript, _ bool, args []string) {
				pattern := regexp.MustCompile("(?m)" + args[0])
				deadline := time.Now().Add(2 * time.Minute)
				for {
					ts.Check(ts.Exec(args[1], args[2:]...))
					if pattern.MatchString(ts.ReadFile("stdout")) {
						return
					}
					if time.Now().After(deadline) {
						ts.Fatalf("no match for %q within two minutes", args[0])
					}
					time.Sleep(200 * time.Millisecond)
				}
			},
			// exit CODE COMMAND…: the command ends with that exit code.
			"exit": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				code := 0
				if exit, isExit := err.(*exec.ExitError); isExit {
					code = exit.ExitCode()
				} else {
					ts.Check(err)
				}
				if fmt.Sprint(code) != args[0] {
					ts.Fatalf("exit code %d, not %s", code, args[0])
				}
			},
		},
	})
}

// awaitFirstSync waits until the three clusters of the demonstration have been read.
func awaitFirstSync(t *testing.T, base, token string) {
	t.Helper()
	client := &api.Client{Base: base, Token: token}
	clusters := map[string]bool{}
	require.Eventually(t, func() bool {
		page, err := client.ListInstances(t.Context(), api.ListInstancesParams{Limit: 100})
		require.NoError(t, err)
		for _, i := range page.Instances {
			clusters[i.Cluster] = true
		}
		return len(clusters) == 3
	}, 2*time.Minute, 200*time.Millisecond)
}

type demonstration struct{ base, setup string }

// startDemonstration builds and starts functions/demo with pipelines and schedules that
// are faster than usual.
func startDemonstration(t *testing.T) demonstration {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "ocim-demo")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./functions/demo")
	build.Dir = filepath.Join("..", "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as `make build` does: nothing is compiled again
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))

	stack, err := os.ReadFile(filepath.Join("..", "..", "stack.yml"))
	require.NoError(t, err)
	stack = regexp.MustCompile(`schedule: .*`).ReplaceAll(stack, []byte(`schedule: "@every 2s"`))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stack.yml"), stack, 0o600))
	var log bytes.Buffer
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "OCIM_LISTEN="+freeAddress(t), "OCIM_DEMO_LISTEN="+freeAddress(t), "OCIM_DEMO_CLUSTERS_LISTEN="+freeAddress(t),
		"OCIM_DIR="+filepath.Join(dir, "kept"), "OCIM_STACK="+filepath.Join(dir, "stack.yml"), "OCIM_DEMO_SPEED=1200")
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	var d demonstration
	lines := bufio.NewScanner(stdout)
	for d.setup == "" && lines.Scan() {
		if base, found := strings.CutPrefix(lines.Text(), "Ocim is at "); found {
			d.base = base
		}
		if _, token, found := strings.Cut(lines.Text(), "/setup#"); found {
			d.setup = token
		}
	}
	require.NotEmpty(t, d.setup, "the demonstration ended before it printed a link")
	go func() {
		for lines.Scan() { // keeps the pipe empty
		}
	}()
	return d
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}

// tokens sets the demonstration up and creates an API token of an operator and one of a
// viewer.
func tokens(t *testing.T, d demonstration) (administrator, operator, viewer string) {
	t.Helper()
	var in struct{ AccessToken string }
	post := func(path string, body, out any) {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+"/function/auth/v1/"+path, bytes.NewReader(text))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Ocim", "1")
		r.Header.Set("Authorization", "Bearer "+in.AccessToken)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		var answer bytes.Buffer
		_, err = answer.ReadFrom(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, resp.StatusCode, answer.String())
		require.NoError(t, json.Unmarshal(answer.Bytes(), out))
	}
	post("setup", map[string]string{"token": d.setup, "name": "Ada", "email": "ada@example.org", "password": "seventeen lamps over Lisbon"}, &in)
	create := func(role string) string {
		var made struct{ Secret string }
		post("me/tokens", map[string]string{"name": role, "role": role, "expiresAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, &made)
		return made.Secret
	}
	return create("administrator"), create("operator"), create("viewer")
}
