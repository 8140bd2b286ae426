package sites_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/sites"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var well = sites.Answer{Status: 200, Heartbeat: true, CertificateEnds: noon.Add(60 * 24 * time.Hour)}

// world is a cluster whose sites answer as a test sets them; else they are well.
type world struct {
	*testing.T
	store   *fleetstore.Store
	service *sites.Service
	now     time.Time

	mu      sync.Mutex
	answers map[string][]sites.Answer // by URL; the last one stays
	asked   map[string]int
	to      map[string]string
	stop    func(url string) // called at each question
}

func (w *world) Ask(_ context.Context, q sites.Question) sites.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[q.URL]++
	w.to[q.URL] = q.ConnectTo
	if w.stop != nil {
		w.stop(q.URL)
	}
	a, ok := w.answers[q.URL]
	if !ok {
		return well
	}
	if len(a) > 1 {
		w.answers[q.URL] = a[1:]
	}
	return a[0]
}

func newWorld(t *testing.T, names ...string) *world {
	w := &world{T: t, now: noon, answers: map[string][]sites.Answer{}, asked: map[string]int{}, to: map[string]string{}}
	clock := func() time.Time { return w.now }
	w.store = fleetstore.New(kvtest.OpenWithClock(t, clock), clock)
	w.service = &sites.Service{Fleet: w.store, Asker: w, Now: clock}
	w.change(func(c *fleet.Chunk) {
		for _, name := range names {
			c.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{
				Cluster: "campus", Name: name, Lifecycle: fleet.Active, LMSURL: "https://" + name + ".test", StudioURL: "https://studio." + name + ".test",
			}})
		}
	})
	return w
}

func (w *world) change(alter func(*fleet.Chunk)) {
	w.Helper()
	require.NoError(w, w.store.ChangeChunk(w.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		if c == nil {
			c = &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
		}
		alter(c)
		return c, nil
	}))
}

func (w *world) visit() { w.Helper(); require.NoError(w, w.service.Visit(w.Context(), "campus")) }

func (w *world) site(name string) *fleet.Site {
	w.Helper()
	c, err := w.store.Chunk(w.Context(), "campus")
	require.NoError(w, err)
	return c.Row(name).Instance.Site
}

func (w *world) version() int64 {
	w.Helper()
	v, err := w.store.Version(w.Context(), "campus")
	require.NoError(w, err)
	return v
}

