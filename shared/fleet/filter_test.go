package fleet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func TestParseSetting(t *testing.T) {
	tests := map[string]fleet.SettingTerm{
		"LMS_HOST":            {Key: "LMS_HOST"},
		"LMS_HOST=a=b":        {Key: "LMS_HOST", Op: "=", Value: "a=b"},
		"SITE_CONFIG.x~y":     {Key: "SITE_CONFIG.x", Op: "~", Value: "y"},
		"LMS_HOST = a":        {Value: "LMS_HOST = a"},
		"some words":          {Value: "some words"},
		"lower":               {Value: "lower"},
		"https://x?a=b":       {Value: "https://x?a=b"},
		"GROVE_CRON_JOBS.0=1": {Key: "GROVE_CRON_JOBS.0", Op: "=", Value: "1"},
	}
	for in, want := range tests {
		got, err := fleet.ParseSetting(in)
		require.NoError(t, err)
		assert.Equal(t, want, got, in)
	}
	_, err := fleet.ParseSetting("  ")
	assert.True(t, fault.Is(err, fault.Invalid))
}
