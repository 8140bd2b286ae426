package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/vault"
)

// many is a fleet of many projects on one token.
type many struct {
	*allsetup.Fleet
	server   *gitlabtest.Server
	clock    *gitlabtest.Clock
	units    *kvtest.Units
	projects []fleet.Project
	gitLabID []int
	over     func(http.RoundTripper) *allsetup.Fleet // another process
}

// late is GitLab from afar.
type late struct {
	http.RoundTripper
	by time.Duration
}

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(l.by)
	return l.RoundTripper.RoundTrip(r)
}

// newMany makes a fleet whose projects were read once. From then on it has GitLab's limits,
// and a GitLab that takes a while to answer.
func newMany(t testing.TB, size int, away time.Duration) *many {
	clock := gitlabtest.NewClock(time.Time{})
	m := &many{server: gitlabtest.Start(t, gitlabtest.Options{Clock: clock}), clock: clock, units: kvtest.NewUnits(kvtest.OpenWithClock(t, clock.Now))}
	keys := fleettest.Keyring(t)
	m.over = func(transport http.RoundTripper) *allsetup.Fleet {
		return allsetup.New(allsetup.Parts{KV: m.units, Keys: keys, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Transport: transport})
	}
	m.Fleet = m.over(http.DefaultTransport)
	token := secret.New(m.server.AddToken(gitlabtest.TokenSpec{}))
	for n := range size {
		id := fmt.Sprintf("c%04d", n)
		p := m.server.AddProject(gitlabtest.ProjectSpec{Path: "grove/" + id, Files: map[string]string{
			"cluster.yml":                "TF_VAR_cluster_name: " + id + "\nTF_VAR_cluster_provider: aws\n",
			"instances/alpha/config.yml": "LMS_HOST: alpha." + id + ".example.org\n",
		}})
		require.NoError(t, m.Store.AddProject(t.Context(), fleet.Project{
			ID: id, GitLabURL: m.server.URL(), GitLabID: int64(p.ID), Path: "grove/" + id, WebURL: m.server.URL() + "/grove/" + id, DefaultBranch: "main",
		}))
		require.NoError(t, m.Vault.Save(t.Context(), id, vault.Credentials{APIToken: token}))
		m.gitLabID = append(m.gitLabID, p.ID)
	}
	require.NoError(t, m.server.Settle(t.Context()))
	var err error
	m.projects, err = m.Store.Projects(t.Context())
	require.NoError(t, err)
	for well := 0; well < 2; well++ { // the second one has no pipelines left that are news
		clock.Advance(11 * time.Minute)
		if len(m.run(t)) > 0 { // GitLab allows so many requests a minute
			well = -1
		}
	}
	m.Fleet = m.over(late{gitlab.NewTransport(gitlab.Options{AllowHTTP: true}), away})
	require.NoError(t, m.Store.MarkSharedHosts(t.Context())) // a process reads all hosts once
	clock.Advance(time.Minute)
	m.server.ResetRequests()
	m.units.Take()
	return m
}

// run is one run, and gives the projects that were not read, with the error.
func (m *many) run(t testing.TB) map[string]error {
	var mu sync.Mutex
	failed, count := map[string]error{}, 0
	require.NoError(t, m.SyncAll(t.Context(), m.projects, func(p fleet.Project, err error) {
		mu.Lock()
		defer mu.Unlock()
		if count++; err != nil {
			failed[p.ID] = err
		}
	}))
	require.Equal(t, len(m.projects), count)
	return failed
}

// fresh requires each project to have been read now.
func (m *many) fresh(t testing.TB) {
	t.Helper()
	records, err := m.Store.SyncRecords(t.Context())
	require.NoError(t, err)
	for _, p := range m.projects {
		require.Equal(t, m.clock.Now().UTC(), records[p.ID].State.SucceededAt.UTC(), p.ID)
		require.Empty(t, records[p.ID].State.Error)
	}
}

func (m *many) calls() int {
	defer m.server.ResetRequests()
	return len(m.server.Requests())
}

// costs bounds what a project cost since the last call.
func (m *many) costs(t testing.TB, reads, calls float64) {
	t.Helper()
	cost, _, _ := m.units.Take()
	size := float64(len(m.projects))
	t.Logf("an unchanged project costs %.2f WCU, %.2f RCU and %.2f calls of the store", cost.Write/size, cost.Read/size, float64(cost.Calls)/size)
	assert.LessOrEqual(t, cost.Write/size, 1.0)
	assert.LessOrEqual(t, cost.Read/size, reads)
	assert.LessOrEqual(t, float64(cost.Calls)/size, calls)
}

