package projects_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

var ada = fleettest.Ada

func TestHealthyGateway(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Projects.Gateway = projects.AskGateway(http.DefaultTransport)
	target := gatewayOf(t)
	w.Request.GatewayURL, w.Request.GatewayUser, w.Request.GatewayPassword = target.GatewayURL, target.User, target.Password
	checks, err := w.Projects.Check(t.Context(), w.Request, "gateway")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckPassed, checks[0].State, checks[0].Detail)
}

func TestUpdateTakesOnlyWhatTheGatewayAccepts(t *testing.T) {
	target := gatewayOf(t)
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	none := ""
	for name, tt := range map[string]struct {
		change projects.Change
		field  string // that is refused; empty when it is taken
	}{
		"wrong password": {change(projects.Secrets{GatewayPassword: secret.New("wrong")}), "gatewayPassword"},
		"wrong user":     {change(projects.Secrets{GatewayUser: secret.New("root")}), "gatewayPassword"},
		"no gateway":     {projects.Change{GatewayURL: &dead.URL, Secrets: projects.Secrets{GatewayPassword: target.Password, InspectorSecret: secret.New(strings.Repeat("n", 32))}}, "gatewayUrl"},
		// A stored secret is never sent to a new place.
		"without the password":         {projects.Change{GatewayURL: &dead.URL, Secrets: projects.Secrets{InspectorSecret: secret.New(strings.Repeat("n", 32))}}, "gatewayPassword"},
		"without the inspector secret": {projects.Change{GatewayURL: &dead.URL, Secrets: projects.Secrets{GatewayPassword: target.Password}}, "inspectorSecret"},
		"the same again":               {projects.Change{GatewayURL: &target.GatewayURL, Secrets: projects.Secrets{GatewayPassword: target.Password}}, ""},
		"taken away":                   {projects.Change{GatewayURL: &none, Secrets: projects.Secrets{GatewayPassword: secret.New("wrong")}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Projects.Gateway = projects.AskGateway(http.DefaultTransport)
			w.Request.GatewayURL, w.Request.GatewayUser, w.Request.GatewayPassword = target.GatewayURL, target.User, target.Password
			w.Request.InspectorSecret = secret.New(strings.Repeat("s", 32))
			w.Add(t)
			before, err := w.Vault.Credentials(t.Context(), "campus")
			require.NoError(t, err)
			_, err = w.Projects.Update(t.Context(), "campus", tt.change)
			if tt.field == "" {
				require.NoError(t, err)
				return
			}
			var e *fault.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, fault.Invalid, e.Kind)
			assert.Equal(t, tt.field, e.Field)
			after, err := w.Vault.Credentials(t.Context(), "campus")
			require.NoError(t, err)
			assert.Equal(t, before, after)
			assert.Equal(t, target.GatewayURL, w.Project(t).GatewayURL)
		})
	}
}

func TestHealthOfAProjectIsKept(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	_, err := w.Projects.CheckProject(t.Context(), "campus", "")
	require.NoError(t, err)
	health, err := w.Store.Health(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckPassed, states(health.Checks)["webhook"])
	assert.Equal(t, fleet.CheckPassed, states(health.Checks)["sync"])

	w.Server.RevokeToken(w.Request.APIToken.Reveal())
	_, err = w.Projects.CheckProject(t.Context(), "campus", "token")
	require.NoError(t, err)
	health, err = w.Store.Health(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckFailed, states(health.Checks)["token"])
	assert.Equal(t, fleet.CheckPassed, states(health.Checks)["layout"], "the others stay")
}

func TestDeployKeyIsMadeRegisteredAndRotated(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Request.MakeDeployKey = true
	w.Add(t)
	first := w.Project(t).DeployKey
	require.NotNil(t, first)
	assert.True(t, strings.HasPrefix(first.Fingerprint, "SHA256:"))
	assert.True(t, strings.HasPrefix(first.PublicKey, "ssh-ed25519 "))
	assert.NotZero(t, first.GitLabID)
	c, err := w.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.Contains(t, c.DeployKey.Reveal(), "BEGIN OPENSSH PRIVATE KEY")

	rotated, err := w.Projects.RotateDeployKey(t.Context(), "campus", ada)
	require.NoError(t, err)
	assert.NotEqual(t, first.Fingerprint, rotated.DeployKey.Fingerprint)

	_, err = w.Projects.Update(t.Context(), "campus", change(projects.Secrets{DeployKey: c.DeployKey}))
	require.NoError(t, err, "a pasted one")
	assert.Equal(t, first.Fingerprint, w.Project(t).DeployKey.Fingerprint)
	_, err = w.Projects.Update(t.Context(), "campus", change(projects.Secrets{DeployKey: secret.New("-----BEGIN x")}))
	assert.True(t, fault.Is(err, fault.Invalid))
}

