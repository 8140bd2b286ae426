package gitlabtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	s := begin(t, Options{})
	reader := s.AddToken(TokenSpec{Name: "reader", Scopes: []string{"read_api"}})
	files := s.AddToken(TokenSpec{Name: "files", Scopes: []string{"read_repository"}})
	guest := s.AddToken(TokenSpec{Name: "guest", Level: Guest})
	developer := s.AddToken(TokenSpec{Name: "developer", Level: Developer})
	elsewhere := s.AddToken(TokenSpec{Name: "elsewhere", Projects: []int{99}})
	expired := s.AddToken(TokenSpec{Name: "old", ExpiresAt: s.Clock().Now().Add(-time.Hour)})
	revoked := s.AddToken(TokenSpec{Name: "revoked"})
	s.RevokeToken(revoked)

	const message = `{"branch":"main","commit_message":"m","allow_empty":true}`
	const scope = `{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"`
	for _, tc := range []struct {
		name, token, method, path, body string
		status                          int
		answer                          string
	}{
		{"none", "", "GET", "/projects/7", "", 401, `{"message":"401 Unauthorized"}`},
		{"unknown", "glpat-nope", "GET", "/projects/7", "", 401, `{"message":"401 Unauthorized"}`},
		{"expired", expired, "GET", "/projects/7", "", 401, `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`},
		{"revoked", revoked, "GET", "/projects/7", "", 401, `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`},
		{"not a member", elsewhere, "GET", "/projects/7", "", 404, `{"message":"404 Project Not Found"}`},
		{"no such project", testToken, "GET", "/projects/8", "", 404, `{"message":"404 Project Not Found"}`},
		{"scope too small to write", reader, "POST", "/projects/7/repository/commits", message, 403, scope + `api"}`},
		{"repository scope on pipelines", files, "GET", "/projects/7/pipelines", "", 403, scope + `api read_api"}`},
		{"repository scope on files", files, "GET", "/projects/7/repository/tree", "", 200, ""},
		{"level too low", guest, "GET", "/projects/7/repository/tree", "", 403, `{"message":"403 Forbidden"}`},
		{"protected branch", developer, "POST", "/projects/7/repository/commits", message, 403, `{"message":"403 Forbidden - You are not allowed to push into this branch"}`},
		{"hooks need a maintainer", developer, "GET", "/projects/7/hooks", "", 403, `{"message":"403 Forbidden"}`},
		{"no such route", testToken, "GET", "/nowhere", "", 404, `{"error":"404 Not Found"}`},
		{"wrong method", testToken, "PATCH", "/projects/7", "", 404, `{"error":"404 Not Found"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := ask(t, s, tc.method, tc.path, tc.body, "PRIVATE-TOKEN", tc.token)
			assert.Equal(t, tc.status, a.Status)
			if tc.answer != "" {
				assert.JSONEq(t, tc.answer, a.Body)
			}
		})
	}
}

func TestWhoAmI(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	self, _, err := c.PersonalAccessTokens.GetSinglePersonalAccessToken()
	require.NoError(t, err)
	assert.Equal(t, "ocim", self.Name)
	assert.Equal(t, []string{"api"}, self.Scopes)
	assert.True(t, self.Active)
	assert.Nil(t, self.ExpiresAt)
	me, _, err := c.Users.CurrentUser()
	require.NoError(t, err)
	assert.Equal(t, "ocim-bot", me.Username)
	v, _, err := c.Version.GetVersion()
	require.NoError(t, err)
	assert.Equal(t, "18.8.2", v.Version)
}

func TestProjects(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	p, _, err := c.Projects.GetProject("grove/test-cluster", nil)
	require.NoError(t, err)
	assert.Equal(t, testProject, p.ID)
	assert.Equal(t, "main", p.DefaultBranch)
	assert.Equal(t, s.URL()+"/grove/test-cluster", p.WebURL)

	s.RenameProject(testProject, "grove/renamed")
	a := get(t, s, "/projects/grove%2Ftest-cluster/repository/tree?ref=main")
	assert.Equal(t, http.StatusFound, a.Status)
	assert.Equal(t, s.URL()+"/api/v4/projects/7/repository/tree?ref=main", a.Header.Get("Location"))
	a = ask(t, s, "POST", "/projects/grove%2Ftest-cluster/pipeline", `{"ref":"main"}`)
	assert.Equal(t, 404, a.Status, "writes do not follow a rename")
	p, _, err = c.Projects.GetProject("grove/test-cluster", nil)
	require.NoError(t, err, "a client that follows redirects does not notice")
	assert.Equal(t, "grove/renamed", p.PathWithNamespace)

	s.ArchiveProject(testProject, true)
	assert.Equal(t, 403, ask(t, s, "POST", "/projects/7/pipeline", `{"ref":"main"}`).Status)
	assert.Equal(t, 200, get(t, s, "/projects/7").Status)
	assert.Contains(t, get(t, s, "/projects/7").Body, `"archived":true`)

	s.AddProject(ProjectSpec{Path: "grove/empty"})
	assert.Contains(t, get(t, s, "/projects/grove%2Fempty").Body, `"empty_repo":true`)
	assert.Equal(t, 404, get(t, s, "/projects/grove%2Fempty/repository/tree").Status)
	assert.Panics(t, func() { s.AddProject(ProjectSpec{ID: testProject}) })
}
