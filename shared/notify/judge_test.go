package notify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func minutesAgo(n int) time.Time { return noon.Add(-time.Duration(n) * time.Minute) }

func demo(state fleet.Health, since time.Time) fleet.Instance {
	return fleet.Instance{Name: "demo", Lifecycle: fleet.Active, Health: fleet.HealthState{State: state, At: since, Reason: string(state), NextStep: "mend it"}}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	calm := map[string]lastNotified{}
	failed := map[string]lastNotified{"demo": {State: fleet.Failed, At: minutesAgo(60), Count: 1}}
	withPipeline := func(i fleet.Instance, id int64, s fleet.PipelineStatus) fleet.Instance {
		i.Pipeline = &fleet.PipelineSummary{ID: id, Status: s, UpdatedAt: minutesAgo(1)}
		return i
	}
	longFailed := withPipeline(demo(fleet.Healthy, minutesAgo(60)), 7, fleet.StatusFailed)
	longFailed.Pipeline.UpdatedAt = noon.Add(-Past)
	archived := demo(fleet.Failed, minutesAgo(60))
	archived.Lifecycle = fleet.Archived
	for name, tt := range map[string]struct {
		before   map[string]lastNotified
		online   fleet.Online
		instance fleet.Instance
		want     []Notice
		after    map[string]lastNotified
	}{
		"the first look notifies nothing": {
			nil,
			fleet.Online{State: "offline", At: minutesAgo(60)},
			withPipeline(demo(fleet.Failed, minutesAgo(60)), 7, fleet.StatusFailed),
			nil,
			map[string]lastNotified{"": {State: fleet.Failed}, "demo": {State: fleet.Failed, Pipeline: 7}},
		},
		"it is well":            {calm, fleet.Online{}, demo(fleet.Healthy, minutesAgo(60)), nil, calm},
		"failed":                {calm, fleet.Online{}, demo(fleet.Failed, minutesAgo(2)), []Notice{{Event: EventFailed, Instance: "demo", From: fleet.Healthy, Reason: "failed", NextStep: "mend it", Since: minutesAgo(2)}}, map[string]lastNotified{"demo": {State: fleet.Failed, At: noon, Count: 1}}},
		"degraded":              {calm, fleet.Online{}, demo(fleet.Degraded, minutesAgo(2)), []Notice{{Event: EventDegraded, Instance: "demo", From: fleet.Healthy, Reason: "degraded", NextStep: "mend it", Since: minutesAgo(2)}}, map[string]lastNotified{"demo": {State: fleet.Degraded, At: noon, Count: 1}}},
		"not for long":          {calm, fleet.Online{}, demo(fleet.Failed, minutesAgo(1)), nil, calm},
		"progressing":           {calm, fleet.Online{}, demo(fleet.Progressing, minutesAgo(60)), nil, calm},
		"still failed":          {failed, fleet.Online{}, demo(fleet.Failed, minutesAgo(60)), nil, failed},
		"known no more":         {failed, fleet.Online{}, demo(fleet.Unknown, minutesAgo(30)), nil, failed},
		"is being mended":       {failed, fleet.Online{}, demo(fleet.Progressing, minutesAgo(30)), nil, failed},
		"recovered":             {failed, fleet.Online{}, demo(fleet.Healthy, minutesAgo(3)), []Notice{{Event: EventRecovered, Instance: "demo", From: fleet.Failed, Since: minutesAgo(3)}}, map[string]lastNotified{"demo": {At: noon, Count: 2}}},
		"got better":            {failed, fleet.Online{}, demo(fleet.Degraded, minutesAgo(3)), []Notice{{Event: EventDegraded, Instance: "demo", From: fleet.Failed, Reason: "degraded", NextStep: "mend it", Since: minutesAgo(3)}}, map[string]lastNotified{"demo": {State: fleet.Degraded, At: noon, Count: 2}}},
		"recovered early":       {map[string]lastNotified{"demo": {State: fleet.Failed, At: minutesAgo(10), Count: 1}}, fleet.Online{}, demo(fleet.Healthy, minutesAgo(3)), nil, map[string]lastNotified{"demo": {State: fleet.Failed, At: minutesAgo(10), Count: 1}}},
		"got worse early":       {map[string]lastNotified{"demo": {State: fleet.Degraded, At: minutesAgo(3), Count: 4}}, fleet.Online{}, demo(fleet.Failed, minutesAgo(2)), []Notice{{Event: EventFailed, Instance: "demo", From: fleet.Degraded, Reason: "failed", NextStep: "mend it", Since: minutesAgo(2)}}, map[string]lastNotified{"demo": {State: fleet.Failed, At: noon, Count: 5}}},
		"failed while it flaps": {map[string]lastNotified{"demo": {At: minutesAgo(50), Count: 9}}, fleet.Online{}, demo(fleet.Failed, minutesAgo(44)), nil, map[string]lastNotified{"demo": {At: minutesAgo(50), Count: 9}}},
		"flaps no more":         {map[string]lastNotified{"demo": {At: minutesAgo(50), Count: 9}}, fleet.Online{}, demo(fleet.Failed, minutesAgo(45)), []Notice{{Event: EventFailed, Instance: "demo", From: fleet.Healthy, Reason: "failed", NextStep: "mend it", Since: minutesAgo(45)}}, map[string]lastNotified{"demo": {State: fleet.Failed, At: noon, Count: 10}}},
		"a calm is over":        {map[string]lastNotified{"demo": {At: noon.Add(-quietPeriod), Count: 5}}, fleet.Online{}, demo(fleet.Healthy, minutesAgo(600)), nil, calm},
		"failed in the future":  {calm, fleet.Online{}, demo(fleet.Failed, minutesAgo(-600)), []Notice{{Event: EventFailed, Instance: "demo", From: fleet.Healthy, Reason: "failed", NextStep: "mend it", Since: minutesAgo(-600)}}, map[string]lastNotified{"demo": {State: fleet.Failed, At: noon, Count: 1}}},
		"sent in the future":    {map[string]lastNotified{"demo": {At: minutesAgo(-600), Count: 9}}, fleet.Online{}, demo(fleet.Failed, minutesAgo(2)), []Notice{{Event: EventFailed, Instance: "demo", From: fleet.Healthy, Reason: "failed", NextStep: "mend it", Since: minutesAgo(2)}}, map[string]lastNotified{"demo": {State: fleet.Failed, At: noon, Count: 10}}},
		"a calm of the future":  {map[string]lastNotified{"demo": {At: minutesAgo(-600), Count: 5}}, fleet.Online{}, demo(fleet.Healthy, minutesAgo(600)), nil, calm},
		"archived":              {failed, fleet.Online{}, archived, nil, calm},
		"cluster offline":       {calm, fleet.Online{State: "offline", At: minutesAgo(5), Reason: "no answer"}, demo(fleet.Unknown, minutesAgo(5)), []Notice{{Event: EventOffline, From: fleet.Healthy, Reason: "no answer", Since: minutesAgo(5)}}, map[string]lastNotified{"": {State: fleet.Failed, At: noon, Count: 1}}},
		"cluster back":          {map[string]lastNotified{"": {State: fleet.Failed, At: minutesAgo(60), Count: 1}}, fleet.Online{State: "online", At: minutesAgo(5)}, demo(fleet.Healthy, minutesAgo(5)), []Notice{{Event: EventRecovered, From: fleet.Failed, Since: minutesAgo(5)}}, map[string]lastNotified{"": {At: noon, Count: 2}}},
		"pipeline failed":       {calm, fleet.Online{}, withPipeline(demo(fleet.Healthy, minutesAgo(60)), 7, fleet.StatusFailed), []Notice{{Event: EventPipeline, Instance: "demo", Pipeline: 7, Since: minutesAgo(1)}}, map[string]lastNotified{"demo": {Pipeline: 7}}},
		"failed long ago":       {calm, fleet.Online{}, longFailed, nil, map[string]lastNotified{"demo": {Pipeline: 7}}},
		"notified already":      {map[string]lastNotified{"demo": {Pipeline: 7}}, fleet.Online{}, withPipeline(demo(fleet.Healthy, minutesAgo(60)), 7, fleet.StatusFailed), nil, map[string]lastNotified{"demo": {Pipeline: 7}}},
		"another pipeline":      {map[string]lastNotified{"demo": {Pipeline: 7}}, fleet.Online{}, withPipeline(demo(fleet.Healthy, minutesAgo(60)), 8, fleet.StatusFailed), []Notice{{Event: EventPipeline, Instance: "demo", Pipeline: 8, Since: minutesAgo(1)}}, map[string]lastNotified{"demo": {Pipeline: 8}}},
		"pipeline retried":      {map[string]lastNotified{"demo": {Pipeline: 7}}, fleet.Online{}, withPipeline(demo(fleet.Healthy, minutesAgo(60)), 7, fleet.StatusRunning), nil, calm},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.instance.Cluster = "campus"
			for i := range tt.want {
				tt.want[i].Cluster = "campus"
			}
			after, got := judge(tt.before, &fleet.Chunk{
				Cluster: fleet.Cluster{ID: "campus", Online: tt.online}, Rows: []fleet.Row{{Instance: tt.instance}},
			}, noon)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.after, after)
		})
	}
}

