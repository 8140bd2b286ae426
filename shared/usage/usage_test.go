package usage_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/usage"
)

// world is a project whose cluster answers what the test says.
type world struct {
	*usage.Service
	store   *fleetstore.Store
	now     time.Time
	asked   []string // periods
	opened  error
	holders int
	answer  func(p clusterfn.Period) (clusterfn.UsageReport, error)
}

func (w *world) Usage(_ context.Context, p clusterfn.Period) (clusterfn.UsageReport, error) {
	w.asked = append(w.asked, p.From.Format(time.DateOnly)+" "+p.To.Format(time.DateOnly))
	return w.answer(p)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 22, 0, 5, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = fleetstore.New(kvtest.OpenWithClock(t, clock), clock)
	w.answer = func(p clusterfn.Period) (clusterfn.UsageReport, error) {
		n := int64(p.To.YearDay())
		return clusterfn.UsageReport{From: p.From, To: p.To, Instances: []clusterfn.Usage{
			{Instance: "demo", Users: &n}, {Instance: "stranger", Users: &n},
		}}, nil
	}
	w.Service = &usage.Service{
		Fleet: w.store, Now: clock,
		NewID: func() string { w.holders++; return strconv.Itoa(w.holders) },
		Open:  func(context.Context, fleet.Project) (usage.Cluster, error) { return w, w.opened },
	}
	require.NoError(t, w.store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1}))
	require.NoError(t, w.store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Name: "demo"}})
		return c, nil
	}))
	return w
}

func (w *world) contract(t *testing.T, change func(*fleet.UsageContract)) {
	t.Helper()
	c := fleet.DefaultUsage()
	change(&c)
	_, err := w.store.ChangeProject(t.Context(), "campus", nil, func(p *fleet.Project) (bool, error) {
		p.Usage = &c
		return true, nil
	})
	require.NoError(t, err)
}

// days gives the days that are known of an instance, in their order.
func (w *world) days(t *testing.T, instance string) []string {
	t.Helper()
	points, err := w.store.Usage(t.Context(), "campus", instance, "0000-00-00", "9999-99-99")
	require.NoError(t, err)
	days := []string{}
	for _, p := range points {
		days = append(days, p.Day)
	}
	return days
}

func (w *world) state(t *testing.T) fleet.UsageState {
	t.Helper()
	s, err := w.store.UsageState(t.Context(), "campus")
	require.NoError(t, err)
	return s
}

func TestADayIsAskedForOnce(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		require.NoError(t, w.Collect(t.Context(), "campus"))
	}
	assert.Equal(t, []string{"2026-10-23 2026-11-21"}, w.asked)
	w.now = w.now.AddDate(0, 0, 1)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Equal(t, []string{"2026-11-21", "2026-11-22"}, w.days(t, "demo"))
	assert.Empty(t, w.days(t, "stranger"), "it is no instance")
	points, err := w.store.Usage(t.Context(), "campus", "demo", "2026-11-22", "2026-11-22")
	require.NoError(t, err)
	require.Len(t, points, 1)
	assert.Equal(t, int64(326), *points[0].Users)
	assert.Equal(t, "2026-10-24", points[0].From)
	assert.Nil(t, points[0].Hits, "what was not reported is absent")
}

func TestLastFullMonth(t *testing.T) {
	w := newWorld(t)
	w.contract(t, func(c *fleet.UsageContract) { c.Days, c.History = 0, true })
	for range 3 {
		require.NoError(t, w.Collect(t.Context(), "campus"))
	}
	assert.Equal(t, []string{"2026-10-01 2026-10-31", "2026-09-01 2026-09-30", "2026-08-01 2026-08-31"}, w.asked[:3])
	assert.Len(t, w.asked, 13, "as far back as anything is kept")
	assert.Len(t, w.days(t, "demo"), 13)
}

func TestHistoryIsAskedForInParts(t *testing.T) {
	w := newWorld(t)
	w.contract(t, func(c *fleet.UsageContract) { c.History = true })
	before := 0
	for run := range 20 {
		require.NoError(t, w.Collect(t.Context(), "campus"))
		assert.LessOrEqual(t, len(w.asked)-before, 13, "run %d", run)
		before = len(w.asked)
	}
	days := w.days(t, "demo")
	assert.Len(t, days, 57)
	assert.Equal(t, "2025-10-25", days[0])
	assert.Equal(t, len(days), len(slices.Compact(slices.Sorted(slices.Values(w.asked)))), "none is asked for twice")
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.asked, before, "all is known")
}

