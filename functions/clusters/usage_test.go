package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

func TestUsageContractIsData(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.fleet.Store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1}))
	const path = "/v1/projects/campus/usage-contract"
	var page struct {
		Usage, Default fleet.UsageContract
		IsDefault      bool
	}
	w.call("admin", http.MethodGet, path, nil, &page)
	assert.True(t, page.IsDefault)
	assert.Equal(t, fleet.DefaultUsage(), page.Usage)

	mine := fleet.DefaultUsage()
	mine.Function, mine.Rows, mine.History = "report", "data.sites", true
	body := map[string]any{"usage": mine}
	for who, want := range map[string]int{"viewer": http.StatusForbidden, "operator": http.StatusForbidden, "admin": http.StatusOK} {
		assert.Equal(t, want, w.call(who, http.MethodPut, path, body, nil).Code, who)
	}
	page.Usage = fleet.UsageContract{}
	w.call("admin", http.MethodGet, path, nil, &page)
	assert.False(t, page.IsDefault)
	assert.Equal(t, mine, page.Usage)
	p, err := w.fleet.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, mine, p.UsageContract())

	mine.Fields.Users = "$.users"
	refused := w.call("admin", http.MethodPut, path, map[string]any{"usage": mine}, nil)
	assert.Equal(t, http.StatusUnprocessableEntity, refused.Code)
	assert.Contains(t, refused.Body.String(), "usage.fields.users")
	assert.Equal(t, http.StatusUnprocessableEntity, w.call("admin", http.MethodPost, path+"/try", map[string]any{"usage": mine}, nil).Code)
	tried := w.call("admin", http.MethodPost, path+"/try", body, nil)
	assert.Equal(t, http.StatusConflict, tried.Code)
	assert.Contains(t, tried.Body.String(), "gateway", "says what is missing")

	w.call("admin", http.MethodPut, path, map[string]any{}, &page)
	assert.True(t, page.IsDefault)
	assert.Equal(t, http.StatusNotFound, w.call("admin", http.MethodGet, "/v1/projects/nowhere/usage-contract", nil, nil).Code)
}
