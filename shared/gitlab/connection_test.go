package gitlab_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

func (w *world) client(t *testing.T, value string) *gitlab.Client {
	t.Helper()
	c, err := gitlab.New(w.URL(), secret.New(value), gitlab.NewTransport(gitlab.Options{AllowHTTP: true}))
	require.NoError(t, err)
	return c
}

func TestToken(t *testing.T) {
	w := begin(t, small())
	day := time.Date(2099, 5, 1, 0, 0, 0, 0, time.UTC)
	w.AddToken(gitlabtest.TokenSpec{Value: "glpat-short-lived", Name: "ocim", Scopes: []string{"read_api"}, ExpiresAt: day})
	got, err := w.client(t, "glpat-short-lived").Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, projects.Token{Name: "ocim", Scopes: []string{"read_api"}, ExpiresAt: day, Kind: "service account", Owner: "ocim-bot"}, got)
	w.RevokeToken("glpat-short-lived")
	_, err = w.client(t, "glpat-short-lived").Token(t.Context())
	assert.True(t, fault.Is(err, fault.Upstream))
}

func TestReach(t *testing.T) {
	w := begin(t, small())
	w.AddToken(gitlabtest.TokenSpec{Value: "glpat-narrow", Scopes: []string{"read_repository"}})
	w.AddToken(gitlabtest.TokenSpec{Value: "glpat-revoked"})
	w.RevokeToken("glpat-revoked")
	for _, value := range []string{token, "glpat-wrong", "glpat-narrow", "glpat-revoked"} {
		version, err := gitlab.ProjectAdmin{Client: w.client(t, value)}.Reach(t.Context())
		require.NoError(t, err, value)
		assert.Equal(t, value == token, version == projects.Version{Major: 18, Minor: 8}, "only a token that may gets the version")
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		want   fault.Kind
	}{
		"no such page":          {http.StatusNotFound, `{"message":"404 Not Found"}`, fault.NotFound},
		"a page":                {http.StatusOK, "<html>", fault.NotFound},
		"another API":           {http.StatusOK, `{"hello":"world"}`, fault.NotFound},
		"another's sign-in":     {http.StatusUnauthorized, "<html>", fault.NotFound},
		"another's refusal":     {http.StatusUnauthorized, `{"message":"Requires authentication"}`, fault.NotFound},
		"another's prohibition": {http.StatusForbidden, "Forbidden", fault.NotFound},
		"moved":                 {http.StatusFound, "", fault.NotFound},
		"too often":             {http.StatusTooManyRequests, "", fault.Limited},
		"broken":                {http.StatusBadGateway, "", fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				rw.WriteHeader(tt.status)
				_, _ = rw.Write([]byte(tt.body))
			}))
			defer other.Close()
			c, err := gitlab.New(other.URL, secret.New("glpat-any"), gitlab.NewTransport(gitlab.Options{AllowHTTP: true}))
			require.NoError(t, err)
			_, err = gitlab.ProjectAdmin{Client: c}.Reach(t.Context())
			assert.Equal(t, tt.want, fault.KindOf(err), err)
		})
	}
}

func TestHooks(t *testing.T) {
	w, ctx := begin(t, small()), t.Context()
	received := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { received <- r.Header.Get("X-Gitlab-Token") }))
	defer receiver.Close()
	c := w.client(t, token)
	id := int64(w.id)
	require.NoError(t, c.Hook(ctx, id, receiver.URL, secret.New("first")))
	require.NoError(t, c.Hook(ctx, id, receiver.URL, secret.New("second")))
	hooks, err := c.Hooks(ctx, id)
	require.NoError(t, err)
	require.Len(t, hooks, 1, "the same address is one hook")
	assert.Equal(t, projects.Hook{ID: hooks[0].ID, URL: receiver.URL, Pipelines: true, Pushes: true}, hooks[0])
	require.NoError(t, c.TestHook(ctx, id, hooks[0].ID))
	assert.Equal(t, "second", <-received)
	require.NoError(t, c.RemoveHook(ctx, id, hooks[0].ID))
	assert.True(t, fault.Is(c.RemoveHook(ctx, id, hooks[0].ID), fault.NotFound))
}

func TestDeployKeys(t *testing.T) {
	w, ctx := begin(t, small()), t.Context()
	c, id := gitlab.ProjectAdmin{Client: w.client(t, token)}, int64(w.id)
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
	made, err := c.AddKey(ctx, id, "Ocim", key+" ocim")
	require.NoError(t, err)
	again, err := c.AddKey(ctx, id, "Ocim", key+" another comment")
	require.NoError(t, err)
	assert.Equal(t, made, again)
	there, err := c.HasKey(ctx, id, made)
	require.NoError(t, err)
	assert.True(t, there)
	_, err = c.AddKey(ctx, id, "Ocim", "nonsense")
	assert.True(t, fault.Is(err, fault.Invalid), err)
	require.NoError(t, c.RemoveKey(ctx, id, made))
	require.NoError(t, c.RemoveKey(ctx, id, made), "it is gone")
	there, err = c.HasKey(ctx, id, made)
	require.NoError(t, err)
	assert.False(t, there)
}

func TestAddTriggerToken(t *testing.T) {
	w := begin(t, small())
	value, err := w.client(t, token).AddTriggerToken(t.Context(), int64(w.id), "Ocim")
	require.NoError(t, err)
	require.False(t, value.IsZero())
	p := openWith(t, w.project, credentialsWith(value))
	_, err = p.Trigger(t.Context(), grove.Trigger{Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"}})
	require.NoError(t, err, "the token works")
}
