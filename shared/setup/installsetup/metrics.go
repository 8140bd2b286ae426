package installsetup

import (
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/open-craft/ocim/shared/installation"
)

// Gauges shows what was measured last of an installation. Times are shown as such, not as
// ages, so that what stops being measured is seen to grow old.
type Gauges struct {
	mu    sync.Mutex
	shown *metrics.Set
}

// Show replaces what is shown. Projects that are gone disappear with it.
func (g *Gauges) Show(r installation.Report) {
	set := metrics.NewSet()
	gauge := func(value float64, format string, labels ...any) {
		set.GetOrCreateGauge(fmt.Sprintf(format, labels...), nil).Set(value)
	}
	for _, p := range r.Figures.Projects {
		gauge(seconds(p.SyncedAt), "ocim_sync_success_timestamp_seconds{cluster=%q}", p.Project)
		gauge(float64(p.Waiting), "ocim_webhook_events_waiting{cluster=%q}", p.Project)
		gauge(seconds(p.Oldest), "ocim_webhook_oldest_timestamp_seconds{cluster=%q}", p.Project)
		gauge(float64(p.SetAside), "ocim_webhook_events_set_aside{cluster=%q}", p.Project)
		gauge(float64(p.Queued), "ocim_operations_queued{cluster=%q}", p.Project)
		gauge(seconds(p.RunningSince), "ocim_operation_running_since_timestamp_seconds{cluster=%q}", p.Project)
	}
	gauge(seconds(r.Run.At), "ocim_sync_run_timestamp_seconds")
	gauge(float64(r.Run.Failed), "ocim_sync_run_failed_projects")
	gauge(seconds(r.Verification.At), "ocim_audit_verified_timestamp_seconds")
	gauge(float64(r.Verification.Entries), "ocim_audit_entries")
	gauge(truth(r.Verification.Problem == ""), "ocim_audit_intact")
	gauge(float64(r.Figures.Notices.Waiting), "ocim_notices_waiting")
	gauge(seconds(r.Figures.Notices.Oldest), "ocim_notice_oldest_timestamp_seconds")
	old, missing := 0, 0
	for _, k := range r.Keys.Keys {
		switch n := k.Credentials + k.Notifications; {
		case k.Missing:
			missing += n
		case !k.Current:
			old += n
		}
	}
	gauge(float64(old), "ocim_secrets_former_key")
	gauge(float64(missing), "ocim_secrets_missing_key")

	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shown != nil {
		metrics.UnregisterSet(g.shown, true)
	}
	metrics.RegisterSet(set)
	g.shown = set
}

// seconds is a time for Prometheus; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