func TestUpdateTakesOnlyWhatGitLabAccepts(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	for field, wrong := range map[string]projects.Secrets{
		"apiToken":     {APIToken: secret.New("glpat-wrong")},
		"triggerToken": {TriggerToken: secret.New("glptt-wrong")},
	} {
		_, err := w.Projects.Update(t.Context(), "campus", change(wrong))
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, field, e.Field)
	}
	fresh := secret.New(w.Server.AddToken(gitlabtest.TokenSpec{}))
	w.Server.RevokeToken(w.Request.APIToken.Reveal())
	require.Error(t, w.Sync(t.Context(), "campus"))
	_, err := w.Projects.Update(t.Context(), "campus", change(projects.Secrets{APIToken: fresh}))
	require.NoError(t, err)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}

// While a webhook's secret is rotated both are accepted, whatever fails.
func TestWebhookRotationLosesNoSecret(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	before, err := w.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)

	remove := w.Server.Fail(gitlabtest.Fault{Method: http.MethodPut, Path: "/projects/*/hooks/*", Status: http.StatusServiceUnavailable})
	require.Error(t, w.Projects.RotateWebhook(t.Context(), "campus", ada))
	during, err := w.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, before.WebhookSecret, during.WebhookSecret)
	require.False(t, during.FormerWebhookSecret.IsZero(), "the coming one is accepted already")
	remove()

	require.NoError(t, w.Projects.RotateWebhook(t.Context(), "campus", ada))
	after, err := w.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, during.FormerWebhookSecret, after.WebhookSecret, "it goes on with the one that GitLab may have")
	assert.Equal(t, before.WebhookSecret, after.FormerWebhookSecret)

	w.Clock.Advance(2 * time.Hour)
	later, err := w.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.True(t, later.FormerWebhookSecret.IsZero(), "the old one ends")
}

func TestRemoveLeavesNothingAndSaysWhatStays(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Request.MakeDeployKey = true
	w.Add(t)
	_, err := w.Create(t, "beta")
	require.NoError(t, err)
	require.NoError(t, w.Server.Settle(t.Context()))

	removal, err := w.Projects.Remove(t.Context(), "campus", ada)
	require.NoError(t, err)
	assert.Empty(t, removal.Warnings)
	assert.Len(t, removal.Removed, 3)
	assert.Len(t, removal.Stays, 4)
	for _, partition := range []string{"chunk", "files#campus", "pipeline#campus", "deployed#campus#alpha", "deployed#campus#beta", "sync", "project-health", "project-claim", "project-id", "event#campus", "event-applied#campus"} {
		page, err := w.KV.Query(t.Context(), kv.Query{Partition: partition})
		require.NoError(t, err)
		assert.Empty(t, page.Items, partition)
	}
	_, err = w.Vault.Credentials(t.Context(), "campus")
	assert.True(t, fault.Is(err, fault.NotFound))
	operations, _, err := w.Store.Operations(t.Context(), "campus", "", 10)
	require.NoError(t, err)
	assert.Len(t, operations, 1, "what people asked for stays")
	_, err = w.Projects.Remove(t.Context(), "campus", ada)
	assert.True(t, fault.Is(err, fault.NotFound))

	w.Add(t)
	assert.NotNil(t, w.Row(t, "alpha"), "it can be added again")
}