// A report that fails takes nothing away, and is left alone for a while.
func TestAReportThatFails(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	well := w.answer
	w.answer = func(clusterfn.Period) (clusterfn.UsageReport, error) {
		return clusterfn.UsageReport{}, fault.New(fault.Unavailable, "The cluster campus has no function usage-report: deploy it there.")
	}
	w.now = w.now.AddDate(0, 0, 1)
	require.True(t, fault.Is(w.Collect(t.Context(), "campus"), fault.Unavailable))
	assert.Equal(t, []string{"2026-11-21"}, w.days(t, "demo"))
	assert.Contains(t, w.state(t).Error, "deploy it there")
	w.now = w.now.Add(9 * time.Minute)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.asked, 2)
	w.contract(t, func(c *fleet.UsageContract) { c.Function = "other" })
	require.Error(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.asked, 3, "another contract is tried at once")

	w.answer, w.now = well, w.now.Add(10*time.Minute)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Equal(t, []string{"2026-11-21", "2026-11-22"}, w.days(t, "demo"))
	assert.Empty(t, w.state(t).Error)
	assert.Equal(t, w.now, w.state(t).CollectedAt)
}

// What was reported before a report failed is kept, and the rest asked for later.
func TestAReportThatFailsHalfway(t *testing.T) {
	w := newWorld(t)
	w.contract(t, func(c *fleet.UsageContract) { c.History = true })
	well := w.answer
	w.answer = func(p clusterfn.Period) (clusterfn.UsageReport, error) {
		if len(w.asked) > 3 {
			return clusterfn.UsageReport{}, fault.New(fault.Unavailable, "gone")
		}
		return well(p)
	}
	require.Error(t, w.Collect(t.Context(), "campus"))
	assert.Equal(t, []string{"2026-11-07", "2026-11-14", "2026-11-21"}, w.days(t, "demo"))
	w.answer, w.now = well, w.now.Add(time.Hour)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.days(t, "demo"), 15)
}

func TestRefreshAsksAgainForWhatIsKnown(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	w.now = w.now.Add(59 * time.Second)
	require.NoError(t, w.Refresh(t.Context(), "campus"))
	assert.Len(t, w.asked, 1, "not within a minute")

	n := int64(7)
	w.answer = func(p clusterfn.Period) (clusterfn.UsageReport, error) {
		return clusterfn.UsageReport{From: p.From, To: p.To, Instances: []clusterfn.Usage{{Instance: "demo", Users: &n}}}, nil
	}
	w.now = w.now.Add(time.Second)
	require.NoError(t, w.Refresh(t.Context(), "campus"))
	assert.Equal(t, []string{"2026-10-23 2026-11-21", "2026-10-23 2026-11-21"}, w.asked)
	points, err := w.store.Usage(t.Context(), "campus", "demo", "0000-00-00", "9999-99-99")
	require.NoError(t, err)
	require.Len(t, points, 1)
	assert.Equal(t, n, *points[0].Users)
	assert.Equal(t, w.now, w.state(t).CollectedAt)
}

// What a refresh cannot get is reported again until a minute is over, takes nothing away,
// and is tried again by the schedule, so that no error stays for a day.
func TestARefreshThatFails(t *testing.T) {
	gone := fault.New(fault.Unavailable, "It answers 502.")
	for name, tt := range map[string]struct {
		opened, answered error
		unset            bool
	}{
		"fails":       {nil, gone, false},
		"no function": {nil, fault.Wrap(fault.Unavailable, clusterfn.ErrNoFunction, "deploy it there"), true},
		"no gateway":  {fault.Wrap(fault.Unavailable, health.ErrNoInspector, "enter its address"), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.Collect(t.Context(), "campus"))
			before, well := w.state(t), w.answer
			w.opened = tt.opened
			w.answer = func(clusterfn.Period) (clusterfn.UsageReport, error) { return clusterfn.UsageReport{}, tt.answered }
			w.now = w.now.Add(time.Hour)
			var said []string
			for range 2 {
				err := w.Refresh(t.Context(), "campus")
				assert.Equal(t, tt.unset, errors.Is(err, usage.ErrNoReport))
				assert.True(t, fault.Is(err, fault.Unavailable))
				said = append(said, fault.Message(err))
			}
			assert.Equal(t, said[0], said[1])
			assert.LessOrEqual(t, len(w.asked), 2)
			assert.Equal(t, before.CollectedAt, w.state(t).CollectedAt)
			assert.Equal(t, []string{"2026-11-21"}, w.days(t, "demo"))

			w.opened, w.answer, w.now = nil, well, w.now.Add(10*time.Minute)
			require.NoError(t, w.Collect(t.Context(), "campus"))
			assert.Empty(t, w.state(t).Error)
			assert.False(t, w.state(t).Unset)
		})
	}
}

