package views_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/views"
)

func TestStanding_KeepsOnlyLastingFilters(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]fleet.Filter{
		"":                                 {},
		"health=failed&pipeline=running":   {},
		"problems=true&sort=health":        {},
		"name=demo&health=failed":          {Name: "demo"},
		"cluster=a&cluster=b&provider=aws": {Clusters: []string{"a", "b"}, Providers: []string{"aws"}},
		"release=teak.2&lifecycle=active":  {Releases: []string{"teak.2"}, Lifecycles: []fleet.Lifecycle{fleet.Active}},
		"setting=GROVE_DEBUG%3Dtrue":       {Settings: []fleet.SettingTerm{{Key: "GROVE_DEBUG", Op: "=", Value: "true"}}},
	} {
		got, err := views.View{Query: query}.Standing()
		require.NoError(t, err, query)
		assert.Equal(t, want, got, query)
	}
	for _, query := range []string{"a=%zz", "setting=+"} {
		_, err := views.View{Query: query}.Standing()
		assert.True(t, fault.Is(err, fault.Invalid), query)
	}
}
