package gitlab_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// A newer GitLab adds fields and gives other types to those that Ocim does not
// need: nothing is lost.
func TestAnswers_OfANewerGitLabAreRead(t *testing.T) {
	w := begin(t, small())
	w.SetPolicy(w.id, gitlabtest.Policy{NewerAPI: true})
	p := w.open()
	found, err := gitlab.ProjectAdmin{Client: w.client(t, token)}.Inspect(t.Context(), "grove/campus")
	require.NoError(t, err)
	assert.Equal(t, "main", found.Project.DefaultBranch)
	made, err := p.Trigger(t.Context(), grove.Trigger{Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"}})
	require.NoError(t, err)
	require.NoError(t, w.Settle(t.Context()))
	one, err := p.PipelineWithJobs(t.Context(), made.ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusSuccess, one.Status)
	list, err := p.Pipelines(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	assert.NotEmpty(t, list)
}

// An answer that cannot be decoded names its field; of a request that changes
// something, what it did is not known.
func TestAnswers_ThatCannotBeDecodedNameTheField(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		says string
		read fault.Kind
	}{
		"another type": {`{"commit":{"id":7,"title":"x"},"id":"seven"}`, "GitLab's answer was not understood: field ", fault.Upstream},
		"a list":       {`[]`, "field (the answer itself) is a array", fault.Upstream},
		"a page":       {`<html>Sign in</html>`, "GitLab's answer was not understood: it is not JSON", fault.Upstream},
		"cut off":      {`{"commit":{"id":"ab`, "cut off", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(tt.body)) }))
			defer server.Close()
			p := openWith(t, fleet.Project{GitLabURL: server.URL, GitLabID: 1, DefaultBranch: "main"}, credentialsWith(secret.New(trigger)))
			_, err := p.Head(t.Context())
			assert.Equal(t, tt.read, fault.KindOf(err), err)
			assert.Contains(t, fault.Message(err), tt.says)
			_, err = p.Trigger(t.Context(), grove.Trigger{Ref: "main"})
			assert.Equal(t, fault.Unavailable, fault.KindOf(err), "it may have started: %v", err)
			assert.Contains(t, fault.Message(err), strings.Split(tt.says, " is a ")[0])
		})
	}
}

// A configuration error is the pipeline's reason: GitLab up to 17 saves such a
// pipeline, 18 refuses it.
func TestTrigger_ReportsTheConfigurationsError(t *testing.T) {
	const words = "jobs:deploy script can't be blank"
	for version, saved := range map[string]bool{"17.9.1": true, "18.8.2": false} {
		t.Run(version, func(t *testing.T) {
			s := gitlabtest.Start(t, gitlabtest.Options{Version: version})
			s.AddToken(gitlabtest.TokenSpec{Value: token})
			info := s.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: small()})
			s.AddTriggerToken(info.ID, trigger)
			s.SetPolicy(info.ID, gitlabtest.Policy{ConfigError: words})
			p := openWith(t, fleet.Project{ID: "campus", GitLabURL: s.URL(), GitLabID: int64(info.ID), Path: "grove/campus", DefaultBranch: "main"}, credentialsWith(secret.New(trigger)))
			made, err := p.Trigger(t.Context(), grove.Trigger{Ref: "main"})
			if !saved {
				r, is := refusal.From(err)
				require.True(t, is, err)
				assert.Equal(t, refusal.CIConfig, r.Reason)
				assert.Equal(t, words, r.Words)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, fleet.StatusFailed, made.Status)
			for _, read := range []func() (fleet.Pipeline, error){
				func() (fleet.Pipeline, error) { return p.Pipeline(t.Context(), made.ID) },
				func() (fleet.Pipeline, error) { return p.PipelineWithJobs(t.Context(), made.ID) },
			} {
				one, err := read()
				require.NoError(t, err)
				assert.Equal(t, words, one.Reason)
				assert.Empty(t, one.Stages)
			}
		})
	}
}

// A child pipeline that could not be created has its reason, which no log shows.
func TestPipeline_SaysWhyAChildWasNotCreated(t *testing.T) {
	w := begin(t, small())
	w.SetPolicy(w.id, gitlabtest.Policy{BridgeFailure: "downstream_pipeline_creation_failed"})
	w.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|7", Files: map[string]string{"instances/alpha/config.yml": "A: 2\n"}})
	require.NoError(t, w.Settle(t.Context()))
	list, err := w.open().Pipelines(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	require.Len(t, list, 1)
	one, err := w.open().PipelineWithJobs(t.Context(), list[0].ID)
	require.NoError(t, err)
	assert.Equal(t, fleet.StatusFailed, one.Status)
	assert.Equal(t, "The job deploy could not start its child pipeline: downstream_pipeline_creation_failed", one.Reason)

	// One whose child was created and failed says nothing of this.
	w.SetPolicy(w.id, gitlabtest.Policy{})
	w.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	w.Commit(w.id, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|8", Files: map[string]string{"instances/alpha/config.yml": "A: 3\n"}})
	require.NoError(t, w.Settle(t.Context()))
	list, err = w.open().Pipelines(t.Context(), time.Unix(0, 0))
	require.NoError(t, err)
	for _, p := range list {
		if p.SHA == one.SHA {
			continue
		}
		got, err := w.open().Pipeline(t.Context(), p.ID)
		require.NoError(t, err)
		assert.NotContains(t, got.Reason, "could not start")
	}
}

// Where GitLab can sign events, no event carries the secret.
func TestHook_SignsWhereGitLabCan(t *testing.T) {
	w := begin(t, small())
	headers := make(chan http.Header, 4)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { headers <- r.Header }))
	defer receiver.Close()
	c, id := w.client(t, token), int64(w.id)
	key := secret.New(gitlab.SigningPrefix + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(t, c.Hook(t.Context(), id, receiver.URL, key))
	hooks, err := c.Hooks(t.Context(), id)
	require.NoError(t, err)
	require.True(t, hooks[0].Signed)
	require.NoError(t, c.TestHook(t.Context(), id, hooks[0].ID))
	got := <-headers
	assert.NotEmpty(t, got.Get("webhook-signature"))
	assert.Empty(t, got.Get("X-Gitlab-Token"))

	failed, err := c.FailedDelivery(t.Context(), id, hooks[0].ID)
	require.NoError(t, err)
	assert.Empty(t, failed)
	receiver.Close()
	err = c.TestHook(t.Context(), id, hooks[0].ID)
	r, is := refusal.From(err)
	require.True(t, is, err)
	assert.Equal(t, refusal.HookUnreachable, r.Reason)
	assert.Contains(t, r.Words, "connection refused")
	failed, err = c.FailedDelivery(t.Context(), id, hooks[0].ID)
	require.NoError(t, err)
	assert.Equal(t, "internal error", failed)
}
