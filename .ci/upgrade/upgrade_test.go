package upgrade

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var record = flag.String("record", "", "release whose folder in testdata is to be written")

const (
	email    = "ada@example.org"
	password = "seventeen lamps over Lisbon"
)

// server is a running Ocim.
type server struct {
	base, setup, token string
	stop               func()
}

// start builds and starts one of the programs for one machine, with its folder.
func start(t *testing.T, program, dir string) *server {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./functions/"+program)
	build.Dir = filepath.Join("..", "..")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))

	var log bytes.Buffer
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "OCIM_LISTEN="+freeAddress(t), "OCIM_DEMO_LISTEN="+freeAddress(t), "OCIM_DEMO_CLUSTERS_LISTEN="+freeAddress(t),
		"OCIM_DIR="+dir, "OCIM_STACK="+filepath.Join("..", "..", "stack.yml"), "OCIM_DEMO_SPEED=1200",
		"OCIM_MAIL_OUTBOX="+filepath.Join(dir, "outbox"), "OCIM_PUBLIC_URL=")
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	s := &server{}
	s.stop = func() {
		s.stop = func() {}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	}
	t.Cleanup(func() { s.stop() })
	lines := bufio.NewScanner(stdout)
	for said := 0; said < 2 && lines.Scan(); said++ {
		if base, found := strings.CutPrefix(lines.Text(), "Ocim is at "); found {
			s.base = base
		}
		if _, token, found := strings.Cut(lines.Text(), "/setup#"); found {
			s.setup = token
		}
	}
	require.NotEmpty(t, s.base, "%s", &log)
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}

// call calls the API and decodes the answer.
func (s *server) call(t *testing.T, method, path string, body, out any) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+"/function/"+path, bytes.NewReader(text))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Ocim", "1")
	r.Header.Set("Idempotency-Key", "recorded-for-upgrades")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Less(t, resp.StatusCode, 300, "%s %s: %s", method, path, answer)
	if out != nil {
		require.NoError(t, json.Unmarshal(answer, out), path)
	}
}

// remembered is what an upgrade must not lose: of each kind of record the parts that
// neither time nor an unreachable GitLab change.
type remembered struct {
	Instances  map[string]instance  `json:"instances"`
	Operations map[string]operation `json:"operations"`
	Projects   []string             `json:"projects"`
	Users      map[string]string    `json:"users"`
	Views      []string             `json:"views"`
	Audit      map[string]int       `json:"audit"`
}

type instance struct {
	Lifecycle string `json:"lifecycle"`
	Release   string `json:"release,omitempty"`
	LMSURL    string `json:"lmsUrl,omitempty"`
}

type operation struct {
	Kind     string `json:"kind"`
	Instance string `json:"instance"`
	State    string `json:"state"`
	By       string `json:"by"`
}

func (s *server) remembers(t *testing.T) remembered {
	t.Helper()
	m := remembered{Instances: map[string]instance{}, Operations: map[string]operation{}, Users: map[string]string{}, Audit: map[string]int{}}
	var list struct {
		Instances []struct {
			instance
			Name, Cluster string
		}
		Next string
	}
	for after := ""; ; after = list.Next {
		list.Next = ""
		s.call(t, http.MethodGet, "clusters/v1/instances?after="+after, nil, &list)
		for _, i := range list.Instances {
			m.Instances[i.Cluster+"/"+i.Name] = i.instance
		}
		if list.Next == "" {
			break
		}
	}
	var projects struct {
		Projects []struct{ Project struct{ ID string } }
	}
	s.call(t, http.MethodGet, "clusters/v1/projects", nil, &projects)
	for _, p := range projects.Projects {
		m.Projects = append(m.Projects, p.Project.ID)
		var page struct {
			Operations []struct{ ID, Kind, Instance, State, RequestedBy string }
		}
		s.call(t, http.MethodGet, "pipelines/v1/clusters/"+p.Project.ID+"/operations", nil, &page)
		for _, o := range page.Operations {
			m.Operations[o.ID] = operation{o.Kind, o.Instance, o.State, o.RequestedBy}
		}
	}
	var users struct {
		Users []struct{ Email, Name string }
	}
	s.call(t, http.MethodGet, "auth/v1/users", nil, &users)
	for _, u := range users.Users {
		m.Users[u.Email] = u.Name
	}
	var views struct {
		Views []struct{ Name string }
	}
	s.call(t, http.MethodGet, "clusters/v1/views", nil, &views)
	for _, v := range views.Views {
		m.Views = append(m.Views, v.Name)
	}
	var audit struct {
		Entries []struct{ Action string }
	}
	s.call(t, http.MethodGet, "auth/v1/audit?limit=100", nil, &audit)
	for _, e := range audit.Entries {
		m.Audit[e.Action]++
	}
	return m
}

