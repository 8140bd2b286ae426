package fleetstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestJobReports_AreListedWhileTheyLive(t *testing.T) {
	s, _ := newStore(t)
	for job, at := range map[string]time.Time{
		"now": noon, "lives": noon.Add(time.Minute - fleet.JobReportLife), "over": noon.Add(-fleet.JobReportLife), "to come": noon.Add(time.Hour),
	} {
		require.NoError(t, s.KeepJobReport(t.Context(), "campus", "demo", fleet.JobReport{Job: job, SeenAt: at}))
	}
	reports, err := s.JobReports(t.Context(), "campus", "demo")
	require.NoError(t, err)
	var jobs []string
	for _, r := range reports {
		jobs = append(jobs, r.Job)
	}
	assert.ElementsMatch(t, []string{"now", "lives"}, jobs, "only a wrong clock notes a time to come")
}
