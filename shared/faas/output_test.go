package faas_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
)

// answerOf gives the answer of an operation that returns what handle does.
func answerOf[O any](api *faas.API, op huma.Operation, handle func() (*O, error)) *httptest.ResponseRecorder {
	op.Method, op.OperationID = http.MethodGet, "op"+op.Path[1:]
	faas.Register(api, faas.Public, op, func(context.Context, *struct{}) (*O, error) { return handle() })
	rec := httptest.NewRecorder()
	api.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, op.Path, nil))
	return rec
}

type everything struct {
	Status   int
	Location string   `header:"Location"`
	Cookies  []string `header:"Set-Cookie"`
	Body     struct {
		Name string `json:"name"`
	}
}

func TestRegister_AnswersWhatAnOperationReturns(t *testing.T) {
	t.Parallel()
	api := faas.NewAPI(faas.Options{Log: slog.New(slog.DiscardHandler)})
	all := everything{Status: http.StatusAccepted, Location: "/somewhere", Cookies: []string{"a=1", "b=2"}}
	all.Body.Name = "a name"
	rec := answerOf(api, huma.Operation{Path: "/all"}, func() (*everything, error) { return &all, nil })
	assert.Equal(t, http.StatusAccepted, rec.Code)
	assert.Equal(t, "/somewhere", rec.Header().Get("Location"))
	assert.Equal(t, []string{"a=1", "b=2"}, rec.Header().Values("Set-Cookie"))
	assert.JSONEq(t, `{"name":"a name"}`, rec.Body.String())

	some := everything{Status: http.StatusOK}
	rec = answerOf(api, huma.Operation{Path: "/some"}, func() (*everything, error) { return &some, nil })
	assert.NotContains(t, rec.Header(), "Location", "an empty header is not sent")
	assert.NotContains(t, rec.Header(), "Set-Cookie")

	rec = answerOf(api, huma.Operation{Path: "/none"}, func() (*struct{}, error) { return new(struct{}), nil })
	assert.Equal(t, http.StatusNoContent, rec.Code)
	assert.Empty(t, rec.Body.String())
	rec = answerOf(api, huma.Operation{Path: "/nil", DefaultStatus: http.StatusResetContent}, func() (*struct{ Body string }, error) { return nil, nil })
	assert.Equal(t, http.StatusResetContent, rec.Code)
	assert.Empty(t, rec.Body.String())

	text, err := api.Document()
	require.NoError(t, err)
	var document struct {
		Paths map[string]struct {
			Get struct {
				Responses map[string]map[string]json.RawMessage `json:"responses"`
			} `json:"get"`
		} `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(text, &document))
	described := document.Paths["/all"].Get.Responses["200"]
	assert.JSONEq(t, `{"Location":{"schema":{"type":"string"}},"Set-Cookie":{"schema":{"type":"string"}}}`, string(described["headers"]))
	assert.Contains(t, string(described["content"]), `/EverythingBody"`)
	assert.NotContains(t, document.Paths["/none"].Get.Responses["204"], "content")
}

func TestRegister_RefusesWhatNoAnswerHas(t *testing.T) {
	t.Parallel()
	type sized struct {
		Size int `header:"X-Size"`
	}
	api := faas.NewAPI(faas.Options{Log: slog.New(slog.DiscardHandler)})
	require.PanicsWithValue(t, "operation GET /x cannot return the field Size", func() {
		answerOf(api, huma.Operation{Path: "/x"}, func() (*sized, error) { return nil, nil })
	})
}
