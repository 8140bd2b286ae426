package installsetup_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/setup/installsetup"
)

// What is shown is what was measured last: a project that is gone disappears.
func TestGauges_ShowWhatWasMeasuredLast(t *testing.T) {
	at := time.Unix(1_795_000_000, 0)
	shown := func() string {
		var b bytes.Buffer
		metrics.WritePrometheus(&b, false)
		return b.String()
	}
	var g installsetup.Gauges
	g.Show(installation.Report{
		Run:          installation.Run{At: at, Failed: 1},
		Verification: installation.Verification{At: at, Entries: 12},
		Keys:         installation.Keys{Current: "b", Keys: []installation.KeyUse{{ID: "b", Current: true, Credentials: 5}, {ID: "a", Credentials: 2}, {ID: "x", Missing: true, Notifications: 1}}},
		Figures: installation.Figures{Notices: installation.Notices{Waiting: 3, Oldest: at}, Projects: []installation.ProjectFigures{
			{Project: "campus", SyncedAt: at, Waiting: 4, Oldest: at, SetAside: 2, Queued: 6, RunningSince: at}, {Project: "gone"},
		}},
	})
	text := shown()
	for _, line := range []string{
		`ocim_sync_success_timestamp_seconds{cluster="campus"} 1795000000`, `ocim_webhook_events_waiting{cluster="campus"} 4`,
		`ocim_webhook_oldest_timestamp_seconds{cluster="campus"} 1795000000`, `ocim_webhook_events_set_aside{cluster="campus"} 2`,
		`ocim_operations_queued{cluster="campus"} 6`, `ocim_operation_running_since_timestamp_seconds{cluster="campus"} 1795000000`,
		`ocim_operation_running_since_timestamp_seconds{cluster="gone"} 0`,
		`ocim_sync_run_timestamp_seconds 1795000000`, `ocim_sync_run_failed_projects 1`, `ocim_audit_verified_timestamp_seconds 1795000000`,
		`ocim_audit_entries 12`, `ocim_audit_intact 1`, `ocim_notices_waiting 3`, `ocim_notice_oldest_timestamp_seconds 1795000000`,
		`ocim_secrets_former_key 2`, `ocim_secrets_missing_key 1`,
	} {
		assert.Contains(t, text, line+"\n")
	}
	g.Show(installation.Report{Verification: installation.Verification{Problem: "cut off"}, Figures: installation.Figures{Projects: []installation.ProjectFigures{{Project: "campus"}}}})
	text = shown()
	assert.NotContains(t, text, "gone")
	assert.Contains(t, text, "ocim_audit_intact 0\n")
}
