package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever narrows or sorts the list in the API is a flag of ocim list, and arrives.
func TestList_HasEveryFilterOfTheAPI(t *testing.T) {
	raw, err := os.ReadFile("../../frontend/src/api/openapi.json")
	require.NoError(t, err)
	var document struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct{ Name, In string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &document))
	var want []string
	for _, p := range document.Paths["/clusters/v1/instances"].Get.Parameters {
		if p.In == "query" && !slices.Contains([]string{"column", "after", "limit"}, p.Name) {
			want = append(want, p.Name)
		}
	}
	assert.Greater(t, len(want), 10)

	var got url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query()
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	arguments := []string{"list", "--url", server.URL}
	for _, name := range want {
		if name == "problems" || name == "descending" {
			arguments = append(arguments, "--"+name)
		} else {
			arguments = append(arguments, "--"+name, "any")
		}
	}
	cmd := newCommand(func(string) string { return "token" }, strings.NewReader(""))
	cmd.SetArgs(arguments)
	cmd.SetOut(io.Discard)
	require.NoError(t, cmd.Execute())
	assert.ElementsMatch(t, want, slices.Collect(maps.Keys(got)))
}
