package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

// world is a gateway with secrets, a cluster and an environment.
type world struct {
	env      map[string]string
	secrets  []string
	timeout  string
	loggedIn bool
	table    error
}

func (w world) check(t *testing.T) (report string, missing []string) {
	t.Helper()
	gateway := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/system/secrets" || r.Header.Get("Authorization") != "Basic YWRtaW46eA==" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		list := []map[string]string{}
		for _, name := range w.secrets {
			list = append(list, map[string]string{"name": name, "namespace": "openfaas-fn"})
		}
		_ = json.NewEncoder(rw).Encode(list)
	}))
	t.Cleanup(gateway.Close)
	lookup := func(name string) string {
		if name == "OPENFAAS_URL" {
			return gateway.URL
		}
		return w.env[name]
	}
	logins := filepath.Join(t.TempDir(), "config.yml")
	if w.loggedIn {
		require.NoError(t, os.WriteFile(logins, []byte("auths:\n  - gateway: "+gateway.URL+"\n    auth: basic\n    token: YWRtaW46eA==\n"), 0o600))
	}
	file, err := stack.Read(filepath.Join("..", "..", "stack.yml"), lookup)
	require.NoError(t, err)
	c := checker{
		file: file, lookup: lookup, logins: logins, http: &http.Client{Transport: onlyLocal{}},
		kubectl: func(_ context.Context, arguments ...string) ([]byte, error) {
			if arguments[2] == "cron-connector" {
				return nil, nil
			}
			return []byte(`{"spec":{"template":{"spec":{"containers":[{"env":[{"name":"upstream_timeout","value":"` + w.timeout + `"}]}]}}}}`), nil
		},
		table: func(context.Context, string, string, string) error { return w.table },
	}
	var b strings.Builder
	for _, f := range c.run(t.Context()) {
		b.WriteString(string(f.state) + " " + f.subject + ": " + f.text + "\n")
		if f.state == lacking {
			missing = append(missing, f.subject+": "+f.text)
		}
	}
	return b.String(), missing
}

// onlyLocal refuses calls to anything but this machine.
type onlyLocal struct{}

func (onlyLocal) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != "127.0.0.1" {
		return nil, errors.New("not from here")
	}
	return http.DefaultTransport.RoundTrip(r)
}

func complete() world {
	return world{
		env: map[string]string{
			"OCIM_IMAGES": "registry.example.org/ocim", "OCIM_VERSION": "3.1.0", "OCIM_PUBLIC_URL": "https://ocim.example.org",
			"OCIM_DYNAMODB_REGION": "eu-west-1", "OCIM_TRUSTED_HOPS": "1",
		},
		secrets: []string{"ocim-jwt-private", "ocim-jwt-public", "ocim-seal-keys"}, timeout: "60s", loggedIn: true,
	}
}

func TestRun_ACompleteDeploymentLacksNothing(t *testing.T) {
	t.Parallel()
	report, missing := complete().check(t)
	assert.Empty(t, missing, report)
	assert.Contains(t, report, "note mail", "it says that there is no mail")
	assert.Contains(t, report, "ok proxies")
	assert.Contains(t, report, "ok secrets: ocim-seal-keys")
}

func TestRun_NamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		want   string
	}{
		"images":             {func(w *world) { delete(w.env, "OCIM_IMAGES") }, "OCIM_IMAGES"},
		"local address":      {func(w *world) { delete(w.env, "OCIM_PUBLIC_URL") }, "OCIM_PUBLIC_URL"},
		"address, not https": {func(w *world) { w.env["OCIM_PUBLIC_URL"] = "http://ocim.example.org" }, "https"},
		"region":             {func(w *world) { delete(w.env, "OCIM_DYNAMODB_REGION") }, "OCIM_DYNAMODB_REGION"},
		"proxies":            {func(w *world) { w.env["OCIM_TRUSTED_PROXIES"] = "10.42.0.0" }, `"10.42.0.0" is not a network`},
		"a secret":           {func(w *world) { w.secrets = w.secrets[:2] }, "ocim-seal-keys, for clusters, instances, pipelines, sync, webhook"},
		"log-in":             {func(w *world) { w.loggedIn = false }, "faas-cli login"},
		"time-out":           {func(w *world) { w.timeout = "55s" }, "more than 55s"},
		"sender":             {func(w *world) { w.env["OCIM_SMTP_HOST"] = "smtp.example.org" }, "OCIM_MAIL_FROM"},
		"mail secret": {func(w *world) {
			w.env["OCIM_SMTP_USER"], w.env["OCIM_AUTH_SECRETS"] = "ocim", "ocim-smtp-password"
			w.secrets = append(w.secrets, "ocim-smtp-password")
		}, "add it to OCIM_SYNC_SECRETS"},
		"AWS secret": {func(w *world) {
			w.env["OCIM_AWS_CREDENTIALS_FILE"] = "/var/openfaas/secrets/ocim-aws-credentials"
			w.env["OCIM_AUTH_SECRETS"], w.env["OCIM_SYNC_SECRETS"] = "ocim-aws-credentials", "ocim-aws-credentials"
			w.secrets = append(w.secrets, "ocim-aws-credentials")
		}, "clusters needs ocim-aws-credentials: add it to OCIM_FLEET_SECRETS"},
		"sign-in secret": {func(w *world) { w.env["OCIM_GOOGLE_CLIENT_ID"] = "ocim" }, "ocim-google-secret: add it to OCIM_AUTH_SECRETS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := complete()
			c.change(&w)
			report, missing := w.check(t)
			require.Len(t, missing, 1, report)
			assert.Contains(t, missing[0], c.want)
		})
	}
}

// What the person who checks may not see is no failure.
func TestRun_DoesNotFailForWhatItCannotSee(t *testing.T) {
	t.Parallel()
	w := complete()
	w.table = errors.New("no credentials")
	report, missing := w.check(t)
	assert.Empty(t, missing)
	assert.Contains(t, report, "note table: ocim cannot be read with your own credentials (no credentials)")
}

func TestLoginFile_IsWhereFaasCLIKeepsIt(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"/home/ada/.openfaas/config.yml": {},
		"/etc/openfaas/config.yml":       {"OPENFAAS_CONFIG": "/etc/openfaas", "CI": "true"},
		".openfaas/config.yml":           {"CI": "1"},
	} {
		assert.Equal(t, want, loginFile(func(name string) string { return env[name] }, "/home/ada"))
	}
}
