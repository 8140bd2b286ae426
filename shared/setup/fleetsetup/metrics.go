package fleetsetup

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// metered counts and times the calls to GitLab, and shows how many GitLab still
// permits.
type metered struct{ next http.RoundTripper }

func (m metered) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := m.next.RoundTrip(r)
	status := "none" // the server did not answer, or its circuit is open
	if err == nil {
		status = strconv.Itoa(resp.StatusCode)
		if left, err := strconv.ParseFloat(resp.Header.Get("RateLimit-Remaining"), 64); err == nil {
			metrics.GetOrCreateGauge(fmt.Sprintf("ocim_gitlab_rate_limit_remaining{server=%q}", r.URL.Host), nil).Set(left)
		}
	}
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_gitlab_calls_total{server=%q,method=%q,status=%q}", r.URL.Host, r.Method, status)).Inc()
	metrics.GetOrCreatePrometheusHistogram(fmt.Sprintf("ocim_gitlab_seconds{server=%q}", r.URL.Host)).UpdateDuration(start)
	return resp, err
}

// CountEvent counts a webhook event by what became of it.
func CountEvent(outcome string) {
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_webhook_events_total{outcome=%q}", outcome)).Inc()
}
