package health_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func (w *world) Pods(context.Context, string) (clusterfn.PodList, error) {
	return clusterfn.PodList{Pods: w.pods}, nil
}

func (w *world) Log(_ context.Context, instance string, q clusterfn.LogQuery) (clusterfn.Log, error) {
	w.logs = append(w.logs, instance+"/"+q.Pod)
	return w.log, w.logErr
}

// TestObserve_KeepsWhatJobsSaid observes a job that fails and is deleted an hour later.
func TestObserve_KeepsWhatJobsSaid(t *testing.T) {
	w := newWorld(t)
	w.service.Mask = func(_ context.Context, _ fleet.Project, instance string) (func(string) string, error) {
		return func(line string) string { return strings.ReplaceAll(line, "secret-of-"+instance, "[masked]") }, nil
	}
	failed := clusterfn.Finding{Code: clusterfn.JobFailed, Health: clusterfn.Degraded, Workload: "lms-job-1", Reason: "The job lms-job-1 failed: it reached its retry limit.", NextStep: "Check the log."}
	sick := &w.list.Instances[2]
	sick.Findings = []clusterfn.Finding{{Code: clusterfn.CrashLoop, Health: clusterfn.Failed, Workload: "cms"}, failed}
	w.list.Instances[3].Findings = []clusterfn.Finding{failed} // is not in git
	pod := func(name string, age time.Duration) clusterfn.Pod {
		return clusterfn.Pod{Name: name, Kind: "Job", Workload: "lms-job-1", CreatedAt: noon.Add(-age)}
	}
	w.pods = []clusterfn.Pod{pod("first", time.Hour), pod("second", time.Minute), {Name: "lms", Kind: "Deployment", Workload: "lms-job-1", CreatedAt: noon}}
	for n := range fleet.MaxReportLines + 10 {
		w.log.Lines = append(w.log.Lines, clusterfn.Line{Text: fmt.Sprintf("line %d", n)})
	}
	w.log.Lines = append(w.log.Lines, clusterfn.Line{Text: "password: hunter2"}, clusterfn.Line{Text: "with secret-of-sick"}, clusterfn.Line{Text: strings.Repeat("é", 1000)})

	w.logErr = fault.New(fault.Unavailable, "the cluster does not answer")
	require.Error(t, w.observe())
	kept := func() []fleet.JobReport {
		t.Helper()
		reports, err := w.store.JobReports(t.Context(), "campus", "sick")
		require.NoError(t, err)
		return reports
	}
	require.Empty(t, kept(), "the next observation reads it")
	_, healths := w.state()
	require.Equal(t, fleet.Failed, healths["sick"].State, "what is known is kept all the same")

	w.logErr = nil
	w.later()
	require.NoError(t, w.observe())
	require.Len(t, kept(), 1)
	r := kept()[0]
	assert.Equal(t, []string{"lms-job-1", "jobFailed", failed.Reason, "second"}, []string{r.Job, r.Code, r.Reason, r.Pod})
	require.Len(t, r.Lines, fleet.MaxReportLines)
	assert.NotContains(t, strings.Join(r.Lines, "\n"), "hunter2")
	assert.Equal(t, "with [masked]", r.Lines[fleet.MaxReportLines-2])
	assert.LessOrEqual(t, len(r.Lines[fleet.MaxReportLines-1]), fleet.MaxReportLine+len("…"))

	w.later()
	require.NoError(t, w.observe())
	assert.Equal(t, []string{"sick/second", "sick/second"}, w.logs, "what is kept is not read again")

	sick.Findings = nil // Kubernetes deleted the job
	w.now = w.now.Add(2 * time.Hour)
	require.NoError(t, w.observe())
	assert.Equal(t, []fleet.JobReport{r}, kept())

	for n := range fleet.MaxJobReports + 2 {
		failed.Workload = fmt.Sprintf("cms-job-%d", n)
		sick.Findings, w.pods = []clusterfn.Finding{failed}, nil
		w.later()
		require.NoError(t, w.observe())
	}
	require.Len(t, kept(), fleet.MaxJobReports)
	assert.Equal(t, "cms-job-6", kept()[0].Job)
	assert.Empty(t, kept()[0].Lines, "its pods are gone")

	w.now = w.now.Add(fleet.JobReportLife)
	assert.Empty(t, kept())
}
