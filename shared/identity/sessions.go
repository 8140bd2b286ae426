package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/secret"
)

// How long a session lasts.
const (
	SessionIdle = 7 * 24 * time.Hour  // without being refreshed
	SessionMost = 30 * 24 * time.Hour // in any case
)

// RefreshGrace is how long after a refresh the token it replaced is answered
// with fault.Conflict instead of being taken for a stolen one.
//
// Two tabs that wake up together send the same cookie. One wins; the browser
// then holds the winner's new cookie for both, so the other need only ask again.
// Nothing is given to a replaced token, not even within the grace: a thief who
// replays one gains nothing and still cannot go unnoticed later. The price:
// when an answer is lost on the way, its browser has to log in again.
const RefreshGrace = 10 * time.Second

// session is one browser in which a user logged in. It counts only while
// the user's item lists its id.
type session struct {
	kvjson.Rest
	ID       string    `json:"id"`
	UserID   string    `json:"userId"`
	Family   string    `json:"family"`             // digest of what all its refresh tokens share
	Refresh  string    `json:"refresh"`            // digest of the refresh token that is good
	Previous string    `json:"previous,omitempty"` // digest of the one before
	Rotated  time.Time `json:"rotated"`
	Created  time.Time `json:"created"`
	Device   string    `json:"device"`
	Address  string    `json:"address"`
	Method   string    `json:"method"`
	Proved   time.Time `json:"proved,omitzero"` // when the person last proved who they are
}

func (n session) ends() time.Time {
	return slices.MinFunc([]time.Time{n.Rotated.Add(SessionIdle), n.Created.Add(SessionMost)}, time.Time.Compare)
}

func sessionPartition(user string) string { return "identity/session/" + user }

func sessionKey(user, id string) kv.Key { return kv.Key{Partition: sessionPartition(user), Sort: id} }

// SignedIn is what a browser gets when its user logs in or refreshes.
type SignedIn struct {
	AccessToken    secret.Value
	AccessExpires  time.Time
	RefreshToken   secret.Value
	RefreshExpires time.Time
	Device         secret.Value // to keep and to send along at the next log-in; empty when refreshing
	User           User
}

// refreshToken is "<user>.<session>.<family>.<secret>": the family is 128 random
// bits that distinguish an old token of the session from a stranger's guess, the secret
// 256 random bits that change at each use.
type refreshToken struct{ user, session, family, secret string }

func parseRefresh(v secret.Value) (refreshToken, error) {
	p := strings.Split(v.Reveal(), ".")
	if len(p) != 4 || !isID(p[0]) || !isID(p[1]) || len(p[2]) != 22 || len(p[3]) != 43 {
		return refreshToken{}, notSignedIn(errors.New("malformed refresh token"))
	}
	return refreshToken{p[0], p[1], p[2], p[3]}, nil
}

func (t refreshToken) value() secret.Value {
	return secret.New(t.user + "." + t.session + "." + t.family + "." + t.secret)
}

func (t refreshToken) familyDigest() string { return digest("family", t.user, t.session, t.family) }

func (t refreshToken) secretDigest() string { return digest("refresh", t.user, t.session, t.secret) }

// start begins a session of a user who proved who they are, provided that their
// password is still the one of that generation.
//
// proved is when they proved it; zero does not count as recent. What also does to the
// user is stored in the same write.
func (s *Service) start(ctx context.Context, v Visitor, id string, generation int64, method string, proved time.Time, also ...func(*user) error) (SignedIn, error) {
	return s.startFrom(ctx, v, &readUser{user: user{ID: id}}, generation, method, proved, also...)
}

