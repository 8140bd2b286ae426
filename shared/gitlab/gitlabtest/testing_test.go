//lint:file-ignore SA1019 the deprecated client is what the adapter is built on

package gitlabtest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

const (
	testToken   = "glpat-test-maintainer"
	testTrigger = "glptt-test-trigger"
	testProject = 7
)

// seedFiles is a small Grove repository.
var seedFiles = map[string]string{
	"cluster.yml":                      "TF_VAR_cluster_name: test\nTF_VAR_cluster_provider: aws\n",
	"defaults/config.yml":              "# Defaults of the cluster\nPLATFORM_NAME: Open edX\nLMS_HOST: example.org\n",
	"instances/alpha/config.yml":       "LMS_HOST: alpha.example.org\n",
	"instances/alpha/grove.yml":        "SIMPLE_THEME_EXTRA_SCSS: \"\"\n",
	"instances/alpha/requirements.txt": "tutor>=18,<19\n",
}

// begin starts a server with one seeded project.
func begin(t *testing.T, opts Options) *Server {
	t.Helper()
	s := Start(t, opts)
	s.AddToken(TokenSpec{Value: testToken})
	s.AddProject(ProjectSpec{ID: testProject, Path: "grove/test-cluster", Files: seedFiles})
	s.AddTriggerToken(testProject, testTrigger)
	return s
}

// client gives go-gitlab's client, without its own retries.
func client(t *testing.T, s *Server) *gitlab.Client {
	t.Helper()
	c, err := gitlab.NewClient(testToken, gitlab.WithBaseURL(s.URL()), gitlab.WithCustomRetryMax(0))
	require.NoError(t, err)
	return c
}

// answer is what a plain HTTP request got.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (a answer) json(t *testing.T, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.Body), into), a.Body)
}

// ask sends a request below /api/v4. Headers are pairs of name and value.
func ask(t *testing.T, s *Server, method, path, body string, headers ...string) answer {
	t.Helper()
	a, err := tryAsk(t.Context(), s, method, path, body, headers...)
	require.NoError(t, err)
	return a
}

func tryAsk(ctx context.Context, s *Server, method, path, body string, headers ...string) (answer, error) {
	if !strings.HasPrefix(path, "/api/") {
		path = "/api/v4" + path
	}
	req, err := http.NewRequestWithContext(ctx, method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("PRIVATE-TOKEN", testToken)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	c := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}

func get(t *testing.T, s *Server, path string, headers ...string) answer {
	t.Helper()
	return ask(t, s, http.MethodGet, path, "", headers...)
}

// createInstance sends Grove's create trigger and gives the pipeline's number.
func createInstance(t *testing.T, s *Server, name, id string) int {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"ref": "main", "token": testTrigger, "TUTOR_LMS_HOST": name + ".example.org", "TUTOR_PLUGINS": []string{"mfe", "grove"},
		"GROVE_SIMPLE_THEME_EXTRA_SCSS": "a { color: red }",
		"variables":                     map[string]string{"INSTANCE_NAME": name, "DEPLOYMENT_REQUEST_ID": id, "NEW_INSTANCE_TRIGGER": "1"},
	})
	require.NoError(t, err)
	a := ask(t, s, http.MethodPost, "/projects/7/trigger/pipeline", string(body), "PRIVATE-TOKEN", "")
	require.Equal(t, http.StatusCreated, a.Status, a.Body)
	var p struct{ ID int }
	a.json(t, &p)
	return p.ID
}

type listed struct {
	ID                       int
	Status, Source, SHA, Ref string
}

// list7 lists the test project's pipelines.
func list7(t *testing.T, s *Server, query string) []listed {
	t.Helper()
	var out []listed
	get(t, s, "/projects/7/pipelines?per_page=100&"+query).json(t, &out)
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
