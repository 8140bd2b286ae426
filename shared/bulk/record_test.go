package bulk_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func TestStart_AuditHasAnEntryForEveryInstance(t *testing.T) {
	w := operationtest.New(t, instances(5)...)
	req := rename(5)
	req.Changes = append(req.Changes, operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", "brand-new-secret"))
	b := startBulk(t, w, req)
	require.NoError(t, w.Server.Settle(t.Context()))
	require.Equal(t, fleet.BulkDone, bulkOf(t, w, b.ID).State)
	require.Equal(t, 3, w.Started(), "waves share commits")
	for _, name := range instances(5) {
		page, err := w.Audit.List(t.Context(), audit.Filter{Target: "cluster/campus/instance/" + name})
		require.NoError(t, err)
		require.Len(t, page.Entries, 1, name)
		e := page.Entries[0]
		assert.Equal(t, "operation.update", e.Action)
		assert.Equal(t, "ada@example.org", e.Actor.Email)
		assert.NotEmpty(t, e.Operation)
		var after struct{ Changes []string }
		require.NoError(t, json.Unmarshal(e.After, &after))
		assert.Equal(t, []string{"OPENEDX_SECRET_KEY: •••••••• → •••••••• in config.yml", "PLATFORM_NAME: Old → New in config.yml"}, after.Changes, name)
		assert.JSONEq(t, `{"OPENEDX_SECRET_KEY": "••••••••", "PLATFORM_NAME": "Old"}`, section(t, e.Before, "config.yml"), name)
		assert.NotContains(t, string(e.After)+string(e.Before), "secret-", name)
		assert.NotContains(t, string(e.After)+string(e.Before), "hidden-", name)
	}
}

// section is a part of a JSON object.
func section(t *testing.T, object json.RawMessage, key string) string {
	t.Helper()
	parts := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal(object, &parts))
	return string(parts[key])
}

func TestStart_RecordKeepsTheValues(t *testing.T) {
	w := operationtest.New(t, instances(2)...)
	req := rename(2)
	req.Changes = append(req.Changes, operationtest.Set("config.yml", "OPENEDX_SECRET_KEY", "brand-new-secret"),
		operation.Change{File: "config.yml", Path: []string{"LMS_HOST"}, Unset: true})
	b := bulkOf(t, w, startBulk(t, w, req).ID)
	assert.Equal(t, []fleet.KeyChange{
		{Key: "config.yml: PLATFORM_NAME", After: `"New"`}, {Key: "config.yml: OPENEDX_SECRET_KEY", After: "••••••••"}, {Key: "config.yml: LMS_HOST"},
	}, b.Values)
}

func TestPreview_CanaryCanBeChosen(t *testing.T) {
	w := operationtest.New(t, instances(5)...)
	req := rename(5)
	req.Canary = &bulk.Target{Cluster: "campus", Instance: "i03"}
	preview, err := w.Bulks.Preview(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, preview.Waves, 3)
	assert.Equal(t, []bulk.Target{*req.Canary}, preview.Waves[0])
	assert.Len(t, preview.Waves[1], 3)
	assert.Len(t, preview.Waves[2], 1)
	b := startBulk(t, w, req)
	assert.Equal(t, 0, b.Targets[3].Wave)
	assert.Equal(t, fleet.TargetRunning, b.Targets[3].State)
	assert.Equal(t, fleet.TargetWaiting, b.Targets[0].State)

	other := req
	other.Canary, other.PreviewHash, other.Key = &req.Targets[1], preview.Hash, "another-key"
	_, _, err = w.Bulks.Start(t.Context(), other)
	assert.Equal(t, "previewHash", operationtest.FieldOf(t, err), "another canary was not previewed")
	req.Canary = &bulk.Target{Cluster: "campus", Instance: "elsewhere"}
	_, err = w.Bulks.Preview(t.Context(), req)
	assert.Equal(t, "canary", operationtest.FieldOf(t, err))
	assert.Equal(t, fault.Invalid, fault.KindOf(err))
}

func TestPreview_WarnsOfUnhealthyAndUndeployedInstances(t *testing.T) {
	w := operationtest.New(t, instances(3)...)
	w.Run(t, operation.Request{Kind: fleet.Update, Instance: "i01", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1")}})
	w.Clock.Advance(time.Hour)
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "by hand", SkipPipeline: true, Files: map[string]string{"instances/i01/grove.yml": "X: 2\n"}})
	require.NoError(t, w.Server.Settle(t.Context()))
	w.Clock.Advance(10 * time.Minute)
	require.NoError(t, w.Sync(t.Context(), "campus"))
	require.NoError(t, w.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		row := *c.Row("i02")
		row.Instance.Health = fleet.HealthState{State: fleet.Degraded, Reason: "lms has 1 of 2 replicas"}
		c.SetRow(row)
		return c, nil
	}))
	preview, err := w.Bulks.Preview(t.Context(), rename(3))
	require.NoError(t, err)
	warnings := map[string][]string{}
	for _, g := range preview.Groups {
		for _, warning := range g.Warnings {
			warnings[g.Targets[0].Instance] = append(warnings[g.Targets[0].Instance], warning.Code)
			assert.False(t, warning.Blocking)
		}
	}
	assert.Equal(t, map[string][]string{"i01": {"undeployed"}, "i02": {"unhealthy"}}, warnings)
}
