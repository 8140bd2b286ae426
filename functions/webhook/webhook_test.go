package function_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/webhook"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

const (
	token        = "hook-token-0123456789"
	formerToken  = "former-token-0123456789"
	signingToken = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" // "0123…" in base64, not a real one
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// intake is the function over a store, with what it applied.
type intake struct {
	http.Handler
	fleet  *fleetstore.Store
	added  atomic.Int64
	opened atomic.Int64

	mu       sync.Mutex
	outcomes []string
}

func newIntake(t *testing.T, store kv.Store) *intake {
	t.Helper()
	return newIntakeAt(t, store, func() time.Time { return noon })
}

func newIntakeAt(t *testing.T, store kv.Store, now func() time.Time) *intake {
	t.Helper()
	in := &intake{fleet: fleetstore.New(store, now)}
	quiet := slog.New(slog.DiscardHandler)
	in.Handler = function.New(function.Deps{
		API: faas.Options{Log: quiet}, Fleet: in.fleet, Log: quiet,
		Now: now, Count: func(outcome string) {
			in.mu.Lock()
			defer in.mu.Unlock()
			in.outcomes = append(in.outcomes, outcome)
		},
		Credentials: func(_ context.Context, project string) (vault.Credentials, error) {
			in.opened.Add(1)
			switch project {
			case "campus":
				return vault.Credentials{WebhookSecret: secret.New(token), FormerWebhookSecret: secret.New(formerToken)}, nil
			case "signed":
				return vault.Credentials{WebhookSecret: secret.New(signingToken)}, nil
			case "open":
				return vault.Credentials{}, nil
			case "down":
				return vault.Credentials{}, fault.New(fault.Unavailable, "the store is down")
			}
			return vault.Credentials{}, fault.New(fault.NotFound, "no credentials of project %q", project)
		},
		Queue: in,
	})
	return in
}

// Add implements the function's queue.
func (in *intake) Add(string) { in.added.Add(1) }

// newCampus is an intake that knows the project campus.
func newCampus(t *testing.T) *intake {
	t.Helper()
	in := newIntake(t, kvtest.OpenWithClock(t, func() time.Time { return noon }))
	for _, id := range []string{"campus", "signed"} {
		require.NoError(t, in.fleet.AddProject(t.Context(), fleet.Project{ID: id, GitLabID: 1, DefaultBranch: "main"}))
	}
	return in
}

func (in *intake) send(t *testing.T, project, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/projects/"+project+"/events", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	return w
}

func outcome(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct{ Outcome string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
	return body.Outcome
}

func payload(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(b)
}

func sign(id string, at time.Time, body string) map[string]string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(signingToken, "whsec_"))
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return map[string]string{
		"webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": "v1,bm90IHRoaXMgb25l v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
}

func TestSenderIsProvedBeforeAnythingIsParsed(t *testing.T) {
	in := newCampus(t)
	body := payload(t, "pipeline.json")
	with := func(h map[string]string, k, v string) map[string]string {
		out := map[string]string{k: v}
		for key, value := range h {
			if key != k {
				out[key] = value
			}
		}
		return out
	}
	good := sign("evt-1", noon, body)
	tests := map[string]struct {
		project string
		header  map[string]string
		status  int
	}{
		"token":                      {"campus", map[string]string{"X-Gitlab-Token": token}, 200},
		"former token":               {"campus", map[string]string{"X-Gitlab-Token": formerToken}, 200},
		"no proof":                   {"campus", nil, 401},
		"empty token":                {"campus", map[string]string{"X-Gitlab-Token": ""}, 401},
		"wrong token":                {"campus", map[string]string{"X-Gitlab-Token": token + "x"}, 401},
		"another project's token":    {"signed", map[string]string{"X-Gitlab-Token": token}, 401},
		"unknown project":            {"nobody", map[string]string{"X-Gitlab-Token": token}, 401},
		"project without a secret":   {"open", map[string]string{"X-Gitlab-Token": ""}, 401},
		"signature":                  {"signed", good, 200},
		"signature 5 minutes old":    {"signed", sign("evt-2", noon.Add(-5*time.Minute), body), 200},
		"signature too old":          {"signed", sign("evt-3", noon.Add(-301*time.Second), body), 401},
		"signature from the future":  {"signed", sign("evt-4", noon.Add(301*time.Second), body), 401},
		"signature of another body":  {"signed", sign("evt-5", noon, body+" "), 401},
		"signature of another id":    {"signed", with(good, "webhook-id", "evt-9"), 401},
		"signature of another time":  {"signed", with(good, "webhook-timestamp", strconv.FormatInt(noon.Unix()+1, 10)), 401},
		"signature without a time":   {"signed", with(good, "webhook-timestamp", "soon"), 401},
		"signature of no version":    {"signed", with(good, "webhook-signature", strings.ReplaceAll(good["webhook-signature"], "v1,", "")), 401},
		"the store is down":          {"down", map[string]string{"X-Gitlab-Token": token}, 503},
		"signature with a token key": {"campus", good, 401},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := in.send(t, tt.project, body, tt.header)
			assert.Equal(t, tt.status, w.Code, w.Body.String())
			if tt.status == http.StatusUnauthorized {
				broken := in.send(t, tt.project, "{not json", tt.header)
				assert.Equal(t, http.StatusUnauthorized, broken.Code, "nothing is parsed before the sender is proved")
			}
		})
	}
}

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

