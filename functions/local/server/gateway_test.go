package server

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGateway(t *testing.T) {
	t.Parallel()
	echo := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			_, _ = io.WriteString(w, strings.Join([]string{
				name, r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.RequestURI, r.Header.Get("Authorization"), string(body),
			}, "|"))
		})
	}
	g := &gateway{functions: map[string]http.Handler{"auth": echo("auth")}, frontend: echo("front")}
	for url, want := range map[string]string{
		"/function/auth/v1/me?x=1&x=2":  "auth|POST|/v1/me||x=1&x=2|/v1/me?x=1&x=2|Bearer a|hi",
		"/function/auth":                "auth|POST|/|||/|Bearer a|hi",
		"/function/auth/":               "auth|POST|/|||/|Bearer a|hi",
		"/function/auth/a%2Fb":          "auth|POST|/a/b|||/a/b|Bearer a|hi",
		"/function/auth//a///b/":        "auth|POST|/a/b|||/a/b|Bearer a|hi",
		"/function/auth/a/../b":         "auth|POST|/b|||/b|Bearer a|hi",
		"//function//auth/a%20b":        "auth|POST|/a b|||/a%20b|Bearer a|hi",
		"/":                             "front|POST|/|||/|Bearer a|hi",
		"/clusters/aws?tab=1":           "front|POST|/clusters/aws||tab=1|/clusters/aws?tab=1|Bearer a|hi",
		"/functions":                    "front|POST|/functions|||/functions|Bearer a|hi",
		"/function/auth/../../clusters": "front|POST|/function/auth/../../clusters|||/function/auth/../../clusters|Bearer a|hi",
	} {
		r := httptest.NewRequest(http.MethodPost, url, strings.NewReader("hi"))
		r.Header.Set("Authorization", "Bearer a")
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		assert.Equal(t, want, w.Body.String(), url)
	}
	for _, url := range []string{"/function", "/function/", "/function/nothing/v1", "/function/auth%2Fx"} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		if url == "/function/auth%2Fx" {
			assert.Equal(t, 200, w.Code, "the gateway decodes before it looks")
			continue
		}
		require.Equal(t, 404, w.Code, url)
		assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
		var p struct{ Type, Instance string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		assert.Equal(t, "urn:ocim:not_found", p.Type)
		assert.Equal(t, w.Header().Get("X-Call-Id"), p.Instance)
	}
}
