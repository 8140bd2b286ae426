package function_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/instances"
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
	if w.cluster == nil {
		return nil, fault.New(fault.Conflict, "What runs in %s is not known.", p.ID)
	}
	client := gateway.New(gateway.Options{Policy: netguard.Policy{AllowHTTP: true}, Now: func() time.Time { return noon }})
	return client.Open(w.cluster.Target(p.ID))
}

func newRunningWorld(t *testing.T, offline bool) *world {
	w := newWorld(t)
	require.NoError(t, w.fleet.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1}))
	w.cluster = clustertest.Start(t, clustertest.Options{Now: func() time.Time { return noon }, Clusters: []clustertest.Cluster{{
		ID: "campus", User: secret.New("admin"), Password: secret.New("gateway-canary"), Secret: secret.New("inspector-canary-that-is-long-enough"),
		Instances: func() []string { return []string{"demo", "stranger"} },
		Behaviors: map[string]clustertest.Behavior{"demo": clustertest.CrashLoop},
		Offline:   func(time.Time) bool { return offline },
	}}})
	return w
}

const demo = "/v1/clusters/campus/instances/demo"

func TestWhatRunsIsPassedOn(t *testing.T) {
	w := newRunningWorld(t, false)
	var pods clusterfn.PodList
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo+"/pods", "campus", &pods))
	require.NotEmpty(t, pods.Pods)
	var crashing *clusterfn.Pod
	for i, p := range pods.Pods {
		if p.Health == clusterfn.Failed || p.Restarts > 0 {
			crashing = &pods.Pods[i]
		}
	}
	require.NotNil(t, crashing, "one of them crashes")

	var replication clusterfn.Replication
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo+"/replication", "campus", &replication))
	require.NotEmpty(t, replication.Deployments)
	assert.NotEmpty(t, replication.Deployments[0].Name)
	assert.NotEmpty(t, replication.Deployments[0].Images)

	var events clusterfn.EventList
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo+"/events", "campus", &events))
	assert.NotEmpty(t, events.Events)

	var log function.PodLog
	path := demo + "/pods/" + crashing.Name + "/log"
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, path+"?lines=5&previous=true&container="+crashing.Containers[0].Name, "campus:operator", &log))
	assert.Equal(t, crashing.Name, log.Pod)
	assert.Equal(t, []string{"u1 pod.log pod/campus/demo/" + crashing.Name}, w.views, "who read it is recorded")
	assert.Equal(t, crashing.Containers[0].Name, log.Container)
	assert.True(t, log.Previous)
	assert.NotEmpty(t, log.Lines)
	assert.LessOrEqual(t, len(log.Lines), 5)
	require.NotZero(t, log.FirstError, "the line that says why it crashed is marked")
	assert.Regexp(t, `Error|panic|fatal`, log.Lines[log.FirstError-1].Text)
	assert.Contains(t, log.Lines[len(log.Lines)-1].Text, "server on '**************", "the instance's secrets are masked")
	assert.Equal(t, []string{"campus[demo] [abc]"}, w.redacted, "those of its configuration, and of what is deployed")
}

func TestWhoMayAskACluster(t *testing.T) {
	w := newRunningWorld(t, false)
	for path, want := range map[string]int{
		demo + "/pods/demo-lms/log":                        http.StatusForbidden,
		demo + "/pods/Not_A_Pod/log":                       http.StatusForbidden,
		"/v1/clusters/campus/instances/stranger/pods":      http.StatusNotFound, // it runs there, but is no instance of the fleet
		"/v1/clusters/campus/instances/kube-system/events": http.StatusNotFound,
		"/v1/clusters/campus/instances/wanted/replication": http.StatusNotFound, // it does not run yet
		"/v1/clusters/hidden/instances/demo/pods":          http.StatusNotFound,
	} {
		var p faas.Problem
		assert.Equal(t, want, w.call(t, http.MethodGet, path, "campus", &p), path)
		assert.NotEmpty(t, p.Detail, path)
	}
	for path, want := range map[string]int{
		demo + "/pods/none/log":                     http.StatusNotFound,
		demo + "/pods/Not_A_Pod/log":                http.StatusUnprocessableEntity,
		demo + "/pods/demo-lms/log?lines=0":         http.StatusUnprocessableEntity,
		demo + "/pods/demo-lms/log?lines=2001":      http.StatusUnprocessableEntity,
		demo + "/pods/..%2F..%2Fkube-system%2F/log": http.StatusNotFound,
	} {
		var p faas.Problem
		assert.Equal(t, want, w.call(t, http.MethodGet, path, "campus:operator", &p), path)
	}
}

func TestAClusterThatCannotBeAskedSaysSo(t *testing.T) {
	silent := newRunningWorld(t, true)
	bare := newRunningWorld(t, false)
	bare.cluster = nil
	for _, part := range []string{"/pods", "/replication", "/events", "/pods/demo-lms/log"} {
		var p faas.Problem
		assert.Equal(t, http.StatusServiceUnavailable, silent.call(t, http.MethodGet, demo+part, "campus:operator", &p), part)
		assert.Contains(t, p.Detail, "cannot be reached", part)
		assert.NotContains(t, p.Detail, "canary")
		assert.Equal(t, http.StatusConflict, bare.call(t, http.MethodGet, demo+part, "campus:operator", &p), part)
		assert.Contains(t, p.Detail, "not known", part)
	}
	var page struct{ Instance fleet.Instance }
	assert.Equal(t, http.StatusOK, silent.call(t, http.MethodGet, demo, "campus", &page), "its page is shown all the same")
}

func TestPage_ShowsTheAgeOfHealth(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.SaveObservation(t.Context(), fleet.Observation{Project: "campus", At: noon}))
	var page struct{ ObservedAt time.Time }
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, demo, "campus", &page))
	assert.Equal(t, noon, page.ObservedAt)
}

// TestJobReports_AreForOperators shows what is kept of failed jobs, and records who read it.
func TestJobReports_AreForOperators(t *testing.T) {
	w := newWorld(t)
	report := fleet.JobReport{Job: "lms-job-1", Code: "jobFailed", Health: fleet.Degraded, Reason: "It failed.", SeenAt: noon, Lines: []string{"the end"}}
	require.NoError(t, w.fleet.KeepJobReport(t.Context(), "campus", "demo", report))
	var out struct{ Reports []fleet.JobReport }
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo/job-reports", "campus:operator", &out))
	assert.Equal(t, []fleet.JobReport{report}, out.Reports)
	require.Len(t, w.views, 1)
	assert.Contains(t, w.views[0], "pod.log pod/campus/demo/lms-job-1")
	require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/wanted/job-reports", "campus:operator", &out))
	assert.Empty(t, out.Reports)
	assert.Len(t, w.views, 1)
	var refused map[string]any
	assert.Equal(t, http.StatusForbidden, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo/job-reports", "campus", &refused))
}
