package function_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/instances"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity/identitytest"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A page reads few small items from DynamoDB, however much happened to the instance, and
// writes nothing. Authentication is included. What polls of it cost is in TestPolls_.
func TestReadsOfTheInstance(t *testing.T) {
	meter := kvtest.NewUnits(kvtest.OpenWithClock(t, func() time.Time { return noon }))
	w := newWorldOn(t, meter)
	who := identitytest.SetUp(t, meter, func() time.Time { return noon })
	replica := func() http.Handler {
		return function.New(function.Deps{
			API: faas.Options{Authenticator: who.Another(), Log: slog.New(slog.DiscardHandler)}, Fleet: w.fleet, Segments: w.fleet.Segments, Now: func() time.Time { return noon },
		})
	}
	w.Handler = replica()
	ctx := t.Context()
	for n := range int64(60) {
		at := noon.Add(time.Duration(n) * time.Hour)
		p := fleet.Pipeline{
			Cluster: "campus", ID: 90_000 + n, IID: 400 + n, Status: fleet.StatusSuccess, Source: "push", Ref: "main",
			SHA: fmt.Sprintf("%040x", uint64(n)*0x9e3779b97f4a7c15), Title: fmt.Sprintf("[AutoDeploy][Update] demo|%d", 1000+n),
			WebURL:    fmt.Sprintf("https://gitlab.example.org/grove/campus-aws/-/pipelines/%d", 90_000+n),
			Operation: fleet.Update, Deployments: []fleet.Deployment{{Instance: "demo", ID: fmt.Sprint(1000 + n)}},
			CreatedAt: at, StartedAt: at.Add(7 * time.Second), UpdatedAt: at.Add(19 * time.Minute), FinishedAt: at.Add(19 * time.Minute),
		}
		for _, stage := range []string{"build", "plan", "deploy"} {
			p.Stages = append(p.Stages, fleet.Stage{Name: stage, Jobs: []fleet.Job{{ID: n, Name: stage + " demo", WebURL: p.WebURL}}})
		}
		_, _, err := w.fleet.RecordPipeline(ctx, p, fleet.FromEvent)
		require.NoError(t, err)
		id := fmt.Sprintf("%026d", n)
		_, _, err = w.fleet.AddOperation(ctx, fleet.Operation{
			ID: id, Cluster: "campus", Instance: "demo", Kind: fleet.Update, State: fleet.Succeeded, DeploymentID: fmt.Sprint(1000 + n),
			Commit: p.SHA, Reason: fmt.Sprintf("Ticket %d: the theme of the autumn term.", 8000+n*7), RequestedBy: "ada@example.org",
			Pipelines: []int64{p.ID}, RequestedAt: at, AcceptedAt: at, RunningAt: at.Add(9 * time.Second), EndedAt: at.Add(20 * time.Minute),
		}, fleetstore.Once{Key: id, Fingerprint: "f"})
		require.NoError(t, err)
	}
	var config strings.Builder
	for n := range 60 {
		fmt.Fprintf(&config, "SETTING_%02d: value of setting %d\n", n, n*n)
	}
	require.NoError(t, w.fleet.SaveInstanceFiles(ctx, "campus", "demo", fleet.Files{
		Commit: "abc", Files: []fleet.File{{Path: "instances/demo/config.yml", Text: config.String()}},
	}))
	read := func() (p page, cost kvtest.Cost) {
		t.Helper()
		meter.Take()
		require.Equal(t, http.StatusOK, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/demo", who.Bearer(), &p))
		cost, _, _ = meter.Take()
		return p, cost
	}
	first, _ := read() // makes the item
	require.Len(t, first.Pipelines, 20)
	require.Len(t, first.Operations, 20)
	again, cost := read()
	assert.Equal(t, first, again)
	assert.LessOrEqual(t, cost.Read, 1.0)
	assert.Zero(t, cost.Write)

	w.Handler = replica() // which has seen nothing of the cluster yet
	again, cost = read()
	assert.Equal(t, first, again)
	// Seven items: the head, the user, when GitLab and the cluster were last read, the cluster's facts, the
	// segment of the row, and the page.
	assert.LessOrEqual(t, cost.Read, 3.5)
	assert.Zero(t, cost.Write)

	w.Handler = replica()
	require.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "/v1/clusters/campus/instances/other", who.Bearer(), new(any)))
	again, cost = read() // the first view of an instance of a cluster that was seen
	assert.Equal(t, first, again)
	assert.LessOrEqual(t, cost.Read, 2.0)
	assert.Zero(t, cost.Write)
}
