package faas

import (
	"context"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/access"
)

const callIDHeader = "X-Call-Id"

var callID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`) })

// call describes one request while it runs.
type call struct {
	id        string
	client    netip.Addr
	principal access.Principal
	err       error // for the log
	request   *http.Request
	header    http.Header // of the answer
	maxBody   int64       // bytes
	release   func()      // gives back what Body took; nil when it took nothing
	polling   *polling
}

type callKey struct{}

func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// PrincipalFrom returns the caller of an operation. It is the zero Principal on public
// operations.
func PrincipalFrom(ctx context.Context) access.Principal { return callFrom(ctx).principal }

// ClientFrom returns the caller's address as ClientAddress finds it. It is invalid when
// there is none.
func ClientFrom(ctx context.Context) netip.Addr { return callFrom(ctx).client }

// ActorFrom returns the caller of an operation as records name them.
func ActorFrom(ctx context.Context) access.Actor {
	p := PrincipalFrom(ctx)
	by := access.Actor{UserID: p.UserID, Email: p.Email, TokenID: p.TokenID}
	if client := ClientFrom(ctx); client.IsValid() {
		by.Address = client.String()
	}
	return by
}

// callIDOf returns the call id that the caller sent, or a new one when that is not
// well-formed, because the id is logged.
func callIDOf(h http.Header) string {
	if given := h.Get(callIDHeader); callID().MatchString(given) {
		return given
	}
	return newCallID()
}

func newCallID() string { return ulid.Make().String() }

// ClientAddress returns the address of the client behind r, invalid if r has no
// address at all.
//
// With hops > 0, that many proxies in front each append the address they were
// called from to X-Forwarded-For, so the client's is the entry that many places
// from the right; what the client itself sent stands to the left of it and does
// not count. When there are fewer entries, the proxies do not do so, and none is
// believed. OpenFaaS' gateway and watchdog append nothing.
//
// With hops 0, X-Forwarded-For counts only as far as trusted proxies wrote it:
// from the right, the first address that is not a trusted proxy's is the
// client's.
func ClientAddress(r *http.Request, hops int, trusted []netip.Prefix) netip.Addr {
	client, ok := parseAddress(r.RemoteAddr)
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if hops > 0 {
		if at := len(entries) - hops; at >= 0 {
			if entry, ok := parseAddress(strings.TrimSpace(entries[at])); ok {
				return entry
			}
		}
		return client
	}
	if !ok || !within(client, trusted) {
		return client
	}
	for i := len(entries) - 1; i >= 0; i-- {
		hop, ok := parseAddress(strings.TrimSpace(entries[i]))
		if !ok {
			return client
		}
		client = hop
		if !within(client, trusted) {
			return client
		}
	}
	return client
}

// parseAddress reads an address with or without a port.
func parseAddress(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

func within(a netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
