package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

func (w *world) commit(message string, files map[string]string, remove ...string) {
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: message, Files: files, Delete: remove, SkipPipeline: message == "By hand"})
	w.Clock.Advance(time.Minute)
}

func host(instance, name string) map[string]string {
	return map[string]string{"instances/" + instance + "/config.yml": "LMS_HOST: " + name + ".example.org\n"}
}

// A sync is paused before each of its writes and calls, for longer than every lease, while
// another replica goes on with what changed since. When it wakes, the fleet equals what a
// sync makes of GitLab from nothing.
func TestSync_PausedAnywhereWritesNothingStale(t *testing.T) {
	for name, meanwhile := range map[string]func(w *world){
		"goes on": func(w *world) {
			w.commit("[AutoDeploy][Update] alpha", host("alpha", "newest"))
			w.commit("By hand", host("beta", "back"))
			w.commit("By hand", nil, "instances/delta")
		},
		"is taken back": func(w *world) {
			w.commit("By hand", host("alpha", "first"))
			w.commit("By hand", host("beta", "first"))
			w.commit("By hand", nil, "instances/delta")
		},
		"stays": func(*world) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n += fleettest.Step {
				w := newWorld(t, "gamma")
				w.Add(t)
				w.DropEvents()
				w.commit("By hand", host("alpha", "first"))
				w.commit("By hand", host("beta", "first"))
				require.NoError(t, w.Sync(t.Context(), "campus"))
				message := "[AutoDeploy][Update] alpha"
				if name == "stays" {
					message = "By hand" // no pipeline changes the row once more
				}
				w.commit(message, host("alpha", "older"))
				w.commit("By hand", host("delta", "older"), "instances/beta")

				pause := fleettest.PauseBefore(n, true)
				sleeper := w.Paused(pause)
				done := make(chan error, 1)
				go func() { done <- sleeper.Sync(t.Context(), "campus") }()
				select {
				case err := <-done:
					require.NoError(t, err)
					require.Greater(t, n, 15, "the sync was paused nowhere")
					t.Logf("%d points to be paused at", n-1)
					return
				case <-pause.Reached:
				}
				meanwhile(w)
				for range 3 { // the first may find the lease taken
					w.Clock.Advance(3 * time.Minute)
					if err := w.Sync(t.Context(), "campus"); err != nil {
						require.True(t, fault.Is(err, fault.Conflict), "%v", err)
					}
				}
				pause.Wake()
				if err := <-done; err != nil {
					require.True(t, fault.Is(err, fault.Conflict), "%v", err)
				}
				when := fmt.Sprintf("paused before step %d", n)
				w.requireEqualsGitLab(t, when)
			}
		})
	}
}

// The project is removed while its sync is paused: no cluster without a project stays.
func TestSync_PausedWhileItsProjectIsRemoved(t *testing.T) {
	t.Parallel()
	for n := 1; ; n += fleettest.Step {
		w := newWorld(t, "alpha")
		w.Add(t)
		w.DropEvents()
		w.commit("By hand", host("alpha", "newer"))
		pause := fleettest.PauseBefore(n, true)
		sleeper := w.Paused(pause)
		done := make(chan error, 1)
		go func() { done <- sleeper.Sync(t.Context(), "campus") }()
		select {
		case err := <-done:
			require.NoError(t, err)
			require.Greater(t, n, 10, "the sync was paused nowhere")
			return
		case <-pause.Reached:
		}
		for range 2 {
			if _, err := w.Projects.Remove(t.Context(), "campus", fleettest.Ada); err == nil {
				break
			}
			w.Clock.Advance(3 * time.Minute)
		}
		pause.Wake()
		<-done
		require.NoError(t, w.Store.ForgetStrays(t.Context()))
		clusters, err := w.Store.ClusterIDs(t.Context())
		require.NoError(t, err)
		require.Empty(t, clusters, "paused before step %d", n)
	}
}

// requireEqualsGitLab compares the fleet with what a sync makes of GitLab from nothing.
func (w *world) requireEqualsGitLab(t *testing.T, when string) {
	t.Helper()
	got := w.derived(t)
	record, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	require.NoError(t, w.Store.Forget(t.Context(), "campus"))
	require.NoError(t, w.Sync(t.Context(), "campus"))
	require.Equal(t, w.derived(t), got, when)
	again, err := w.Store.SyncRecord(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, again.State.Commit, record.State.Commit, when)
	assert.Equal(t, again.State.Error, record.State.Error, when)
}
