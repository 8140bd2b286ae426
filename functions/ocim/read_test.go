package main

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever narrows the list in the API is a flag of the commands that select instances.
func TestFilter_HasEveryFilterOfTheAPI(t *testing.T) {
	raw, err := os.ReadFile("../../frontend/src/api/openapi.json")
	require.NoError(t, err)
	var document struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct {
					Name   string
					Schema struct{ Type any }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &document))
	var want, have []string
	for _, p := range document.Paths["/clusters/v1/instances"].Get.Parameters {
		if kind, ok := p.Schema.Type.(string); (!ok || kind == "array") && p.Name != "column" {
			want = append(want, p.Name)
		}
	}
	for _, f := range listFilters {
		have = append(have, f.name)
	}
	slices.Sort(want)
	slices.Sort(have)
	assert.Greater(t, len(want), 5)
	assert.Equal(t, want, have)
}
