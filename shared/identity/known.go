package identity

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/standing"
)

// Bounds of what an Authenticator keeps in memory.
const (
	// knownFor bounds how long a change of access goes unseen when the function that made it
	// died before it could say so.
	knownFor = time.Minute
	maxKnown = 1000
)

// knownUsers keeps what was read of users, for requests that only read. It holds as long
// as nobody's access was reduced, which such a request learns from an item that it reads
// anyway.
type knownUsers struct {
	mu    sync.Mutex
	users map[string]knownUser
}

type knownUser struct {
	user
	mark int64 // of the latest reduction of access, before the user was read
	at   time.Time
}

// ForReading returns the context of a request that only reads: what is known of its user
// may come from memory.
func (a *Authenticator) ForReading(ctx context.Context) context.Context { return kv.WithAhead(ctx) }

// admit finds the user of a token, if counts says that they and it still count; else
// fault.Unauthenticated.
func (a *Authenticator) admit(ctx context.Context, id string, counts func(user) bool) (user, error) {
	mark, keeps, err := standing.Revocation(ctx, a.store)
	if err != nil {
		return user{}, fmt.Errorf("look for changes of access: %w", err)
	}
	if keeps {
		if k, ok := a.known.find(id); ok && k.mark == mark && a.since(k.at) < knownFor && counts(k.user) {
			return k.user, nil
		}
	}
	now := a.now()
	u, err := a.readUser(ctx, id, keeps && now.Sub(time.Unix(0, mark)) >= knownFor, counts)
	if fault.Is(err, fault.NotFound) {
		return user{}, notSignedIn(errNoAccess)
	}
	if err != nil {
		return user{}, fmt.Errorf("read a user: %w", err)
	}
	if !counts(u) {
		return user{}, notSignedIn(errNoAccess)
	}
	if keeps {
		a.known.keep(knownUser{u.shown(), mark, now})
	}
	return u, nil
}

// readUser reads a user. While nobody's access was reduced for a while, an eventual read
// misses at the most what was added, and is enough for whom it admits. It costs half.
func (a *Authenticator) readUser(ctx context.Context, id string, settled bool, counts func(user) bool) (user, error) {
	if settled {
		u, _, err := kvjson.Get[user](ctx, a.store, userKey(id), kv.Eventual())
		if err == nil && counts(u) || err != nil && !fault.Is(err, fault.NotFound) {
			return u, err
		}
	}
	u, _, err := kvjson.Get[user](ctx, a.store, userKey(id))
	return u, err
}

// since gives how long ago something was; a time to come counts as long ago.
func (a *Authenticator) since(at time.Time) time.Duration {
	if age := a.now().Sub(at); age >= 0 {
		return age
	}
	return knownFor
}

// shown leaves out what proves who the user is.
func (u user) shown() user {
	return user{
		ID: u.ID, Email: u.Email, Name: u.Name, Grants: u.Grants, Disabled: u.Disabled, Suspended: u.Suspended,
		Sessions: u.Sessions, Tokens: u.Tokens,
	}
}

// reduces reports whether a request that was admitted before the change would be admitted
// otherwise after it. A session or token that was added is not among what was read
// before, so it is looked up.
func reduces(before, after user) bool {
	missing := func(of, in []string) bool {
		return slices.ContainsFunc(of, func(id string) bool { return !slices.Contains(in, id) })
	}
	return before.Email != after.Email || before.Name != after.Name || before.Disabled != after.Disabled ||
		before.effective().Fingerprint() != after.effective().Fingerprint() ||
		missing(before.Sessions, after.Sessions) || missing(before.Tokens, after.Tokens)
}

// announce makes all functions read again what users may do, once that was reduced.
func (s *Service) announce(ctx context.Context) error {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := standing.Revoke(after, s.store, s.now()); err != nil {
		s.logger.ErrorContext(ctx, "a change of access takes effect late", "within", knownFor, "error", err)
		return fault.Wrap(fault.Unavailable, err, "The change is stored, but takes up to a minute to take effect everywhere.")
	}
	return nil
}

func (k *knownUsers) find(id string) (knownUser, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	u, ok := k.users[id]
	return u, ok
}

func (k *knownUsers) keep(u knownUser) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users == nil || len(k.users) >= maxKnown {
		k.users = map[string]knownUser{}
	}
	k.users[u.ID] = u
}
