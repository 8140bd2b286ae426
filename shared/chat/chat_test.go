package chat_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/chat"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify/message"
	"github.com/open-craft/ocim/shared/secret"
)

var (
	local = netguard.Policy{AllowHTTP: true}
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

func sample() message.Message {
	return message.Message{Subject: "campus: 1 failed, 1 recovered", More: 3, Lines: []message.Line{
		{Mark: "✕", Title: "demo on campus failed", Detail: "cms <!channel> & *crashes*\n@here", Next: "Read the log of <cms>.", Since: noon, Link: "https://ocim.example.org/clusters/campus/instances/demo"},
		{Mark: "✓", Title: "a|b is healthy again", Since: noon, Link: "https://ocim.example.org/"},
	}}
}

func TestMessageInTheFormOfBothChats(t *testing.T) {
	t.Parallel()
	var got map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&got))
	}))
	defer server.Close()
	require.NoError(t, chat.New(local).Post(t.Context(), secret.New(server.URL+"/canary"), sample()))
	assert.Equal(t, map[string]string{"text": strings.Join([]string{
		"*campus: 1 failed, 1 recovered*",
		"✕ <https://ocim.example.org/clusters/campus/instances/demo|demo on campus failed>: cms &lt;!channel&gt; &amp; ∗crashes∗ @\u200bhere (since 22 Nov 12:00 UTC)",
		"    Next: Read the log of &lt;cms&gt;.",
		"✓ <https://ocim.example.org/|a¦b is healthy again> (since 22 Nov 12:00 UTC)",
		"and 3 more",
	}, "\n")}, got, "nobody is called by what a reason says")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for code, kind := range map[int]fault.Kind{
		200: "", 204: "", 302: fault.Upstream, 307: fault.Upstream, 400: fault.Upstream, 403: fault.Upstream, 404: fault.Upstream, 410: fault.Upstream,
		408: fault.Unavailable, 429: fault.Unavailable, 500: fault.Unavailable, 503: fault.Unavailable,
	} {
		called := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			called++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
		}))
		err := chat.New(local).Post(t.Context(), secret.New(server.URL+"/canary"), sample())
		server.Close()
		assert.Equal(t, 1, called, "%d", code)
		if kind == "" {
			require.NoError(t, err, "%d", code)
			continue
		}
		assert.Equal(t, kind, fault.KindOf(err), "%d: %v", code, err)
		assert.NotContains(t, err.Error(), "canary")
	}
}

func TestAddressesThatAreNotCalled(t *testing.T) {
	t.Parallel()
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	for name, tt := range map[string]struct {
		policy  netguard.Policy
		address string
		kind    fault.Kind
	}{
		"this machine":      {netguard.Policy{}, "https://127.0.0.1/canary", fault.Upstream},
		"by its name":       {netguard.Policy{}, "https://localhost/canary", fault.Upstream},
		"a private network": {netguard.Policy{}, "https://10.0.0.1/canary", fault.Upstream},
		"another network":   {netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}, "https://10.2.0.1/canary", fault.Upstream},
		"metadata":          {netguard.Policy{}, "https://169.254.169.254/canary", fault.Upstream},
		"without TLS":       {netguard.Policy{}, "http://example.org/canary", fault.Upstream},
		"a password":        {local, "https://a:canary@example.org/", fault.Upstream},
		"no address":        {local, "https://exa mple.org/canary", fault.Upstream},
		"nobody there":      {local, down.URL + "/canary", fault.Unavailable},
	} {
		err := chat.New(tt.policy).Post(t.Context(), secret.New(tt.address), sample())
		assert.Equal(t, tt.kind, fault.KindOf(err), "%s: %v", name, err)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "canary", name)
	}
}
