package projects_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/secret"
)

// turn is what the schedule does for a project, some minutes after the last time.
func (w *world) turn(t *testing.T) fleet.Cluster {
	t.Helper()
	w.Clock.Advance(6 * time.Minute)
	if err := w.Sync(t.Context(), "campus"); err != nil {
		t.Logf("the sync says: %v", err)
	}
	due, err := w.Projects.Due(t.Context(), []fleet.Project{{ID: "campus"}})
	require.NoError(t, err)
	for _, p := range due {
		require.NoError(t, w.Projects.RunChecks(t.Context(), p))
	}
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	return chunk.Cluster
}

// found gives the troubles by the check that found them.
func found(c fleet.Cluster) map[string]fleet.Trouble {
	found := map[string]fleet.Trouble{}
	for _, t := range c.Troubles {
		found[t.Check] = t
	}
	return found
}

// What happens to a project at GitLab shows at the next turn, with its cause, and is
// gone at the turn after it was mended.
func TestWhatHappensToAProjectAtGitLabShowsAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		happens func(*world) (mend func())
		check   string
		detail  string
		cure    string
		read    bool // whether the project can be read meanwhile
	}{
		"archived": {func(w *world) func() {
			w.Server.ArchiveProject(w.ProjectID, true)
			return func() { w.Server.ArchiveProject(w.ProjectID, false) }
		}, "project", "grove/campus is archived", "Unarchive it", true},
		"out of sight": {func(w *world) func() {
			return w.Server.Fail(gitlabtest.Fault{Path: "/projects/**", Status: http.StatusNotFound})
		}, "project", "the API token may not see it", "member", false},
		"out of reach": {func(w *world) func() {
			return w.Server.Fail(gitlabtest.Fault{Path: "/projects/**", Status: http.StatusForbidden})
		}, "project", "gave no reason", "member", false},
		"token refused": {func(w *world) func() {
			return w.Server.Fail(gitlabtest.Fault{Status: http.StatusUnauthorized})
		}, "token", "GitLab refused this", "Create a token", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Add(t)
			require.NoError(t, w.Server.Settle(t.Context()))
			require.Empty(t, w.turn(t).Troubles)

			mend := tt.happens(w)
			c := w.turn(t)
			require.Contains(t, found(c), tt.check)
			assert.Contains(t, found(c)[tt.check].Detail, tt.detail)
			assert.Contains(t, found(c)[tt.check].Cure, tt.cure)
			assert.Equal(t, "failed", found(c)[tt.check].Severity)
			assert.Equal(t, tt.read, c.Sync.Error == "", c.Sync.Error)
			assert.Equal(t, fleet.Active, w.Row(t, "alpha").Instance.Lifecycle, "nothing is taken for deleted")

			mend()
			c = w.turn(t)
			assert.Empty(t, c.Troubles)
			assert.Empty(t, c.Sync.Error)
		})
	}
}

// Looking after a project that fares well costs no call.
func TestAProjectThatFaresWellIsCheckedOnceADay(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.turn(t)
	w.Server.ResetRequests()
	w.turn(t)
	assert.Len(t, w.Server.Requests(), 2, "head and pipelines")
	w.Clock.Advance(24 * time.Hour)
	w.Server.ResetRequests()
	w.turn(t)
	assert.Greater(t, len(w.Server.Requests()), 5)
}

// Checks that a wrong clock noted put no others off.
func TestDue_AfterChecksInTheFuture(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.turn(t)
	wrong := w.WithNow(func() time.Time { return w.Clock.Now().Add(40 * 24 * time.Hour) })
	require.NoError(t, wrong.Projects.RunChecks(t.Context(), "campus"))
	checked := func() time.Time {
		healths, err := w.Store.ProjectHealths(t.Context())
		require.NoError(t, err)
		return healths["campus"].CheckedAt
	}
	require.True(t, checked().After(w.Clock.Now()))
	w.turn(t)
	assert.Equal(t, w.Clock.Now(), checked())
	w.Server.ResetRequests()
	w.turn(t)
	assert.Len(t, w.Server.Requests(), 2, "they are as often as before")
}