// Adding dies at each write and each call in turn; the same request then succeeds,
// and what comes out is as if it had never died.
func TestAddingGoesOnWhereItDied(t *testing.T) {
	deaths := 0
	for step := 1; ; step++ {
		w := newWorld(t, "alpha")
		w.Request.MakeDeployKey = true
		reach := fleettest.KillAfter(step)
		dying := w.Over(&fleettest.KilledStore{Store: w.KV, Kill: reach})
		dying.Projects.Open = func(url string, token secret.Value) (projects.Remote, error) {
			remote, err := w.Projects.Open(url, token)
			return mortalRemote{remote, reach}, err
		}
		_, _, err := dying.Projects.Add(t.Context(), w.Request)
		if !reach.Dead() {
			require.NoError(t, err)
			break
		}
		deaths++
		project, warning, again := w.Projects.Add(t.Context(), w.Request)
		if fault.Is(again, fault.Conflict) { // it was done but for its last word
			project, again = w.Project(t), nil
		}
		require.NoError(t, again, "after death at step %d", step)
		assert.Empty(t, warning)
		assert.Equal(t, "campus", project.ID)
		checks, err := w.Projects.CheckProject(t.Context(), "campus", "")
		require.NoError(t, err)
		assert.Equal(t, fleet.CheckPassed, states(checks)["webhook"], "step %d", step)
		require.NotNil(t, w.Project(t).DeployKey, "step %d", step)
		assert.NotZero(t, w.Project(t).DeployKey.GitLabID)
	}
	assert.Greater(t, deaths, 6)
}

type mortalRemote struct {
	projects.Remote
	*fleettest.Kill
}

func (r mortalRemote) Hook(ctx context.Context, id int64, address string, key secret.Value) error {
	if r.Dead() {
		return fleettest.ErrKilled
	}
	err := r.Remote.Hook(ctx, id, address, key)
	if r.Step(); r.Dead() {
		return fleettest.ErrKilled
	}
	return err
}

func (r mortalRemote) AddKey(ctx context.Context, id int64, title, key string) (int64, error) {
	if r.Dead() {
		return 0, fleettest.ErrKilled
	}
	n, err := r.Remote.AddKey(ctx, id, title, key)
	if r.Step(); r.Dead() {
		return 0, fleettest.ErrKilled
	}
	return n, err
}

func TestProjectsOfTheSameNameOnDifferentServers(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	elsewhere := gitlabtest.Start(t, gitlabtest.Options{Clock: w.Clock})
	p := elsewhere.AddProject(gitlabtest.ProjectSpec{Path: "team/campus", Files: map[string]string{"cluster.yml": "TF_VAR_cluster_name: other\n"}})
	project, _, err := w.Projects.Add(t.Context(), projects.Request{
		GitLabURL: elsewhere.URL(), Project: "team/campus", Secrets: projects.Secrets{
			APIToken:     secret.New(elsewhere.AddToken(gitlabtest.TokenSpec{})),
			TriggerToken: secret.New(elsewhere.AddTriggerToken(p.ID, "")),
		},
	})
	require.NoError(t, err)
	assert.Equal(t, "campus-2", project.ID)
	require.NoError(t, w.Sync(t.Context(), "campus-2"))
	chunk, err := w.Store.Chunk(t.Context(), "campus-2")
	require.NoError(t, err)
	assert.Equal(t, "other", chunk.Cluster.Name)
	assert.NotNil(t, w.Row(t, "alpha"), "the first one is untouched")
}

func TestMutationsAreInTheAuditLog(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Request.By = ada
	w.Add(t)
	value := "mars"
	_, err := w.Projects.Override(t.Context(), "campus", []string{"region"}, nil, map[string]*string{"region": &value}, ada)
	require.NoError(t, err)
	token := secret.New(w.Server.AddToken(gitlabtest.TokenSpec{}))
	_, err = w.Projects.Update(t.Context(), "campus", change(projects.Secrets{APIToken: token}))
	require.NoError(t, err)
	require.NoError(t, w.Projects.RotateWebhook(t.Context(), "campus", ada))
	_, err = w.Projects.Remove(t.Context(), "campus", ada)
	require.NoError(t, err)

	page, err := audit.New(w.KV, w.Clock.Now, slog.New(slog.DiscardHandler)).List(t.Context(), audit.Filter{})
	require.NoError(t, err)
	var actions []string
	for _, e := range page.Entries {
		actions = append([]string{e.Action}, actions...)
		assert.Equal(t, "project/campus", e.Target)
		assert.Equal(t, ada, e.Actor)
		assert.NotContains(t, fmt.Sprintf("%s%s", e.Before, e.After), token.Reveal())
	}
	assert.Equal(t, []string{
		"project.added", "project.overridden", "project.credentialsReplaced", "project.webhookSecretRotated", "project.removed",
	}, actions)
}
