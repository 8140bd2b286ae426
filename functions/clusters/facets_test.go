package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

type valuedPage struct {
	fleet.InstancePage
	Values map[string]map[string]map[string]string
}

func TestListInstances_FindsSitesTagsAndPluginsAndShowsColumns(t *testing.T) {
	w := newWorld(t)
	w.add()
	require.NoError(t, w.fleet.Store.ChangeChunk(t.Context(), "campus", func(c *fleet.Chunk) (*fleet.Chunk, error) {
		row := c.Row("alpha")
		row.Instance.Site = &fleet.Site{State: fleet.SiteDown, Reason: "learn.test answers with an error (500).", NextStep: "Read the log.", At: w.clock.Now()}
		row.Instance.Annotation = &fleet.Annotation{Tags: []string{"vip"}, Note: "Exams in December"}
		row.Instance.Tutor = "20"
		row.Settings["PLUGINS.0"], row.Settings["PLUGINS.1"] = "mfe", "forum"
		c.Cluster.Annotation = &fleet.Annotation{Tags: []string{"eu"}}
		return c, nil
	}))
	for _, query := range []string{"site=down", "tag=vip", "plugin=forum", "tutor=20", "setting=december", "tag=eu&plugin=forum"} {
		var page valuedPage
		w.call("viewer", http.MethodGet, "/v1/instances?"+query+"&column=PLUGINS&column=LMS_HOST", nil, &page)
		require.Len(t, page.Instances, 1, query)
		assert.Equal(t, "alpha", page.Instances[0].Name, query)
		assert.Equal(t, "mfe, forum", page.Values["campus"]["alpha"]["PLUGINS"])
		assert.NotEmpty(t, page.Values["campus"]["alpha"]["LMS_HOST"])
	}
	var page valuedPage
	w.call("viewer", http.MethodGet, "/v1/instances", nil, &page)
	assert.Equal(t, map[string]int{"down": 1}, page.Facets.Sites)
	assert.Equal(t, map[string]int{"vip": 1, "eu": 2}, page.Facets.Tags)
	assert.Equal(t, 1, page.Facets.Plugins["forum"])
	assert.Equal(t, 1, page.Facets.Tutors["20"])
	assert.Empty(t, page.Values)

	var o overview
	w.call("viewer", http.MethodGet, "/v1/overview", nil, &o)
	require.NotEmpty(t, o.Attention)
	assert.Equal(t, [2]string{"alpha", "site"}, [2]string{o.Attention[0].Instance, o.Attention[0].Reason})
	assert.Equal(t, "learn.test answers with an error (500). Read the log.", o.Attention[0].Detail+" "+o.Attention[0].NextStep)

	var suggested struct{ Suggestions []fleet.Suggestion }
	w.call("viewer", http.MethodGet, "/v1/settings?text=plug", nil, &suggested)
	assert.Equal(t, []fleet.Suggestion{{Text: "PLUGINS", Instances: 1}}, suggested.Suggestions)
	w.call("viewer", http.MethodGet, "/v1/settings?key=PLUGINS&text=for", nil, &suggested)
	assert.Equal(t, []fleet.Suggestion{{Text: "forum", Instances: 1}}, suggested.Suggestions)
	assert.Equal(t, http.StatusUnprocessableEntity, w.call("viewer", http.MethodGet, "/v1/instances?site=x", nil, nil).Code)
}
