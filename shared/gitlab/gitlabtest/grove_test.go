package gitlabtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

// newest gives the head of the default branch.
func newest(t *testing.T, s *Server) *gitlab.Commit {
	t.Helper()
	commits, _, err := client(t, s).Commits.ListCommits(testProject, nil)
	require.NoError(t, err)
	return commits[0]
}

func TestCreateInstance(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	first := createInstance(t, s, "Beta Campus!", "41")

	p, _, err := c.Pipelines.GetPipeline(testProject, first)
	require.NoError(t, err)
	assert.Equal(t, "created", p.Status)
	assert.Equal(t, "trigger", p.Source)

	s.Clock().Advance(2 * time.Minute)
	assert.Equal(t, map[int]*mergeRequest{1: {ID: 1, IID: 1, State: "merged", SourceBranch: "deployment/beta-campus/41"}}, s.projects[testProject].mergeRequests)

	head := newest(t, s)
	assert.Equal(t, "Merge branch 'deployment/beta-campus/41' into 'main'", head.Title)
	assert.Contains(t, head.Message, "\n[AutoDeploy][Create] beta-campus|41\n")
	assert.Len(t, head.ParentIDs, 2)

	config, found := s.File(testProject, "instances/beta-campus/config.yml")
	require.True(t, found)
	assert.Equal(t, "# Defaults of the cluster\nPLATFORM_NAME: Open edX\nLMS_HOST: Beta Campus!.example.org\nPLUGINS:\n  - mfe\n  - grove\n", config)
	groveYML, _ := s.File(testProject, "instances/beta-campus/grove.yml")
	assert.Equal(t, "SIMPLE_THEME_EXTRA_SCSS: 'a { color: red }'\n", groveYML)

	require.NoError(t, s.Settle(t.Context()))
	all, _, err := c.Pipelines.ListProjectPipelines(testProject, nil)
	require.NoError(t, err)
	require.Len(t, all, 3, "the trigger's, the branch's that does nothing, and main's; no child")
	assert.Equal(t, []string{"push", "push", "trigger"}, []string{all[0].Source, all[1].Source, all[2].Source})
	for _, p := range all {
		assert.Equal(t, "success", p.Status)
	}

	deploy := all[0]
	bridges, _, err := c.Jobs.ListPipelineBridges(testProject, deploy.ID, nil)
	require.NoError(t, err)
	require.Len(t, bridges, 1)
	child := bridges[0].DownstreamPipeline
	require.NotNil(t, child)
	assert.Equal(t, "parent_pipeline", child.Source)

	hidden, _, err := c.Pipelines.ListProjectPipelines(testProject, &gitlab.ListProjectPipelinesOptions{Source: gitlab.Ptr("parent_pipeline")})
	require.NoError(t, err)
	require.Len(t, hidden, 1)
	assert.Equal(t, child.ID, hidden[0].ID)

	full, _, err := c.Pipelines.GetPipeline(testProject, child.ID)
	require.NoError(t, err)
	took := full.FinishedAt.Sub(*p.CreatedAt)
	assert.InDelta(t, 25, took.Minutes(), 3, "a first deployment takes about 25 minutes")
}

func TestCreateClash(t *testing.T) {
	s := begin(t, Options{})
	id := createInstance(t, s, "Alpha", "42")
	require.NoError(t, s.Settle(t.Context()))
	c := client(t, s)
	p, _, err := c.Pipelines.GetPipeline(testProject, id)
	require.NoError(t, err)
	assert.Equal(t, "failed", p.Status)
	jobs, _, err := c.Jobs.ListPipelineJobs(testProject, id, nil)
	require.NoError(t, err)
	last := jobs[len(jobs)-1]
	assert.Equal(t, "failed", last.Status)
	assert.Equal(t, "skipped", jobs[0].Status)
	a := get(t, s, "/projects/7/jobs/"+itoa(last.ID)+"/trace")
	assert.Contains(t, a.Body, `an instance named "alpha" already exists`)
	assert.Contains(t, a.Body, "section_start:")
	assert.Contains(t, a.Body, "ERROR: Job failed: exit code 1")
}

func TestArchiveAndDelete(t *testing.T) {
	for op, message := range map[string]string{"ARCHIVE": "[AutoDeploy][Archive] alpha", "DELETE": "[AutoDeploy][Delete] alpha"} {
		t.Run(op, func(t *testing.T) {
			s := begin(t, Options{})
			body := `{"ref":"main","token":"` + testTrigger + `","variables":{"` + op + `_INSTANCE_TRIGGER":"1","INSTANCE_NAME":"alpha"}}`
			require.Equal(t, http.StatusCreated, ask(t, s, "POST", "/projects/7/trigger/pipeline", body).Status)
			require.NoError(t, s.Settle(t.Context()))
			_, found := s.File(testProject, "instances/alpha/config.yml")
			assert.False(t, found)
			assert.Equal(t, message, newest(t, s).Title)
			assert.Equal(t, 2, len(list7(t, s, "source=push"))+len(list7(t, s, "source=parent_pipeline")))
		})
	}
}

func TestReadMessage(t *testing.T) {
	ab := []target{{"a", "1"}, {"b", "2"}}
	for message, want := range map[string]work{
		"[AutoDeploy][Update] a|1,b|2":                             {Op: opUpdate, Targets: ab},
		"[AutoDeploy][Update] a|1, b|2\n\nby hand":                 {Op: opUpdate, Targets: ab},
		"Merge branch 'x' into 'main'\n\n[AutoDeploy][Create] a|1": {Op: opCreate, Targets: ab[:1]},
		"[AutoDeploy][Archive] a":                                  {Op: opArchive, Targets: []target{{Name: "a"}}},
		"[AutoDeploy][Build][Image] https://x/y|main":              {Op: opBuild, Note: "https://x/y|main"},
		"[AutoDeploy][Infrastructure] more nodes":                  {Op: opInfrastructure, Note: "more nodes"},
		"[AutoDeploy] name:4 - old form":                           {},
		"Fix a typo":                                               {},
	} {
		assert.Equal(t, want, readMessage(message), message)
	}
}

func TestPushes(t *testing.T) {
	for _, tc := range []struct {
		message string
		jobs    []string // of the child, by number
	}{
		{"Fix a typo", nil},
		{"[AutoDeploy][Update] alpha|5", []string{"deploy-instance: [alpha]", "smoke-test: [alpha]"}},
		{"[AutoDeploy][Build][Image] https://example.com/edx|main", []string{"build-openedx", "build-mfe"}},
	} {
		t.Run(tc.message, func(t *testing.T) {
			s := begin(t, Options{})
			s.Commit(testProject, CommitSpec{Message: tc.message})
			require.NoError(t, s.Settle(t.Context()))
			require.Len(t, list7(t, s, ""), 1)
			children := list7(t, s, "source=parent_pipeline")
			if tc.jobs == nil {
				assert.Empty(t, children)
				return
			}
			require.Len(t, children, 1)
			jobs, _, err := client(t, s).Jobs.ListPipelineJobs(testProject, children[0].ID, nil)
			require.NoError(t, err)
			var names []string
			for i := range jobs {
				names = append(names, jobs[len(jobs)-1-i].Name)
			}
			assert.Equal(t, tc.jobs, names)
		})
	}
}
