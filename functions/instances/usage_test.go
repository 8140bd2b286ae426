package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestUsageOverTime(t *testing.T) {
	w := newWorld(t)
	var points []fleet.UsagePoint
	for i, day := range []string{"2025-12-31", "2026-08-23", "2026-08-24", "2026-11-21"} {
		n := int64(i)
		points = append(points, fleet.UsagePoint{Day: day, From: day, Users: &n})
	}
	require.NoError(t, w.fleet.SaveUsage(t.Context(), "campus", "demo", points))
	require.NoError(t, w.fleet.SaveUsageState(t.Context(), fleet.UsageState{Project: "campus", CollectedAt: noon, TriedAt: noon, Error: "gone"}))
	var got struct {
		From, To, CollectedAt, Error string
		Points                       []fleet.UsagePoint
	}
	for query, want := range map[string][]fleet.UsagePoint{
		"":                               points[2:],
		"?to=2026-08-23":                 points[1:2],
		"?from=2025-10-19&to=2026-11-22": points,
		"?from=2026-11-22":               {},
	} {
		require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo+"/usage"+query, "campus", &got), query)
		assert.Equal(t, want, got.Points, query)
	}
	assert.Equal(t, "gone", got.Error)
	assert.NotEmpty(t, got.CollectedAt)
	for query, want := range map[string]int{
		"?from=yesterday": 422, "?from=2026-11-23": 422, "?from=2025-10-17&to=2026-11-22": 422, "?to=2026-02-30": 422,
	} {
		assert.Equal(t, want, w.call(t, http.MethodGet, demo+"/usage"+query, "campus", new(any)), query)
	}
	assert.Equal(t, 404, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/nobody/usage", "campus", new(any)))
	assert.Equal(t, 404, w.call(t, http.MethodGet, demo+"/usage", "elsewhere", new(any)))
}
