package fleet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

// An event may be dropped only if it would change nothing.
func TestIncludes(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	jobs := []fleet.Stage{{Name: "deploy", Jobs: []fleet.Job{{ID: 1}}}}
	known := fleet.Pipeline{Cluster: "c", ID: 1, Status: fleet.StatusRunning, UpdatedAt: at, CreatedAt: at, Source: "push"}
	for name, c := range map[string]struct {
		change func(*fleet.Pipeline)
		want   bool
	}{
		"the same":                           {func(*fleet.Pipeline) {}, true},
		"older":                              {func(p *fleet.Pipeline) { p.Status, p.UpdatedAt = fleet.StatusPending, at.Add(-time.Minute) }, true},
		"empty lists":                        {func(p *fleet.Pipeline) { p.Stages, p.Deployments = []fleet.Stage{}, []fleet.Deployment{} }, true},
		"newer":                              {func(p *fleet.Pipeline) { p.UpdatedAt = at.Add(time.Second) }, false},
		"another status in the same second":  {func(p *fleet.Pipeline) { p.Status = fleet.StatusFailed }, false},
		"older, with jobs that nobody named": {func(p *fleet.Pipeline) { p.UpdatedAt, p.Stages = at.Add(-time.Minute), jobs }, false},
		"the same, with what it deploys":     {func(p *fleet.Pipeline) { p.Deployments = []fleet.Deployment{{Instance: "demo"}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			report := known
			c.change(&report)
			assert.Equal(t, c.want, known.Includes(report))
		})
	}
}
