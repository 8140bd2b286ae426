package projects_test

import (
	"testing"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/projects"
)

// world is a fleet of one cluster with GitLab behind it.
type world struct {
	*fleettest.World
	mend func() // ends what a test made wrong
}

func newWorld(t *testing.T, instances ...string) *world {
	t.Helper()
	return &world{World: fleettest.New(t, fleettest.Spec{Instances: instances})}
}

// change replaces some credentials.
func change(s projects.Secrets) projects.Change { return projects.Change{Secrets: s, By: ada} }

func states(checks []fleet.Check) map[string]fleet.CheckState {
	out := map[string]fleet.CheckState{}
	for _, c := range checks {
		out[c.Check] = c.State
	}
	return out
}
