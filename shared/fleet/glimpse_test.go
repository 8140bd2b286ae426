package fleet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestGlimpse_Changed(t *testing.T) {
	known := time.Date(2026, 11, 22, 12, 0, 0, 300_000_000, time.UTC)
	second := known.Truncate(time.Second)
	at := func(id, status string, when time.Time) fleet.PipelineGlimpse {
		return fleet.PipelineGlimpse{ID: id, Status: status, UpdatedAt: when}
	}
	read := fleet.Glimpse{Sign: "a", Since: second.Add(-time.Minute), Pipelines: []fleet.PipelineGlimpse{at("1", "RUNNING", second), at("2", "SUCCESS", second)}}
	former := read.Keep(known, known)
	for name, tt := range map[string]struct {
		alter func(*fleet.Glimpse)
		want  bool
	}{
		"nothing":                       {func(*fleet.Glimpse) {}, false},
		"in another order":              {func(g *fleet.Glimpse) { g.Pipelines[0], g.Pipelines[1] = g.Pipelines[1], g.Pipelines[0] }, false},
		"older pipelines are shown":     {func(g *fleet.Glimpse) { g.Pipelines = append(g.Pipelines, at("0", "FAILED", second.Add(-time.Second))) }, false},
		"the newest are not shown":      {func(g *fleet.Glimpse) { g.Since, g.Pipelines = second.Add(time.Hour), nil }, false},
		"the project":                   {func(g *fleet.Glimpse) { g.Sign = "b" }, true},
		"a later pipeline":              {func(g *fleet.Glimpse) { g.Pipelines[0].UpdatedAt = second.Add(time.Second) }, true},
		"a status in the same second":   {func(g *fleet.Glimpse) { g.Pipelines[0].Status = "SUCCESS" }, true},
		"a pipeline in the same second": {func(g *fleet.Glimpse) { g.Pipelines = append(g.Pipelines, at("3", "CREATED", second)) }, true},
		"more than is shown":            {func(g *fleet.Glimpse) { g.Full = true }, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := read
			g.Pipelines = append([]fleet.PipelineGlimpse{}, read.Pipelines...)
			tt.alter(&g)
			assert.Equal(t, tt.want, g.Changed(former, known))
		})
	}
	assert.True(t, read.Changed(fleet.Glanced{}, known), "never read")
}

func TestDailyDue_SpreadsNamesOverTheDay(t *testing.T) {
	const names = 1000
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	last, most := map[string]time.Time{}, 0
	for n := range names {
		last[fmt.Sprint(n)] = start
	}
	checks := map[string]int{}
	for minute := range 3*24*60 + 1 {
		now, due := start.Add(time.Duration(minute)*time.Minute), 0
		for name, at := range last {
			if fleet.DailyDue(name, at, now) {
				last[name], due = now, due+1
				checks[name]++
			}
		}
		most = max(most, due)
	}
	for name, n := range checks {
		assert.Equal(t, 3, n, name)
	}
	assert.Len(t, checks, names)
	assert.LessOrEqual(t, most, 10, "in one minute; all of them at once without a spread")
	assert.True(t, fleet.DailyDue("x", time.Time{}, start))
}
