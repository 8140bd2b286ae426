package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/passkey/passkeytest"
	"github.com/open-craft/ocim/shared/secret"
)

// job runs every function over a store, each with a record of its own, as people use
// them: accounts, a project, syncs, events, operations and every page.
type job struct {
	t        *testing.T
	gitlab   *gitlabtest.Server
	project  gitlabtest.ProjectInfo
	base     string
	stores   map[string]*recorded
	machines map[string]machine
	handlers map[string]http.Handler
	session  string // access token of a session
	bearer   string // what calls are made with
	view     string // id of a saved view
	mails    string // id of a subscription
}

const jobCredentials = `"email":"ada@example.org","password":"seventeen lamps over Lisbon"`

func newJob(t *testing.T, store kv.Store, secrets *secret.Directory) *job {
	t.Helper()
	j := &job{
		t: t, gitlab: gitlabtest.Start(t, gitlabtest.Options{}),
		stores: map[string]*recorded{}, machines: map[string]machine{}, handlers: map[string]http.Handler{},
	}
	j.project = j.gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "instances/alpha/config.yml": "LMS_HOST: alpha.example.org\n",
	}})
	server := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	j.base = "http://localhost:" + port // passkeys need a name
	j.useStore(store, secrets)
	server.Config.Handler = &gateway{functions: j.handlers, frontend: web.New(web.Files())}
	server.Start()
	t.Cleanup(server.Close)
	return j
}

// useStore builds every function over a store, in place of those over a former one.
func (j *job) useStore(store kv.Store, secrets *secret.Directory) {
	j.t.Helper()
	for _, name := range []string{"auth", "clusters", "instances", "pipelines", "sync", "webhook"} {
		j.stores[name] = &recorded{Store: store, calls: map[storeCall]bool{}}
		m, err := newMachine(testConfig(j.t), j.base, j.stores[name], secrets, slog.New(slog.DiscardHandler))
		require.NoError(j.t, err)
		j.machines[name], j.handlers[name] = m, functions(m)[name]
	}
}

// runJob does the complete job over a store.
func runJob(t *testing.T, store kv.Store, secrets *secret.Directory) *job {
	t.Helper()
	j := newJob(t, store, secrets)
	j.accounts()
	j.addProject()
	j.operate()
	j.note()
	j.readAll()
	return j
}

func (j *job) do(method, path, body string) []byte {
	j.t.Helper()
	status, answer := servertest.Call(j.t, method, j.base+"/function/"+path, j.bearer, body)
	require.Less(j.t, status, 300, "%s %s: %s", method, path, answer)
	return answer
}

// ask is do that decodes the answer.
func ask[T any](j *job, method, path, body string) T {
	j.t.Helper()
	var v T
	require.NoError(j.t, json.Unmarshal(j.do(method, path, body), &v))
	return v
}

func (j *job) logIn() {
	j.t.Helper()
	j.bearer = ""
	j.session = ask[struct{ AccessToken string }](j, http.MethodPost, "auth/v1/login", `{`+jobCredentials+`}`).AccessToken
	j.bearer = j.session
}

// accounts makes people and what lets them in.
func (j *job) accounts() {
	j.t.Helper()
	link, err := j.machines["auth"].people.SetupLink(j.t.Context())
	require.NoError(j.t, err)
	_, token, _ := strings.Cut(link.Reveal(), "/setup#")
	j.do(http.MethodPost, "auth/v1/setup", `{"token":"`+token+`","name":"Ada",`+jobCredentials+`}`)
	j.logIn()
	j.do(http.MethodPost, "auth/v1/password-resets", `{"email":"ada@example.org"}`)
	j.do(http.MethodPost, "auth/v1/invitations", `{"email":"grace@example.org","role":"operator"}`)
	type challenge struct {
		Ceremony string
		Options  json.RawMessage
	}
	c := ask[challenge](j, http.MethodPost, "auth/v1/me/passkeys/challenge", "")
	body, err := json.Marshal(object{"ceremony": c.Ceremony, "name": "Laptop", "response": passkeytest.New(j.t, j.base).Create(c.Options)})
	require.NoError(j.t, err)
	j.do(http.MethodPost, "auth/v1/me/passkeys", string(body))
	j.bearer = ask[struct{ Secret string }](j, http.MethodPost, "auth/v1/me/tokens",
		`{"name":"ci","role":"administrator","expiresAt":"`+time.Now().Add(24*time.Hour).Format(time.RFC3339)+`"}`).Secret
}

// addProject adds a project and syncs it, as an API token does.
func (j *job) addProject() {
	j.t.Helper()
	j.do(http.MethodPost, "clusters/v1/projects", `{"gitlabUrl":"`+j.gitlab.URL()+`","project":"grove/campus","apiToken":"`+
		j.gitlab.AddToken(gitlabtest.TokenSpec{})+`","triggerToken":"`+j.gitlab.AddTriggerToken(j.project.ID, "")+`"}`)
	j.do(http.MethodPost, "clusters/v1/projects/campus/rotate", `{"what":"webhookSecret"}`)
	j.do(http.MethodPost, "sync/", "")
}

// start previews and starts an operation or a bulk change.
func (j *job) start(path, body string) {
	j.t.Helper()
	preview := ask[struct{ Hash string }](j, http.MethodPost, path+"/preview", body)
	j.do(http.MethodPost, path, strings.TrimSuffix(body, "}")+`,"previewHash":"`+preview.Hash+`"}`)
}

const (
	jobOperations = "pipelines/v1/clusters/campus/operations"
	jobBulk       = "pipelines/v1/bulk-changes"
	jobAlpha      = "pipelines/v1/clusters/campus/instances/alpha"
)