// startFrom is start by a caller who has read the user.
func (s *Service) startFrom(ctx context.Context, v Visitor, from *readUser, generation int64, method string, proved time.Time, also ...func(*user) error) (SignedIn, error) {
	now, id := s.now().UTC(), from.ID
	t := refreshToken{user: id, session: newID(now), family: newToken(16), secret: newToken(32)}
	device := v.Device.Reveal()
	n := session{
		ID: t.session, UserID: id, Family: t.familyDigest(), Refresh: t.secretDigest(), Rotated: now, Created: now,
		Device: describeAgent(v.Agent), Address: v.Address, Method: method, Proved: proved.UTC(),
	}
	if err := s.save(ctx, sessionKey(id, n.ID), n, n.ends(), kv.IfAbsent(), nil); err != nil {
		return SignedIn{}, fmt.Errorf("start a session: %w", err)
	}
	u, err := s.changeUserFrom(ctx, from, func(u *user) (*audit.Entry, error) {
		if u.Disabled || u.Generation != generation {
			return nil, wrongPassword()
		}
		for _, change := range also {
			if err := change(u); err != nil {
				return nil, err
			}
		}
		if !u.isKnownDevice(device) {
			device = newToken(16)
			u.rememberDevice(device)
		}
		u.Sessions = last(append(u.Sessions, n.ID), maxSessions)
		u.LastLogin = now
		return entry(v.actor(*u), "session.started", "user/"+id, nil, map[string]string{"session": n.ID, "device": n.Device, "method": method})
	})
	if err != nil {
		return SignedIn{}, err
	}
	out, err := s.issue(u, n, t)
	out.Device = secret.New(device)
	return out, err
}

func (s *Service) issue(u user, n session, t refreshToken) (SignedIn, error) {
	k, err := s.keys.first()
	if err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{RefreshToken: t.value(), RefreshExpires: n.ends(), User: s.view(u)}
	out.User.Grants = u.effective()
	out.AccessToken, out.AccessExpires, err = k.sign(s.issuer, u.ID, n.ID, newID(s.now()), s.now(), n.Created.Add(SessionMost))
	return out, err
}

// Refresh changes a refresh token for the next one and a new access token.
// However often a token is used at once, one use succeeds; the others, and any
// within RefreshGrace, get fault.Conflict and should try again with the token
// that the browser holds by then. Using an older token ends the session. All
// else is fault.Unauthenticated.
func (s *Service) Refresh(ctx context.Context, v Visitor, token secret.Value) (SignedIn, error) {
	t, err := parseRefresh(token)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.takePermits(ctx, permit{refreshByAddress, network(v.Address)}); err != nil {
		return SignedIn{}, err
	}
	u, n, version, err := s.loadSession(ctx, t)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.takePermits(ctx, permit{refreshBySession, n.ID}); err != nil {
		return SignedIn{}, err
	}
	if same(n.Refresh, t.secretDigest()) {
		if err := s.applyPasskeyRule(ctx, u); err != nil {
			return SignedIn{}, err
		}
		u.Suspended = s.suspends(u)
		next := t
		next.secret = newToken(32)
		n.Previous, n.Refresh, n.Rotated = n.Refresh, next.secretDigest(), s.now().UTC()
		n.Address, n.Device = v.Address, describeAgent(v.Agent)
		err := s.save(ctx, sessionKey(u.ID, n.ID), n, n.ends(), kv.IfVersion(version), nil)
		if fault.Is(err, fault.Conflict) {
			return SignedIn{}, errRefreshed
		}
		if err != nil {
			return SignedIn{}, fmt.Errorf("refresh a session: %w", err)
		}
		return s.issue(u, n, next)
	}
	if same(n.Previous, t.secretDigest()) && s.now().Sub(n.Rotated) < RefreshGrace {
		return SignedIn{}, errRefreshed
	}
	if err := s.end(ctx, u.ID, v.actor(u), "session.reused", isSession(n.ID)); err != nil {
		return SignedIn{}, err
	}
	s.logger.WarnContext(ctx, "an old refresh token was used; its session was ended", "user", u.ID, "session", n.ID)
	return SignedIn{}, notSignedIn(errors.New("an old refresh token was used"))
}

var errRefreshed = fault.New(fault.Conflict, "Another tab has just refreshed this session. Try again.")

