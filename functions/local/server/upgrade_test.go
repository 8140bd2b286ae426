package server

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/servertest"
	web "github.com/open-craft/ocim/functions/web"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/packed"
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

// kindOf gives the kind of a record: its partition without what names one.
func kindOf(item kv.Item) string {
	kind, _, _ := strings.Cut(item.Partition, "#")
	if parts := strings.Split(kind, "/"); len(parts) > 2 {
		kind = parts[0] + "/" + parts[1]
	}
	return kind
}

// recordKinds are the kinds that every release keeps what it wrote of.
var recordKinds = []string{
	"activity", "annotation", "audit/log", "audit/note", "audit/seals", "bulk", "bulk-open", "cluster", "credentials", "deployed", "deployment", "event",
	"event-poison", "event-unconfirmed", "files", "fleet", "identity/email", "identity/invitation", "identity/passkey", "identity/reset", "identity/roster",
	"identity/session", "identity/token", "identity/user", "installation", "lease", "limit/login", "notify-log", "notify-subscription", "notify-told",
	"operation", "operation-by-instance", "operation-diff", "operation-once", "operation-open", "operation-sent", "page", "pipeline", "pipeline-act",
	"pipeline-action-open", "project", "project-claim", "project-health", "project-id", "protection", "segment", "site-round", "sync", "usage",
	"usage-state", "view", "view-default", "view-shared",
}

// load stores what a release wrote, also what has expired since, which exists for another hour.
func load(t *testing.T, file string, store transfer.Store) map[string]bool {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	unzip, err := gzip.NewReader(f)
	require.NoError(t, err)
	known := map[string]bool{}
	for lines := json.NewDecoder(unzip); ; {
		var line struct{ Entry *kv.Item }
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			return known
		}
		require.NoError(t, err)
		if line.Entry == nil {
			continue
		}
		if !line.Entry.Expires.IsZero() && line.Entry.Expires.Before(time.Now().Add(time.Hour)) {
			line.Entry.Expires = time.Now().Add(time.Hour)
		}
		require.NoError(t, store.Load(t.Context(), *line.Entry))
		known[kindOf(*line.Entry)] = true
	}
}

// The present functions work on what each earlier release wrote: every page answers, the
// audit log verifies, credentials open, and sync goes on.
func TestUpgrade_WorksOnWhatEarlierReleasesWrote(t *testing.T) {
	t.Parallel()
	if *updateGolden {
		store := openFile(t)
		runJob(t, store, fixtureSecrets(t)).rareRecords()
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
			known := load(t, file, store)
			for _, kind := range recordKinds {
				assert.True(t, known[kind], "it has no record of the kind %s", kind)
			}
			workOn(t, store)
		})
	}
}

// What an earlier release could not decode and this one can is taken up again, of every
// kind that can be looked at.
func TestUpgrade_TakesUpWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	store := openFile(t)
	load(t, filepath.Join(recordsDir, "next.export"), store)
	for _, item := range everything(t, store) {
		kvjson.LeaveOut(t.Context(), store, item, errors.New("a later release wrote it"))
	}
	records := fleetstore.New(store, time.Now)
	kinds := map[string]bool{}
	for _, cluster := range []string{"campus", ""} {
		list, err := records.DamagedItems(t.Context(), cluster)
		require.NoError(t, err)
		for _, d := range list {
			if d.Discardable {
				kinds[d.Kind] = true
				require.NoError(t, records.RetryDamaged(t.Context(), cluster, d.ID, func() error { return nil }), d.Key)
			}
		}
		list, err = records.DamagedItems(t.Context(), cluster)
		require.NoError(t, err)
		require.False(t, slices.ContainsFunc(list, func(d fleetstore.DamagedItem) bool { return d.Discardable }))
	}
	for _, kind := range []string{"operation", "pipeline", "files", "page", "segment", "sync", "usage", "bulk", "project", "event", "protection", "activity"} {
		assert.True(t, kinds[kind], "no record of the kind %s was looked at", kind)
	}
}

func everything(t *testing.T, store transfer.Store) (items []kv.Item) {
	t.Helper()
	require.NoError(t, store.Each(t.Context(), func(item kv.Item) error {
		items = append(items, item)
		return nil
	}))
	return items
}

