package fleet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func TestUsageContractIsChecked(t *testing.T) {
	t.Parallel()
	require.NoError(t, fleet.DefaultUsage().Validate())
	for field, change := range map[string]func(*fleet.UsageContract){
		"usage.function":           func(u *fleet.UsageContract) { u.Function = "../system/functions" },
		"usage.rows":               func(u *fleet.UsageContract) { u.Rows = "a..b" },
		"usage.fields.users":       func(u *fleet.UsageContract) { u.Fields.Users = "$.users" },
		"usage.fields.activeUsers": func(u *fleet.UsageContract) { u.Fields.ActiveUsers = "a b" },
	} {
		u := fleet.DefaultUsage()
		change(&u)
		var f *fault.Error
		require.ErrorAs(t, u.Validate(), &f, field)
		assert.Equal(t, fault.Invalid, f.Kind)
		assert.Equal(t, field, f.Field)
	}
}
