package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/notify"
)

// alter changes an instance's row.
func (w *world) alter(instance string, change func(*fleet.Instance)) {
	w.Helper()
	require.NoError(w, w.fleet.ChangeChunk(w.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		change(&c.Row(instance).Instance)
		return c, nil
	}))
}

func (w *world) setSite(instance string, state fleet.SiteState) {
	w.Helper()
	w.alter(instance, func(i *fleet.Instance) {
		i.Site = &fleet.Site{State: state, At: w.clock(), Reason: "learn.test answers with an error (500)."}
	})
}

func TestRun_NotifiesOfSitesBesideHealth(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	w.subscribe(s, "ada", notify.SubscriptionRequest{Events: []notify.Event{notify.EventSite, notify.EventRecovered}})
	w.setSite("demo", fleet.SiteUp)
	w.run(s)
	w.setSite("demo", fleet.SiteDown)
	w.run(s)
	assert.Empty(t, w.sent, "it has to hold")
	w.pass(2 * time.Minute)
	w.run(s)
	w.run(s)
	assert.Equal(t, []string{"ada@example.org: demo on campus has a failing site"}, w.sent)
	assert.Equal(t, "learn.test answers with an error (500).", w.log(s, "ada")[0].Notices[0].Reason)
	w.setSite("demo", fleet.SiteUnknown)
	w.pass(time.Hour)
	w.run(s)
	assert.Len(t, w.sent, 1, "what Ocim can't tell has neither failed nor recovered")
	w.setSite("demo", fleet.SiteUp)
	w.pass(time.Hour)
	w.run(s)
	assert.Equal(t, "ada@example.org: demo on campus has a site that works again", w.sent[len(w.sent)-1])
}

func TestRun_NotifiesTheContactsOfAnInstance(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	w.run(s)
	people := func(addresses ...string) func(*fleet.Instance) {
		return func(i *fleet.Instance) { i.Annotation = &fleet.Annotation{Contacts: addresses} }
	}
	w.set("demo", fleet.Failed)
	w.set("other", fleet.Degraded)
	w.alter("demo", people("ops@client.example", "it@client.example"))
	w.alter("other", people("ops@client.example"))
	w.pass(2 * time.Minute)
	for range 3 {
		w.run(s)
	}
	assert.ElementsMatch(t, []string{"ops@client.example: demo on campus failed", "it@client.example: demo on campus failed"}, w.sent,
		"each address once, and only of what failed")

	w.sent = nil
	w.set("demo", fleet.Healthy) // which takes the contacts away
	w.alter("demo", people("it@client.example"))
	w.pass(time.Hour)
	w.run(s)
	assert.Equal(t, []string{"it@client.example: demo on campus is healthy again"}, w.sent)
}

func TestRun_SendsNothingToWhoIsNoContactAnyMore(t *testing.T) {
	w := newWorld(t)
	s := w.service(w.store)
	w.run(s)
	w.set("demo", fleet.Failed)
	w.alter("demo", func(i *fleet.Instance) { i.Annotation = &fleet.Annotation{Contacts: []string{"ops@client.example"}} })
	w.pass(2 * time.Minute)
	w.fails = assert.AnError
	w.run(s)
	w.fails = nil
	w.alter("demo", func(i *fleet.Instance) { i.Annotation = nil })
	w.pass(time.Hour)
	w.run(s)
	assert.Empty(t, w.sent)
	w.pass(time.Hour)
	w.run(s)
	assert.Empty(t, w.sent)
}
