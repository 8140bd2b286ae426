package projects_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
)

func TestChecksOfANewProject(t *testing.T) {
	w := newWorld(t, "alpha")
	checks, err := w.Projects.Check(t.Context(), w.Request, "")
	require.NoError(t, err)
	assert.Equal(t, map[string]fleet.CheckState{
		"reachable": "passed", "token": "passed", "project": "passed", "branch": "passed", "layout": "passed", "push": "passed", "ci": "passed", "variables": "passed", "triggerToken": "passed",
		"webhook": "skipped", "deployKey": "skipped", "gateway": "skipped", "sync": "skipped",
	}, states(checks))
	info, _ := w.Server.Project("grove/campus")
	_, err = w.Store.Project(t.Context(), "campus")
	assert.True(t, fault.Is(err, fault.NotFound), "nothing is kept")
	assert.Empty(t, w.pipelines(t, info.ID), "nothing is started")
}

// pipelines lists the ids of a project's pipelines at GitLab.
// A Grove repository is known for one however much else lies at its root.
func TestAGroveRepositoryWithAWideRoot(t *testing.T) {
	w := newWorld(t)
	files := map[string]string{"cluster.yml": "TF_VAR_cluster_name: wide\n", "instances/alpha/config.yml": "LMS_HOST: a.example.org\n"}
	for n := range 150 {
		files[fmt.Sprintf("a%03d/x", n)], files[fmt.Sprintf("a%03d.txt", n)] = "x", "x"
	}
	w.UseProject("grove/wide", files)
	checks, err := w.Projects.Check(t.Context(), w.Request, "layout")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckPassed, checks[0].State)
	assert.Equal(t, "cluster.yml and instances are there.", checks[0].Detail)
}

func (w *world) pipelines(t *testing.T, project int) []any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/api/v4/projects/%d/pipelines", w.Server.URL(), project), nil)
	require.NoError(t, err)
	req.Header.Set("Private-Token", w.Request.APIToken.Reveal())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	var list []any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&list))
	return list
}

func TestChecksTellOfTheDeployKeyAndOfWhatIsThereAlready(t *testing.T) {
	w := newWorld(t, "alpha")
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	w.Request.DeployKey = secret.New(string(pem.EncodeToMemory(block)))
	checks, err := w.Projects.Check(t.Context(), w.Request, "deployKey")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckPassed, checks[0].State)
	assert.Contains(t, checks[0].Detail, ssh.FingerprintSHA256(signer.PublicKey()))

	_, _, err = w.Projects.Add(t.Context(), w.Request)
	require.NoError(t, err)
	checks, err = w.Projects.Check(t.Context(), w.Request, "project")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckFailed, checks[0].State)
	assert.Contains(t, checks[0].Detail, "as campus")
	checks, err = w.Projects.CheckProject(t.Context(), "campus", "project")
	require.NoError(t, err)
	assert.Equal(t, fleet.CheckPassed, checks[0].State, checks[0].Detail)
}

