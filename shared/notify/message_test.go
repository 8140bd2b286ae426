package notify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestWords(t *testing.T) {
	t.Parallel()
	at := func(n Notice) Notice {
		n.Cluster, n.Since = "campus", noon
		return n
	}
	failed := at(Notice{Event: EventFailed, Instance: "demo", Reason: "cms crashes", NextStep: "Read its log."})
	pipeline := at(Notice{Event: EventPipeline, Instance: "demo", Pipeline: 7})
	offline := at(Notice{Event: EventOffline, Reason: "no answer"})
	recovered := at(Notice{Event: EventRecovered, Instance: "a b|c", From: fleet.Failed})
	for name, tt := range map[string]struct {
		notices []Notice
		subject string
		lines   []Line
	}{
		"one":              {[]Notice{failed}, "demo on campus failed", []Line{{"✕", "demo on campus failed", "cms crashes", "Read its log.", noon, "https://o/clusters/campus/instances/demo"}}},
		"two of one":       {[]Notice{failed, pipeline}, "demo on campus failed; has a failed pipeline, 7", []Line{{"✕", "demo on campus failed; has a failed pipeline, 7", "cms crashes", "Read its log.", noon, "https://o/clusters/campus/instances/demo"}}},
		"a pipeline":       {[]Notice{pipeline}, "demo on campus has a failed pipeline, 7", []Line{{"✕", "demo on campus has a failed pipeline, 7", "", "", noon, "https://o/clusters/campus/pipelines/7"}}},
		"a cluster":        {[]Notice{offline}, "The cluster campus does not answer", []Line{{"✕", "The cluster campus does not answer", "no answer", "", noon, "https://o/clusters/campus"}}},
		"a cluster's back": {[]Notice{at(Notice{Event: EventRecovered})}, "The cluster campus answers again", []Line{{"✓", "The cluster campus answers again", "", "", noon, "https://o/clusters/campus"}}},
		"several": {[]Notice{offline, failed, recovered}, "campus: 1 offline, 1 failed, 1 recovered", []Line{
			{"✕", "The cluster campus does not answer", "no answer", "", noon, "https://o/clusters/campus"},
			{"✕", "demo on campus failed", "cms crashes", "Read its log.", noon, "https://o/clusters/campus/instances/demo"},
			{"✓", "a b|c on campus is healthy again", "", "", noon, "https://o/clusters/campus/instances/a%20b%7Cc"},
		}},
		"a test": {[]Notice{{Event: EventTest, Since: noon}}, "This is a test", []Line{{"✓", "This is a test", "Notices of Ocim arrive here.", "", noon, "https://o/"}}},
	} {
		m := word(Delivery{ID: "id", Notices: tt.notices}, "https://o")
		assert.Equal(t, Message{ID: "id", Subject: tt.subject, Lines: tt.lines, Link: "https://o/account/notifications"}, m, name)
	}
	var many []Notice
	for i := range 25 {
		many = append(many, at(Notice{Event: EventDegraded, Instance: fmt.Sprintf("i%d", i)}))
	}
	m := word(Delivery{Notices: many}, "https://o")
	assert.Equal(t, "campus: 25 degraded", m.Subject)
	assert.Len(t, m.Lines, 20)
	assert.Equal(t, 5, m.More)
}
