package netguard_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
)

func TestAllows(t *testing.T) {
	public := []string{"8.8.8.8", "1.1.1.1", "2606:4700::1111", "172.15.0.1", "172.32.0.1"}
	inside := []string{
		"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "224.0.0.1", "255.255.255.255", "198.18.0.1",
		"64:ff9b::a00:1", "2002:a00:1::", "2001::1", "ff02::1",
	}
	for _, ip := range public {
		assert.True(t, netguard.Policy{}.Allows(netip.MustParseAddr(ip)), ip)
	}
	for _, ip := range inside {
		assert.False(t, netguard.Policy{}.Allows(netip.MustParseAddr(ip)), ip)
	}
	private := netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	assert.True(t, private.Allows(netip.MustParseAddr("10.1.2.3")))
	assert.True(t, private.Allows(netip.MustParseAddr("::ffff:10.1.2.3")))
	assert.False(t, private.Allows(netip.MustParseAddr("10.2.0.1")))
	assert.True(t, netguard.Policy{AllowHTTP: true}.Allows(netip.MustParseAddr("127.0.0.1")))
	assert.False(t, netguard.Policy{AllowHTTP: true}.Allows(netip.MustParseAddr("10.0.0.1")))
}

func TestCheckURL(t *testing.T) {
	loopback := netguard.Policy{AllowHTTP: true}
	tests := []struct {
		policy netguard.Policy
		url    string
		ok     bool
	}{
		{netguard.Policy{}, "https://gitlab.example.org/x", true},
		{netguard.Policy{}, "https://gitlab.example.org:8443", true},
		{netguard.Policy{}, "http://gitlab.example.org", false},
		{netguard.Policy{}, "https://u:p@gitlab.example.org", false},
		{netguard.Policy{}, "https://10.0.0.1", false},
		{netguard.Policy{}, "https://[::1]", false},
		{netguard.Policy{}, "file:///etc/passwd", false},
		{netguard.Policy{}, "https:///x", false},
		{netguard.Policy{AllowHosts: []string{"10.0.0.1"}}, "https://10.0.0.1", true},
		{loopback, "http://127.0.0.1:8080", true},
		{loopback, "http://localhost:8080", true},
		{loopback, "http://[::1]:8080", true},
		{loopback, "http://gitlab.example.org", false},
		{loopback, "http://127.0.0.1.example.org", false},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.url)
		require.NoError(t, err)
		err = tt.policy.CheckURL(u)
		if tt.ok {
			require.NoError(t, err, tt.url)
		} else {
			assert.True(t, fault.Is(err, fault.Invalid), tt.url)
		}
	}
	assert.Error(t, netguard.Policy{}.CheckURL(nil))
}

// The address counts that a name resolves to, not the name.
func TestDialJudgesTheResolvedAddress(t *testing.T) {
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reached = true; _, _ = io.WriteString(w, "hello") }))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)

	get := func(p netguard.Policy, host string) error {
		transport := p.Transport()
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+net.JoinHostPort(host, port), nil)
		require.NoError(t, err)
		resp, err := transport.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	for _, host := range []string{"localhost", "127.0.0.1"} {
		err := get(netguard.Policy{}, host)
		assert.True(t, fault.Is(err, fault.Invalid), "%s: %v", host, err)
		assert.ErrorContains(t, err, "private network")
	}
	assert.False(t, reached, "nothing was sent")
	require.NoError(t, get(netguard.Policy{AllowHTTP: true}, "127.0.0.1"))
	require.NoError(t, get(netguard.Policy{AllowHosts: []string{"LOCALHOST"}}, "localhost"))
	require.NoError(t, get(netguard.Policy{AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, "127.0.0.1"))
	assert.True(t, reached)
}
