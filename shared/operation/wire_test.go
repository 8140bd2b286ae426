package operation_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// wiretap keeps what is posted to GitLab.
type wiretap struct {
	mu   sync.Mutex
	seen []grove.GitLabRequest
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		sent := grove.GitLabRequest{Method: r.Method, Path: r.URL.Path}
		if err := json.Unmarshal(raw, &sent.Body); err != nil {
			return nil, err
		}
		w.mu.Lock()
		w.seen = append(w.seen, sent)
		w.mu.Unlock()
	}
	return http.DefaultTransport.RoundTrip(r)
}

// What GitLab receives is what the preview showed, but for what it says it hides.
func TestStart_SendsThePreviewedRequest(t *testing.T) {
	archived := func(t *testing.T, w *operationtest.World) {
		op, err := w.Request(t, operation.Request{Kind: fleet.Archive, Instance: "alpha"})
		require.NoError(t, err)
		w.Finish(t, op)
	}
	for name, test := range map[string]struct {
		req    operation.Request
		before func(t *testing.T, w *operationtest.World)
		hidden map[string]string // by path in the body: what was shown in place of what was sent
	}{
		"create": {operation.Request{Kind: fleet.Create, Instance: "beta", Overrides: map[string]json.RawMessage{
			"LMS_HOST": json.RawMessage(`"beta.example.org"`), "DB_PASSWORD": json.RawMessage(`"hidden"`), "LIMITS": json.RawMessage(`{"most":12}`),
		}}, nil, map[string]string{"token": "••••••••", "TUTOR_DB_PASSWORD": "••••••••"}},
		"update":       {operation.Request{Kind: fleet.Update, Instance: "alpha", Reason: "why", Changes: []operation.Change{operationtest.Set("config.yml", "X", "1"), operationtest.Set("grove.yml", "Y", "2")}}, nil, nil},
		"archive":      {operation.Request{Kind: fleet.Archive, Instance: "alpha"}, nil, map[string]string{"token": "••••••••"}},
		"unarchive":    {operation.Request{Kind: fleet.Unarchive, Instance: "alpha"}, archived, nil},
		"delete":       {operation.Request{Kind: fleet.Delete, Instance: "alpha", Confirm: "alpha"}, nil, map[string]string{"token": "••••••••"}},
		"build images": {operation.Request{Kind: fleet.BuildImages, Repository: "https://github.com/openedx/edx-platform", Branch: "main"}, nil, nil},
		"reprovision": {operation.Request{Kind: fleet.Reprovision, Confirm: "campus"}, func(t *testing.T, w *operationtest.World) {
			_, err := w.Policy.SetContract(t.Context(), w.Project(t), &fleet.Contract{AllowReprovision: true}, operationtest.Ada)
			require.NoError(t, err)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := operationtest.New(t, "alpha")
			w.DropEvents()
			if test.before != nil {
				test.before(t, w)
			}
			w.Clock.Advance(time.Hour)
			preview, err := w.Operations.Preview(t.Context(), w.Project(t), test.req)
			require.NoError(t, err)
			require.NotNil(t, preview.Request)

			tap := &wiretap{}
			tapped := w.Replica(w.KV, tap)
			req := test.req
			req.By, req.Key, req.PreviewHash = operationtest.Ada, "the-one-key", preview.Hash
			op, _, err := tapped.Operations.Start(t.Context(), w.Project(t), req)
			require.NoError(t, err)
			require.Equal(t, fleet.Accepted, op.State, op.Detail)
			require.Len(t, tap.seen, 1)
			sent := tap.seen[0]
			for path, shown := range test.hidden {
				assert.NotEqual(t, shown, sent.Body[path], path)
				sent.Body[path] = shown
			}
			if actions, ok := sent.Body["actions"].([]any); ok {
				for _, a := range actions {
					action, _ := a.(map[string]any)
					content, err := base64.StdEncoding.DecodeString(fmt.Sprint(action["content"]))
					require.NoError(t, err)
					action["content"] = fmt.Sprintf("<%d bytes, as in the diff>", len(content))
				}
			}
			want, err := json.Marshal(preview.Request)
			require.NoError(t, err)
			got, err := json.Marshal(sent)
			require.NoError(t, err)
			plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace
			assert.JSONEq(t, plain(string(want)), strings.ReplaceAll(plain(string(got)), op.DeploymentID, "<deployment id>"))
		})
	}
}
