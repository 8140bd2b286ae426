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

const blobsQuery = `query Files($path: ID!, $ref: String = "main", $paths: [String!]!, $after: String) {
  project(fullPath: $path) { id repository { rootRef tree(ref: $ref) { lastCommit { sha } }
    blobs(ref: $ref, paths: $paths, after: $after) { nodes { path rawTextBlob rawBlob oid size } pageInfo { hasNextPage endCursor } } } }
}`

func TestGraphQLBlobs(t *testing.T) {
	s := begin(t, Options{})
	files := map[string]string{}
	for i := range 150 {
		files[fmt.Sprintf("many/%03d", i)] = fmt.Sprint(i)
	}
	sha := s.Commit(testProject, CommitSpec{Files: files})
	s.ResetRequests()
	paths := []string{"nowhere", "instances/alpha/config.yml"}
	for i := range 150 {
		paths = append(paths, fmt.Sprintf("many/%03d", i))
	}
	var out struct {
		Data struct {
			Project struct {
				ID         string
				Repository struct {
					RootRef string
					Tree    struct{ LastCommit struct{ SHA string } }
					Blobs   struct {
						Nodes    []struct{ Path, RawTextBlob, RawBlob, OID, Size string }
						PageInfo struct {
							HasNextPage bool
							EndCursor   string
						}
					}
				}
			}
		}
	}
	got := map[string]string{}
	vars := map[string]any{"path": "grove/test-cluster", "paths": paths}
	for {
		graphql(t, s, blobsQuery, vars).json(t, &out)
		r := out.Data.Project.Repository
		assert.LessOrEqual(t, len(r.Blobs.Nodes), 100)
		for _, n := range r.Blobs.Nodes {
			got[n.Path] = n.RawTextBlob
		}
		assert.Equal(t, sha, r.Tree.LastCommit.SHA)
		if !r.Blobs.PageInfo.HasNextPage {
			break
		}
		vars["after"] = r.Blobs.PageInfo.EndCursor
	}
	files["instances/alpha/config.yml"] = seedFiles["instances/alpha/config.yml"]
	assert.Equal(t, files, got, "a path that is not there is left out")
	assert.Equal(t, "gid://gitlab/Project/7", out.Data.Project.ID)
	assert.Equal(t, 2, s.Counts()["POST /api/graphql"])
}

func TestGraphQLErrors(t *testing.T) {
	s := begin(t, Options{})
	for query, want := range map[string]string{
		`{ project(fullPath: "grove/nope") { id } }`:              `{"data":{"project":null}}`,
		`{ p: project(fullPath: "grove/test-cluster") { name } }`: `{"data":{"p":{"name":"test-cluster"}}}`,
		`{ project(fullPath: "grove/test-cluster") { nope } }`:    `{"errors":[{"message":"Field 'nope' doesn't exist on type 'Project'"}]}`,
		`{ project(fullPath: "grove/test-cluster") }`:             `{"errors":[{"message":"Field must have selections (field 'project' returns Project but has no selections)"}]}`,
		`{ project { id } }`: `{"errors":[{"message":"Field 'project' is missing required arguments: fullPath"}]}`,
		`{ project(`:         `{"errors":[{"message":"expected \":\", got \"\""}]}`,
		`{ ... F }`:          `{"errors":[{"message":"unexpected \"...\""}]}`,
	} {
		assert.JSONEq(t, want, graphql(t, s, query, nil).Body, query)
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add(blobsQuery)
	f.Add(`{ a(b: [1, "x", $c, true, null]) { __typename } } # end`)
	f.Add(`query ($a: Int = 4`)
	f.Fuzz(func(t *testing.T, text string) {
		sel, err := parseQuery(text, nil)
		if err != nil {
			return
		}
		for _, f := range sel {
			if !isName(f.alias) {
				t.Fatalf("%q gave a field named %q", text, f.alias)
			}
		}
	})
}
