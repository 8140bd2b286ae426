package gitlabclient

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

const (
	token   = "glpat-token-of-the-client"
	trigger = "glptt-token-of-the-client"
	config  = "instances/alpha/config.yml"
)

// world is a simulated GitLab with one Grove project, and GitLab's client for it.
type world struct {
	*gitlabtest.Server
	*gitlab.Client
	id     int64
	events chan event
}

// event is what a webhook received.
type event struct {
	kind string
	body []byte
}

func newWorld(t *testing.T, policy gitlabtest.Policy) *world {
	t.Helper()
	s := gitlabtest.Start(t, gitlabtest.Options{})
	s.AddToken(gitlabtest.TokenSpec{Value: token})
	project := s.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "defaults/config.yml": "A: 1\n", config: "LMS_HOST: alpha.example.org\n",
	}})
	s.AddTriggerToken(project.ID, trigger)
	s.SetPolicy(project.ID, policy)
	c, err := gitlab.NewClient(token, gitlab.WithBaseURL(s.URL()), gitlab.WithoutRetries())
	require.NoError(t, err)
	w := &world{Server: s, Client: c, id: int64(project.ID), events: make(chan event, 1000)}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		w.events <- event{r.Header.Get("X-Gitlab-Event"), body}
	}))
	t.Cleanup(receiver.Close)
	s.AddHook(project.ID, gitlabtest.HookSpec{URL: receiver.URL, Pipeline: true, Push: true})
	return w
}

// calls makes every call that Ocim makes, in an order that lets each succeed, and
// asserts what Ocim relies on.
func (w *world) calls(t *testing.T) {
	w.readsProject(t)
	w.commits(t)
	w.startsPipelines(t)
	w.followsPipelines(t)
	w.administers(t)
}

func (w *world) readsProject(t *testing.T) {
	version, _, err := w.Version.GetVersion()
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(version.Version, "18."), version.Version)
	self, _, err := w.PersonalAccessTokens.GetSinglePersonalAccessToken()
	require.NoError(t, err)
	assert.Contains(t, self.Scopes, "api")
	user, _, err := w.Users.CurrentUser()
	require.NoError(t, err)
	member, _, err := w.ProjectMembers.GetInheritedProjectMember(w.id, user.ID)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, member.AccessLevel, gitlab.MaintainerPermissions)
	project, _, err := w.Projects.GetProject("grove/campus", nil)
	require.NoError(t, err)
	assert.Equal(t, w.id, project.ID)
	assert.Equal(t, "main", project.DefaultBranch)
	assert.Equal(t, gitlab.EnabledAccessControl, project.BuildsAccessLevel)
	assert.NotEmpty(t, project.CIPipelineVariablesMinimumOverrideRole)
	branch, _, err := w.Branches.GetBranch(w.id, "main")
	require.NoError(t, err)
	assert.True(t, branch.CanPush)
	require.NotNil(t, branch.Commit)

	tree, _, err := w.Repositories.ListTree(w.id, &gitlab.ListTreeOptions{Path: new("instances"), Recursive: new(true), Ref: new("main")})
	require.NoError(t, err)
	assert.Equal(t, config, tree[len(tree)-1].Path)
	file, _, err := w.RepositoryFiles.GetFile(w.id, config, &gitlab.GetFileOptions{Ref: new("main")})
	require.NoError(t, err)
	assert.Equal(t, branch.Commit.ID, file.LastCommitID)
	raw, _, err := w.RepositoryFiles.GetRawFile(w.id, config, &gitlab.GetRawFileOptions{Ref: new("main")})
	require.NoError(t, err)
	assert.Equal(t, "LMS_HOST: alpha.example.org\n", string(raw))
	archive, _, err := w.Repositories.Archive(w.id, &gitlab.ArchiveOptions{Format: new("tar.gz"), SHA: new("main")})
	require.NoError(t, err)
	assert.Equal(t, []byte{0x1f, 0x8b}, archive[:2])
	var blobs struct {
		Data struct {
			Project struct {
				Repository struct {
					Blobs struct {
						Nodes []struct{ Path, RawTextBlob string }
					}
				}
			}
		}
	}
	_, err = w.GraphQL.Do(gitlab.GraphQLQuery{
		Query:     `query($p: ID!, $r: String!, $f: [String!]!) { project(fullPath: $p) { repository { blobs(ref: $r, paths: $f) { nodes { path rawTextBlob } } } } }`,
		Variables: map[string]any{"p": "grove/campus", "r": "main", "f": []string{config}},
	}, &blobs)
	require.NoError(t, err)
	require.Len(t, blobs.Data.Project.Repository.Blobs.Nodes, 1)
	assert.Equal(t, string(raw), blobs.Data.Project.Repository.Blobs.Nodes[0].RawTextBlob)
}