func TestSyncAll_CostsLittleWhenLittleChanged(t *testing.T) {
	const size = 100
	m := newMany(t, size, 0)
	require.Empty(t, m.run(t))
	m.fresh(t)
	assert.LessOrEqual(t, m.calls(), size/20)
	m.costs(t, 5, 8)

	// A process that was started reads the hosts of all projects once.
	m.Fleet = m.over(http.DefaultTransport)
	m.clock.Advance(time.Minute)
	require.Empty(t, m.run(t))
	m.calls()
	m.costs(t, 6, 9)

	m.clock.Advance(time.Minute)
	m.server.Commit(m.gitLabID[7], gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: new.example.org\n"}})
	m.server.Commit(m.gitLabID[70], gitlabtest.CommitSpec{Message: "touch", Files: map[string]string{"README.md": "A new pipeline"}})
	m.calls()
	require.Empty(t, m.run(t))
	m.fresh(t)
	assert.LessOrEqual(t, m.calls(), size/20+2*7)
	chunk, err := m.Store.Chunk(t.Context(), "c0007")
	require.NoError(t, err)
	assert.Equal(t, "https://new.example.org", chunk.Row("alpha").Instance.LMSURL)

	// The pipeline ends, and no webhook says so.
	require.NoError(t, m.server.Settle(t.Context()))
	m.clock.Advance(time.Minute)
	require.Empty(t, m.run(t))
	pipelines, _, err := m.Store.Pipelines(t.Context(), "c0070", "", 1)
	require.NoError(t, err)
	require.Len(t, pipelines, 1)
	assert.Equal(t, fleet.StatusSuccess, pipelines[0].Status)
	assert.Equal(t, "touch", pipelines[0].Title)

	m.clock.Advance(time.Minute)
	m.calls()
	require.Empty(t, m.run(t))
	m.fresh(t)
	assert.LessOrEqual(t, m.calls(), size/20, "all is known again")

	// An event that a webhook function left, although GitLab has no news.
	_, err = m.Store.AcceptEvent(t.Context(), pipelineEvent("c0033", 9_000_033, 1, "alpha"))
	require.NoError(t, err)
	require.Empty(t, m.run(t))
	left, _, err := m.Store.WaitingEvents(t.Context(), "c0033", "")
	require.NoError(t, err)
	assert.Empty(t, left)
}

// What a glance can't show is read as before.
func TestSyncAll_ReadsInFullWhereAGlanceFails(t *testing.T) {
	m := newMany(t, 5, 0)
	mend := m.server.Fail(gitlabtest.Fault{Path: "/api/graphql", Status: http.StatusNotFound})
	require.Empty(t, m.run(t))
	m.fresh(t)
	mend()
	m.server.ArchiveProject(m.gitLabID[2], true)
	m.clock.Advance(time.Minute)
	require.Empty(t, m.run(t))
	records, err := m.Store.SyncRecords(t.Context())
	require.NoError(t, err)
	assert.True(t, records["c0002"].Locked, "the glance shows that the token can't push any more")
	assert.False(t, records["c0003"].Locked)
}

func TestSyncAll_SaysWhatWaitsForGitLabsLimits(t *testing.T) {
	m := newMany(t, 3, 0)
	m.server.Commit(m.gitLabID[1], gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: new.example.org\n"}})
	mend := m.server.Fail(gitlabtest.Fault{Path: "/projects/**", Status: http.StatusTooManyRequests, RetryAfter: time.Hour})
	failed := m.run(t)
	require.Len(t, failed, 1)
	assert.True(t, fault.Is(failed["c0001"], fault.Limited), failed["c0001"])
	record, err := m.Store.SyncRecord(t.Context(), "c0001")
	require.NoError(t, err)
	assert.Empty(t, record.State.Error)
	assert.Equal(t, m.clock.Now().UTC(), record.State.WaitingSince.UTC())
	assert.True(t, record.State.TriedAt.Before(m.clock.Now()), "it is next in line")
	chunk, err := m.Store.Chunk(t.Context(), "c0001")
	require.NoError(t, err)
	assert.Equal(t, record.State.WaitingSince.UTC(), chunk.Cluster.Sync.WaitingSince.UTC())

	mend()
	m.Fleet = allsetup.New(allsetup.Parts{KV: m.units, Keys: m.Keys, Now: m.clock.Now, Log: slog.New(slog.DiscardHandler), Transport: http.DefaultTransport})
	m.clock.Advance(time.Minute)
	require.Empty(t, m.run(t))
	m.fresh(t)
	chunk, err = m.Store.Chunk(t.Context(), "c0001")
	require.NoError(t, err)
	assert.Zero(t, chunk.Cluster.Sync.WaitingSince)
}

// A run that is over leaves the rest to the next one, which begins with it.
func TestSyncAll_BeginsWithWhatWasReadLongestAgo(t *testing.T) {
	m := newMany(t, 40, 0)
	m.Reconciler.Glance = func(context.Context, []fleet.Project, time.Time) map[string]fleet.Glimpse { return nil }
	ctx, cancel := context.WithCancel(t.Context())
	read := map[string]bool{}
	var mu sync.Mutex
	require.NoError(t, m.SyncAll(ctx, m.projects, func(p fleet.Project, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			read[p.ID] = true
			cancel()
			return
		}
		assert.True(t, fault.Is(err, fault.Limited), err)
	}))
	require.NotEmpty(t, read)
	require.Less(t, len(read), 20)
	m.clock.Advance(time.Minute)
	order := []string{}
	require.NoError(t, m.SyncAll(t.Context(), m.projects, func(p fleet.Project, _ error) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, p.ID)
	}))
	for _, p := range order[:20] { // several are read at the same time
		assert.False(t, read[p], "%s comes after the others: %s", p, strings.Join(order, " "))
	}
}

