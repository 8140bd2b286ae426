package netguard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/open-craft/ocim/shared/fault"
)

// Policy says which addresses may be reached. The zero Policy allows every public
// address, with TLS.
type Policy struct {
	AllowHTTP     bool           // also allow loopback addresses, and HTTP without TLS there
	AllowNetworks []netip.Prefix // private networks that may be reached
	AllowHosts    []string       // names that may be reached, whatever they resolve to
}

// special are networks that Go counts as neither private nor loopback, and that are not
// part of the public internet either.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), // embeds an IPv4 address
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // embeds an IPv4 address
	netip.MustParsePrefix("fec0::/10"),
}

// Allows reports whether an address may be dialed.
func (p Policy) Allows(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	within := func(networks []netip.Prefix) bool {
		return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(ip) })
	}
	switch {
	case within(p.AllowNetworks):
		return true
	case ip.IsLoopback():
		return p.AllowHTTP
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !within(special)
}

// CheckURL checks a URL before a request is sent: it must be https (or http where that is
// allowed) and have a host, but no user or password. The error is fault.Invalid.
func (p Policy) CheckURL(u *url.URL) error {
	switch {
	case u == nil || u.Hostname() == "":
		return fault.New(fault.Invalid, "the address has no host")
	case u.User != nil:
		return fault.New(fault.Invalid, "the address contains a user or password; remove them")
	case u.Scheme == "https":
	case u.Scheme == "http" && p.AllowHTTP && isLoopback(u.Hostname()):
	default:
		return fault.New(fault.Invalid, "the address must start with https://")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !p.Allows(ip) && !p.named(u.Hostname()) {
		return p.refused(ip)
	}
	return nil
}

func isLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func (p Policy) named(host string) bool {
	return slices.ContainsFunc(p.AllowHosts, func(h string) bool { return strings.EqualFold(h, host) })
}

func (p Policy) refused(ip netip.Addr) error {
	return fault.New(fault.Invalid, "the address %s is inside a private network; an administrator of this server can allow that network", ip)
}

// DialContext dials an allowed address. It is for http.Transport.
func (p Policy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if host, _, err := net.SplitHostPort(address); err != nil || !p.named(host) {
		d.Control = p.control
	}
	conn, err := d.DialContext(ctx, network, address)
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return nil, f // without the text that net adds, which helps no reader
	}
	return conn, err
}

// control checks an address after the name was resolved and before the connection is
// made.
func (p Policy) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the address cannot be checked")
	}
	if !p.Allows(at.Addr()) {
		return p.refused(at.Addr())
	}
	return nil
}

// Transport returns an http.Transport that dials only allowed addresses. It uses no
// proxy, because a proxy would dial in its place. Callers must also refuse redirects to
// other hosts.
func (p Policy) Transport() *http.Transport {
	return &http.Transport{
		DialContext:           p.DialContext,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