func TestEachCheckFailsWithItsCure(t *testing.T) {
	target := gatewayOf(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer web.Close()
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	tests := map[string]struct {
		check  string
		change func(*world)
		want   string // in detail or cure
		field  string
	}{
		"no server":           {"reachable", func(w *world) { w.Request.GitLabURL = dead.URL }, "firewall", "gitlabUrl"},
		"not a GitLab":        {"reachable", func(w *world) { w.Request.GitLabURL = missing.URL }, "root of a GitLab server", "gitlabUrl"},
		"below GitLab's root": {"reachable", func(w *world) { w.Request.GitLabURL += "/grove" }, "root of a GitLab server", "gitlabUrl"},
		"a web page":          {"reachable", func(w *world) { w.Request.GitLabURL = web.URL }, "root of a GitLab server", "gitlabUrl"},
		"revoked token":       {"token", func(w *world) { w.Server.RevokeToken(w.Request.APIToken.Reveal()) }, "Access tokens", "apiToken"},
		"wrong scope":         {"token", func(w *world) { w.token(gitlabtest.TokenSpec{Scopes: []string{"read_api"}}) }, "read_api", "apiToken"},
		"low role":            {"project", func(w *world) { w.token(gitlabtest.TokenSpec{Level: 30}) }, "Maintainer", "apiToken"},
		"no access":           {"project", func(w *world) { w.token(gitlabtest.TokenSpec{Projects: []int{9999}}) }, "member", "project"},
		"no such project":     {"project", func(w *world) { w.Request.Project = "grove/nowhere" }, "id or path", "project"},
		"archived":            {"project", func(w *world) { w.Server.ArchiveProject(w.ProjectID, true) }, "Unarchive", "project"},
		"empty repository":    {"branch", func(w *world) { w.UseProject("grove/empty", nil) }, "empty", "project"},
		"no Grove":            {"layout", func(w *world) { w.UseProject("grove/docs", map[string]string{"README.md": "x"}) }, "cluster.yml", "project"},
		"wrong trigger":       {"triggerToken", func(w *world) { w.Request.TriggerToken = secret.New("glptt-wrong") }, "Pipeline trigger tokens", "triggerToken"},
		"wrong password": {"gateway", func(w *world) {
			w.Request.GatewayURL, w.Request.GatewayUser, w.Request.GatewayPassword = target.GatewayURL, target.User, secret.New("wrong")
		}, "basic-auth", "gatewayPassword"},
		"wrong user": {"gateway", func(w *world) {
			w.Request.GatewayURL, w.Request.GatewayUser, w.Request.GatewayPassword = target.GatewayURL, secret.New("root"), target.Password
		}, "basic-auth", "gatewayPassword"},
		"no credentials": {"gateway", func(w *world) { w.Request.GatewayURL = target.GatewayURL }, "basic-auth", "gatewayPassword"},
		"not a gateway":  {"gateway", func(w *world) { w.Request.GatewayURL = web.URL }, "no gateway of OpenFaaS", "gatewayUrl"},
		"no gateway":     {"gateway", func(w *world) { w.Request.GatewayURL = dead.URL }, "does not answer", "gatewayUrl"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Projects.Gateway = projects.AskGateway(http.DefaultTransport)
			tt.change(w)
			checks, err := w.Projects.Check(t.Context(), w.Request, "")
			require.NoError(t, err)
			assert.Equal(t, fleet.CheckFailed, states(checks)[tt.check], "%+v", checks)
			if tt.check != "reachable" {
				assert.Equal(t, fleet.CheckPassed, states(checks)["reachable"], "only what it is about fails")
			}
			alone, err := w.Projects.Check(t.Context(), w.Request, tt.check)
			require.NoError(t, err)
			require.Len(t, alone, 1)
			assert.Equal(t, fleet.CheckFailed, alone[0].State)
			assert.Contains(t, alone[0].Detail+alone[0].Cure, tt.want)
			assert.NotEmpty(t, alone[0].Cure)
			assert.Equal(t, tt.field, alone[0].Field)
		})
	}
}