func TestVisit_KeepsWhatEachSiteAnswers(t *testing.T) {
	in := func(d time.Duration) time.Time { return noon.Add(d) }
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		lms, studio sites.Answer
		state       fleet.SiteState
		reason      string
	}{
		"well":                                 {well, well, fleet.SiteUp, ""},
		"error":                                {sites.Answer{Status: 500}, well, fleet.SiteDown, "a.test answers with an error (500)."},
		"services":                             {sites.Answer{Status: 503, Heartbeat: true, Failing: []string{"modulestore", "sql"}}, well, fleet.SiteDown, "a.test answers 503: its heartbeat reports a failure of the course database (MongoDB) and MySQL."},
		"unknown service":                      {sites.Answer{Status: 503, Heartbeat: true, Failing: []string{"tracking"}}, well, fleet.SiteDown, "a.test answers 503: its heartbeat reports a failure of tracking."},
		"proxy":                                {sites.Answer{Status: 502}, well, fleet.SiteDown, "The proxy in front of a.test gets no answer from LMS (502)."},
		"other application":                    {sites.Answer{Status: 200}, well, fleet.SiteDown, "Something other than Open edX answers at a.test (200)."},
		"unknown host":                         {sites.Answer{Status: 404}, well, fleet.SiteDown, "Something other than Open edX answers at a.test (404)."},
		"redirect":                             {sites.Answer{Status: 302, Location: "b.test"}, well, fleet.SiteDown, "a.test redirects to b.test instead of answering its heartbeat."},
		"log-in":                               {sites.Answer{Status: 401}, well, fleet.SiteUnknown, "a.test asks for a log-in (401), so Ocim can't tell whether it works."},
		"no name":                              {sites.Answer{Problem: sites.NoName}, well, fleet.SiteDown, "The name a.test does not resolve."},
		"refused":                              {sites.Answer{Problem: sites.Refused}, well, fleet.SiteDown, "Nothing listens at a.test: the connection was refused."},
		"time-out":                             {sites.Answer{Problem: sites.TimedOut, Detail: "there was no answer within 8 seconds"}, well, fleet.SiteDown, "a.test does not answer: there was no answer within 8 seconds."},
		"certificate":                          {sites.Answer{Problem: sites.Certificate, Detail: "it ended on 1 March 2026"}, well, fleet.SiteDown, "Browsers refuse the certificate of a.test: it ended on 1 March 2026."},
		"private":                              {sites.Answer{Problem: sites.Private, Detail: "the address 10.0.0.7 is inside a private network"}, well, fleet.SiteUnknown, "Ocim may not call a.test: the address 10.0.0.7 is inside a private network."},
		"broken":                               {sites.Answer{Problem: sites.Broken, Detail: "the connection failed"}, well, fleet.SiteDown, "a.test can't be reached: the connection failed."},
		"studio":                               {well, sites.Answer{Status: 500}, fleet.SiteDegraded, "studio.a.test answers with an error (500)."},
		"studio behind a log-in":               {well, sites.Answer{Status: 403}, fleet.SiteUp, ""},
		"certificate ends":                     {sites.Answer{Status: 200, Heartbeat: true, CertificateEnds: in(13 * day)}, well, fleet.SiteDegraded, "The certificate of a.test ends on 5 December 2026."},
		"certificate of Studio":                {well, sites.Answer{Status: 200, Heartbeat: true, CertificateEnds: in(2 * day)}, fleet.SiteDegraded, "The certificate of studio.a.test ends on 24 November 2026."},
		"certificate long enough":              {sites.Answer{Status: 200, Heartbeat: true, CertificateEnds: in(15 * day)}, well, fleet.SiteUp, ""},
		"the LMS counts first":                 {sites.Answer{Status: 500}, sites.Answer{Status: 500}, fleet.SiteDown, "a.test answers with an error (500)."},
		"without TLS, no end of a certificate": {sites.Answer{Status: 200, Heartbeat: true}, sites.Answer{Status: 200, Heartbeat: true}, fleet.SiteUp, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a")
			w.answers["https://a.test"], w.answers["https://studio.a.test"] = []sites.Answer{c.lms}, []sites.Answer{c.studio}
			w.visit()
			got := w.site("a")
			require.NotNil(t, got)
			assert.Equal(t, c.state, got.State)
			assert.Equal(t, c.reason, got.Reason)
			assert.Equal(t, c.reason == "", got.NextStep == "", got.NextStep)
			assert.Equal(t, noon, got.At)
		})
	}
}

func TestVisit_AsksASecondTimeBeforeItReports(t *testing.T) {
	w := newWorld(t, "a")
	w.answers["https://a.test"] = []sites.Answer{{Problem: sites.TimedOut}, well}
	w.visit()
	assert.Equal(t, fleet.SiteUp, w.site("a").State)
	assert.Equal(t, 2, w.asked["https://a.test"])
	assert.Equal(t, 1, w.asked["https://studio.a.test"])
}

func TestVisit_KeepsSinceWhenAndWritesOnlyWhatChanged(t *testing.T) {
	w := newWorld(t, "a", "b")
	w.answers["https://a.test"] = []sites.Answer{{Status: 500}}
	w.visit()
	version := w.version()
	w.now = noon.Add(time.Hour)
	w.visit()
	assert.Equal(t, version, w.version(), "nothing changed, so nothing is written")
	w.answers["https://a.test"] = []sites.Answer{{Status: 502}}
	w.visit()
	assert.Equal(t, noon, w.site("a").At, "it is down for longer, for another reason")
	delete(w.answers, "https://a.test")
	w.visit()
	assert.Equal(t, noon.Add(time.Hour), w.site("a").At)
	assert.Equal(t, noon, w.site("b").At)
}

