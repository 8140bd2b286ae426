package kube_test

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/transport"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/fault"
)

// readFrom reads the cluster whose API server is h.
func readFrom(t *testing.T, h http.HandlerFunc) error {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client, err := kube.Connect(server.URL, transport.Config{})
	require.NoError(t, err)
	r, err := kube.NewReader(client, kube.Options{Selector: kubetest.Selector, Now: kubetest.Noon})
	require.NoError(t, err)
	_, err = r.View(t.Context(), "demo")
	return err
}

// What stands between the inspector and the API server answers in its own way.
func TestClient_SaysWhatAnswersThatAreNoObjectsMean(t *testing.T) {
	t.Parallel()
	status := func(s metav1.Status) string {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		return string(text)
	}
	for name, tc := range map[string]struct {
		code int
		text string
		kind fault.Kind
		says string
	}{
		"status in JSON":     {http.StatusForbidden, status(metav1.Status{Code: 403, Reason: metav1.StatusReasonForbidden}), fault.Unavailable, "RBAC manifest"},
		"no such namespace":  {http.StatusNotFound, status(metav1.Status{Code: 404, Reason: metav1.StatusReasonNotFound}), fault.NotFound, "no such instance"},
		"page of a proxy":    {http.StatusBadGateway, "<h1>Bad Gateway</h1>", fault.Unavailable, "could not get namespaces"},
		"JSON of a proxy":    {http.StatusForbidden, `{"error":"denied"}`, fault.Unavailable, "RBAC manifest"},
		"login of a proxy":   {http.StatusUnauthorized, "who are you?", fault.Unavailable, "RBAC manifest"},
		"object in JSON":     {http.StatusOK, `{"kind":"Namespace"}`, fault.Unavailable, "could not get namespaces"},
		"damaged object":     {http.StatusOK, "k8s\x00\xff\xff\xff", fault.Unavailable, "could not get namespaces"},
		"nothing":            {http.StatusOK, "", fault.Unavailable, "could not get namespaces"},
		"more than it reads": {http.StatusOK, "k8s\x00" + string(make([]byte, 32<<20)), fault.Unavailable, "larger than 32 MB"},
	} {
		err := readFrom(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.code)
			_, _ = w.Write([]byte(tc.text))
		})
		assert.Equal(t, tc.kind, fault.KindOf(err), name)
		require.ErrorContains(t, err, tc.says, name)
	}
}

// A server that has too much to do says when to ask again; one that is broken does not.
func TestClient_AsksAgainWhenTheServerSaysSo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code  int
		after string
		times int
		kind  fault.Kind
	}{
		"busy":               {http.StatusTooManyRequests, "0", 2, fault.NotFound},
		"starting":           {http.StatusServiceUnavailable, "0", 2, fault.NotFound},
		"busy, with no time": {http.StatusTooManyRequests, "", 1, fault.Unavailable},
		"broken":             {http.StatusInternalServerError, "", 1, fault.Unavailable},
		"refused":            {http.StatusForbidden, "0", 1, fault.Unavailable},
	} {
		asked := 0
		err := readFrom(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked > 1 {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			if tc.after != "" {
				w.Header().Set("Retry-After", tc.after)
			}
			w.WriteHeader(tc.code)
		})
		assert.Equal(t, tc.times, asked, name)
		assert.Equal(t, tc.kind, fault.KindOf(err), name)
	}
}

// The files of a service account are read as Kubernetes mounts them.
func TestClient_ShowsItsAccountToTheRightServerOnly(t *testing.T) {
	t.Parallel()
	shown := ""
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = r.Header.Get("Authorization")
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	token, authority := filepath.Join(dir, "token"), filepath.Join(dir, "ca.crt")
	require.NoError(t, os.WriteFile(token, []byte("of the account\n"), 0o600))
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	for name, tc := range map[string]struct {
		config transport.Config
		kind   fault.Kind
		shown  string
	}{
		"its own server": {transport.Config{BearerTokenFile: token, TLS: transport.TLSConfig{CAFile: authority}}, fault.NotFound, "Bearer of the account"},
		"another server": {transport.Config{BearerTokenFile: token}, fault.Unavailable, ""},
	} {
		shown = ""
		client, err := kube.Connect(server.URL, tc.config)
		require.NoError(t, err, name)
		r, err := kube.NewReader(client, kube.Options{Selector: kubetest.Selector, Now: kubetest.Noon})
		require.NoError(t, err, name)
		_, err = r.View(t.Context(), "demo")
		assert.Equal(t, tc.kind, fault.KindOf(err), name)
		assert.Equal(t, tc.shown, shown, name)
	}
	for name, config := range map[string]transport.Config{
		"no token":     {BearerTokenFile: filepath.Join(dir, "none")},
		"no authority": {BearerTokenFile: token, TLS: transport.TLSConfig{CAFile: filepath.Join(dir, "none")}},
	} {
		_, err := kube.Connect(server.URL, config)
		assert.Equal(t, fault.Internal, fault.KindOf(err), name)
	}
}
