package server

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// deploy serves replicas of every function over one store. Calls go to each in turn,
// unless the header X-Replica names one.
func deploy(t *testing.T, store kv.Store, log *slog.Logger, replicas int) (base string, machines []machine) {
	t.Helper()
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(nil)
	base = "http://" + server.Listener.Addr().String()
	var gateways []http.Handler
	for range replicas {
		m, err := newMachine(testConfig(t), base, store, secrets, log)
		require.NoError(t, err)
		machines = append(machines, m)
		gateways = append(gateways, &gateway{functions: functions(m), frontend: web.New(web.Files())})
	}
	var calls atomic.Int64
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1)) % replicas
		if named := r.Header.Get("X-Replica"); named != "" {
			n = int(named[0] - '0')
		}
		gateways[n].ServeHTTP(w, r)
	})
	server.Start()
	t.Cleanup(server.Close)
	return base, machines
}

// testConfig returns a configuration that may call servers on this machine.
func testConfig(t *testing.T) Config {
	t.Helper()
	cfg := Config{Dir: t.TempDir()}
	cfg.AllowHTTP = true
	return cfg
}

// Two replicas of each function are as one: what one did the other knows at once, and
// what both are asked at the same time is done once.
func TestTwoReplicasAreAsOne(t *testing.T) {
	t.Parallel()
	gitlab := gitlabtest.Start(t, gitlabtest.Options{})
	project := gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "instances/alpha/config.yml": "LMS_HOST: alpha.example.org\n",
	}})
	base, machines := deploy(t, kvtest.Open(t), slog.New(slog.DiscardHandler), 2)
	var in struct{ AccessToken string }
	// ask calls one replica, and gives the answer and its entity tag.
	ask := func(replica, method, path, body string, header ...string) (status int, answer []byte, tag string) {
		r, err := http.NewRequestWithContext(t.Context(), method, base+"/function/"+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Ocim", "1")
		r.Header.Set("X-Replica", replica)
		r.Header.Set("Authorization", "Bearer "+in.AccessToken)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		answer, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, answer, resp.Header.Get("ETag")
	}
	do := func(replica, method, path, body string, header ...string) []byte {
		t.Helper()
		status, answer, _ := ask(replica, method, path, body, header...)
		require.Less(t, status, 300, "%s %s: %s", method, path, answer)
		return answer
	}

	// A user who logs in at one is known to the other.
	link, err := machines[0].people.SetupLink(t.Context())
	require.NoError(t, err)
	_, token, _ := strings.Cut(link.Reveal(), "/setup#")
	require.NoError(t, json.Unmarshal(do("0", http.MethodPost, "auth/v1/setup",
		`{"token":"`+token+`","name":"Ada","email":"ada@example.org","password":"seventeen lamps over Lisbon"}`), &in))
	do("1", http.MethodGet, "auth/v1/me", "")

	// What one changes the other shows at its next answer, and both give it the same tag.
	list := func(replica string) (string, string) {
		t.Helper()
		status, answer, tag := ask(replica, http.MethodGet, "clusters/v1/instances", "")
		require.Equal(t, http.StatusOK, status)
		return string(answer), tag
	}
	same := func() {
		t.Helper()
		one, tag := list("0")
		other, otherTag := list("1")
		require.Equal(t, one, other)
		require.Equal(t, tag, otherTag)
		status, _, _ := ask("1", http.MethodGet, "clusters/v1/instances", "", "If-None-Match", tag)
		require.Equal(t, http.StatusNotModified, status, "whichever gave it")
	}
	same()
	do("0", http.MethodPost, "clusters/v1/projects", `{"gitlabUrl":"`+gitlab.URL()+`","project":"grove/campus","apiToken":"`+
		gitlab.AddToken(gitlabtest.TokenSpec{})+`","triggerToken":"`+gitlab.AddTriggerToken(project.ID, "")+`"}`)
	same()
	gitlab.Commit(project.ID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: beta.example.org\n"}})
	do("1", http.MethodPost, "sync/v1/clusters/campus", "")
	same()
	shown, _ := list("0")
	assert.Contains(t, shown, "beta.example.org")
	do("1", http.MethodPost, "clusters/v1/views", `{"name":"Mine","query":"provider=aws"}`)
	assert.Contains(t, string(do("0", http.MethodGet, "clusters/v1/views", "")), "Mine")

	// What both get at once is done once.
	both := func(call func(replica string)) {
		var done sync.WaitGroup
		for _, replica := range []string{"0", "1", "0", "1"} {
			done.Go(func() { call(replica) })
		}
		done.Wait()
	}
	var preview struct{ Hash string }
	require.NoError(t, json.Unmarshal(do("0", http.MethodPost, "pipelines/v1/clusters/campus/operations/preview", `{"kind":"create","instance":"gamma"}`), &preview))
	var ids sync.Map
	both(func(replica string) {
		status, answer, _ := ask(replica, http.MethodPost, "pipelines/v1/clusters/campus/operations",
			`{"kind":"create","instance":"gamma","previewHash":"`+preview.Hash+`"}`, "Idempotency-Key", "pressed-four-times")
		var op struct{ ID string }
		if assert.Less(t, status, 300, string(answer)) && assert.NoError(t, json.Unmarshal(answer, &op)) {
			ids.Store(op.ID, true)
		}
	})
	count := 0
	ids.Range(func(any, any) bool { count++; return true })
	assert.Equal(t, 1, count, "one operation")
	triggers := 0
	for _, r := range gitlab.Requests() {
		// What asks whether the trigger token is good starts nothing.
		if r.Method == http.MethodPost && strings.HasSuffix(r.Route, "/trigger/pipeline") && r.Status == http.StatusCreated {
			triggers++
		}
	}
	assert.Equal(t, 1, triggers, "one pipeline")
	var runs atomic.Int64
	both(func(replica string) {
		status, answer, _ := ask(replica, http.MethodPost, "sync/", "")
		assert.Equal(t, http.StatusOK, status, string(answer))
		if strings.Contains(string(answer), "done") {
			runs.Add(1)
		}
	})
	assert.Equal(t, int64(1), runs.Load(), "one run of the schedule")
	same()
}