func TestAcceptEvent_RefusesWithoutProofBeforeItReadsTheBody(t *testing.T) {
	in := newCampus(t)
	for name, tt := range map[string]struct {
		project string
		header  map[string]string
		opens   int64 // credentials
	}{
		"no header":                         {"campus", nil, 0},
		"an empty token":                    {"campus", map[string]string{"X-Gitlab-Token": ""}, 0},
		"an empty signature":                {"campus", map[string]string{"webhook-signature": ""}, 0},
		"an id alone":                       {"campus", map[string]string{"webhook-id": "evt-1"}, 0},
		"an old signature":                  {"signed", sign("evt-1", noon.Add(-time.Hour), "x"), 0},
		"a wrong token":                     {"campus", map[string]string{"X-Gitlab-Token": "wrong"}, 1},
		"a token of no project":             {"nobody", map[string]string{"X-Gitlab-Token": token}, 1},
		"a signature of no project":         {"nobody", sign("evt-1", noon, "x"), 1},
		"a signature, project has no token": {"open", sign("evt-1", noon, "x"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			in.opened.Store(0)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/projects/"+tt.project+"/events", unread{t})
			r.ContentLength = 20 << 20
			r.Header.Set("Content-Type", "application/json")
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			in.ServeHTTP(w, r)
			assert.Equal(t, http.StatusUnauthorized, w.Code, w.Body.String())
			assert.Contains(t, w.Body.String(), "no valid token or signature")
			assert.Equal(t, tt.opens, in.opened.Load(), "credentials opened for it")
		})
	}
}

func TestUnknownProjectAndWrongTokenLookTheSame(t *testing.T) {
	in := newCampus(t)
	unknown := in.send(t, "nobody", "{}", map[string]string{"X-Gitlab-Token": token, "X-Call-Id": "call-0123456789"})
	wrong := in.send(t, "campus", "{}", map[string]string{"X-Gitlab-Token": "wrong", "X-Call-Id": "call-0123456789"})
	var a, b faas.Problem
	require.NoError(t, json.Unmarshal(unknown.Body.Bytes(), &a))
	require.NoError(t, json.Unmarshal(wrong.Body.Bytes(), &b))
	a.Instance, b.Instance = "", ""
	assert.Equal(t, a, b)
}

