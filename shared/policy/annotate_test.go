package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

func TestAnnotate_ShowsInTheListAndSurvivesRebuilding(t *testing.T) {
	w := operationtest.New(t, "alpha", "beta")
	project := w.Project(t)
	got, err := w.Policy.Annotate(t.Context(), project, "alpha", fleet.Annotation{
		Note: "  Ask Maya before upgrading.\r\n", Tags: []string{"VIP", "customer-a", "vip", " "}, Contacts: []string{"it@client.example"},
		Site: fleet.SiteCheck{ConnectTo: "10.0.0.7:8443"},
	}, operationtest.Ada)
	require.NoError(t, err)
	want := fleet.Annotation{Note: "Ask Maya before upgrading.", Tags: []string{"customer-a", "vip"}, Contacts: []string{"it@client.example"}, Site: fleet.SiteCheck{ConnectTo: "10.0.0.7:8443"}}
	assert.Equal(t, want, got)
	assert.Equal(t, &want, w.Row(t, "alpha").Instance.Annotation)
	assert.Nil(t, w.Row(t, "beta").Instance.Annotation)
	_, err = w.Policy.Annotate(t.Context(), project, "", fleet.Annotation{Tags: []string{"eu"}}, operationtest.Ada)
	require.NoError(t, err)

	// A file that changes, and rebuilding all that was read, leave it.
	require.NoError(t, w.Store.Forget(t.Context(), "campus"))
	require.NoError(t, w.Fleet.Sync(t.Context(), "campus"))
	assert.Equal(t, &want, w.Row(t, "alpha").Instance.Annotation)
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, []string{"eu"}, chunk.Cluster.Annotation.Tags)

	page, err := w.Operations.Audit.List(t.Context(), audit.Filter{Target: "cluster/campus/instance/alpha"})
	require.NoError(t, err)
	require.Len(t, page.Entries, 1)
	assert.Equal(t, "instance.annotation", page.Entries[0].Action)
	assert.Contains(t, string(page.Entries[0].After), "Ask Maya")

	_, err = w.Policy.Annotate(t.Context(), project, "alpha", fleet.Annotation{}, operationtest.Ada)
	require.NoError(t, err)
	assert.Nil(t, w.Row(t, "alpha").Instance.Annotation)
}

func TestAnnotate_NamesTheFieldThatIsWrong(t *testing.T) {
	w := operationtest.New(t, "alpha")
	for field, a := range map[string]fleet.Annotation{
		"note":           {Note: strings.Repeat("x", 2001)},
		"tags[1]":        {Tags: []string{"fine", "not fine"}},
		"tags[0]":        {Tags: []string{"-x"}},
		"tags":           {Tags: strings.Split("a b c d e f g h i j k l m n o p q r s t u", " ")},
		"contacts[0]":    {Contacts: []string{"Maya <maya@example.org>"}},
		"contacts[1]":    {Contacts: []string{"maya@example.org", "maya"}},
		"site.connectTo": {Site: fleet.SiteCheck{ConnectTo: "https://ingress.example.org/"}},
	} {
		_, err := w.Policy.Annotate(t.Context(), w.Project(t), "alpha", a, operationtest.Ada)
		assert.Equal(t, field, operationtest.FieldOf(t, err))
	}
	for _, to := range []string{"host:0", "host:70000", "host:1:2", "a b", "[::1"} {
		_, err := fleet.Annotation{Site: fleet.SiteCheck{ConnectTo: to}}.Normalized()
		assert.Equal(t, fault.Invalid, fault.KindOf(err), to)
	}
	for _, to := range []string{"host", "host:8443", "10.0.0.1", "10.0.0.1:443", "[fd00::1]:443", "fd00::1"} {
		_, err := fleet.Annotation{Site: fleet.SiteCheck{ConnectTo: to}}.Normalized()
		assert.NoError(t, err, to)
	}
	_, err := w.Policy.Annotate(t.Context(), w.Project(t), "", fleet.Annotation{Contacts: []string{"maya@example.org"}}, operationtest.Ada)
	assert.Equal(t, "contacts", operationtest.FieldOf(t, err))
	_, err = w.Policy.Annotate(t.Context(), w.Project(t), "nobody", fleet.Annotation{}, operationtest.Ada)
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

// What people change in Ocim alone is in the activity once, with who did it and what it was before,
// and moves the fleet's revision, by which readers know that there is something new.
func TestAnnotateAndProtect_AreActivity(t *testing.T) {
	w := operationtest.New(t, "alpha")
	project := w.Project(t)
	replica := fleetview.NewReplica(w.Store.Segments)
	revision := func() int64 {
		snapshot, err := replica.Snapshot(t.Context())
		require.NoError(t, err)
		return snapshot.Revision
	}
	annotate := func(a fleet.Annotation) {
		w.Clock.Advance(time.Minute)
		_, err := w.Policy.Annotate(t.Context(), project, "alpha", a, operationtest.Ada)
		require.NoError(t, err)
	}
	annotate(fleet.Annotation{Note: "Ask Maya.", Tags: []string{"vip"}})
	annotate(fleet.Annotation{Note: "Ask Maya.", Tags: []string{"eu", "vip"}, Contacts: []string{"it@client.example"}})
	annotate(fleet.Annotation{Tags: []string{"eu", "vip"}, Contacts: []string{"it@client.example"}})
	seen := revision()
	for range 2 { // the second changes nothing
		w.Clock.Advance(time.Minute)
		_, err := w.Policy.Protect(t.Context(), project, "alpha", true, "exams", operationtest.Ada)
		require.NoError(t, err)
	}
	assert.NotEqual(t, seen, revision())

	list, _, err := w.Store.Activity.Page(t.Context(), func(a activity.Activity) bool { return a.By != "" }, "", 50)
	require.NoError(t, err)
	var got [][4]string
	for _, a := range list {
		assert.Equal(t, [3]string{"campus", "alpha", operationtest.Ada.Email}, [3]string{a.Cluster, a.Instance, a.By})
		got = append(got, [4]string{a.Kind, a.From, a.To, a.Detail})
	}
	assert.Equal(t, [][4]string{
		{"protection", "", "protected", "exams"},
		{"note", "", "removed", ""},
		{"tags", "vip", "eu, vip", ""},
		{"tags", "", "vip", ""},
		{"note", "", "changed", "Ask Maya."},
	}, got)
}
