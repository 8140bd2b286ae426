package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/open-craft/ocim/functions/local/servertest"
	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

// written is a store that remembers all that was ever written to it, unpacked.
type written struct {
	kv.Store
	unzip *zstd.Decoder

	mu   sync.Mutex
	text strings.Builder
}

func (s *written) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	text := item.Value
	if unpacked, err := s.unzip.DecodeAll(text, nil); err == nil {
		text = unpacked
	}
	s.mu.Lock()
	s.text.WriteString(item.Partition + " " + item.Sort + " " + string(text) + "\n")
	s.mu.Unlock()
	return s.Store.Put(ctx, item, cond)
}

// birds are the canaries, by where each was put. They look like what they stand for.
var birds = map[string]string{
	"API token":           "glpat-canary-0a",
	"wrong API token":     "glpat-canary-0b",
	"trigger token":       "glptt-canary-1a",
	"gateway's user":      "canary-2a",
	"gateway's password":  "canary-2b",
	"inspector's secret":  "canary-3a-that-is-long-enough-for-an-inspector",
	"webhook secret":      "canary-4a", // of a caller who is none
	"chat's address":      "canary-5a",
	"cluster.yml":         "canary-6a",
	"config.yml":          "canary-6b",
	"defaults":            "canary-6c",
	"grove.yml":           "canary-6d",
	"overrides":           "canary-7a",
	"change":              "canary-7b",
	"files":               "canary-7c",
	"refused overrides":   "canary-7d",
	"password":            "canary-8a over Lisbon",
	"wrong password":      "canary-8b over Lisbon",
	"invitation's":        "canary-8c",
	"bearer":              "canary-9a",
	"what GitLab answers": "glpat-canary-0a", // it repeats the token
}

