package reconcile_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// eventFleet is a fleet whose store counts units, with clusters that have instances.
func eventFleet(t *testing.T, clusters, instances int) (*allsetup.Fleet, *kvtest.Units) {
	t.Helper()
	units := kvtest.NewUnits(kvtest.Open(t))
	f := allsetup.New(allsetup.Parts{KV: units, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	for n := range clusters {
		id := fmt.Sprintf("c%02d", n)
		require.NoError(t, f.Store.AddProject(t.Context(), fleet.Project{ID: id, GitLabID: 1, DefaultBranch: "main"}))
		require.NoError(t, f.Store.ChangeChunk(t.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Lifecycle: fleet.Active}}
			for i := range instances {
				name := fmt.Sprintf("instance-%04d", i)
				c.SetRow(fleet.Row{
					Digest: fmt.Sprintf("%024x", i*7919), Settings: map[string]string{"LMS_HOST": name + ".example.org", "PLATFORM_NAME": "Open edX at " + name},
					Instance: fleet.Instance{Cluster: id, Name: name, Lifecycle: fleet.Active, LMSURL: "https://" + name + ".example.org"},
				})
			}
			return c, nil
		}))
	}
	units.Take()
	return f, units
}

// pipelineEvent is the n-th event of a cluster's pipeline, of usual size.
func pipelineEvent(cluster string, pipeline, n int, instance string) fleet.Event {
	at := time.Now().Truncate(time.Second).Add(time.Duration(n-10) * time.Minute)
	status := []fleet.PipelineStatus{fleet.StatusCreated, fleet.StatusPending, fleet.StatusRunning, fleet.StatusRunning, fleet.StatusSuccess}[n]
	p := fleet.Pipeline{
		Cluster: cluster, ID: int64(pipeline), IID: int64(pipeline), Status: status, Source: "push", Ref: "main", SHA: fmt.Sprintf("%040x", pipeline),
		Title: "Merge branch 'deployment/" + instance + "/1700000000000000001' into 'main'", WebURL: fmt.Sprintf("https://gitlab.example.org/grove/%s/-/pipelines/%d", cluster, pipeline),
		Operation: fleet.Update, Deployments: []fleet.Deployment{{Instance: instance, ID: fmt.Sprint(1700000000000000000 + pipeline)}},
		CreatedAt: at.Add(-time.Duration(n) * time.Minute), UpdatedAt: at,
	}
	for _, stage := range []string{"generate", "build", "deploy"} {
		s := fleet.Stage{Name: stage}
		for j := range 3 {
			s.Jobs = append(s.Jobs, fleet.Job{
				ID: int64(pipeline*100 + j), Name: fmt.Sprintf("%s-%s-%d", stage, instance, j), Status: status, StartedAt: at,
				WebURL: fmt.Sprintf("https://gitlab.example.org/grove/%s/-/jobs/%d", cluster, pipeline*100+j),
			})
		}
		p.Stages = append(p.Stages, s)
	}
	return fleet.Event{Key: fmt.Sprintf("%032x", pipeline*10+n), Cluster: cluster, Kind: fleet.EventPipeline, ReceivedAt: time.Now(), Pipeline: &p}
}

// What events cost by DynamoDB's rules, intake and applying together, in clusters of 20
// and of 5,000 instances.
func TestEvents_CostFewWriteUnits(t *testing.T) {
	for _, size := range []int{20, 5000} {
		t.Run(fmt.Sprintf("%d instances", size), func(t *testing.T) {
			f, units := eventFleet(t, 1, size)
			// pipelines that run at the same time, and how many of their events are applied together
			cost := func(pipelines, together int) float64 {
				var events []fleet.Event
				for n := range 5 {
					for p := range pipelines {
						id := 1000*pipelines + p + 1
						events = append(events, pipelineEvent("c00", id, n, fmt.Sprintf("instance-%04d", p*7%size)))
					}
				}
				units.Take()
				for i, e := range events {
					fresh, err := f.Store.AcceptEvent(t.Context(), e)
					require.NoError(t, err)
					require.True(t, fresh)
					if (i+1)%together == 0 {
						require.NoError(t, f.Reconciler.ApplyWaiting(t.Context(), "c00"))
					}
				}
				require.NoError(t, f.Reconciler.ApplyWaiting(t.Context(), "c00"))
				c, _, _ := units.Take()
				return c.Write / float64(len(events))
			}
			one, few, burst := cost(1, 1), cost(2, 4), cost(20, 100)
			t.Logf("WCU per event: applied alone %.1f, four together %.1f, in a burst %.1f", one, few, burst)
			assert.LessOrEqual(t, few, 4.5)
			assert.LessOrEqual(t, burst, 3.0, "of 20 pipelines with 5 events each; each row of 5,000 has a segment of its own")
			assert.LessOrEqual(t, one, 6.0)
		})
	}
}

// No partition takes more than its share of a burst of 100 events a second over 50
// clusters, which are applied once a second.
func TestEvents_SpreadTheirWrites(t *testing.T) {
	const clusters, seconds = 50, 5
	f, units := eventFleet(t, clusters, 40)
	for second := range seconds {
		for c := range clusters {
			for k := range 2 {
				pipeline := second*2/5 + 1
				_, err := f.Store.AcceptEvent(t.Context(), pipelineEvent(fmt.Sprintf("c%02d", c), pipeline, (second*2+k)%5, "instance-0003"))
				require.NoError(t, err)
			}
		}
		for c := range clusters {
			require.NoError(t, f.Reconciler.ApplyWaiting(t.Context(), fmt.Sprintf("c%02d", c)))
		}
	}
	total, hottest, most := units.Take()
	t.Logf("100 events/s over %d clusters: %.0f WCU/s, the hottest partition %q takes %.0f WCU/s", clusters, total.Write/seconds, hottest, most/seconds)
	assert.LessOrEqual(t, total.Write/(100*seconds), 6.0)
	assert.LessOrEqual(t, most/seconds, 150.0, "DynamoDB allows a partition 1,000")
}