// replaced are the kinds that are written as a whole: copies of what GitLab and the
// clusters have, entries that point to a record, and what lives for a moment.
var replaced = []string{
	"activity", "audit/log", "audit/note", "audit/seals", "bulk-open", "cluster", "deployed", "deployment", "files", "fleet", "lease", "limit", "operation-diff",
	"operation-open", "page", "segment", "site-round",
}

// Records that the next release wrote, with fields and a version that this one does not
// know, are read, and keep those fields in whatever this release writes.
func TestUpgrade_KeepsWhatTheNextReleaseWrites(t *testing.T) {
	t.Parallel()
	store, codec := openFile(t), packed.New(1)
	j := runJob(t, store, fixtureSecrets(t))
	j.rareRecords()
	before := map[kv.Key]int64{}
	for _, item := range everything(t, store) {
		kind, _, _ := strings.Cut(kindOf(item), "/")
		text, err := codec.Unpack(item.Value)
		require.NoError(t, err)
		if !bytes.HasPrefix(text, []byte("{")) || slices.Contains(replaced, kindOf(item)) || slices.Contains(replaced, kind) {
			continue
		}
		fields := map[string]json.RawMessage{}
		require.NoError(t, json.Unmarshal(text, &fields))
		require.Equal(t, "1", string(fields["schema"]), "%s has no version", item.Partition)
		fields["schema"], fields["addedLater"] = []byte("2"), []byte(`{"a":[1]}`)
		text, err = json.Marshal(fields)
		require.NoError(t, err)
		if bytes.HasPrefix(item.Value, []byte("{")) {
			item.Value = text
		} else {
			item.Value = codec.Pack(text)
		}
		kept, err := store.Put(t.Context(), item, kv.Always)
		require.NoError(t, err)
		before[item.Key] = kept.Version
	}

	j.logIn()
	j.do(http.MethodPatch, "auth/v1/me", `{"name":"Ada L."}`)
	j.do(http.MethodPut, "clusters/v1/views/"+j.view, `{"name":"Mine too","query":"provider=aws"}`)
	j.do(http.MethodPut, "clusters/v1/notifications/"+j.mails, `{"name":"post","channel":"email","events":["failed"]}`)
	j.do(http.MethodPut, "pipelines/v1/clusters/campus/annotation", `{"note":"Ask Eve"}`)
	j.do(http.MethodPut, jobAlpha+"/protection", `{"protected":false}`)
	j.do(http.MethodPost, "clusters/v1/projects/campus/rotate", `{"what":"webhookSecret"}`)
	j.sendEvent()
	j.start(jobOperations, `{"kind":"create","instance":"delta"}`)
	j.gitlab.Commit(j.project.ID, gitlabtest.CommitSpec{Message: "y", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: b.example.org\n"}})
	j.do(http.MethodPost, "sync/", "")
	j.do(http.MethodPost, "sync/v1/clusters/campus", "")
	j.do(http.MethodPost, "sync/v1/audit/verify", "")
	j.do(http.MethodPost, "clusters/v1/projects/campus/check", "")
	j.do(http.MethodPatch, "clusters/v1/projects/campus", `{"overrides":{"region":"eu-west-1"}}`)
	for _, op := range ask[struct{ Operations []struct{ ID, State string } }](j, http.MethodGet, jobOperations, "").Operations {
		if op.State == "requested" {
			j.do(http.MethodPost, jobOperations+"/"+op.ID+"/withdraw", "{}")
		}
	}

	written := map[string]bool{}
	for _, item := range everything(t, store) {
		text, err := codec.Unpack(item.Value)
		require.NoError(t, err)
		if version, known := before[item.Key]; known && item.Version > version {
			written[kindOf(item)] = true
			assert.Contains(t, string(text), `"addedLater":{"a":[1]}`, "%s %s", item.Partition, item.Sort)
			assert.Contains(t, string(text), `"schema":2`, "%s %s", item.Partition, item.Sort)
		}
	}
	for _, kind := range []string{
		"annotation", "credentials", "identity/user", "installation", "notify-subscription", "operation", "project", "project-health", "protection", "sync", "view",
	} {
		assert.True(t, written[kind], "no record of the kind %s was written again", kind)
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
