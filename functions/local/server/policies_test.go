package server

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

// storeCall is one kind of call to the store: an action of DynamoDB on a partition.
type storeCall struct{ action, partition string }

// recorded is a function's store that remembers its calls.
type recorded struct {
	kv.Store

	mu    sync.Mutex
	calls map[storeCall]bool
}

func (s *recorded) note(partition string, actions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, action := range actions {
		s.calls[storeCall{"dynamodb:" + action, partition}] = true
	}
}

func (s *recorded) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	s.note(key.Partition, "GetItem")
	return s.Store.Get(ctx, key, opts...)
}

func (s *recorded) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	for _, key := range keys {
		s.note(key.Partition, "BatchGetItem")
	}
	return s.Store.BatchGet(ctx, keys, opts...)
}

// A Put is a PutItem or an UpdateItem, as its condition demands.
func (s *recorded) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	s.note(item.Partition, "PutItem", "UpdateItem")
	return s.Store.Put(ctx, item, cond)
}

// A Delete whose answer was lost is looked at again.
func (s *recorded) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	s.note(key.Partition, "DeleteItem")
	return s.Store.Delete(ctx, key, cond)
}

func (s *recorded) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	s.note(q.Partition, "Query")
	return s.Store.Query(ctx, q)
}

type statement struct {
	Sid, Effect string
	Action      []string
	Condition   map[string]map[string][]string
}

func (s statement) covers(c storeCall) bool {
	if !slices.Contains(s.Action, c.action) {
		return false
	}
	if s.Condition == nil {
		return true
	}
	return slices.ContainsFunc(s.keys(), func(pattern string) bool {
		matches, _ := path.Match(pattern, strings.ReplaceAll(c.partition, "/", "|"))
		return matches
	})
}

// keys are the patterns of partitions, with "|" for "/", since IAM's asterisk also
// stands for slashes.
func (s statement) keys() []string {
	var out []string
	for _, pattern := range s.Condition["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"] {
		out = append(out, strings.ReplaceAll(pattern, "/", "|"))
	}
	return out
}

func policy(t *testing.T, name string) []statement {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "docs", "aws", name))
	require.NoError(t, err)
	var p struct{ Statement []statement }
	require.NoError(t, json.Unmarshal(text, &p))
	return p.Statement
}

// Each function's policy allows what the function does over a whole job. What a policy
// denies exists: some other function makes such calls.
func TestPolicies_FitWhatEachFunctionDoes(t *testing.T) {
	t.Parallel()
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	stores := runJob(t, kvtest.Open(t), secrets)
	all := map[storeCall]bool{}
	for _, s := range stores {
		maps.Copy(all, s.calls)
	}
	for name, s := range stores {
		statements := policy(t, "policy-"+name+".json")
		for c := range s.calls {
			allowed := false
			for _, st := range statements {
				covers := st.covers(c)
				allowed = allowed || (st.Effect == "Allow" && covers)
				assert.False(t, st.Effect == "Deny" && covers, "%s: %s denies %s on %s", name, st.Sid, c.action, c.partition)
			}
			assert.True(t, allowed, "%s: nothing allows %s on %s", name, c.action, c.partition)
		}
		for _, st := range statements {
			for _, pattern := range st.keys() {
				exists := slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(c storeCall) bool {
					matches, _ := path.Match(pattern, strings.ReplaceAll(c.partition, "/", "|"))
					return matches && slices.Contains(st.Action, c.action)
				})
				assert.True(t, exists, "%s: %s denies %s, which no function uses", name, st.Sid, pattern)
			}
		}
	}
}