func (w *world) commits(t *testing.T) {
	commits, _, err := w.Commits.ListCommits(w.id, &gitlab.ListCommitsOptions{RefName: new("main")})
	require.NoError(t, err)
	first := commits[0]
	made, _, err := w.Commits.CreateCommit(w.id, &gitlab.CreateCommitOptions{
		Branch: new("main"), CommitMessage: new("[AutoDeploy][Update] alpha|7"),
		Actions: []*gitlab.CommitActionOptions{{
			Action: new(gitlab.FileUpdate), FilePath: new(config), LastCommitID: &first.ID,
			Content: new(base64.StdEncoding.EncodeToString([]byte("LMS_HOST: other.example.org\n"))), Encoding: new("base64"),
		}},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{first.ID}, made.ParentIDs)
	require.NotNil(t, made.CommittedDate)
	diff, _, err := w.Commits.GetCommitDiff(w.id, made.ID, nil)
	require.NoError(t, err)
	assert.Equal(t, config, diff[0].NewPath)
	between, _, err := w.Repositories.Compare(w.id, &gitlab.CompareOptions{From: &first.ID, To: &made.ID})
	require.NoError(t, err)
	assert.Len(t, between.Commits, 1)
	// What changed meanwhile is refused, in GitLab's form.
	_, answer, err := w.Commits.CreateCommit(w.id, &gitlab.CreateCommitOptions{
		Branch: new("main"), CommitMessage: new("x"),
		Actions: []*gitlab.CommitActionOptions{{Action: new(gitlab.FileUpdate), FilePath: new(config), LastCommitID: &first.ID, Content: new("x")}},
	})
	require.ErrorContains(t, err, "message")
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.NoError(t, w.Settle(t.Context()))
}

func (w *world) startsPipelines(t *testing.T) {
	made, _, err := w.PipelineTriggers.RunPipelineTrigger(w.id, &gitlab.RunPipelineTriggerOptions{
		Ref: new("main"), Token: new(trigger),
		Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"},
	})
	require.NoError(t, err)
	variables, _, err := w.Pipelines.GetPipelineVariables(w.id, made.ID)
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(variables, func(v *gitlab.PipelineVariable) bool { return v.Key == "INSTANCE_NAME" && v.Value == "gamma" }))
	_, _, err = w.Pipelines.CreatePipeline(w.id, &gitlab.CreatePipelineOptions{
		Ref: new("main"), Variables: &[]*gitlab.PipelineVariableOptions{{Key: new("A"), Value: new("1")}},
	})
	require.NoError(t, err)
	_, answer, err := w.PipelineTriggers.RunPipelineTrigger(w.id, &gitlab.RunPipelineTriggerOptions{Ref: new("no-such-branch"), Token: new(trigger)})
	require.ErrorContains(t, err, "Reference not found")
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.NoError(t, w.Settle(t.Context()))
}