// What a project of the fleet had when it was added can be lost later.
func TestEachCheckOfAProjectOfTheFleetFailsWithItsCure(t *testing.T) {
	alive := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer alive.Close()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	// elsewhere makes the webhook another one than Ocim installed.
	elsewhere := func(w *world, spec gitlabtest.HookSpec) {
		w.Projects.WebhookAddress = func(string) string { return spec.URL }
		w.Server.AddHook(w.ProjectID, spec)
	}
	rotateHook := func(ctx context.Context, w *world) error { return w.Projects.RotateWebhook(ctx, "campus", ada) }
	rotateKey := func(ctx context.Context, w *world) error {
		_, err := w.Projects.RotateDeployKey(ctx, "campus", ada)
		return err
	}
	for name, tt := range map[string]struct {
		check  string
		change func(*testing.T, *world)
		detail string
		cure   string
		mend   func(context.Context, *world) error // what the cure says; nil is GitLab's to do
	}{
		"no webhook": {"webhook", func(t *testing.T, w *world) {
			require.NoError(t, w.remote(t).Unhook(t.Context(), int64(w.ProjectID), w.Webhook("campus")))
		}, "no webhook to", "Rotate", rotateHook},
		"webhook to another address": {"webhook", func(t *testing.T, w *world) {
			w.Projects.WebhookAddress = func(string) string { return alive.URL }
		}, "no webhook to http://127.0.0.1:", "Rotate", rotateHook},
		"webhook without pipelines": {"webhook", func(t *testing.T, w *world) {
			elsewhere(w, gitlabtest.HookSpec{URL: alive.URL, Push: true})
		}, "both pipeline and push", "Rotate", rotateHook},
		"webhook without pushes": {"webhook", func(t *testing.T, w *world) {
			elsewhere(w, gitlabtest.HookSpec{URL: alive.URL, Pipeline: true})
		}, "both pipeline and push", "Rotate", rotateHook},
		"webhook that fails": {"webhook", func(t *testing.T, w *world) {
			elsewhere(w, gitlabtest.HookSpec{URL: dead.URL, Push: true, Pipeline: true})
			for range 4 {
				w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "push"})
				require.NoError(t, w.Server.WaitIdle(t.Context()))
			}
		}, "disabled", "Check that GitLab reaches OCIM_PUBLIC_URL", nil},
		"deploy key that was never registered": {"deployKey", func(t *testing.T, w *world) {
			defer w.Server.Fail(gitlabtest.Fault{Method: http.MethodPost, Path: "/projects/*/deploy_keys", Status: http.StatusForbidden})()
			w.again(t)
		}, "not registered", "Make a new deploy key", rotateKey},
		"deploy key removed at GitLab": {"deployKey", func(t *testing.T, w *world) {
			require.NoError(t, w.remote(t).RemoveKey(t.Context(), int64(w.ProjectID), w.Project(t).DeployKey.GitLabID))
		}, "was removed from GitLab", "Make a new deploy key", rotateKey},
		"sync that failed": {"sync", func(t *testing.T, w *world) {
			// Nothing that the checks read: the test event that they make GitLab send
			// must not mend it.
			allow := w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/pipelines", Status: http.StatusForbidden})
			require.Error(t, w.Sync(t.Context(), "campus"))
			w.mend = allow
		}, "gave no reason", "refresh the cluster", func(ctx context.Context, w *world) error { w.mend(); return w.Sync(ctx, "campus") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Request.MakeDeployKey = true
			w.Add(t)
			before, err := w.Projects.CheckProject(t.Context(), "campus", "")
			require.NoError(t, err)
			require.Equal(t, fleet.CheckPassed, states(before)[tt.check])
			tt.change(t, w)
			checks, err := w.Projects.CheckProject(t.Context(), "campus", "")
			require.NoError(t, err)
			for _, c := range checks {
				if c.Check != tt.check {
					assert.NotEqual(t, fleet.CheckFailed, c.State, "only what it is about fails: %+v", c)
				}
			}
			alone, err := w.Projects.CheckProject(t.Context(), "campus", tt.check)
			require.NoError(t, err)
			require.Len(t, alone, 1)
			for _, c := range []fleet.Check{alone[0], checks[slices.Index(projects.Checks(), tt.check)]} {
				assert.Equal(t, fleet.CheckFailed, c.State, "%+v", c)
				assert.Contains(t, c.Detail, tt.detail)
				assert.Contains(t, c.Cure, tt.cure)
				assert.Empty(t, c.Field, "it is about nothing that is entered")
			}
			if tt.mend == nil {
				return
			}
			require.NoError(t, tt.mend(t.Context(), w))
			mended, err := w.Projects.CheckProject(t.Context(), "campus", tt.check)
			require.NoError(t, err)
			assert.Equal(t, fleet.CheckPassed, mended[0].State, "%+v", mended[0])
		})
	}
}

// remote is the world's GitLab, as adding projects sees it.
func (w *world) remote(t *testing.T) projects.Remote {
	t.Helper()
	remote, err := w.Projects.Open(w.Request.GitLabURL, w.Request.APIToken)
	require.NoError(t, err)
	return remote
}

// again removes the project and adds it, whatever of it fails at GitLab.
func (w *world) again(t *testing.T) {
	t.Helper()
	_, err := w.Projects.Remove(t.Context(), "campus", ada)
	require.NoError(t, err)
	_, _, err = w.Projects.Add(t.Context(), w.Request)
	require.NoError(t, err)
	require.NoError(t, w.Sync(t.Context(), "campus"))
}

func (w *world) token(spec gitlabtest.TokenSpec) {
	w.Request.APIToken = secret.New(w.Server.AddToken(spec))
}

// gatewayOf starts a cluster and returns how its gateway is reached.
func gatewayOf(t *testing.T) gateway.Target {
	t.Helper()
	return clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{{
		ID: "campus", User: secret.New("admin"), Password: secret.New("right"), Instances: func() []string { return nil },
	}}}).Target("campus")
}