// One token's limits suffice for a large fleet, with GitLab 50 ms away.
func BenchmarkSyncAll(b *testing.B) {
	for _, size := range []int{100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			m := newMany(b, size, 50*time.Millisecond)
			for b.Loop() {
				require.Empty(b, m.run(b))
				m.fresh(b)
				m.clock.Advance(time.Minute)
			}
			cost, _, _ := m.units.Take()
			n := float64(b.N * size)
			b.ReportMetric(float64(m.calls())/float64(b.N), "GitLab-calls/run")
			b.ReportMetric(cost.Write/n, "WCU/project")
			b.ReportMetric(cost.Read/n, "RCU/project")
			b.ReportMetric(float64(cost.Calls)/n, "store-calls/project")
		})
	}
}

// TestSyncAll_MarksSharedHosts commits a host that an instance of another project has: both
// have the problem until one of them changes, also when their files are read again.
func TestSyncAll_MarksSharedHosts(t *testing.T) {
	m := newMany(t, 3, 0)
	host := func(n int, text string) {
		t.Helper()
		m.clock.Advance(time.Minute)
		m.server.Commit(m.gitLabID[n], gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": text}})
		require.Empty(t, m.run(t))
	}
	marks := func() (out []string) {
		for _, p := range m.projects {
			chunk, err := m.Store.Chunk(t.Context(), p.ID)
			require.NoError(t, err)
			for _, problem := range chunk.Row("alpha").Instance.Problems {
				out = append(out, p.ID+": "+problem.Message)
			}
		}
		return out
	}
	host(1, "LMS_HOST: alpha.c0000.example.org\n")
	shared := []string{
		"c0000: LMS_HOST is alpha.c0000.example.org, which another instance has, too.",
		"c0000: CMS_HOST is studio.alpha.c0000.example.org, which another instance has, too.",
		"c0000: MFE_HOST is apps.alpha.c0000.example.org, which another instance has, too.",
		"c0001: LMS_HOST is alpha.c0000.example.org, which another instance has, too.",
		"c0001: CMS_HOST is studio.alpha.c0000.example.org, which another instance has, too.",
		"c0001: MFE_HOST is apps.alpha.c0000.example.org, which another instance has, too.",
	}
	require.Equal(t, shared, marks())

	m.clock.Advance(time.Minute)
	m.server.Commit(m.gitLabID[1], gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "PLATFORM_NAME: New\nLMS_HOST: alpha.c0000.example.org\n"}})
	require.NoError(t, m.Sync(t.Context(), "c0001"))
	require.Equal(t, shared, marks(), "a sync of one project keeps them")

	host(0, "LMS_HOST: new.example.org\n")
	assert.Empty(t, marks())
}

// A thousand projects on one token are all read by each run. Unless they changed, that takes
// a call of GitLab for twenty of them.
func TestSyncAll_ReadsAThousandProjectsOnOneToken(t *testing.T) {
	const size, changed, each = 1000 / fleettest.Step, 10, 5
	m := newMany(t, size, 0)
	require.Empty(t, m.run(t))
	m.fresh(t)
	calls := m.calls()
	assert.LessOrEqual(t, calls, size/20)

	m.clock.Advance(time.Minute)
	for n := range changed {
		m.server.Commit(m.gitLabID[n*size/changed], gitlabtest.CommitSpec{Message: "touch", SkipPipeline: true, Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: new.example.org\n"}})
	}
	m.calls()
	require.Empty(t, m.run(t))
	m.fresh(t)
	after := m.calls()
	t.Logf("%d projects cost %d calls, and %d when %d changed", size, calls, after, changed)
	assert.LessOrEqual(t, after, size/20+changed*each)
}
