package gitlabtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func graphql(t *testing.T, s *Server, query string, vars map[string]any) answer {
	t.Helper()
	b, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	require.NoError(t, err)
	return ask(t, s, http.MethodPost, "/api/graphql", string(b))
}

const blobsQuery = `query($path: ID!, $ref: String!, $paths: [String!]!) {
  project(fullPath: $path) { id repository { rootRef tree { lastCommit { sha } } blobs(ref: $ref, paths: $paths) { nodes { path rawTextBlob } } } }
}`

func TestGraphQLBlobs(t *testing.T) {
	s := begin(t, Options{})
	files := map[string]string{}
	paths := []string{"nowhere", "instances/alpha/config.yml"}
	for i := range 150 {
		files[fmt.Sprintf("many/%03d", i)] = fmt.Sprint(i)
		paths = append(paths, fmt.Sprintf("many/%03d", i))
	}
	sha := s.Commit(testProject, CommitSpec{Files: files})
	var out struct {
		Data struct {
			Project struct {
				ID         string
				Repository struct {
					RootRef string
					Tree    struct{ LastCommit struct{ SHA string } }
					Blobs   struct {
						Nodes []struct{ Path, RawTextBlob string }
					}
				}
			}
		}
	}
	graphql(t, s, blobsQuery, map[string]any{"path": "grove/test-cluster", "ref": "main", "paths": paths}).json(t, &out)
	r := out.Data.Project.Repository
	assert.Equal(t, "gid://gitlab/Project/7", out.Data.Project.ID)
	assert.Equal(t, "main", r.RootRef)
	assert.Equal(t, sha, r.Tree.LastCommit.SHA)
	assert.Len(t, r.Blobs.Nodes, 100, "a page")
	assert.Equal(t, "instances/alpha/config.yml", r.Blobs.Nodes[0].Path, "a path that is not there is left out")
	assert.Equal(t, seedFiles["instances/alpha/config.yml"], r.Blobs.Nodes[0].RawTextBlob)
	assert.Equal(t, "98", r.Blobs.Nodes[99].RawTextBlob)
}

func TestGraphQLErrors(t *testing.T) {
	s := begin(t, Options{})
	for query, want := range map[string]string{
		`{ project(fullPath: $no) { id } }`:    `{"data":{"project":null}}`,
		`{ project(fullPath: $yes) { id } }`:   `{"data":{"project":{"id":"gid://gitlab/Project/7"}}}`,
		`{ project(fullPath: $yes) { nope } }`: `{"errors":[{"message":"Field 'nope' doesn't exist on type 'Project'"}]}`,
		`{ project(fullPath: $yes) }`:          `{"errors":[{"message":"Field must have selections (field 'project' returns Project but has no selections)"}]}`,
		`{ project { id } }`:                   `{"errors":[{"message":"Field 'project' is missing required arguments: fullPath"}]}`,
		`{ project(`:                           `{"errors":[{"message":"expected \":\", got \"\""}]}`,
		`query($a: ID!`:                        `{"errors":[{"message":"the query ends in its variables"}]}`,
		`{ !F }`:                               `{"errors":[{"message":"unexpected \"!\""}]}`,
		`{ ... F }`:                            `{"errors":[{"message":"syntax error at offset 2"}]}`,
	} {
		assert.JSONEq(t, want, graphql(t, s, query, map[string]any{"no": "grove/nope", "yes": "grove/test-cluster"}).Body, query)
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add(blobsQuery)
	f.Add(`{ a(b: 1, c: $d) { e } }`)
	f.Add(`query ($a: Int`)
	f.Fuzz(func(t *testing.T, text string) {
		sel, err := parseQuery(text, nil)
		if err != nil {
			return
		}
		for _, f := range sel {
			if !isName(f.name) {
				t.Fatalf("%q gave a field named %q", text, f.name)
			}
		}
	})
}