// loadSession returns the user and session of a token of the right family, if both
// still count. It costs two reads.
func (s *Service) loadSession(ctx context.Context, t refreshToken) (user, session, int64, error) {
	refuse := func(why string) (user, session, int64, error) {
		return user{}, session{}, 0, notSignedIn(errors.New(why))
	}
	items, err := s.store.BatchGet(ctx, []kv.Key{userKey(t.user), sessionKey(t.user, t.session)})
	if err != nil {
		return user{}, session{}, 0, fmt.Errorf("read a session: %w", err)
	}
	if len(items) != 2 {
		return refuse("no such session")
	}
	u, err := kvjson.Decode[user](items[0])
	if err != nil {
		return user{}, session{}, 0, err
	}
	n, err := kvjson.Decode[session](items[1])
	switch {
	case err != nil:
		return user{}, session{}, 0, err
	case !same(n.Family, t.familyDigest()):
		return refuse("not a token of this session")
	case u.Disabled:
		return refuse("disabled")
	case !slices.Contains(u.Sessions, n.ID):
		return refuse("the session was ended")
	case !s.now().Before(n.ends()):
		return refuse("the session has expired")
	}
	return u, n, items[1].Version, nil
}

// LogOut ends the session of the refresh token. A token that is not good, or is
// no more, is no error.
func (s *Service) LogOut(ctx context.Context, v Visitor, token secret.Value) error {
	t, err := parseRefresh(token)
	if err != nil {
		return nil
	}
	u, n, _, err := s.loadSession(ctx, t)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.end(ctx, u.ID, v.actor(u), "session.ended", isSession(n.ID))
}

// Session is one of a user's sessions.
type Session struct {
	ID       string    `json:"id"`
	Current  bool      `json:"current" doc:"Whether this call was made in it"`
	Device   string    `json:"device" example:"Firefox on Linux"`
	Address  string    `json:"address"` // that it was last refreshed from
	Method   string    `json:"method" enum:"password,google,passkey,recovery"`
	Created  time.Time `json:"createdAt"`
	LastUsed time.Time `json:"lastUsedAt" doc:"To within ten minutes"` // that is, accessLifetime
	Expires  time.Time `json:"expiresAt" doc:"Unless it is used earlier"`
}

// Sessions returns the sessions of a user that live, the last used first, and marks the
// current one.
func (s *Service) Sessions(ctx context.Context, userID, current string) ([]Session, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return nil, err
	}
	stored, err := all[session](ctx, s.store, sessionPartition(userID))
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	out := []Session{}
	for _, n := range stored {
		if slices.Contains(u.Sessions, n.ID) && s.now().Before(n.ends()) {
			out = append(out, Session{
				ID: n.ID, Current: n.ID == current, Device: n.Device, Address: n.Address, Method: n.Method,
				Created: n.Created, LastUsed: n.Rotated, Expires: n.ends(),
			})
		}
	}
	order.Sort(out, func(a, b Session) int { return b.LastUsed.Compare(a.LastUsed) })
	return out, nil
}

// EndSession ends one session of the caller's own. One that is not theirs, or
// has ended, is fault.NotFound.
func (s *Service) EndSession(ctx context.Context, by By, id string) error {
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return err
	}
	if !slices.Contains(u.Sessions, id) {
		return fault.New(fault.NotFound, "There is no such session.")
	}
	return s.end(ctx, u.ID, by.actor(), "session.ended", isSession(id))
}

// EndSessions ends all sessions of a user, the caller's own current one too.
func (s *Service) EndSessions(ctx context.Context, by By, userID string) error {
	return s.end(ctx, userID, by.actor(), "session.ended", anySession)
}

func isSession(id string) func(string) bool { return func(x string) bool { return x == id } }

func anySession(string) bool { return true }

// end takes sessions off the user's list, from when on they do not count, and
// then removes their items; what is left of those expires.
func (s *Service) end(ctx context.Context, userID string, actor audit.Actor, action string, which func(string) bool) error {
	var ended []string
	_, err := s.changeUser(ctx, userID, func(u *user) (*audit.Entry, error) {
		ended = nil
		u.Sessions = slices.DeleteFunc(u.Sessions, func(id string) bool {
			if which(id) {
				ended = append(ended, id)
			}
			return which(id)
		})
		if len(ended) == 0 {
			return nil, errUnchanged
		}
		return entry(actor, action, "user/"+userID, map[string]any{"sessions": ended}, nil)
	})
	if err != nil {
		return err
	}
	s.discard(ctx, "session", sessionKey, userID, ended)
	return nil
}

// last returns the last n of list.
func last(list []string, n int) []string { return list[max(0, len(list)-n):] }
