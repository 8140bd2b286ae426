package notify

import (
	"cmp"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// How quiet it is.
const (
	Hold      = 2 * time.Minute
	Window    = 15 * time.Minute
	MaxWindow = 4 * time.Hour
	Lasting   = 45 * time.Minute // what has been bad for so long does not flap
	Calm      = 6 * time.Hour
	Past      = 24 * time.Hour // what failed before is no news: a project's first sync finds such
)

// told is what was told of an instance last.
type told struct {
	State    fleet.Health `json:"state,omitempty"`    // empty is healthy, or not heard of
	At       time.Time    `json:"at,omitzero"`        // when something was told
	Count    int          `json:"count,omitempty"`    // notices without a calm between them
	Pipeline int64        `json:"pipeline,omitempty"` // the failed one that was told
}

// itself is the name under which a cluster's own state is told.
const itself = ""

// judge compares what was told of a cluster with what is, and gives what is told
// afterwards and what there is to tell. Without anything told before, what is now
// is no news.
func judge(before map[string]told, chunk *fleet.Chunk, now time.Time) (map[string]told, []Notice) {
	after := map[string]told{}
	var notices []Notice
	consider := func(name string, h fleet.HealthState, p *fleet.PipelineSummary) {
		t := before[name]
		bad := failedPipeline(p)
		switch {
		case before == nil:
			t.Pipeline = bad
			if worse(h.State) {
				t.State = h.State
			}
		default:
			if n, ok := t.health(h, now); ok {
				notices = append(notices, of(n, chunk.Cluster.ID, name))
			}
			if bad != 0 && bad != t.Pipeline && now.Sub(p.UpdatedAt) < Past {
				notices = append(notices, of(Notice{Event: EventPipeline, Pipeline: bad, Since: p.UpdatedAt}, chunk.Cluster.ID, name))
			}
			t.Pipeline = bad
		}
		if now.Sub(t.At) >= Calm {
			t.At, t.Count = time.Time{}, 0
		}
		if t != (told{}) {
			after[name] = t
		}
	}
	consider(itself, online(chunk.Cluster.Online), nil)
	for _, row := range chunk.Rows {
		if i := row.Instance; i.Lifecycle == fleet.Active || i.Lifecycle == fleet.Pending {
			consider(i.Name, i.Health, i.Pipeline)
		}
	}
	slices.SortStableFunc(notices, func(a, b Notice) int { return cmp.Compare(rank(a.Event), rank(b.Event)) })
	return after, notices
}

// online gives whether a cluster answers as a health.
func online(o fleet.Online) fleet.HealthState {
	h := fleet.HealthState{State: fleet.Unknown, At: o.At, Reason: o.Reason}
	switch o.State {
	case "online":
		h.State, h.Reason = fleet.Healthy, ""
	case "offline":
		h.State = fleet.Failed
	}
	return h
}

func worse(h fleet.Health) bool { return h == fleet.Failed || h == fleet.Degraded }

func failedPipeline(p *fleet.PipelineSummary) int64 {
	if p == nil || p.Status != fleet.StatusFailed {
		return 0
	}
	return p.ID
}

// health tells of another health, if it has held and enough time has passed. What
// progresses or is not known says nothing of either.
func (t *told) health(h fleet.HealthState, now time.Time) (Notice, bool) {
	last := cmp.Or(t.State, fleet.Healthy)
	if !worse(h.State) && h.State != fleet.Healthy || h.State == last {
		return Notice{}, false
	}
	held := now.Sub(h.At)
	urgent := h.State == fleet.Failed && last == fleet.Degraded || worse(h.State) && held >= Lasting
	if held < Hold || t.Count > 0 && now.Sub(t.At) < window(t.Count) && !urgent {
		return Notice{}, false
	}
	t.State, t.At, t.Count = h.State, now, t.Count+1
	if h.State == fleet.Healthy {
		t.State = ""
	}
	n := Notice{Event: EventRecovered, From: last, Since: h.At}
	if worse(h.State) {
		n.Event, n.Reason, n.NextStep = Event(h.State), h.Reason, h.NextStep
	}
	return n, true
}

// window is how long nothing is told after a number of notices.
func window(count int) time.Duration {
	w := Window
	for range count - 2 { // a failure and its recovery are no flapping
		if w *= 2; w >= MaxWindow {
			return MaxWindow
		}
	}
	return w
}

// of says what a notice is about.
func of(n Notice, cluster, instance string) Notice {
	n.Cluster, n.Instance = cluster, instance
	if instance == itself && n.Event == EventFailed {
		n.Event = EventOffline
	}
	return n
}

// rank puts the worst first.
func rank(e Event) int {
	return slices.Index([]Event{EventOffline, EventFailed, EventPipeline, EventDegraded, EventRecovered, EventTest}, e)
}
