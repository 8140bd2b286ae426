package notify

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/notify/message"
)

// mostLines bounds a message.
const mostLines = 20

// word puts a delivery into words. base is the address of the pages.
func word(d Delivery, base string) message.Message {
	m := message.Message{ID: d.ID, Link: base + "/account/notifications"}
	groups := map[[2]string]int{} // line of an instance
	for _, n := range d.Notices {
		line := wordLine(n, base)
		key := [2]string{n.Cluster, n.Instance}
		if i, known := groups[key]; known {
			m.Lines[i].Title += "; " + verb(n)
			m.Lines[i].Detail = strings.TrimSpace(m.Lines[i].Detail + " " + line.Detail)
			m.Lines[i].Next = strings.TrimSpace(m.Lines[i].Next + " " + line.Next)
			continue
		}
		groups[key] = len(m.Lines)
		m.Lines = append(m.Lines, line)
	}
	m.Subject = subject(d.Notices, m.Lines)
	if over := len(m.Lines) - mostLines; over > 0 {
		m.Lines, m.More = m.Lines[:mostLines], over
	}
	return m
}

func subject(notices []Notice, lines []message.Line) string {
	if len(lines) == 1 {
		return lines[0].Title
	}
	counts := map[Event]int{}
	for _, n := range notices {
		counts[n.Event]++
	}
	var parts []string
	for _, w := range wordings {
		if n := counts[w.event]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w.many))
		}
	}
	return fmt.Sprintf("%s: %s", notices[0].Cluster, strings.Join(parts, ", "))
}

func wordLine(n Notice, base string) message.Line {
	if n.Event == EventTest {
		return message.Line{Mark: "✓", Title: "This is a test", Detail: "Notices of Ocim arrive here.", Since: n.Since, Link: base + "/"}
	}
	l := message.Line{Mark: wordingOf(n.Event).mark, Detail: n.Reason, Next: n.NextStep, Since: n.Since, Link: base + "/clusters/" + url.PathEscape(n.Cluster)}
	subject := n.Instance + " on " + n.Cluster
	if n.Instance == clusterKey {
		subject = "The cluster " + n.Cluster
	} else {
		l.Link += "/instances/" + url.PathEscape(n.Instance)
	}
	if n.Event == EventPipeline {
		l.Link = fmt.Sprintf("%s/clusters/%s/pipelines/%d", base, url.PathEscape(n.Cluster), n.Pipeline)
	}
	l.Title = subject + " " + verb(n)
	return l
}

type wording struct {
	event            Event
	mark, verb, many string
}

// wordings says the events in words, from the worst to the least.
var wordings = []wording{
	{EventOffline, "✕", "does not answer", "offline"},
	{EventFailed, "✕", "failed", "failed"},
	{EventSite, "▲", "has a failing site", "with a failing site"},
	{EventPipeline, "✕", "has a failed pipeline", "with a failed pipeline"},
	{EventDegraded, "▲", "is degraded", "degraded"},
	{EventRecovered, "✓", "is healthy again", "recovered"},
}

// rank is the place of an event among the wordings, -1 for one that has none.
func rank(e Event) int {
	return slices.IndexFunc(wordings, func(w wording) bool { return w.event == e })
}

func wordingOf(e Event) wording {
	if i := rank(e); i >= 0 {
		return wordings[i]
	}
	return wording{event: e, mark: "✓", verb: string(e)}
}

func verb(n Notice) string {
	switch {
	case n.Event == EventPipeline:
		return fmt.Sprintf("has a failed pipeline, %d", n.Pipeline)
	case n.Event == EventRecovered && n.Instance == clusterKey:
		return "answers again"
	case n.Event == EventRecovered && n.Site:
		return "has a site that works again"
	}
	return wordingOf(n.Event).verb
}
