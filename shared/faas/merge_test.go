package faas_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

type Shared struct {
	Name string `json:"name"`
}

func api[T any](id, path string) *faas.API {
	a := faas.NewAPI(faas.Options{Title: id})
	faas.Register(a, faas.Need(identity.Viewer), op(id, http.MethodGet, path),
		func(context.Context, *struct{}) (*struct{ Body T }, error) { return nil, nil })
	return a
}

func TestMerge(t *testing.T) {
	t.Parallel()
	functions := map[string]http.Handler{
		"clusters": api[Shared]("list-clusters", "/v1/clusters"),
		"auth":     api[[]Shared]("get-me", "/v1/me"),
	}
	merged, err := faas.Merge("Ocim", functions)
	require.NoError(t, err)
	again, err := faas.Merge("Ocim", functions)
	require.NoError(t, err)
	assert.Equal(t, string(merged), string(again))

	var d struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			OperationID string
			Tags        []string
			Security    []map[string][]string
			Access      string `json:"x-ocim-access"`
			Responses   map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
		Components struct{ Schemas map[string]any }
	}
	require.NoError(t, json.Unmarshal(merged, &d))
	assert.Equal(t, "3.1.0", d.OpenAPI)
	assert.Equal(t, "/function", d.Servers[0].URL)
	me := d.Paths["/auth/v1/me"]["get"]
	assert.Equal(t, "get-me", me.OperationID)
	assert.Equal(t, []string{"auth"}, me.Tags)
	assert.Equal(t, "viewer", me.Access)
	assert.Contains(t, me.Security[0], "bearer")
	assert.Equal(t, "#/components/schemas/Problem", me.Responses["default"].Content["application/problem+json"].Schema["$ref"])
	assert.Contains(t, d.Paths, "/clusters/v1/clusters")
	for _, name := range []string{"Shared", "Problem", "FieldError"} {
		assert.Contains(t, d.Components.Schemas, name)
	}
	assert.NotContains(t, d.Components.Schemas, "ErrorModel")
}

func TestMergeRefusesAmbiguity(t *testing.T) {
	t.Parallel()
	type Shape struct {
		B int `json:"b"`
	}
	local := api[Shape]("b", "/b")
	_, err := faas.Merge("Ocim", map[string]http.Handler{"a": shapeA(), "b": local})
	require.ErrorContains(t, err, "Shape")

	_, err = faas.Merge("Ocim", map[string]http.Handler{"a": api[Shared]("same", "/a"), "b": api[Shared]("same", "/b")})
	require.ErrorContains(t, err, `"same"`)
	_, err = faas.Merge("Ocim", map[string]http.Handler{"a": api[Shared]("", "/a")})
	require.ErrorContains(t, err, "no operation id")
	_, err = faas.Merge("Ocim", map[string]http.Handler{"a": http.NotFoundHandler()})
	require.ErrorContains(t, err, "does not describe itself")
}

func shapeA() http.Handler {
	type Shape struct {
		A string `json:"a"`
	}
	return api[Shape]("a", "/a")
}