// A secret that was put anywhere is found in no answer, log, audit entry, in nothing
// that is stored and in nothing that is delivered to browsers.
func TestNoSecretIsSeenAnywhere(t *testing.T) {
	gitlab := gitlabtest.Start(t, gitlabtest.Options{})
	project := gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml":                "TF_VAR_cluster_name: campus\nTF_VAR_api_token: " + birds["cluster.yml"] + "\n",
		"defaults/config.yml":        "MYSQL_PASSWORD: " + birds["defaults"] + "\n",
		"instances/alpha/config.yml": "LMS_HOST: alpha.example.org\nOPENEDX_SECRET_KEY: " + birds["config.yml"] + "\n",
		"instances/alpha/grove.yml":  "IMAGE_BUILD_CONFIG:\n  password: " + birds["grove.yml"] + "\n",
		"instances/beta/config.yml":  "LMS_HOST: [broken\nOPENEDX_SECRET_KEY: " + birds["config.yml"] + "\n",
	}})
	gitlab.AddToken(gitlabtest.TokenSpec{Value: birds["API token"]})
	gitlab.AddTriggerToken(project.ID, birds["trigger token"])
	clusters := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{{
		ID: "campus", User: secret.New(birds["gateway's user"]), Password: secret.New(birds["gateway's password"]), Secret: secret.New(birds["inspector's secret"]),
		Instances: func() []string { return []string{"alpha"} },
	}}})

	unzip, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer unzip.Close()
	store := &written{Store: kvtest.Open(t), unzip: unzip}
	var log servertest.Output
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	// What is given no logger uses the default one. No other test runs beside this one.
	former := slog.Default()
	slog.SetDefault(logger)
	t.Cleanup(func() { slog.SetDefault(former) })
	base, replicas := deploy(t, store, logger, 1)
	m := replicas[0]
	all := functions(m)

	var answers strings.Builder
	bearer := ""
	ask := func(method, path, body string) (int, []byte) {
		status, answer := servertest.Call(t, method, base+"/function/"+path, bearer, body)
		answers.WriteString(method + " " + path + ": " + string(answer) + "\n")
		return status, answer
	}
	do := func(method, path, body string) []byte {
		t.Helper()
		status, answer := ask(method, path, body)
		require.Less(t, status, 300, "%s %s: %s", method, path, answer)
		return answer
	}
	refuse := func(method, path, body string) {
		t.Helper()
		status, answer := ask(method, path, body)
		require.GreaterOrEqual(t, status, 400, "%s %s: %s", method, path, answer)
	}

	// People.
	link, err := m.people.SetupLink(t.Context())
	require.NoError(t, err)
	_, token, _ := strings.Cut(link.Reveal(), "/setup#")
	credentials := `"email":"ada@example.org","password":"` + birds["password"] + `"`
	do(http.MethodPost, "auth/v1/setup", `{"token":"`+token+`","name":"Ada",`+credentials+`}`)
	refuse(http.MethodPost, "auth/v1/login", `{"email":"ada@example.org","password":"`+birds["wrong password"]+`"}`)
	refuse(http.MethodPost, "auth/v1/invitations/redeem", `{"name":"x","password":"`+birds["wrong password"]+`","token":"`+birds["invitation's"]+`"}`)
	bearer = birds["bearer"]
	refuse(http.MethodGet, "auth/v1/me", "")
	bearer = ""
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(do(http.MethodPost, "auth/v1/login", `{`+credentials+`}`), &in))
	bearer = in.AccessToken
	answers.Reset() // what is given to its owner once
	do(http.MethodPost, "auth/v1/password-resets", `{"email":"ada@example.org"}`)
	do(http.MethodPost, "auth/v1/invitations", `{"email":"grace@example.org","role":"operator"}`)

	// A project, with every credential it can have.
	encode := func(v any) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return string(b)
	}
	key, private := deployKey(t)
	request := map[string]any{
		"gitlabUrl": gitlab.URL(), "project": "grove/campus", "apiToken": birds["API token"], "triggerToken": birds["trigger token"],
		"gatewayUrl": clusters.GatewayURL("campus"), "gatewayUser": birds["gateway's user"], "gatewayPassword": birds["gateway's password"],
		"inspectorSecret": birds["inspector's secret"], "deployKey": key,
	}
	do(http.MethodPost, "clusters/v1/projects/check", encode(request))
	wrong := maps.Clone(request)
	wrong["apiToken"] = birds["wrong API token"]
	refuse(http.MethodPost, "clusters/v1/projects", encode(wrong))
	do(http.MethodPost, "clusters/v1/projects", encode(request))
	do(http.MethodPost, "clusters/v1/projects/campus/check", "")
	do(http.MethodPost, "sync/v1/clusters/campus", "")
	refuse(http.MethodPut, "clusters/v1/projects/campus/credentials", `{"apiToken":"`+birds["wrong API token"]+`"}`)
	do(http.MethodPost, "clusters/v1/projects/campus/rotate", `{"what":"webhookSecret"}`)
	do(http.MethodPost, "clusters/v1/notifications",
		`{"name":"chat","channel":"webhook","events":["failed"],"url":"`+base+`/hooks/`+birds["chat's address"]+`"}`)

	// Operations, each with a preview and some refused.
	previewed := func(body string) string {
		t.Helper()
		var preview struct{ Hash string }
		require.NoError(t, json.Unmarshal(do(http.MethodPost, "pipelines/v1/clusters/campus/operations/preview", body), &preview))
		return strings.TrimSuffix(body, "}") + `,"previewHash":"` + preview.Hash + `"}`
	}
	start := func(body string) {
		t.Helper()
		do(http.MethodPost, "pipelines/v1/clusters/campus/operations", previewed(body))
	}
	start(`{"kind":"create","instance":"gamma","overrides":{"TUTOR_OPENEDX_SECRET_KEY":"` + birds["overrides"] + `"}}`)
	start(`{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["OPENEDX_SECRET_KEY"],"value":"` + birds["change"] + `"}]}`)
	do(http.MethodPost, "pipelines/v1/clusters/campus/operations/preview",
		`{"kind":"update","instance":"alpha","files":[{"path":"instances/alpha/config.yml","text":"OPENEDX_SECRET_KEY: `+birds["files"]+`\n"}]}`)
	refuse(http.MethodPost, "pipelines/v1/clusters/campus/operations",
		`{"kind":"create","instance":"delta","previewHash":"none","overrides":{"CI_JOB_TOKEN":"`+birds["refused overrides"]+`"}}`)
	do(http.MethodPost, "pipelines/v1/bulk-changes/preview",
		`{"kind":"update","targets":[{"cluster":"campus","instance":"alpha"}],"changes":[{"file":"config.yml","path":["OPENEDX_SECRET_KEY"],"value":"`+birds["change"]+`"}]}`)

	// Everything that can be read, of what there is.
	fill := strings.NewReplacer("{cluster}", "campus", "{instance}", "alpha", "{pipeline}", "1", "{job}", "1", "{pod}", "lms")
	readAll := func() {
		for name, handler := range all {
			for _, op := range operations(t, handler, bearer) {
				if op.method == http.MethodGet {
					ask(http.MethodGet, name+fill.Replace(op.path), "")
				}
			}
		}
	}
	readAll()
	do(http.MethodGet, "pipelines/v1/clusters/campus/instances/alpha/configuration", "")
	do(http.MethodGet, "pipelines/v1/clusters/campus/pipelines/1", "")

	// A GitLab that fails, and repeats the token while it does.
	said := `{"message":"the token ` + birds["what GitLab answers"] + ` is of no use"}`
	for _, status := range []int{http.StatusUnauthorized, http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusBadGateway} {
		update := previewed(`{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["A"],"value":"b"}]}`)
		mend := gitlab.Fail(gitlabtest.Fault{Status: status, Body: said})
		ask(http.MethodPost, "clusters/v1/projects/campus/check", "")
		ask(http.MethodPost, "sync/v1/clusters/campus", "")
		ask(http.MethodPost, "pipelines/v1/clusters/campus/operations", update)
		mend()
	}
	stranger(t, base+"/function/webhook/v1/projects/campus/events", birds["webhook secret"])

	readAll()
	var list struct{ Operations []struct{ ID string } }
	require.NoError(t, json.Unmarshal(do(http.MethodGet, "pipelines/v1/clusters/campus/operations", ""), &list))
	require.NotEmpty(t, list.Operations)
	for _, op := range list.Operations {
		do(http.MethodGet, "pipelines/v1/clusters/campus/operations/"+op.ID, "")
	}
	trail := string(do(http.MethodGet, "auth/v1/audit", ""))
	require.Contains(t, trail, "project/campus", "the log records what was done")

	held, err := m.fleet.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	hidden := map[string]string{
		"own webhook secret": held.WebhookSecret.Reveal(), "former webhook secret": held.FormerWebhookSecret.Reveal(), "deploy key": private, "access token": in.AccessToken,
	}
	for where, text := range birds {
		hidden[where] = text
	}
	places := map[string]string{"an answer": answers.String(), "the log": log.String(), "the store": store.text.String(), "the frontend": frontend(t)}
	require.Contains(t, places["the store"], "alpha.example.org", "what is stored was unpacked")
	require.Contains(t, places["the log"], `"msg":"gitlab"`, "the log has what the GitLab client writes to the default logger")
	for where, text := range hidden {
		require.NotEmpty(t, text, where)
		for place, all := range places {
			if at := strings.Index(all, text); at >= 0 {
				assert.Fail(t, "a secret is seen", "%s in %s: …%s…", where, place, all[max(0, at-300):at+len(text)])
			}
		}
	}
}

// deployKey makes a private key, and gives a line from the middle of it too.
func deployKey(t *testing.T) (key, line string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	key = string(pem.EncodeToMemory(block))
	return key, strings.Split(key, "\n")[3]
}

// stranger sends an event with a secret that is not the project's.
func stranger(t *testing.T, address, key string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader([]byte(`{"object_kind":"push"}`)))
	require.NoError(t, err)
	r.Header.Set("X-Gitlab-Token", key)
	r.Header.Set("X-Gitlab-Event", "Push Hook")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.GreaterOrEqual(t, resp.StatusCode, 400)
}

// frontend gives all that browsers get to run.
func frontend(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, fs.WalkDir(web.Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.Files(), name)
		text.Write(content)
		return err
	}))
	return text.String()
}
