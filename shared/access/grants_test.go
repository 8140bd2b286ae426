package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/access"
)

// A mail says which clusters an invitation is for.
func TestGrants_DescribeNamesTheClusters(t *testing.T) {
	for want, g := range map[string]access.Grants{
		"operator of all clusters":                             {Global: access.Operator},
		"viewer of all clusters and operator of campus":        {Global: access.Viewer, Clusters: map[string]access.Role{"campus": access.Operator}},
		"operator of a and viewer of b, c":                     {Clusters: map[string]access.Role{"c": access.Viewer, "a": access.Operator, "b": access.Viewer}},
		"administrator of x and operator of y and viewer of z": {Clusters: map[string]access.Role{"x": access.Administrator, "y": access.Operator, "z": access.Viewer}},
	} {
		assert.Equal(t, want, g.Describe())
	}
}
