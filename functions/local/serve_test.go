package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	auth "github.com/open-craft/ocim/functions/auth"
)

// output is what the program printed so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

var printed = regexp.MustCompile(`(?m)^Ocim is at (http://127\.0\.0\.1:\d+)\n(.*)$`)

// program is one run of serve.
type program struct {
	base string // its address
	how  string // to log in
	log  *output
	stop func() error
}

func startProgram(t *testing.T, cfg config) program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var stdout, log output
	go func() { ended <- serve(ctx, cfg, &stdout, slog.New(slog.NewTextHandler(&log, nil))) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	var said []string
	require.Eventually(t, func() bool {
		said = printed.FindStringSubmatch(stdout.String())
		return said != nil || len(ended) > 0
	}, 2*time.Minute, 10*time.Millisecond, log.String())
	if said == nil {
		require.NoError(t, stop())
	}
	return program{base: said[1], how: said[2], log: &log, stop: stop}
}

func call(t *testing.T, method, url, bearer, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Ocim", "1")
	r.Header.Set("Idempotency-Key", rand.Text())
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, got
}

func TestOneMachine(t *testing.T) {
	t.Parallel()
	cfg := config{
		Listen: "127.0.0.1:0", Dir: filepath.Join(t.TempDir(), "kept"), Stack: filepath.Join(root, "stack.yml"),
		DemoListen: freeAddress(t), DemoClustersListen: "127.0.0.1:0", DemoSpeed: 60,
	}
	first := startProgram(t, cfg)

	// The printed link makes the first administrator.
	_, token, found := strings.Cut(first.how, "/setup#")
	require.True(t, found, first.how)
	credentials := `"email":"ada@example.org","password":"seventeen lamps over Lisbon"`
	status, body := call(t, http.MethodPost, first.base+"/function/auth/v1/setup", "", `{"token":"`+token+`","name":"Ada",`+credentials+`}`)
	require.Equal(t, http.StatusCreated, status, string(body))
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(body, &in))

	// The schedule's first call read the demonstration from its GitLab.
	clusters := func(base, bearer string) (names []string, instances int) {
		status, body := call(t, http.MethodGet, base+"/function/clusters/v1/clusters", bearer, "")
		require.Equal(t, http.StatusOK, status, string(body))
		var tree struct {
			Clusters []struct {
				Name      string
				Instances []any
			}
		}
		require.NoError(t, json.Unmarshal(body, &tree))
		for _, c := range tree.Clusters {
			names = append(names, c.Name)
			instances += len(c.Instances)
		}
		return names, instances
	}
	require.Eventually(t, func() bool {
		_, n := clusters(first.base, in.AccessToken)
		return n >= 40
	}, time.Minute, 50*time.Millisecond, first.log.String())
	names, instances := clusters(first.base, in.AccessToken)
	assert.Len(t, names, 3)
	// And it asked the demonstration's clusters what runs.
	require.Eventually(t, func() bool { return gatewayOf(t, first, in.AccessToken).health == "failed" }, time.Minute, 50*time.Millisecond, first.log.String())

	// A second program with the same folder is refused in plain words.
	err := serve(t.Context(), cfg, io.Discard, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "already running with "+cfg.Dir)

	require.NoError(t, first.stop())
	second := startProgram(t, cfg)
	assert.Contains(t, second.how, "/login")
	status, body = call(t, http.MethodPost, second.base+"/function/auth/v1/login", "", "{"+credentials+"}")
	require.Equal(t, http.StatusOK, status, string(body))
	require.NoError(t, json.Unmarshal(body, &in))
	again, stillThere := clusters(second.base, in.AccessToken)
	assert.Equal(t, names, again, "the demonstration is added once")
	assert.GreaterOrEqual(t, stillThere, instances)
	status, _ = call(t, http.MethodGet, gatewayOf(t, second, in.AccessToken).url, "", "")
	assert.Equal(t, http.StatusUnauthorized, status, "the clusters are asked at their new address")
	require.NoError(t, second.stop())
	assert.NotContains(t, first.log.String()+second.log.String(), token)
	assert.NotContains(t, first.log.String()+second.log.String(), "over Lisbon")
}

type connected struct{ url, health string }

// gatewayOf gives the gateway of the demonstration's first cluster, and the
// health of an instance that always crashes there.
func gatewayOf(t *testing.T, p program, bearer string) connected {
	t.Helper()
	status, body := call(t, http.MethodGet, p.base+"/function/clusters/v1/projects/grove-campus-aws", bearer, "")
	require.Equal(t, http.StatusOK, status, string(body))
	var of struct{ Project struct{ GatewayURL string } }
	require.NoError(t, json.Unmarshal(body, &of))
	status, body = call(t, http.MethodGet, p.base+"/function/instances/v1/clusters/grove-campus-aws/instances/delta-polytechnic", bearer, "")
	var page struct {
		Instance struct{ Health struct{ State string } }
	}
	if status == http.StatusOK {
		require.NoError(t, json.Unmarshal(body, &page))
	}
	return connected{of.Project.GatewayURL, page.Instance.Health.State}
}

func TestSignInByGoogle(t *testing.T) {
	t.Parallel()
	for client, want := range map[string]string{"": `{"setUp":false,"google":false}`, "ocim": `{"setUp":false,"google":true}`} {
		p := startProgram(t, config{
			Listen: "127.0.0.1:0", Dir: t.TempDir(), Stack: filepath.Join(root, "stack.yml"), GitLabURL: "https://gitlab.example.org",
			Provider: auth.Provider{GoogleIssuer: "https://accounts.example.org", ClientID: client},
		})
		status, body := call(t, http.MethodGet, p.base+"/function/auth/v1/state", "", "")
		require.Equal(t, http.StatusOK, status, string(body))
		assert.JSONEq(t, want, string(body))
	}
}

func TestServeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	stack := filepath.Join(root, "stack.yml")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		cfg  config
		says string
	}{
		"no stack":   {config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: "none.yml"}, "none.yml"},
		"no folder":  {config{Dir: file, Listen: "127.0.0.1:0", Stack: stack}, file},
		"no address": {config{Dir: t.TempDir(), Listen: "127.0.0.1:99999", Stack: stack, GitLabURL: "x"}, "OCIM_LISTEN"},
		"no role": {config{
			Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack, GitLabURL: "x",
			Provider: auth.Provider{AllowedDomains: map[string]string{"example.org": "owner"}},
		}, "OCIM_ALLOWED_DOMAINS"},
		"no demo port": {config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack, DemoListen: "127.0.0.1:99999"}, "OCIM_DEMO_LISTEN"},
		"no clusters port": {config{
			Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack, DemoListen: freeAddress(t), DemoClustersListen: "127.0.0.1:99999",
		}, "OCIM_DEMO_CLUSTERS_LISTEN"},
	} {
		err := serve(t.Context(), c.cfg, io.Discard, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, c.says, name)
	}
	require.ErrorContains(t, run(t.Context(), []string{"what"}, io.Discard, io.Discard), "usage")
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"openapi"}, &out, io.Discard))
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
