package notify

import (
	"cmp"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/order"
)

// Limits on how often users are notified.
const (
	Debounce    = 2 * time.Minute
	Window      = 15 * time.Minute
	maxWindow   = 4 * time.Hour
	lasting     = 45 * time.Minute // a state that has lasted so long is not flapping
	quietPeriod = 6 * time.Hour
	Past        = 24 * time.Hour // failures older than this are not notified: a project's first sync finds them
)

// lastNotified is what was last notified about an instance.
type lastNotified struct {
	State    fleet.Health `json:"state,omitempty"`    // empty is healthy or unknown
	At       time.Time    `json:"at,omitzero"`        // when the last notice was made
	Count    int          `json:"count,omitempty"`    // notices without a quiet period between them
	Pipeline int64        `json:"pipeline,omitempty"` // the failed one that was notified
}

// clusterKey is the instance name of notices about the cluster itself.
const clusterKey = ""

// judge compares what was last notified about a cluster with its present state. It
// returns the new record and the notices to send. Without a record, the present state is
// recorded and nothing is sent.
func judge(before map[string]lastNotified, chunk *fleet.Chunk, now time.Time) (map[string]lastNotified, []Notice) {
	after := map[string]lastNotified{}
	var notices []Notice
	consider := func(name string, site bool, h fleet.HealthState, p *fleet.PipelineSummary) {
		key := name
		if site {
			key = siteKey(name)
		}
		t := before[key]
		bad := failedPipeline(p)
		switch {
		case before == nil:
			t.Pipeline = bad
			if worse(h.State) {
				t.State = h.State
			}
		default:
			if n, ok := t.health(h, now); ok {
				n.Site = site
				notices = append(notices, about(n, chunk.Cluster.ID, name))
			}
			if bad != 0 && bad != t.Pipeline && now.Sub(p.UpdatedAt) < Past {
				notices = append(notices, about(Notice{Event: EventPipeline, Pipeline: bad, Since: p.UpdatedAt}, chunk.Cluster.ID, name))
			}
			t.Pipeline = bad
		}
		if fleet.Elapsed(now, t.At) >= quietPeriod {
			t.At, t.Count = time.Time{}, 0
		}
		if t != (lastNotified{}) {
			after[key] = t
		}
	}
	consider(clusterKey, false, online(chunk.Cluster.Online), nil)
	for _, row := range chunk.Rows {
		if i := row.Instance; i.Lifecycle == fleet.Active || i.Lifecycle == fleet.Pending {
			consider(i.Name, false, i.Health, i.Pipeline)
			if i.Site != nil {
				consider(i.Name, true, siteHealth(i.Site), nil)
			}
		}
	}
	order.Sort(notices, func(a, b Notice) int { return cmp.Compare(rank(a.Event), rank(b.Event)) })
	return after, notices
}

// siteKey is the key of what was last notified about an instance's site. A name has no
// colon.
func siteKey(instance string) string { return "site:" + instance }

// siteHealth returns whether a site answers as a health state.
func siteHealth(s *fleet.Site) fleet.HealthState {
	h := fleet.HealthState{State: fleet.Unknown, At: s.At, Reason: s.Reason, NextStep: s.NextStep}
	switch s.State {
	case fleet.SiteUp:
		h.State = fleet.Healthy
	case fleet.SiteDegraded:
		h.State = fleet.Degraded
	case fleet.SiteDown:
		h.State = fleet.Failed
	}
	return h
}

// online returns a cluster's connectivity as a health state.
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

// health returns a notice if the health changed, has lasted for Debounce, and the window
// is over. Progressing and unknown neither fail nor recover.
func (t *lastNotified) health(h fleet.HealthState, now time.Time) (Notice, bool) {
	last := cmp.Or(t.State, fleet.Healthy)
	if !worse(h.State) && h.State != fleet.Healthy || h.State == last {
		return Notice{}, false
	}
	lasted := fleet.Elapsed(now, h.At)
	urgent := h.State == fleet.Failed && last == fleet.Degraded || worse(h.State) && lasted >= lasting
	if lasted < Debounce || t.Count > 0 && fleet.Elapsed(now, t.At) < window(t.Count) && !urgent {
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

// window returns how long no further notice is made after a number of notices.
func window(count int) time.Duration {
	w := Window
	for range count - 2 { // one failure and its recovery are not flapping
		if w *= 2; w >= maxWindow {
			return maxWindow
		}
	}
	return w
}

// about returns the notice with its cluster and instance.
func about(n Notice, cluster, instance string) Notice {
	n.Cluster, n.Instance = cluster, instance
	switch {
	case instance == clusterKey && n.Event == EventFailed:
		n.Event = EventOffline
	case n.Site && (n.Event == EventFailed || n.Event == EventDegraded):
		n.Event = EventSite
	}
	return n
}
