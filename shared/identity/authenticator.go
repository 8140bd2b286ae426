package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/limit"
)

// AuthenticatorConfig is what an Authenticator needs. Store and Keys are
// required.
type AuthenticatorConfig struct {
	Store  kv.Store
	Keys   Read             // PEM bundle of public keys (or private ones, where there are)
	Issuer string           // as the Service has it; empty is "ocim"
	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil is slog's default
}

// Authenticator identifies the owner of a bearer token, an access token or an API
// token. It is safe for concurrent use.
//
// A token only identifies the user; what they may do comes from the store. Requests that
// change something read it by a read that sees every write, for one read unit. Requests
// whose context is that of kv.WithAhead, which only read, take it from memory while
// nobody's access was reduced, for the half unit of the fleet's head, which most of them
// need anyway; where memory has nothing, half a unit more buys the user while nobody's access
// was reduced within a minute. So a role that was changed, a user who was disabled and a session that was
// ended count from the next request, or, for one that only reads from DynamoDB, from the
// moment when its eventual reads see the change, which is usually well within a second.
// An API token costs half a unit more.
type Authenticator struct {
	store    kv.Store
	verifier *verifier
	limits   *limit.Limiter
	now      func() time.Time
	logger   *slog.Logger
	known    knownUsers

	mu     sync.Mutex
	leases map[string]usePermits // by API token's id
}

// usePermits is a number of permits of an API token, taken from the store at once.
type usePermits struct {
	left  int
	until time.Time
}

const (
	leased    = 20
	leaseTime = 10 * time.Second
	maxLeases = 1000
)

// NewAuthenticator makes an Authenticator. It fails when the keys cannot be
// read.
func NewAuthenticator(c AuthenticatorConfig) (*Authenticator, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	keys, err := newKeyring(c.Keys)
	if err != nil {
		return nil, err
	}
	return &Authenticator{
		store: c.Store, verifier: newVerifier(cmp.Or(c.Issuer, defaultIssuer), keys, c.Now), limits: limit.New(c.Store, c.Now),
		now: c.Now, logger: c.Logger, leases: map[string]usePermits{},
	}, nil
}

var errNoAccess = errors.New("there is no such user, or they are disabled, or the session or API token was ended")

// Authenticate returns the principal of a bearer token. A token that is broken,
// expired or revoked, or whose owner is disabled, is fault.Unauthenticated; an
// API token that is used too often is fault.Limited.
func (a *Authenticator) Authenticate(ctx context.Context, bearer string) (Principal, error) {
	if strings.HasPrefix(bearer, tokenPrefix) {
		return a.apiToken(ctx, bearer)
	}
	c, err := a.verifier.verify(bearer)
	if err != nil {
		return Principal{}, err
	}
	u, err := a.admit(ctx, c.Subject, func(u user) bool { return !u.Disabled && slices.Contains(u.Sessions, c.Session) })
	if err != nil {
		return Principal{}, err
	}
	return Principal{UserID: u.ID, Email: u.Email, Name: u.Name, SessionID: c.Session, Grants: u.effective()}, nil
}

func (a *Authenticator) apiToken(ctx context.Context, bearer string) (Principal, error) {
	userID, id, plain, ok := parseAPIToken(bearer)
	if !ok {
		return Principal{}, notSignedIn(errors.New("malformed API token"))
	}
	key := tokenKey(userID, id)
	// What counts of the item never changes; only a new one may not be seen yet.
	t, version, err := kvjson.Get[apiToken](ctx, a.store, key, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		t, version, err = kvjson.Get[apiToken](ctx, a.store, key)
	}
	if fault.Is(err, fault.NotFound) {
		return Principal{}, notSignedIn(errors.New("no such API token"))
	}
	if err != nil {
		return Principal{}, fmt.Errorf("read an API token: %w", err)
	}
	if !same(t.Secret, tokenDigest(userID, id, plain)) || !a.now().Before(t.Expires) {
		return Principal{}, notSignedIn(errors.New("wrong or expired API token"))
	}
	u, err := a.admit(ctx, userID, func(u user) bool { return !u.Disabled && slices.Contains(u.Tokens, id) })
	if err != nil {
		return Principal{}, err
	}
	if err := a.takeUse(ctx, id); err != nil {
		return Principal{}, err
	}
	a.recordUse(ctx, key, t, version)
	return Principal{UserID: u.ID, Email: u.Email, Name: u.Name, TokenID: id, Grants: u.effective().Within(t.Scope)}, nil
}

// takeUse takes a permit of the token, from the store only when this replica has
// none left.
func (a *Authenticator) takeUse(ctx context.Context, id string) error {
	now := a.now()
	a.mu.Lock()
	l := a.leases[id]
	if l.left > 0 && now.Before(l.until) {
		l.left--
		a.leases[id] = l
		a.mu.Unlock()
		return nil
	}
	a.mu.Unlock()

	n := leased
	err := a.limits.Take(ctx, useByToken, id, n)
	if fault.Is(err, fault.Limited) {
		n = 1
		err = a.limits.Take(ctx, useByToken, id, n)
	}
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.leases) >= maxLeases {
		clear(a.leases)
	}
	a.leases[id] = usePermits{left: n - 1, until: now.Add(leaseTime)}
	return nil
}

// recordUse notes the use of an API token, now and then.
func (a *Authenticator) recordUse(ctx context.Context, key kv.Key, t apiToken, version int64) {
	now := a.now().UTC()
	from := t.LastFrom
	if client := access.ClientFrom(ctx); client.IsValid() {
		from = client.String()
	}
	since := now.Sub(t.LastUsed)
	if since < tokenSeen && (from == t.LastFrom || since < tokenMoved) {
		return
	}
	t.LastUsed, t.LastFrom = now, from
	err := kvjson.Put(ctx, a.store, key, t, kv.IfVersion(version), t.Expires)
	if err != nil && !fault.Is(err, fault.Conflict) {
		a.logger.WarnContext(ctx, "the use of an API token was not noted", "token", t.ID, "error", err)
	}
}
