package fleetstore

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestStoredStates_ReadFormerNames(t *testing.T) {
	var op storedOperation
	require.NoError(t, json.Unmarshal([]byte(`{"id":"o1","state":"live"}`), &op))
	assert.Equal(t, fleet.Succeeded, op.operation().State)

	var bulk storedBulk
	require.NoError(t, json.Unmarshal([]byte(`{"id":"b1","state":"done","targets":[{"state":"live"},{"state":"failed"}]}`), &bulk))
	assert.Equal(t, fleet.TargetSucceeded, bulk.bulk().Targets[0].State)
	assert.Equal(t, fleet.TargetFailed, bulk.bulk().Targets[1].State)

	var action storedAction
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a1","pipeline":7,"act":"retry","state":"asked"}`), &action))
	assert.Equal(t, "retry", action.action().Action)
	assert.Equal(t, fleet.ActionRequested, action.action().State)

	raw, err := json.Marshal(storedAction{PipelineAction: action.action()})
	require.NoError(t, err)
	assert.NotContains(t, string(raw), `"act"`)
}