// A GitLab that is down, or asked too often, is no trouble of its projects.
func TestWhatPassesIsNoTrouble(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.turn(t)
	mend := w.Server.Fail(gitlabtest.Fault{Path: "/projects/**", Status: http.StatusInternalServerError})
	w.Server.ResetRequests()
	c := w.turn(t)
	assert.NotEmpty(t, c.Sync.Error)
	assert.Empty(t, c.Troubles)
	for _, r := range w.Server.Requests() {
		assert.Equal(t, "GET /api/v4/projects/{id}/repository/branches/{branch}", r.Route, "nothing else is asked")
	}
	checks, err := w.Projects.CheckProject(t.Context(), "campus", "")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckSkipped, states(checks)["project"])
	assert.Empty(t, w.turn(t).Troubles)
	mend()
}

// While something is wrong it is looked at each hour.
func TestATroubleIsLookedAtAgain(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	require.NoError(t, w.remote(t).Unhook(t.Context(), int64(w.ProjectID), w.Webhook("campus")))
	require.Contains(t, found(w.turn(t)), "webhook")
	require.NoError(t, w.Projects.RotateWebhook(t.Context(), "campus", ada))
	assert.Contains(t, found(w.turn(t)), "webhook", "it is not asked all the time")
	w.Clock.Advance(time.Hour)
	assert.NotContains(t, found(w.turn(t)), "webhook")
}

func TestATokenThatExpiresSoonIsATrouble(t *testing.T) {
	w := newWorld(t, "alpha")
	ends := w.Clock.Now().Add(20 * 24 * time.Hour)
	w.Request.APIToken = secret.New(w.Server.AddToken(gitlabtest.TokenSpec{ExpiresAt: ends}))
	w.Add(t)
	require.Empty(t, w.turn(t).Troubles)
	w.Clock.Advance(7 * 24 * time.Hour)
	token := found(w.turn(t))["token"]
	assert.Equal(t, "degraded", token.Severity)
	assert.Contains(t, token.Detail, ends.Format(time.DateOnly))
	assert.NotEmpty(t, token.Cure)
}

// A pipeline about the cluster itself is not forgotten when an instance is deployed
// after it.
func TestTheClustersOwnPipelineStaysInSight(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.Server.Script(gitlabtest.Outcome{Fail: true})
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Build][Image] https://github.com/openedx/openedx-platform|main"})
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|7", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: b.example.org\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	c := w.turn(t)
	require.NotNil(t, c.Pipeline)
	require.NotNil(t, c.OwnPipeline)
	assert.Equal(t, fleet.StatusSuccess, c.Pipeline.Status)
	assert.Equal(t, fleet.StatusFailed, c.OwnPipeline.Status)
	assert.Equal(t, fleet.BuildImages, c.OwnPipeline.Operation)
}

// Webhooks that do not come are found out: the schedule sees what they did not report.
func TestASilentWebhookIsATrouble(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.Empty(t, w.turn(t).Troubles)
	deploy := func() {
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{
			Message: "[AutoDeploy][Update] alpha|7", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: " + w.Clock.Now().Format("150405") + ".example.org\n"},
		})
		w.Clock.Advance(2 * time.Hour)
	}
	w.Server.HoldWebhooks()
	deploy()
	w.turn(t)
	w.turn(t)
	webhook := found(w.turn(t))["webhook"]
	assert.Equal(t, "degraded", webhook.Severity)
	assert.Contains(t, webhook.Detail, "sent no event of a pipeline")

	w.Server.ReleaseWebhooks(nil)
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	deploy()
	require.NoError(t, w.Server.WaitIdle(t.Context()))
	w.turn(t)
	assert.Empty(t, w.turn(t).Troubles)
}

func TestDue_OnceGitLabRefusedAnOperation(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	due := func() []string {
		t.Helper()
		w.Clock.Advance(time.Second)
		due, err := w.Projects.Due(t.Context(), []fleet.Project{{ID: "campus"}})
		require.NoError(t, err)
		return due
	}
	refused := func(at time.Time) {
		t.Helper()
		require.NoError(t, w.Store.SaveHealth(t.Context(), fleet.ProjectHealth{Project: "campus", RefusedAt: at}))
	}
	require.NoError(t, w.Projects.RunChecks(t.Context(), "campus"))
	require.Empty(t, due(), "all was checked just now")
	refused(w.Clock.Now())
	assert.Equal(t, []string{"campus"}, due())
	require.NoError(t, w.Projects.RunChecks(t.Context(), "campus"))
	assert.Empty(t, due(), "checked since")
	refused(w.Clock.Now().Add(40 * 24 * time.Hour))
	assert.Empty(t, due(), "a clock that was ahead does not have it checked all the time")
}