func (w *world) followsPipelines(t *testing.T) {
	w.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	w.Server.Commit(int(w.id), gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|8", Files: map[string]string{config: "LMS_HOST: third.example.org\n"}})
	require.NoError(t, w.Settle(t.Context()))
	list, _, err := w.Pipelines.ListProjectPipelines(w.id, &gitlab.ListProjectPipelinesOptions{OrderBy: new("id"), Sort: new("desc")})
	require.NoError(t, err)
	parent, _, err := w.Pipelines.GetPipeline(w.id, list[0].ID)
	require.NoError(t, err)
	assert.Equal(t, "failed", parent.Status)
	require.NotNil(t, parent.FinishedAt)
	bridges, _, err := w.Jobs.ListPipelineBridges(w.id, parent.ID, nil)
	require.NoError(t, err)
	require.NotNil(t, bridges[0].DownstreamPipeline)
	child := bridges[0].DownstreamPipeline.ID
	jobs, _, err := w.Jobs.ListPipelineJobs(w.id, child, &gitlab.ListJobsOptions{IncludeRetried: new(true)})
	require.NoError(t, err)
	failed := jobs[slices.IndexFunc(jobs, func(j *gitlab.Job) bool { return j.Status == "failed" })]
	assert.NotEmpty(t, failed.FailureReason)
	trace, _, err := w.Jobs.GetTraceFile(w.id, failed.ID)
	require.NoError(t, err)
	assert.Positive(t, trace.Len())
	retried, _, err := w.Pipelines.RetryPipelineBuild(w.id, child)
	require.NoError(t, err)
	assert.NotEqual(t, "failed", retried.Status)
	canceled, _, err := w.Pipelines.CancelPipelineBuild(w.id, child)
	require.NoError(t, err)
	assert.Contains(t, []string{"canceling", "canceled"}, canceled.Status)
	require.NoError(t, w.Settle(t.Context()))
}

func (w *world) administers(t *testing.T) {
	made, _, err := w.PipelineTriggers.AddPipelineTrigger(w.id, &gitlab.AddPipelineTriggerOptions{Description: new("Ocim")})
	require.NoError(t, err)
	assert.NotEmpty(t, made.Token)

	ssh := append([]byte{0, 0, 0, 11}, "ssh-ed25519"...)
	ssh = append(append(ssh, 0, 0, 0, 32), make([]byte, ed25519.PublicKeySize)...)
	key, _, err := w.DeployKeys.AddDeployKey(w.id, &gitlab.AddDeployKeyOptions{
		Title: new("Ocim"), Key: new("ssh-ed25519 " + base64.StdEncoding.EncodeToString(ssh)), CanPush: new(true),
	})
	require.NoError(t, err)
	keys, _, err := w.DeployKeys.ListProjectDeployKeys(w.id, nil)
	require.NoError(t, err)
	assert.Len(t, keys, 1)
	got, _, err := w.DeployKeys.GetDeployKey(w.id, key.ID)
	require.NoError(t, err)
	assert.True(t, got.CanPush)
	_, err = w.DeployKeys.DeleteDeployKey(w.id, key.ID)
	require.NoError(t, err)

	hooks, _, err := w.Projects.ListProjectHooks(w.id, nil)
	require.NoError(t, err)
	hook, _, err := w.Projects.AddProjectHook(w.id, &gitlab.AddProjectHookOptions{URL: &hooks[0].URL, PipelineEvents: new(true), PushEvents: new(false)})
	require.NoError(t, err)
	hook, _, err = w.Projects.EditProjectHook(w.id, hook.ID, &gitlab.EditProjectHookOptions{URL: &hooks[0].URL, PushEvents: new(true)})
	require.NoError(t, err)
	assert.True(t, hook.PushEvents && hook.PipelineEvents)
	assert.Equal(t, "executable", hook.AlertStatus)
	_, err = w.Projects.TriggerTestProjectHook(w.id, hook.ID, gitlab.ProjectHookEventPush)
	require.NoError(t, err)
	// The client has no call for a webhook's deliveries.
	req, err := w.NewRequest(http.MethodGet, fmt.Sprintf("projects/%d/hooks/%d/events", w.id, hook.ID), nil, nil)
	require.NoError(t, err)
	var deliveries []struct {
		Trigger        string `json:"trigger"`
		ResponseStatus string `json:"response_status"`
	}
	_, err = w.Do(req, &deliveries)
	require.NoError(t, err)
	assert.Equal(t, "200", deliveries[0].ResponseStatus)
	_, err = w.Projects.DeleteProjectHook(w.id, hook.ID)
	require.NoError(t, err)
}

// GitLab's own client understands every answer, whatever the version writes.
func TestClient_UnderstandsEveryAnswer(t *testing.T) {
	newWorld(t, gitlabtest.Policy{}).calls(t)
}

// GitLab's own client understands every event.
func TestClient_UnderstandsEveryEvent(t *testing.T) {
	for name, policy := range map[string]gitlabtest.Policy{"times as before": {}, "times of newer versions": {ISOTimes: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, policy)
			w.commits(t)
			w.startsPipelines(t)
			w.followsPipelines(t)
			require.NoError(t, w.WaitIdle(t.Context()))
			seen := map[string]int{}
			for len(w.events) > 0 {
				e := <-w.events
				parsed, err := gitlab.ParseWebhook(gitlab.EventType(e.kind), e.body)
				require.NoError(t, err, "%s: %s", e.kind, e.body)
				switch parsed := parsed.(type) {
				case *gitlab.PipelineEvent:
					seen["pipeline"]++
					assert.Equal(t, w.id, parsed.Project.ID)
					assert.NotEmpty(t, parsed.ObjectAttributes.Status)
					assert.NotEmpty(t, parsed.ObjectAttributes.Source)
				case *gitlab.PushEvent:
					seen["push"]++
					assert.True(t, strings.HasPrefix(parsed.Ref, "refs/heads/"), parsed.Ref)
				}
			}
			assert.Positive(t, seen["pipeline"], "%v", seen)
			assert.Positive(t, seen["push"], "%v", seen)
		})
	}
}

// Whatever Ocim asks of GitLab in its tests was asked by GitLab's client here.
func TestClient_CoversWhatOcimAsks(t *testing.T) {
	w := newWorld(t, gitlabtest.Policy{})
	w.calls(t)
	asked := slices.Collect(maps.Keys(w.Counts()))
	for _, route := range ocimAsks(t) {
		assert.Contains(t, asked, route)
	}
}
