package notify

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/notify/message"
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
		lines   []message.Line
	}{
		"one":              {[]Notice{failed}, "demo on campus failed", []message.Line{{Mark: "✕", Title: "demo on campus failed", Detail: "cms crashes", Next: "Read its log.", Since: noon, Link: "https://o/clusters/campus/instances/demo"}}},
		"two of one":       {[]Notice{failed, pipeline}, "demo on campus failed; has a failed pipeline, 7", []message.Line{{Mark: "✕", Title: "demo on campus failed; has a failed pipeline, 7", Detail: "cms crashes", Next: "Read its log.", Since: noon, Link: "https://o/clusters/campus/instances/demo"}}},
		"a pipeline":       {[]Notice{pipeline}, "demo on campus has a failed pipeline, 7", []message.Line{{Mark: "✕", Title: "demo on campus has a failed pipeline, 7", Since: noon, Link: "https://o/clusters/campus/pipelines/7"}}},
		"a cluster":        {[]Notice{offline}, "The cluster campus does not answer", []message.Line{{Mark: "✕", Title: "The cluster campus does not answer", Detail: "no answer", Since: noon, Link: "https://o/clusters/campus"}}},
		"a cluster's back": {[]Notice{at(Notice{Event: EventRecovered})}, "The cluster campus answers again", []message.Line{{Mark: "✓", Title: "The cluster campus answers again", Since: noon, Link: "https://o/clusters/campus"}}},
		"several": {[]Notice{offline, failed, recovered}, "campus: 1 offline, 1 failed, 1 recovered", []message.Line{
			{Mark: "✕", Title: "The cluster campus does not answer", Detail: "no answer", Since: noon, Link: "https://o/clusters/campus"},
			{Mark: "✕", Title: "demo on campus failed", Detail: "cms crashes", Next: "Read its log.", Since: noon, Link: "https://o/clusters/campus/instances/demo"},
			{Mark: "✓", Title: "a b|c on campus is healthy again", Since: noon, Link: "https://o/clusters/campus/instances/a%20b%7Cc"},
		}},
		"a test": {[]Notice{{Event: EventTest, Since: noon}}, "This is a test", []message.Line{{Mark: "✓", Title: "This is a test", Detail: "Notices of Ocim arrive here.", Since: noon, Link: "https://o/"}}},
	} {
		m := word(Delivery{ID: "id", Notices: tt.notices}, "https://o")
		assert.Equal(t, message.Message{ID: "id", Subject: tt.subject, Lines: tt.lines, Link: "https://o/account/notifications"}, m, name)
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