// operate starts operations, and gets the pipelines' events.
func (j *job) operate() {
	j.t.Helper()
	j.start(jobBulk, `{"kind":"update","targets":[{"cluster":"campus","instance":"alpha"}],"changes":[{"file":"config.yml","path":["Y"],"value":"1"}]}`)
	j.start(jobOperations, `{"kind":"create","instance":"gamma","overrides":{"TUTOR_OPENEDX_SECRET_KEY":"x"}}`)
	j.start(jobOperations, `{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["X"],"value":"1"}]}`)
	j.gitlab.Commit(j.project.ID, gitlabtest.CommitSpec{Message: "x", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: beta.example.org\n"}})
	j.sendEvent()
	j.do(http.MethodPost, "sync/v1/clusters/campus", "")
	j.do(http.MethodPost, "instances/v1/clusters/campus/instances/alpha/refresh", "")
	j.do(http.MethodPost, "pipelines/v1/clusters/campus/pipelines/2/cancel", "{}")
}

// note keeps what people note and choose.
func (j *job) note() {
	j.t.Helper()
	j.view = ask[struct{ ID string }](j, http.MethodPost, "clusters/v1/views", `{"name":"Mine","query":"provider=aws","default":true}`).ID
	j.do(http.MethodPost, "clusters/v1/views", `{"name":"Ours","query":"status=down","shared":true}`)
	j.mails = ask[struct{ ID string }](j, http.MethodPost, "clusters/v1/notifications", `{"name":"mail","channel":"email","events":["failed"]}`).ID
	j.do(http.MethodPost, "sync/v1/notifications/"+j.mails+"/test", "")
	j.do(http.MethodPut, "pipelines/v1/clusters/campus/annotation", `{"note":"Ask Eve first","tags":["eu"]}`)
	j.do(http.MethodPut, jobAlpha+"/annotation", `{"note":"Moves in May","contacts":["eve@example.org"]}`)
	j.do(http.MethodPut, jobAlpha+"/protection", `{"protected":true,"reason":"exams"}`)
}

// readAll reads every page.
func (j *job) readAll() {
	j.t.Helper()
	fill := strings.NewReplacer("{cluster}", "campus", "{instance}", "alpha", "{pipeline}", "1", "{job}", "1", "{pod}", "lms")
	for name, handler := range j.handlers {
		for _, op := range operations(j.t, handler, j.bearer) {
			if op.method == http.MethodGet {
				servertest.Call(j.t, http.MethodGet, j.base+"/function/"+name+fill.Replace(op.path), j.bearer, "")
			}
		}
	}
	for _, m := range j.machines {
		require.NoError(j.t, m.fleet.Events.Drain(j.t.Context()))
	}
}

// sendEvent sends an event of a pipeline as GitLab does, and waits until it is applied.
func (j *job) sendEvent() {
	j.t.Helper()
	m := j.machines["webhook"]
	credentials, err := m.fleet.Vault.Credentials(j.t.Context(), "campus")
	require.NoError(j.t, err)
	body, err := os.ReadFile(filepath.Join("..", "..", "webhook", "testdata", "pipeline.json"))
	require.NoError(j.t, err)
	event := object{}
	require.NoError(j.t, json.Unmarshal(body, &event))
	event["project"].(object)["id"] = j.project.ID
	body, err = json.Marshal(event)
	require.NoError(j.t, err)
	r, err := http.NewRequestWithContext(j.t.Context(), http.MethodPost, j.base+"/function/webhook/v1/projects/campus/events", bytes.NewReader(body))
	require.NoError(j.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
	r.Header.Set("X-Gitlab-Token", credentials.WebhookSecret.Reveal())
	resp, err := http.DefaultClient.Do(r)
	require.NoError(j.t, err)
	require.NoError(j.t, resp.Body.Close())
	require.Equal(j.t, http.StatusOK, resp.StatusCode)
	require.NoError(j.t, m.fleet.Events.Drain(j.t.Context()))
}

// rareRecords stores what only rare situations do: events that wait or were set aside,
// requests that wait to be sent, usage, and the middle of a round of site checks.
func (j *job) rareRecords() {
	j.t.Helper()
	ctx, store := j.t.Context(), j.machines["sync"].fleet.Store
	for _, e := range []fleet.Event{{Cluster: "campus", Key: "waits", Kind: "push"}, {Cluster: "campus", Key: "bad", Kind: "push"}} {
		_, err := store.AcceptEvent(ctx, e)
		require.NoError(j.t, err)
	}
	require.NoError(j.t, store.PostponeEvent(ctx, fleet.Event{Cluster: "campus", Key: "bad", Kind: "push"}, true))
	action := fleet.PipelineAction{ID: "a1", Pipeline: 1, Action: "retry", State: fleet.ActionRequested, At: time.Now().UTC()}
	require.NoError(j.t, store.AddPipelineAction(ctx, "campus", action, nil))
	require.NoError(j.t, store.SaveSealed(ctx, "campus", "d1", [][]byte{{1}}))
	require.NoError(j.t, store.SaveUsage(ctx, "campus", "alpha", []fleet.UsagePoint{{Day: time.Now().UTC().Format(time.DateOnly)}}))
	require.NoError(j.t, store.SaveSiteRound(ctx, "campus", "alpha"))
	require.NoError(j.t, store.KeepUnconfirmed(ctx, fleet.Event{Cluster: "campus", Key: "applied", Kind: "pipeline", Pipeline: &fleet.Pipeline{ID: 1}}))
}

// calls are the calls to the store that the functions made.
func (j *job) calls() map[storeCall]bool {
	all := map[storeCall]bool{}
	for _, s := range j.stores {
		maps.Copy(all, s.calls)
	}
	return all
}
