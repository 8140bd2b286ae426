package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// ask reads a list of the API, all its pages.
func ask[T any](t *testing.T, s http.Handler, path string) []T {
	t.Helper()
	var all []T
	for page := 1; ; page++ {
		req := httptest.NewRequest("GET", fmt.Sprintf("/api/v4%s&per_page=100&page=%d", path, page), nil)
		req.Header.Set("PRIVATE-TOKEN", Token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		b, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		require.Equal(t, 200, w.Code, string(b))
		var some []T
		require.NoError(t, json.Unmarshal(b, &some))
		all = append(all, some...)
		if w.Header().Get("X-Next-Page") == "" {
			return all
		}
	}
}

func start(t *testing.T, dir string) *gitlabtest.Server {
	t.Helper()
	s, err := gitlabtest.New(gitlabtest.Options{Dir: dir, Limits: gitlabtest.Limits{User: -1, Files: -1}})
	require.NoError(t, err)
	require.NoError(t, Seed(s))
	return s
}

type pipeline struct {
	ID                  int
	Status, Source, Ref string
	UpdatedAt           time.Time `json:"updated_at"`
}

func TestSeed(t *testing.T) {
	s := start(t, "")
	defer s.Close()
	hosts := map[string]string{}
	var broken, instances []string
	statuses := map[string]int{}
	sources := map[string]int{}
	for _, c := range Clusters() {
		id := fmt.Sprint(c.ID)
		for _, n := range ask[struct{ Path, Name, Type string }](t, s, "/projects/"+id+"/repository/tree?path=instances") {
			instances = append(instances, n.Name)
			text, found := s.File(c.ID, n.Path+"/config.yml")
			require.True(t, found, n.Path)
			var config map[string]any
			if err := yaml.Unmarshal([]byte(text), &config); err != nil {
				broken = append(broken, n.Name)
				continue
			}
			host := fmt.Sprint(config["LMS_HOST"])
			assert.Empty(t, hosts[host], "%s is the host of two instances", host)
			hosts[host] = n.Name
			assert.True(t, strings.HasSuffix(host, ".example.org") || strings.HasSuffix(host, ".example.com"), host)
			assert.NotEmpty(t, config["PLATFORM_NAME"])
			assert.NotEmpty(t, config["OPENEDX_COMMON_VERSION"], n.Name)
			assert.NotEmpty(t, config["MYSQL_ROOT_PASSWORD"], n.Name)
			groveYML, found := s.File(c.ID, n.Path+"/grove.yml")
			require.True(t, found)
			require.NoError(t, yaml.Unmarshal([]byte(groveYML), &config))
		}
		cluster, found := s.File(c.ID, "cluster.yml")
		require.True(t, found)
		var facts map[string]string
		require.NoError(t, yaml.Unmarshal([]byte(cluster), &facts), "cluster.yml is a flat map of text")
		assert.Equal(t, c.Name, facts["TF_VAR_cluster_name"])
		assert.Equal(t, c.Provider, facts["TF_VAR_cluster_provider"])
		for _, q := range []string{"?", "?source=parent_pipeline"} {
			for _, p := range ask[pipeline](t, s, "/projects/"+id+"/pipelines"+q) {
				statuses[p.Status]++
				sources[p.Source]++
			}
		}
	}
	assert.GreaterOrEqual(t, len(instances), 40)
	assert.Equal(t, []string{"aspects-trial"}, broken)
	for _, want := range []string{"success", "failed", "canceled", "running", "pending"} {
		assert.Positive(t, statuses[want], want)
	}
	assert.NotContains(t, statuses, "created")
	for _, want := range []string{"trigger", "push", "parent_pipeline"} {
		assert.Positive(t, sources[want], want)
	}
	for _, gone := range []string{archivedCampus.name, archivedDo.name, deletedLab.name} {
		assert.NotContains(t, instances, gone)
	}
	t.Logf("%d instances, pipelines by status %v", len(instances), statuses)
}

// TestIncidents finds every prepared failure in the logs.
func TestIncidents(t *testing.T) {
	s := start(t, "")
	defer s.Close()
	var logs strings.Builder
	for _, c := range Clusters() {
		pipelines := fmt.Sprintf("/projects/%d/pipelines", c.ID)
		for _, p := range append(ask[pipeline](t, s, pipelines+"?"), ask[pipeline](t, s, pipelines+"?source=parent_pipeline")...) {
			if p.Status != "failed" {
				continue
			}
			for _, j := range ask[struct {
				ID     int
				Status string
			}](t, s, fmt.Sprintf("%s/%d/jobs?", pipelines, p.ID)) {
				if j.Status != "failed" {
					continue
				}
				req := httptest.NewRequest("GET", fmt.Sprintf("/api/v4/projects/%d/jobs/%d/trace", c.ID, j.ID), nil)
				req.Header.Set("PRIVATE-TOKEN", Token)
				w := httptest.NewRecorder()
				s.ServeHTTP(w, req)
				logs.WriteString(w.Body.String())
			}
		}
	}
	for _, want := range []string{"ResolutionImpossible", "Lock wait timeout exceeded", "Error acquiring the state lock", "CrashLoopBackOff", "the instance does not answer"} {
		assert.Contains(t, logs.String(), want)
	}
}

func TestHistory(t *testing.T) {
	s := start(t, "")
	defer s.Close()
	now := s.Clock().Now()
	authors := map[string]bool{}
	for _, c := range Clusters() {
		var last time.Time
		for _, x := range ask[struct {
			Title string
			Name  string    `json:"author_name"`
			Date  time.Time `json:"committed_date"`
		}](t, s, fmt.Sprintf("/projects/%d/repository/commits?", c.ID)) {
			authors[x.Name] = true
			assert.False(t, x.Date.After(now), "%s is in the future", x.Title)
			if !last.IsZero() {
				assert.False(t, x.Date.After(last), "%s is out of order", x.Title)
			}
			last = x.Date
		}
		assert.True(t, last.Before(now.Add(-365*day)), "more than a year of history")
	}
	assert.GreaterOrEqual(t, len(authors), 6)
}

func TestSeedAgain(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	var heads []string
	for _, c := range Clusters() {
		p, _ := s.Project(c.Path)
		heads = append(heads, p.Head)
	}
	before := ask[pipeline](t, s, "/projects/103/pipelines?")
	require.NoError(t, s.Close())

	s = start(t, dir)
	defer s.Close()
	for i, c := range Clusters() {
		p, found := s.Project(c.Path)
		require.True(t, found)
		assert.Equal(t, heads[i], p.Head)
	}
	assert.Equal(t, before, ask[pipeline](t, s, "/projects/103/pipelines?"))
	require.NoError(t, s.Settle(t.Context()))
	for _, p := range ask[pipeline](t, s, "/projects/103/pipelines?") {
		assert.NotContains(t, []string{"running", "pending"}, p.Status, "pipeline %d", p.ID)
	}
}

// TestDeploy does what a visitor of the demonstration does first.
func TestDeploy(t *testing.T) {
	s := start(t, "")
	defer s.Close()
	c := Clusters()[0]
	body := `{"ref":"main","token":"` + c.TriggerToken + `","TUTOR_LMS_HOST":"new.example.org","variables":{"INSTANCE_NAME":"new","DEPLOYMENT_REQUEST_ID":"77","NEW_INSTANCE_TRIGGER":"1"}}`
	req := httptest.NewRequest("POST", fmt.Sprintf("/api/v4/projects/%d/trigger/pipeline", c.ID), strings.NewReader(body))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	require.Equal(t, 201, w.Code, w.Body.String())
	require.NoError(t, s.Settle(t.Context()))
	config, found := s.File(c.ID, "instances/new/config.yml")
	require.True(t, found)
	assert.Contains(t, config, "LMS_HOST: new.example.org")
	assert.Equal(t, "success", ask[pipeline](t, s, fmt.Sprintf("/projects/%d/pipelines?", c.ID))[0].Status, "no scripted failure is left over")
}