func TestEventIsStoredBeforeItIsAnswered(t *testing.T) {
	in := newCampus(t)
	w := in.send(t, "campus", payload(t, "pipeline.json"), map[string]string{"X-Gitlab-Token": token, "Idempotency-Key": "k1"})
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "stored", outcome(t, w))
	waiting, _, err := in.fleet.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	p := waiting[0].Pipeline
	assert.Equal(t, int64(31), p.ID)
	assert.Equal(t, fleet.StatusSuccess, p.Status)
	assert.Equal(t, fleet.Create, p.Operation)
	assert.Equal(t, []fleet.Deployment{{Instance: "demo", ID: "1700000000000000001"}}, p.Deployments)
	assert.Equal(t, int64(30), p.Parent)
	assert.Equal(t, time.Date(2026, 11, 22, 11, 40, 57, 0, time.UTC), p.UpdatedAt)
	require.Len(t, p.Stages, 2)
	assert.Equal(t, "build", p.Stages[0].Name)
}

func TestWhatIsNoneOfOcimsBusinessIsAnsweredWell(t *testing.T) {
	in := newCampus(t)
	for _, kind := range []string{"Note Hook", "Job Hook", "Something New Hook", ""} {
		w := in.send(t, "campus", `{"object_kind":"note"}`, map[string]string{"X-Gitlab-Token": token, "X-Gitlab-Event": kind})
		assert.Equal(t, http.StatusOK, w.Code, "GitLab disables a hook that answers errors: %s", w.Body)
		assert.Equal(t, "ignored", outcome(t, w))
	}
	assert.Zero(t, in.added.Load())
	assert.Equal(t, []string{"ignored", "ignored", "ignored", "ignored"}, in.outcomes, "they are counted")
}

func TestBadBodiesNameWhatIsWrong(t *testing.T) {
	in := newCampus(t)
	header := map[string]string{"X-Gitlab-Token": token}
	tests := map[string]struct {
		body   string
		status int
	}{
		"not JSON":               {"{", 422},
		"no object":              {"[]", 422},
		"nothing in it":          {"{}", 422},
		"another project's":      {strings.Replace(payload(t, "pipeline.json"), `"id": 1,`, `"id": 2,`, 1), 422},
		"an empty body":          {"", 422},
		"more than GitLab sends": {`{"x":"` + strings.Repeat("x", faas.MaxLargeBody) + `"}`, 413},
		"all that GitLab sends":  {pad(payload(t, "pipeline.json"), 25<<20), 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := in.send(t, "campus", tt.body, header)
			assert.Equal(t, tt.status, w.Code, w.Body.String())
			if tt.status != http.StatusOK {
				assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			}
		})
	}
}

func pad(body string, size int) string { return body + strings.Repeat(" ", size-len(body)) }

func TestBodyIsNotReadBeyondItsBound(t *testing.T) {
	in := newCampus(t)
	endless := &counted{r: &repeating{}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/projects/campus/events", endless)
	r.ContentLength = -1
	r.Header.Set("X-Gitlab-Token", token)
	r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	assert.LessOrEqual(t, endless.n, faas.MaxLargeBody+64<<10)
}

type repeating struct{}

func (*repeating) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }

type counted struct {
	r *repeating
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// refusing is a store that is down for writes.
type refusing struct{ kv.Store }

func (refusing) Put(context.Context, kv.Item, kv.Condition) (kv.Item, error) {
	return kv.Item{}, fault.New(fault.Unavailable, "the store is down")
}

func TestStoreThatIsDownIsNeverAnswered2xx(t *testing.T) {
	store := kvtest.Open(t)
	require.NoError(t, fleetstore.New(store, time.Now).AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
	in := newIntake(t, refusing{store})
	w := in.send(t, "campus", payload(t, "pipeline.json"), map[string]string{"X-Gitlab-Token": token})
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
	assert.Zero(t, in.added.Load())
}

// hanging is a store that answers nothing.
type hanging struct {
	kv.Store
	reads bool
}

func (s hanging) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	if !s.reads {
		return s.Store.Get(ctx, key, opts...)
	}
	time.Sleep(answerLimit * 3 / 8)
	if err := ctx.Err(); err != nil {
		return kv.Item{}, err
	}
	return s.Store.Get(ctx, key, opts...)
}

func (s hanging) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	<-ctx.Done()
	return kv.Item{}, ctx.Err()
}

