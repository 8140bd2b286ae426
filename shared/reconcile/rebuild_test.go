package reconcile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// derived is all that may be thrown away, as the store has it.
func (w *world) derived(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	partitions := []string{"files#campus", "pipeline#campus"}
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	encoded := func(v any) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return string(b)
	}
	for _, r := range chunk.Rows {
		partitions = append(partitions, "deployed#campus#"+r.Instance.Name)
		all["row "+r.Instance.Name] = encoded(r)
	}
	all["cluster"] = encoded(chunk.Cluster) + encoded(chunk.Settings)
	for _, p := range partitions {
		q := kv.Query{Partition: p}
		for {
			page, err := w.KV.Query(t.Context(), q)
			require.NoError(t, err)
			for _, item := range page.Items {
				switch {
				case p == "pipeline#campus": // jobs are known from events only
					item.Value = w.core(t, item.Sort)
				case strings.HasPrefix(item.Sort, "instance#"): // an unchanged file may have been read at any commit
					page, err := w.Store.InstancePage(t.Context(), "campus", strings.TrimPrefix(item.Sort, "instance#"))
					require.NoError(t, err)
					if page.Files == nil {
						continue // it left git
					}
					item.Value = []byte(encoded(page.Files.Files))
				case item.Sort == "cluster":
					files, err := w.Store.ClusterFiles(t.Context(), "campus")
					require.NoError(t, err)
					item.Value = []byte(encoded(files.Files))
				}
				all[p+"/"+item.Sort] = string(item.Value)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return all
}

// core is what a sync alone knows of a pipeline.
func (w *world) core(t *testing.T, id string) []byte {
	t.Helper()
	var n int64
	_, err := fmt.Sscan(strings.TrimLeft(id, "0"), &n)
	require.NoError(t, err)
	p, err := w.Store.Pipeline(t.Context(), "campus", n)
	require.NoError(t, err)
	return fmt.Appendf(nil, "%d %s %s %s %s %v", p.ID, p.Status, p.Title, p.SHA, p.Operation, p.Deployments)
}

// All that was derived can be thrown away: the next sync makes it equal.
func TestDerivedDataComesBackEqual(t *testing.T) {
	w := newWorld(t, "alpha", "beta", "gamma", "epsilon")
	w.Add(t)
	_, err := w.Create(t, "delta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{
		Message: "[AutoDeploy][Archive] gamma", Delete: []string{"instances/gamma"},
	})
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{
		Message: "[AutoDeploy][Update] beta|77", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: [broken\n"},
	})
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Clock.Advance(time.Minute)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{ // by hand, which no message says
		Message: "Tidy up", Author: gitlabtest.Author{Name: "Grace", Email: "grace@example.org"}, SkipPipeline: true,
		Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: alpha.example.com\n"}, Delete: []string{"instances/epsilon"},
	})
	require.NoError(t, w.Sync(t.Context(), "campus"))

	before := w.derived(t)
	require.Equal(t, "Grace", w.Row(t, "alpha").Instance.ChangedBy)
	require.Equal(t, fleet.Deleted, w.Row(t, "epsilon").Instance.Lifecycle)
	require.Equal(t, fleet.Archived, w.Row(t, "gamma").Instance.Lifecycle)
	require.NotEmpty(t, w.Row(t, "beta").Instance.Problems)
	w.Clock.Advance(300 * 24 * time.Hour) // a quiet fleet is known as well
	require.NoError(t, w.Store.Forget(t.Context(), "campus"))
	_, err = w.Store.Chunk(t.Context(), "campus")
	require.True(t, fault.Is(err, fault.NotFound))

	require.NoError(t, w.Sync(t.Context(), "campus"))
	assert.Equal(t, before, w.derived(t))
}

// A sync that is killed at any write leaves nothing that the next one does not
// put right.
func TestSyncGoesOnAfterAKill(t *testing.T) {
	want := newWorld(t, "alpha", "beta")
	want.Add(t)
	kills := 0
	for step := 1; ; step++ {
		w := newWorld(t, "alpha", "beta")
		_, _, err := w.Projects.Add(t.Context(), w.Request)
		require.NoError(t, err)
		reach := fleettest.KillAfter(step)
		err = w.Over(&fleettest.KilledStore{Store: w.KV, Kill: reach}).Sync(t.Context(), "campus")
		if !reach.Dead() {
			require.NoError(t, err)
			break
		}
		kills++
		w.takeOver(t)
		got := w.derived(t)
		for key, value := range want.derived(t) {
			assert.Equal(t, strip(value), strip(got[key]), "killed at write %d: %s", step, key)
		}
	}
	assert.Greater(t, kills, 5)
}

// takeOver syncs once the lease of a process that died has run out.
func (w *world) takeOver(t *testing.T) {
	t.Helper()
	if err := w.Sync(t.Context(), "campus"); err != nil {
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		w.Clock.Advance(3 * time.Minute)
		require.NoError(t, w.Sync(t.Context(), "campus"))
	}
}

// strip takes the GitLab's port out, and the commits that differ by world.
func strip(s string) string {
	return elsewhere.ReplaceAllString(s, "")
}

var elsewhere = regexp.MustCompile(`127\.0\.0\.1:\d+|[0-9a-f]{40}`)

// One bad project of 500 leaves 499 up to date, and one error with its cause.
func TestSyncAll_OneBadProjectOf500(t *testing.T) {
	const size = 500 / fleettest.Step
	m := newMany(t, size, 0)
	m.Fleet = allsetup.New(allsetup.Parts{KV: m.KV, Keys: m.Keys, Now: m.clock.Now, Log: slog.New(slog.DiscardHandler), Transport: http.DefaultTransport})
	bad := rand.IntN(size)
	for n, id := range m.gitLabID {
		m.server.Commit(id, gitlabtest.CommitSpec{
			Message: "By hand", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": fmt.Sprintf("LMS_HOST: new%d.example.org\n", n)},
		})
	}
	m.server.Fail(gitlabtest.Fault{Method: http.MethodGet, Path: fmt.Sprintf("/projects/%d/**", m.gitLabID[bad]), Status: http.StatusForbidden})
	for waiting := true; waiting; m.clock.Advance(time.Minute) { // GitLab allows so many requests a minute
		waiting = false
		for id, err := range m.run(t) {
			if fault.Is(err, fault.Limited) {
				waiting = true
				continue
			}
			require.Equal(t, m.projects[bad].ID, id, "%v", err)
		}
	}
	snapshot, err := fleetview.NewReplica(m.Store.Segments).Snapshot(t.Context())
	require.NoError(t, err)
	require.Len(t, snapshot.Chunks, size)
	for n, c := range snapshot.Chunks {
		url := c.Row("alpha").Instance.LMSURL
		if n == bad {
			assert.NotEmpty(t, c.Cluster.Sync.Error, "the cause is shown")
			assert.NotContains(t, url, "new")
			continue
		}
		assert.Empty(t, c.Cluster.Sync.Error)
		assert.Equal(t, fmt.Sprintf("https://new%d.example.org", n), url)
	}
}

func TestTwoSyncsNeverOverlap(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	gate := gitlabtest.NewGate()
	w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/repository/branches/*", Times: 1, Gate: gate})
	done := make(chan error, 1)
	go func() { done <- w.Fleet.Sync(context.WithoutCancel(t.Context()), "campus") }()
	<-gate.Arrived()
	assert.True(t, fault.Is(w.Fleet.Sync(t.Context(), "campus"), fault.Conflict))
	gate.Open()
	require.NoError(t, <-done)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}