// An instance that fails and recovers for days is notified ever less often, and as
// usual again once it has been calm.
func TestFlappingIsQuiet(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		period time.Duration // half of it well, half of it failed
		most   int           // notices in two days
	}{
		"each minute":       {2 * time.Minute, 0},
		"every ten minutes": {20 * time.Minute, 17},
		"every half hour":   {time.Hour, 17},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, since := fleet.Healthy, noon
			known, total := map[string]lastNotified{}, 0
			var last time.Time
			now := noon
			step := func() []Notice {
				var notices []Notice
				known, notices = judge(known, &fleet.Chunk{Rows: []fleet.Row{{Instance: demo(state, since)}}}, now)
				return notices
			}
			for ; now.Before(noon.Add(48 * time.Hour)); now = now.Add(time.Minute) {
				next := fleet.Healthy
				if now.Sub(noon)%tt.period >= tt.period/2 {
					next = fleet.Failed
				}
				if next != state {
					state, since = next, now
				}
				if n := len(step()); n > 0 {
					assert.GreaterOrEqual(t, now.Sub(last), Window, "never more than one in a window")
					last, total = now, total+n
				}
			}
			assert.LessOrEqual(t, total, tt.most)
			if tt.most > 0 {
				assert.Greater(t, total, 5, "it is not forgotten either")
			}
			// In the end its state is notified.
			state, since = fleet.Healthy, now
			for range 24 * 60 {
				now = now.Add(time.Minute)
				step()
			}
			assert.Empty(t, known)
			state, since = fleet.Failed, now
			now = now.Add(Debounce)
			assert.Len(t, step(), 1, "the next failure is notified at once")
		})
	}
}