const answerLimit = 2 * time.Second

// However the store hangs, GitLab has its 503 within 2 s.
func TestAcceptEvent_AnswersWithin2sWhenTheStoreHangs(t *testing.T) {
	for name, reads := range map[string]bool{"writes hang": false, "reads are slow, too": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := kvtest.Open(t)
				require.NoError(t, fleetstore.New(store, time.Now).AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
				in := newIntake(t, hanging{Store: store, reads: reads})
				began := time.Now()
				w := in.send(t, "campus", payload(t, "pipeline.json"), map[string]string{"X-Gitlab-Token": token})
				assert.Equal(t, http.StatusServiceUnavailable, w.Code)
				assert.NotEmpty(t, w.Header().Get("Retry-After"))
				assert.LessOrEqual(t, time.Since(began), answerLimit)
			})
		})
	}
}

// writes counts what an event costs.
type writes struct {
	kv.Store
	puts, conditions, bytes atomic.Int64
}

func (w *writes) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	w.puts.Add(1)
	w.bytes.Add(int64(len(item.Value)))
	if cond != kv.Always {
		w.conditions.Add(1)
	}
	return w.Store.Put(ctx, item, cond)
}

func TestIntakeIsOneConditionalWrite(t *testing.T) {
	store := &writes{Store: kvtest.Open(t)}
	in := newIntake(t, store)
	require.NoError(t, in.fleet.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
	store.puts.Store(0)
	store.conditions.Store(0)
	store.bytes.Store(0)
	w := in.send(t, "campus", payload(t, "pipeline.json"), map[string]string{"X-Gitlab-Token": token})
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, int64(1), store.puts.Load())
	assert.Equal(t, int64(1), store.conditions.Load())
	assert.Less(t, store.bytes.Load(), int64(2<<10-200), "two write units, with the names of an item's attributes")
}

// A burst opens the secrets of its project once a second. A new secret counts at once, a
// former one for that second, and what proves nothing is kept by no one.
func TestAcceptEvent_OpensSecretsOnceASecond(t *testing.T) {
	now := noon
	live := vault.Credentials{WebhookSecret: secret.New(token)}
	opened := 0
	store := fleetstore.New(kvtest.OpenWithClock(t, func() time.Time { return now }), func() time.Time { return now })
	require.NoError(t, store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
	quiet := slog.New(slog.DiscardHandler)
	in := &intake{fleet: store}
	in.Handler = function.New(function.Deps{
		API: faas.Options{Log: quiet}, Fleet: store, Log: quiet, Queue: in, Count: func(string) {}, Now: func() time.Time { return now },
		Credentials: func(context.Context, string) (vault.Credentials, error) {
			opened++
			return live, nil
		},
	})
	body := payload(t, "pipeline.json")
	is := func(sent string, status, opens int) {
		t.Helper()
		opened = 0
		assert.Equal(t, status, in.send(t, "campus", body, map[string]string{"X-Gitlab-Token": sent}).Code)
		assert.Equal(t, opens, opened)
	}
	is("wrong", 401, 1)
	is(token, 200, 1)
	is(token, 200, 0)
	is("wrong", 401, 1)
	live.WebhookSecret = secret.New("a-new-secret")
	is("a-new-secret", 200, 1)
	is("a-new-secret", 200, 0)
	is(token, 401, 1)
	live.WebhookSecret = secret.New(token)
	now = now.Add(time.Second)
	is("a-new-secret", 401, 1)
	is(token, 200, 1)
	now = now.Add(-time.Hour)
	is(token, 200, 1)
}
