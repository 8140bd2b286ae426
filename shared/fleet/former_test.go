package fleet

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStoredStates_ReadFormerNames(t *testing.T) {
	var op storedOperation
	require.NoError(t, json.Unmarshal([]byte(`{"id":"o1","state":"live"}`), &op))
	assert.Equal(t, Succeeded, op.operation().State)

	var bulk storedBulk
	require.NoError(t, json.Unmarshal([]byte(`{"id":"b1","state":"done","targets":[{"state":"live"},{"state":"failed"}]}`), &bulk))
	assert.Equal(t, TargetSucceeded, bulk.bulk().Targets[0].State)
	assert.Equal(t, TargetFailed, bulk.bulk().Targets[1].State)

	var action storedAction
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a1","pipeline":7,"act":"retry","state":"asked"}`), &action))
	assert.Equal(t, "retry", action.action().Action)
	assert.Equal(t, ActionRequested, action.action().State)

	raw, err := json.Marshal(storedAction{PipelineAction: action.action()})
	require.NoError(t, err)
	assert.NotContains(t, string(raw), `"act"`)
}
