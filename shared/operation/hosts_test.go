package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// TestPreview_WarnsOfHostsInUse gives instances hosts that others have: of the same cluster,
// of another one, whose name is not shown, and of the same request.
func TestPreview_WarnsOfHostsInUse(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	require.NoError(t, w.Store.ChangeChunk(t.Context(), "hidden", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "hidden"}}
		c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "hidden", Name: "covert", Lifecycle: fleet.Active, LMSURL: "https://covert.example.org"}})
		return c, nil
	}))
	messages := func(req operation.Request) (out []string) {
		t.Helper()
		req.By = operationtest.Ada
		p, err := w.Operations.Preview(t.Context(), w.Project(t), req)
		require.NoError(t, err)
		for _, warning := range p.Warnings {
			assert.Equal(t, operation.FileProblem, warning.Code)
			out = append(out, warning.Message)
		}
		return out
	}
	update := func(changes ...operation.Change) operation.Request {
		return operation.Request{Kind: fleet.Update, Instance: "alpha", Changes: changes}
	}
	elsewhere := "which an instance of another cluster already has."
	assert.Equal(t, []string{"line 5: MFE_HOST is beta.example.org, which the instance beta already has."},
		messages(update(operationtest.Set("config.yml", "MFE_HOST", "Beta.example.org"))))
	assert.Equal(t, []string{"line 5: MFE_HOST is covert.example.org, " + elsewhere},
		messages(update(operationtest.Set("config.yml", "MFE_HOST", "covert.example.org"))))
	assert.Equal(t, []string{"line 2: LMS_HOST is covert.example.org, " + elsewhere},
		messages(update(operationtest.Set("config.yml", "LMS_HOST", "covert.example.org"))))
	assert.Empty(t, messages(update(operationtest.Set("config.yml", "MFE_HOST", "alpha.example.org"))), "its own host")
	assert.Empty(t, messages(update(operationtest.Set("config.yml", "PLATFORM_NAME", "New"))))
	assert.Equal(t, []string{"line 1: LMS_HOST is covert.example.org, " + elsewhere}, messages(operation.Request{
		Kind: fleet.Create, Instance: "gamma", Overrides: map[string]json.RawMessage{"LMS_HOST": json.RawMessage(`"covert.example.org"`)},
	}))

	both := []bulk.Target{{Cluster: "campus", Instance: "alpha"}, {Cluster: "campus", Instance: "beta"}}
	p, err := w.Bulks.Preview(t.Context(), bulk.Request{
		Kind: fleet.Update, Targets: both, Changes: []operation.Change{operationtest.Set("config.yml", "MFE_HOST", "covert.example.org")},
		Batch: 5, PauseAfter: 1, By: operationtest.Ada,
	})
	require.NoError(t, err)
	var said []string
	for _, g := range p.Groups {
		for _, warning := range g.Warnings {
			said = append(said, warning.Message)
		}
	}
	assert.Contains(t, said, "This gives the host covert.example.org to 2 instances; each needs its own.")
	assert.Contains(t, said, "line 5: MFE_HOST is covert.example.org, "+elsewhere)
	shown, err := json.Marshal(p)
	require.NoError(t, err)
	assert.NotContains(t, string(shown), "hidden\"")
}
