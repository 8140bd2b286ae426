package server

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/transfer"
	"github.com/open-craft/ocim/shared/secret"
)

// recordsDir has what earlier releases wrote: the complete store after a whole job, by
// the release. `go test -run TestUpgrade -update` adds that of the present code, as
// next.export; a release renames it to its version.
var recordsDir = filepath.Join("testdata", "records")

// fixtureSecrets are the secrets that the records were written with. They are derived
// from nothing secret, and are for these tests only.
func fixtureSecrets(t *testing.T) *secret.Directory {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte("ocim"), 8)))
	require.NoError(t, err)
	for name, value := range map[string]string{
		"ocim-jwt-private": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"ocim-seal-keys":   "fixture:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("seal"), 8)) + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600))
	}
	secrets, err := makeSecrets(dir, time.Now())
	require.NoError(t, err)
	return secrets
}

func openFile(t *testing.T) *bolt.Store {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "ocim.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// kinds are the kinds of records in a store: their partitions without what names one.
func kinds(t *testing.T, store transfer.Store) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	require.NoError(t, store.Each(t.Context(), func(item kv.Item) error {
		kind, _, _ := strings.Cut(item.Partition, "#")
		if parts := strings.Split(kind, "/"); len(parts) > 2 {
			kind = parts[0] + "/" + parts[1]
		}
		out[kind] = true
		return nil
	}))
	return out
}

// The present functions work on what each earlier release wrote: every page answers, the
// audit log verifies, credentials open, and sync goes on.
func TestUpgrade_WorksOnWhatEarlierReleasesWrote(t *testing.T) {
	t.Parallel()
	if *updateGolden {
		store := openFile(t)
		runJob(t, store, fixtureSecrets(t))
		require.NoError(t, os.MkdirAll(recordsDir, 0o755))
		f, err := os.Create(filepath.Join(recordsDir, "next.export"))
		require.NoError(t, err)
		_, err = transfer.Export(t.Context(), store, f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		return // its leases are still held
	}
	files, err := filepath.Glob(filepath.Join(recordsDir, "*.export"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			store := openFile(t)
			f, err := os.Open(file)
			require.NoError(t, err)
			_, err = transfer.Import(t.Context(), f, store)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			known := kinds(t, store)
			for _, kind := range []string{
				"audit/log", "bulk", "cluster", "credentials", "deployed", "files", "fleet", "identity/email", "identity/invitation", "identity/token",
				"identity/user", "operation", "operation-by-instance", "operation-diff", "pipeline", "project", "project-claim", "segment", "sync", "view",
			} {
				assert.True(t, known[kind], "it has no record of the kind %s", kind)
			}
			workOn(t, store)
		})
	}
}

// workOn has the present functions work on a store.
func workOn(t *testing.T, store kv.Store) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	var log servertest.Output
	m, err := newMachine(testConfig(t), base, store, fixtureSecrets(t), slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	handlers := functions(m)
	server.Config.Handler = &gateway{functions: handlers, frontend: web.New(web.Files())}
	server.Start()
	t.Cleanup(server.Close)
	bearer := ""
	do := func(method, path, body string) string {
		t.Helper()
		status, answer := servertest.Call(t, method, base+"/function/"+path, bearer, body)
		require.Less(t, status, 300, "%s %s: %s", method, path, answer)
		return string(answer)
	}
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal([]byte(do(http.MethodPost, "auth/v1/login", `{"email":"ada@example.org","password":"seventeen lamps over Lisbon"}`)), &in))
	bearer = in.AccessToken
	assert.Contains(t, do(http.MethodGet, "auth/v1/invitations", ""), "grace@example.org")
	assert.Contains(t, do(http.MethodGet, "clusters/v1/instances", ""), `"alpha"`)
	assert.Contains(t, do(http.MethodGet, "clusters/v1/views", ""), "Mine")
	assert.Contains(t, do(http.MethodGet, "clusters/v1/notifications", ""), `"mail"`)
	assert.Contains(t, do(http.MethodGet, "instances/v1/clusters/campus/instances/alpha", ""), "alpha.example.org")
	assert.Contains(t, do(http.MethodGet, "pipelines/v1/clusters/campus/operations", ""), `"gamma"`)
	assert.Contains(t, do(http.MethodGet, "pipelines/v1/bulk-changes", ""), `"update"`)
	assert.Contains(t, do(http.MethodPost, "sync/v1/audit/verify", ""), `"ok":true`)
	assert.NotContains(t, do(http.MethodGet, "sync/v1/keys", ""), `"missing":true`)
	credentials, err := m.fleet.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.False(t, credentials.APIToken.IsZero())

	// GitLab of then is gone, so sync fails for the project, and only for that reason.
	assert.Contains(t, do(http.MethodPost, "sync/", ""), "done")
	fill := strings.NewReplacer("{cluster}", "campus", "{instance}", "alpha", "{pipeline}", "1", "{job}", "1", "{pod}", "lms", "{view}", "x", "{bulk}", "x", "{operation}", "x")
	for name, handler := range handlers {
		for _, op := range operations(t, handler, bearer) {
			if op.method != http.MethodGet {
				continue
			}
			status, answer := servertest.Call(t, http.MethodGet, base+"/function/"+name+fill.Replace(op.path), bearer, "")
			assert.NotEqual(t, http.StatusInternalServerError, status, "%s%s: %s", name, op.path, answer)
		}
	}
	assert.NotContains(t, log.String(), "decoding")
}
