package reconcile_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

var grace = gitlabtest.Author{Name: "Grace", Email: "grace@example.org"}

// edit commits by hand, an hour after what was before, and gives when.
func (w *world) edit(spec gitlabtest.CommitSpec) time.Time {
	w.Clock.Advance(time.Hour)
	spec.SkipPipeline = true
	if spec.Author.Name == "" {
		spec.Author = grace
	}
	w.Server.Commit(w.ProjectID, spec)
	return w.Clock.Now().Truncate(time.Second)
}

func (w *world) changed(t *testing.T, name string) (time.Time, string) {
	t.Helper()
	i := w.Row(t, name).Instance
	return i.ChangedAt, i.ChangedBy
}

// When an instance was changed last, and by whom, is known whatever the message says.
func TestWhatWasChangedByHandIsKnown(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.Add(t)
	began, by := w.changed(t, "alpha")
	assert.False(t, began.IsZero(), "the first commit made it")
	assert.NotEmpty(t, by)

	// A secret changes nothing that anyone may see.
	edited := w.edit(gitlabtest.CommitSpec{Message: "Rotate a key", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: alpha.example.org\nOPENEDX_SECRET_KEY: other\n"}})
	w.edit(gitlabtest.CommitSpec{Message: "Docs", Files: map[string]string{"README.md": "x"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	at, by := w.changed(t, "alpha")
	assert.Equal(t, edited, at)
	assert.Equal(t, "Grace", by)
	at, _ = w.changed(t, "beta")
	assert.Equal(t, began, at, "it was left alone")

	// Several heads behind, and by tag.
	edited = w.edit(gitlabtest.CommitSpec{Message: "Theme", Files: map[string]string{"instances/beta/theme/logo.svg": "x"}})
	tagged := w.edit(gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] gamma|7", Files: map[string]string{"instances/gamma/config.yml": "LMS_HOST: g.example.org\n"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	at, _ = w.changed(t, "beta")
	assert.Equal(t, edited, at)
	at, _ = w.changed(t, "gamma")
	assert.Equal(t, tagged, at)

	// An older tag does not take an edit back.
	edited = w.edit(gitlabtest.CommitSpec{Message: "Fix", Files: map[string]string{"instances/gamma/config.yml": "LMS_HOST: h.example.org\n"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	w.edit(gitlabtest.CommitSpec{Message: "Docs", Files: map[string]string{"README.md": "y"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	at, _ = w.changed(t, "gamma")
	assert.Equal(t, edited, at)
}

// What was removed by hand is known as deleted, and since when, also after all was
// thrown away.
func TestARemovalByHandIsATombstoneForGood(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma")
	w.Add(t)
	removed := w.edit(gitlabtest.CommitSpec{Message: "Clean up", Delete: []string{"instances/alpha"}})
	archived := w.edit(gitlabtest.CommitSpec{Message: "[AutoDeploy][Archive] beta", Delete: []string{"instances/beta"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	check := func() {
		t.Helper()
		at, by := w.changed(t, "alpha")
		assert.Equal(t, removed, at)
		assert.Equal(t, "Grace", by)
		assert.Equal(t, fleet.Deleted, w.Row(t, "alpha").Instance.Lifecycle)
		at, _ = w.changed(t, "beta")
		assert.Equal(t, archived, at)
		assert.Equal(t, fleet.Archived, w.Row(t, "beta").Instance.Lifecycle)
	}
	check()
	w.edit(gitlabtest.CommitSpec{Message: "Docs", Files: map[string]string{"README.md": "x", "instances/notes/README.md": "no instance"}})
	w.edit(gitlabtest.CommitSpec{Message: "Docs", Delete: []string{"instances/notes"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	check()
	require.NoError(t, w.Store.Forget(t.Context(), "campus"))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	check()
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Nil(t, chunk.Row("notes"))
}

// However much was changed by hand, a sync requests the newest only.
func TestChangesByHandCostABoundedNumberOfCalls(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.Add(t)
	oldest := w.edit(gitlabtest.CommitSpec{Message: "beta", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: b.example.org\n"}})
	var newest time.Time
	for n := range 100 {
		newest = w.edit(gitlabtest.CommitSpec{Message: "alpha", Files: map[string]string{"instances/alpha/config.yml": fmt.Sprintf("LMS_HOST: a%d.example.org\n", n)}})
	}
	asked := func() (n int) {
		w.Server.ResetRequests()
		require.NoError(t, w.Sync(t.Context(), "campus"))
		for _, r := range w.Server.Requests() {
			if r.Route == "GET /api/v4/projects/{id}/repository/commits/{sha}/diff" {
				n++
			}
		}
		at, _ := w.changed(t, "alpha")
		assert.Equal(t, newest, at)
		return n
	}
	assert.Equal(t, 20, asked())
	at, _ := w.changed(t, "beta")
	assert.True(t, at.Before(oldest), "that is beyond what is looked at")
	require.NoError(t, w.Store.Forget(t.Context(), "campus"))
	assert.Equal(t, 60, asked())
}

// What GitLab leaves out of a commit keeps nothing else from being read.
func TestACommitThatCannotBeReadHoldsNothingUp(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/repository/commits/*/diff", Status: http.StatusNotFound})
	w.edit(gitlabtest.CommitSpec{Message: "Fix", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: other.example.org\n"}})
	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, "https://other.example.org", w.Row(t, "alpha").Instance.LMSURL)
}