// runJob runs every function over a store, each with a record of its own, through a whole
// job: accounts, a project, syncs, events, operations and every page.
func runJob(t *testing.T, store kv.Store, secrets *secret.Directory) map[string]*recorded {
	t.Helper()
	gitlab := gitlabtest.Start(t, gitlabtest.Options{})
	project := gitlab.AddProject(gitlabtest.ProjectSpec{Path: "grove/campus", Files: map[string]string{
		"cluster.yml": "TF_VAR_cluster_name: campus\n", "instances/alpha/config.yml": "LMS_HOST: alpha.example.org\n",
	}})
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	stores, machines, handlers := map[string]*recorded{}, map[string]machine{}, map[string]http.Handler{}
	for _, name := range []string{"auth", "clusters", "instances", "pipelines", "sync", "webhook"} {
		stores[name] = &recorded{Store: store, calls: map[storeCall]bool{}}
		m, err := newMachine(testConfig(t), base, stores[name], secrets, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		machines[name], handlers[name] = m, functions(m)[name]
	}
	server.Config.Handler = &gateway{functions: handlers, frontend: web.New(web.Files())}
	server.Start()
	t.Cleanup(server.Close)

	bearer := ""
	do := func(method, path, body string) []byte {
		t.Helper()
		status, answer := servertest.Call(t, method, base+"/function/"+path, bearer, body)
		require.Less(t, status, 300, "%s %s: %s", method, path, answer)
		return answer
	}
	// Accounts.
	link, err := machines["auth"].people.SetupLink(t.Context())
	require.NoError(t, err)
	_, token, _ := strings.Cut(link.Reveal(), "/setup#")
	credentials := `"email":"ada@example.org","password":"seventeen lamps over Lisbon"`
	do(http.MethodPost, "auth/v1/setup", `{"token":"`+token+`","name":"Ada",`+credentials+`}`)
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(do(http.MethodPost, "auth/v1/login", `{`+credentials+`}`), &in))
	bearer = in.AccessToken
	do(http.MethodPost, "auth/v1/password-resets", `{"email":"ada@example.org"}`)
	do(http.MethodPost, "auth/v1/invitations", `{"email":"grace@example.org","role":"operator"}`)
	var pat struct{ Secret string }
	require.NoError(t, json.Unmarshal(do(http.MethodPost, "auth/v1/me/tokens",
		`{"name":"ci","role":"administrator","expiresAt":"`+time.Now().Add(24*time.Hour).Format(time.RFC3339)+`"}`), &pat))

	// A project and its syncs, as an API token does them.
	bearer = pat.Secret
	do(http.MethodPost, "clusters/v1/projects", `{"gitlabUrl":"`+gitlab.URL()+`","project":"grove/campus","apiToken":"`+
		gitlab.AddToken(gitlabtest.TokenSpec{})+`","triggerToken":"`+gitlab.AddTriggerToken(project.ID, "")+`"}`)
	do(http.MethodPost, "clusters/v1/views", `{"name":"Mine","query":"provider=aws"}`)
	do(http.MethodPost, "clusters/v1/notifications", `{"name":"mail","channel":"email","events":["failed"]}`)
	do(http.MethodPost, "clusters/v1/projects/campus/rotate", `{"what":"webhookSecret"}`)
	do(http.MethodPost, "sync/", "")

	// Operations and the pipelines' events.
	start := func(body string) {
		t.Helper()
		var preview struct{ Hash string }
		require.NoError(t, json.Unmarshal(do(http.MethodPost, "pipelines/v1/clusters/campus/operations/preview", body), &preview))
		do(http.MethodPost, "pipelines/v1/clusters/campus/operations", strings.TrimSuffix(body, "}")+`,"previewHash":"`+preview.Hash+`"}`)
	}
	var bulk struct{ Hash string }
	change := `{"kind":"update","targets":[{"cluster":"campus","instance":"alpha"}],"changes":[{"file":"config.yml","path":["Y"],"value":"1"}]}`
	require.NoError(t, json.Unmarshal(do(http.MethodPost, "pipelines/v1/bulk-changes/preview", change), &bulk))
	do(http.MethodPost, "pipelines/v1/bulk-changes", strings.TrimSuffix(change, "}")+`,"previewHash":"`+bulk.Hash+`"}`)
	start(`{"kind":"create","instance":"gamma","overrides":{"TUTOR_OPENEDX_SECRET_KEY":"x"}}`)
	start(`{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["X"],"value":"1"}]}`)
	gitlab.Commit(project.ID, gitlabtest.CommitSpec{Message: "x", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: beta.example.org\n"}})
	sendEvent(t, machines["webhook"], base)
	do(http.MethodPost, "sync/v1/clusters/campus", "")
	do(http.MethodPost, "instances/v1/clusters/campus/instances/alpha/refresh", "")

	// Every page.
	fill := strings.NewReplacer("{cluster}", "campus", "{instance}", "alpha", "{pipeline}", "1", "{job}", "1", "{pod}", "lms")
	for name, handler := range handlers {
		for _, op := range operations(t, handler, bearer) {
			if op.method == http.MethodGet {
				servertest.Call(t, http.MethodGet, base+"/function/"+name+fill.Replace(op.path), bearer, "")
			}
		}
	}
	for _, m := range machines {
		require.NoError(t, m.fleet.Events.Drain(t.Context()))
	}
	return stores
}

// sendEvent sends an event of a pipeline as GitLab does, and waits until it is applied.
func sendEvent(t *testing.T, m machine, base string) {
	t.Helper()
	credentials, err := m.fleet.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	body, err := os.ReadFile(filepath.Join("..", "..", "webhook", "testdata", "pipeline.json"))
	require.NoError(t, err)
	project, err := m.fleet.Store.Project(t.Context(), "campus")
	require.NoError(t, err)
	event := object{}
	require.NoError(t, json.Unmarshal(body, &event))
	event["project"].(object)["id"] = project.GitLabID
	body, err = json.Marshal(event)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/function/webhook/v1/projects/campus/events", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
	r.Header.Set("X-Gitlab-Token", credentials.WebhookSecret.Reveal())
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.NoError(t, m.fleet.Events.Drain(t.Context()))
}