// A try that a wrong clock noted puts no other off.
func TestCollect_AfterATryInTheFuture(t *testing.T) {
	w := newWorld(t)
	well, right := w.answer, w.now
	w.answer = func(clusterfn.Period) (clusterfn.UsageReport, error) {
		return clusterfn.UsageReport{}, fault.New(fault.Unavailable, "It answers 502.")
	}
	w.now = right.AddDate(0, 0, 40)
	require.Error(t, w.Collect(t.Context(), "campus"))
	w.answer, w.now = well, right
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.asked, 2, "the schedule")

	w.now = right.AddDate(0, 0, 40)
	require.NoError(t, w.Refresh(t.Context(), "campus"))
	w.now = right
	require.NoError(t, w.Refresh(t.Context(), "campus"))
	assert.Len(t, w.asked, 4, "a person")
}

func TestOnlyOneCollectsAtATime(t *testing.T) {
	w := newWorld(t)
	well := w.answer
	w.answer = func(p clusterfn.Period) (clusterfn.UsageReport, error) {
		assert.True(t, fault.Is(w.Refresh(t.Context(), "campus"), fault.Conflict))
		assert.NoError(t, w.Collect(t.Context(), "campus"))
		return well(p)
	}
	require.NoError(t, w.Collect(t.Context(), "campus"))
	assert.Len(t, w.asked, 1)
}

// Who leaves the page while the cluster is asked says nothing of the cluster.
func TestARefreshThatIsGivenUp(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.answer = func(clusterfn.Period) (clusterfn.UsageReport, error) {
		cancel()
		return clusterfn.UsageReport{}, ctx.Err()
	}
	require.ErrorIs(t, w.Refresh(ctx, "campus"), context.Canceled)
	assert.Equal(t, fleet.UsageState{Project: "campus"}, w.state(t))
}

func TestUsageIsKeptForADefinedTime(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	w.now = time.Date(2028, 1, 4, 23, 0, 0, 0, time.UTC)
	assert.Len(t, w.days(t, "demo"), 1)
	w.now = time.Date(2028, 1, 6, 0, 0, 0, 0, time.UTC)
	assert.Empty(t, w.days(t, "demo"))
}

func TestForgottenUsageIsGone(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Collect(t.Context(), "campus"))
	require.NoError(t, w.store.ForgetUsage(t.Context(), "campus"))
	assert.Empty(t, w.days(t, "demo"))
	assert.Equal(t, fleet.UsageState{Project: "campus"}, w.state(t))
}

func TestTryKeepsNothing(t *testing.T) {
	w := newWorld(t)
	p, err := w.store.Project(t.Context(), "campus")
	require.NoError(t, err)
	report, err := w.Try(t.Context(), p, fleet.UsageContract{Function: "other", Days: 7})
	require.NoError(t, err)
	assert.Len(t, report.Instances, 2)
	assert.Equal(t, []string{"2026-11-15 2026-11-21"}, w.asked)
	assert.Empty(t, w.days(t, "demo"))
	_, err = w.Try(t.Context(), p, fleet.UsageContract{Function: "../x"})
	assert.True(t, fault.Is(err, fault.Invalid))
}

func TestContractIsChecked(t *testing.T) {
	require.NoError(t, fleet.DefaultUsage().Validate())
	for field, change := range map[string]func(*fleet.UsageContract){
		"usage.days":  func(u *fleet.UsageContract) { u.Days = 367 },
		"usage.query": func(u *fleet.UsageContract) { u.Query = map[string]string{"a": "b\r\nHost: x"} },
		"usage.rows":  func(u *fleet.UsageContract) { u.Rows = "a..b" },
	} {
		u := fleet.DefaultUsage()
		u.Query = maps.Clone(u.Query)
		change(&u)
		var f *fault.Error
		require.ErrorAs(t, u.Validate(), &f, field)
		assert.Equal(t, field, f.Field)
	}
}