// TestRecord writes the folder of a release.
func TestRecord(t *testing.T) {
	if *record == "" {
		t.Skip("only with -record")
	}
	dir := filepath.Join(t.TempDir(), "kept")
	s := start(t, "demo", dir)
	var in struct{ AccessToken string }
	s.call(t, http.MethodPost, "auth/v1/setup", map[string]string{"token": s.setup, "name": "Ada", "email": email, "password": password}, &in)
	s.token = in.AccessToken
	s.call(t, http.MethodPost, "clusters/v1/views", map[string]string{"name": "On AWS", "query": "provider=aws"}, nil)
	require.Eventually(t, func() bool { return len(s.remembers(t).Instances) > 40 }, time.Minute, time.Second, "the first sync")
	request := map[string]any{"kind": "update", "instance": "cinder-arts", "changes": []any{map[string]any{"file": "config.yml", "path": []string{"PLATFORM_NAME"}, "value": "Recorded"}}}
	var preview struct{ Hash string }
	s.call(t, http.MethodPost, "pipelines/v1/clusters/grove-campus-aws/operations/preview", request, &preview)
	request["previewHash"] = preview.Hash
	s.call(t, http.MethodPost, "pipelines/v1/clusters/grove-campus-aws/operations", request, nil)
	var m remembered
	require.Eventually(t, func() bool {
		m = s.remembers(t)
		for _, o := range m.Operations {
			return o.State == "succeeded" && len(m.Instances) > 40
		}
		return false
	}, time.Minute, time.Second)
	m = s.remembers(t)
	s.stop()

	folder := filepath.Join("testdata", *record)
	require.NoError(t, os.MkdirAll(folder, 0o755))
	text, err := json.MarshalIndent(m, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "remembered.json"), append(text, '\n'), 0o644))
	require.NoError(t, os.CopyFS(filepath.Join(folder, "secrets"), os.DirFS(filepath.Join(dir, "secrets"))))
	store, err := os.ReadFile(filepath.Join(dir, "ocim.db"))
	require.NoError(t, err)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(store)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(filepath.Join(folder, "ocim.db.gz"), packed.Bytes(), 0o644))
}

// Every recorded release can be upgraded from: people log in with their passwords and
// find everything that was there.
func TestUpgrade_ReadsWhatEarlierReleasesStored(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs Ocim")
	}
	folders, err := filepath.Glob(filepath.Join("testdata", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(folder, "remembered.json"))
			require.NoError(t, err)
			var want remembered
			require.NoError(t, json.Unmarshal(text, &want))
			require.Greater(t, len(want.Instances), 40)
			require.NotEmpty(t, want.Operations)

			dir := filepath.Join(t.TempDir(), "kept")
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "secrets"), 0o700))
			secrets, err := os.ReadDir(filepath.Join(folder, "secrets"))
			require.NoError(t, err)
			for _, e := range secrets {
				value, err := os.ReadFile(filepath.Join(folder, "secrets", e.Name()))
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets", e.Name()), value, 0o600))
			}
			packed, err := os.Open(filepath.Join(folder, "ocim.db.gz"))
			require.NoError(t, err)
			defer func() { require.NoError(t, packed.Close()) }()
			r, err := gzip.NewReader(packed)
			require.NoError(t, err)
			store, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "ocim.db"), store, 0o600))

			s := start(t, "local", dir)
			assert.Empty(t, s.setup, "there is an administrator already")
			var in struct{ AccessToken string }
			s.call(t, http.MethodPost, "auth/v1/login", map[string]string{"email": email, "password": password}, &in)
			s.token = in.AccessToken
			got := s.remembers(t)
			for action, count := range want.Audit {
				assert.GreaterOrEqual(t, got.Audit[action], count, "entries of the audit log: %s", action)
			}
			got.Audit = want.Audit // this log-in is in it, too
			assert.Equal(t, want, got)
		})
	}
}