func TestVisit_FollowsTheSwitchAndTheAddress(t *testing.T) {
	w := newWorld(t, "a", "b", "c", "d")
	w.visit()
	w.asked = map[string]int{}
	w.change(func(c *fleet.Chunk) {
		c.Cluster.Annotation = &fleet.Annotation{Site: fleet.SiteCheck{ConnectTo: "ingress.internal"}}
		c.Row("b").Instance.Annotation = &fleet.Annotation{Site: fleet.SiteCheck{Off: true}}
		c.Row("c").Instance.Annotation = &fleet.Annotation{Site: fleet.SiteCheck{ConnectTo: "10.0.0.1:8443"}}
		c.Row("d").Instance.Lifecycle = fleet.Archived
	})
	w.visit()
	assert.Equal(t, map[string]string{"https://a.test": "ingress.internal", "https://c.test": "10.0.0.1:8443"},
		map[string]string{"https://a.test": w.to["https://a.test"], "https://c.test": w.to["https://c.test"]})
	assert.Zero(t, w.asked["https://b.test"]+w.asked["https://d.test"])
	assert.NotNil(t, w.site("a"))
	assert.Nil(t, w.site("b"), "what is not checked shows no former finding")
	assert.Nil(t, w.site("d"))

	w.change(func(c *fleet.Chunk) { c.Cluster.Annotation = &fleet.Annotation{Site: fleet.SiteCheck{Off: true}} })
	w.asked = map[string]int{}
	w.visit()
	assert.Equal(t, []string{"https://c.test", "https://studio.c.test"}, slices.Sorted(maps.Keys(w.asked)), "an address of its own asks for being checked")
}

func TestVisit_GoesOnWhereItStopped(t *testing.T) {
	var names []string
	for i := range 450 {
		names = append(names, fmt.Sprintf("n%03d", i))
	}
	w := newWorld(t, names...)
	for i, want := range []int{200, 400, 450} {
		w.visit()
		assert.Len(t, w.asked, 2*want, "visit %d", i)
	}
	for name, times := range w.asked {
		assert.LessOrEqual(t, times, 2, name)
	}
}

func TestVisit_KeepsNothingOfASiteThatItDidNotReach(t *testing.T) {
	w := newWorld(t, "a", "b")
	ctx, cancel := context.WithCancel(t.Context())
	w.stop = func(url string) {
		if strings.Contains(url, "b.test") {
			cancel()
		}
	}
	require.ErrorIs(t, w.service.Visit(ctx, "campus"), context.Canceled)
	assert.Nil(t, w.site("b"))
}

func TestVisitOne_ChecksOneSite(t *testing.T) {
	w := newWorld(t, "a", "b")
	require.NoError(t, w.service.VisitOne(t.Context(), "campus", "b"))
	assert.Equal(t, map[string]int{"https://b.test": 1, "https://studio.b.test": 1}, w.asked)
	assert.NotNil(t, w.site("b"))
	require.NoError(t, w.service.VisitOne(t.Context(), "campus", "gone"))
}

func TestVisit_WithoutAnAskerOrAClusterDoesNothing(t *testing.T) {
	w := newWorld(t, "a")
	require.NoError(t, w.service.Visit(t.Context(), "unread"))
	w.service.Asker = nil
	w.visit()
	assert.Nil(t, w.site("a"))
}

// TestVisit_NoticesThatOcimHasNoNetwork reports sites as down only while GitLab, at least, can
// be reached.
func TestVisit_NoticesThatOcimHasNoNetwork(t *testing.T) {
	w := newWorld(t, "a", "b")
	require.NoError(t, w.store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, GitLabURL: "https://gitlab.test"}))
	w.visit()
	require.Zero(t, w.asked["https://gitlab.test"], "it is asked only when nothing else answers")
	noName := []sites.Answer{{Problem: sites.NoName}}
	for _, url := range []string{"https://a.test", "https://studio.a.test", "https://b.test", "https://studio.b.test"} {
		w.answers[url] = noName
	}
	w.answers["https://gitlab.test"] = noName
	w.visit()
	for _, name := range []string{"a", "b"} {
		assert.Equal(t, fleet.SiteUnknown, w.site(name).State)
		assert.Contains(t, w.site(name).Reason, "Ocim can reach neither")
		assert.Equal(t, well.CertificateEnds, w.site(name).CertificateEnds, "what is known stays")
	}
	w.answers["https://gitlab.test"] = []sites.Answer{{Status: 302}}
	w.visit()
	assert.Equal(t, fleet.SiteDown, w.site("a").State, "the cluster is gone, not Ocim's network")

	w.answers["https://gitlab.test"] = noName
	delete(w.answers, "https://b.test")
	w.visit()
	assert.Equal(t, fleet.SiteDown, w.site("a").State, "another site answers")
	assert.NotEqual(t, fleet.SiteUnknown, w.site("b").State)
}
