package function_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
)

// open gives the cluster that stands in for a real one; without one the project
// has no inspector.
func (w *world) open(_ context.Context, p fleet.Project) (*gateway.Cluster, error) {
	if w.running == nil {
		return nil, fault.New(fault.Conflict, "What runs in %s is not known.", p.ID)
	}
	client := gateway.New(gateway.Options{Policy: netguard.Policy{AllowHTTP: true}, Now: w.clock.Now})
	return client.Open(w.running.Target(p.ID))
}

func newRunningWorld(t *testing.T, offline bool) *world {
	w := newWorld(t)
	w.running = clustertest.Start(t, clustertest.Options{Now: w.clock.Now, Clusters: []clustertest.Cluster{{
		ID: "campus", User: secret.New("admin"), Password: secret.New("gateway-canary"), Secret: secret.New("inspector-canary-that-is-long-enough"),
		Instances: func() []string { return []string{"alpha", "broken"} },
		Behaviors: map[string]clustertest.Behavior{"broken": clustertest.CrashLoop},
		Offline:   func(time.Time) bool { return offline },
	}}})
	for _, id := range []string{"campus", "hidden"} {
		require.NoError(t, w.fleet.Store.AddProject(t.Context(), fleet.Project{ID: id, GitLabID: int64(len(id))}))
	}
	return w
}

func TestNodesAndWarningsArePassedOn(t *testing.T) {
	w := newRunningWorld(t, false)
	var nodes clusterfn.NodeList
	w.call("narrow", http.MethodGet, "/v1/clusters/campus/nodes", nil, &nodes)
	require.NotEmpty(t, nodes.Nodes)
	assert.Positive(t, nodes.Nodes[0].Allocatable.MemoryBytes)
	var warnings clusterfn.EventList
	w.call("narrow", http.MethodGet, "/v1/clusters/campus/warnings", nil, &warnings)
	require.NotEmpty(t, warnings.Events)
	assert.Equal(t, "broken", warnings.Events[0].Instance)
	assert.Equal(t, "BackOff", warnings.Events[0].Reason)
}

func TestWhoMayNotAskAClusterSeesNone(t *testing.T) {
	w := newRunningWorld(t, false)
	for _, part := range []string{"/nodes", "/warnings"} {
		missing := w.call("narrow", http.MethodGet, "/v1/clusters/nowhere"+part, nil, nil)
		require.Equal(t, http.StatusNotFound, missing.Code, part)
		hidden := w.call("narrow", http.MethodGet, "/v1/clusters/hidden"+part, nil, nil)
		var was, is faas.Problem
		require.NoError(t, json.Unmarshal(missing.Body.Bytes(), &was))
		require.NoError(t, json.Unmarshal(hidden.Body.Bytes(), &is))
		assert.Equal(t, [2]any{was.Status, was.Detail}, [2]any{is.Status, is.Detail}, part)
		everywhere := w.call("viewer", http.MethodGet, "/v1/clusters/nowhere"+part, nil, nil)
		assert.Equal(t, http.StatusNotFound, everywhere.Code, part)
	}
}

func TestAClusterThatCannotBeAskedSaysSo(t *testing.T) {
	silent := newRunningWorld(t, true)
	bare := newRunningWorld(t, false)
	bare.running = nil
	for _, part := range []string{"/nodes", "/warnings"} {
		for _, c := range []struct {
			world  *world
			status int
			says   string
		}{
			{silent, http.StatusServiceUnavailable, "cannot be reached"},
			{bare, http.StatusConflict, "not known"}, // not set up, which is no failure
		} {
			rec := c.world.call("viewer", http.MethodGet, "/v1/clusters/campus"+part, nil, nil)
			assert.Equal(t, c.status, rec.Code, part)
			assert.Contains(t, rec.Body.String(), c.says, part)
			assert.NotContains(t, rec.Body.String(), "canary", part)
		}
	}
	assert.Equal(t, http.StatusOK, silent.call("viewer", http.MethodGet, "/v1/clusters/campus", nil, nil).Code, "its page is shown all the same")
}
