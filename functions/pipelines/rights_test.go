package function_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
)

func TestAnnotations_AreForOperators(t *testing.T) {
	w := newWorld(t, "alpha")
	for _, of := range []string{"", "/instances/alpha"} {
		path := campus + of + "/annotation"
		assert.Equal(t, 403, w.call(t, "viewer", "PUT", path, m{"note": "x"}, nil), path)
		assert.Equal(t, 404, w.call(t, "stranger", "PUT", path, m{"note": "x"}, nil), path)
		var kept fleet.Annotation
		require.Equal(t, 200, w.call(t, "operator", "PUT", path, m{"note": "Ask Maya.", "tags": []string{"VIP"}}, &kept), path)
		assert.Equal(t, fleet.Annotation{Note: "Ask Maya.", Tags: []string{"vip"}}, kept, path)
	}
}

// A contract that says nothing is the default; one that says anything is kept.
func TestContract_SaysSomethingOrIsTheDefault(t *testing.T) {
	w := newWorld(t, "alpha")
	var page struct{ Changed *fleet.Contract }
	for name, c := range map[string]m{
		"a mechanism":  {"operations": m{"archive": m{"by": "trigger", "variables": m{"NAME": "{instance}"}}}},
		"a route":      {"routes": []m{{"prefix": "TUTOR_", "file": "config.yml"}}},
		"reprovision":  {"allowReprovision": true},
		"secrets":      {"secrets": m{"mask": []string{"ACME_LICENSE"}}},
		"no secrets":   {"secrets": m{"show": []string{"ACME_LICENSE"}}},
		"both of them": {"secrets": m{"mask": []string{"ACME_LICENSE"}, "show": []string{"KEYWORDS"}}},
	} {
		require.Equal(t, 200, w.call(t, "administrator", "PUT", campus+"/contract", c, &page), name)
		assert.NotNil(t, page.Changed, name)
		page.Changed = nil
		require.Equal(t, 200, w.call(t, "administrator", "PUT", campus+"/contract", m{}, &page), name)
		assert.Nil(t, page.Changed, name)
	}
}

// An operator may resume what operators may request, and nothing else.
func TestResume_NeedsTheRoleOfItsKind(t *testing.T) {
	w := newWorld(t, "alpha")
	for kind, status := range map[fleet.OperationKind]int{fleet.Update: 200, fleet.Reprovision: 403} {
		waits := fleet.Operation{
			ID: "waits-" + string(kind), DeploymentID: "waits-" + string(kind), Cluster: "campus", Instance: "alpha", Kind: kind, State: fleet.Requested,
			WaitingFor: fleet.WaitPermission, RequestedAt: w.clock.Now(), By: audit.Actor{UserID: "gone"},
		}
		_, _, err := w.Store.AddOperation(t.Context(), waits, fleetstore.Once{Key: waits.ID})
		require.NoError(t, err)
		path := campus + "/operations/" + waits.ID + "/resume"
		assert.Equal(t, 403, w.call(t, "viewer", "POST", path, nil, nil), kind)
		var op fleet.Operation
		assert.Equal(t, status, w.call(t, "operator", "POST", path, nil, &op), kind)
		if status == 200 {
			assert.Equal(t, waits.ID, op.ID)
		}
	}
	assert.Equal(t, 404, w.call(t, "operator", "POST", campus+"/operations/none/resume", nil, nil))
}

// Bulk changes of hidden clusters neither show nor make a page shorter or longer.
func TestBulkChanges_PagesHoldWhatTheCallerSees(t *testing.T) {
	w := newWorld(t)
	for i, cluster := range []string{"campus", "campus", "hidden", "campus", "hidden", "campus"} {
		b := fleet.Bulk{ID: fmt.Sprintf("bulk-%d", i), State: fleet.BulkDone, Kind: fleet.Archive, RequestedAt: w.clock.Now()}
		b.Targets = []fleet.BulkTarget{{Cluster: cluster, Instance: "alpha"}}
		_, _, err := w.Store.AddBulk(t.Context(), b, fleetstore.Once{Key: b.ID})
		require.NoError(t, err)
	}
	type page struct {
		BulkChanges []fleet.Bulk
		Next        string
	}
	var got [][]string
	for next, more := "", true; more; more = next != "" {
		var p page
		require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/bulk-changes?limit=3&after="+next, nil, &p))
		ids := []string{}
		for _, b := range p.BulkChanges {
			ids = append(ids, b.ID)
		}
		got, next = append(got, ids), p.Next
	}
	assert.Equal(t, [][]string{{"bulk-5", "bulk-3", "bulk-1"}, {"bulk-0"}}, got)
}

// Who withdraws an operation of a bulk change sees that in the bulk change at once.
func TestWithdraw_BringsItsBulkChangeUpToDate(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	require.Equal(t, 202, w.start(t, "operator", m{"kind": "archive", "instance": "beta"}, nil))
	req := m{"kind": "archive", "targets": []m{{"cluster": "campus", "instance": "alpha"}}}
	var preview struct{ Hash string }
	require.Equal(t, 200, w.call(t, "operator", "POST", "/v1/bulk-changes/preview", req, &preview))
	req["previewHash"] = preview.Hash
	var b fleet.Bulk
	require.Equal(t, 202, w.call(t, "operator", "POST", "/v1/bulk-changes", req, &b))
	open, err := w.Store.OpenOperations(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, open, 2)
	require.Equal(t, 200, w.call(t, "operator", "POST", campus+"/operations/"+open[1].ID+"/withdraw", nil, nil))
	require.Equal(t, 200, w.call(t, "viewer", "GET", "/v1/bulk-changes/"+b.ID, nil, &b))
	assert.NotEqual(t, fleet.BulkRunning, b.State)
}
