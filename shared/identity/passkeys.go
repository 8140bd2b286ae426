package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// CeremonyLifetime is how long a browser may take to answer a challenge.
const CeremonyLifetime = 5 * time.Minute

// maxPasskeys bounds a user's passkeys, and so the user's item.
const maxPasskeys = 8

// PasskeyOwner is a user as the cryptography of passkeys needs them.
type PasskeyOwner struct {
	ID          string // what a passkey names its owner by
	Email       string
	Name        string
	Credentials []json.RawMessage // as FinishCreate and FinishGet returned them
}

// Asserted is a passkey that was just used.
type Asserted struct {
	UserID     string
	Credential json.RawMessage // the same credential as it is now
}

// WebAuthn is the cryptography of passkeys. Options are for the browser and state
// is for the same ceremony's Finish; both are JSON. A response that proves
// nothing is an error.
type WebAuthn interface {
	BeginCreate(owner PasskeyOwner) (options, state json.RawMessage, err error)
	FinishCreate(owner PasskeyOwner, state, response json.RawMessage) (credential json.RawMessage, err error)
	BeginGet() (options, state json.RawMessage, err error)
	// FinishGet calls owner with the id of the user that the response names.
	FinishGet(state, response json.RawMessage, owner func(userID string) (PasskeyOwner, error)) (Asserted, error)
	// SameCredential reports whether two credentials are one passkey, used at different times.
	SameCredential(a, b json.RawMessage) bool
}

// Passkey is one of a user's passkeys.
type Passkey struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Created  time.Time `json:"createdAt"`
	LastUsed time.Time `json:"lastUsedAt,omitzero"` // zero is never
}

// Challenge is what a browser has to answer with a passkey.
type Challenge struct {
	Ceremony string          // to be sent along with the answer
	Options  json.RawMessage // of navigator.credentials
}

// PasskeyAnswer is what the browser answered to a challenge.
type PasskeyAnswer struct {
	Ceremony string
	Response json.RawMessage
}

// passkey is the item of a passkey. It counts only while its owner's item lists its
// id.
type passkey struct {
	kvjson.Rest
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Credential json.RawMessage `json:"credential"`
	Created    time.Time       `json:"created"`
	LastUsed   time.Time       `json:"lastUsed,omitzero"`
}

// ceremony is a challenge that was not answered yet. It is good for one answer.
type ceremony struct {
	Creates string          `json:"creates,omitempty"` // id of the user whose passkey is to be created
	State   json.RawMessage `json:"state"`
	Expires time.Time       `json:"expires"`
}

func passkeyPartition(user string) string { return "identity/passkey/" + user }

func passkeyKey(user, id string) kv.Key { return kv.Key{Partition: passkeyPartition(user), Sort: id} }

func ceremonyKey(id string) kv.Key {
	return kv.Key{Partition: "identity/ceremony/" + id, Sort: "ceremony"}
}

var (
	errNoPasskeys    = fault.New(fault.NotFound, "Passkeys are not available: Ocim needs an https address with a host name for them.")
	errCeremony      = fault.New(fault.Conflict, "This took too long, or was done already. Try again.")
	errNoSuchPasskey = fault.New(fault.NotFound, "There is no such passkey.")
)

// HasPasskeys reports whether passkeys can be used here.
func (s *Service) HasPasskeys() bool { return s.webauthn != nil }

// ChallengePasskey begins a log-in or a confirmation with a passkey.
func (s *Service) ChallengePasskey(ctx context.Context, v Visitor) (Challenge, error) {
	if s.webauthn == nil {
		return Challenge{}, errNoPasskeys
	}
	if err := s.takePermits(ctx, permit{challengeByAddress, network(v.Address)}); err != nil {
		return Challenge{}, err
	}
	options, state, err := s.webauthn.BeginGet()
	if err != nil {
		return Challenge{}, fmt.Errorf("begin with a passkey: %w", err)
	}
	return s.keepCeremony(ctx, options, ceremony{State: state})
}

// keepCeremony stores a ceremony until it is answered.
func (s *Service) keepCeremony(ctx context.Context, options json.RawMessage, c ceremony) (Challenge, error) {
	id := newID(s.now())
	c.Expires = s.now().Add(CeremonyLifetime).UTC()
	if err := s.save(ctx, ceremonyKey(id), c, c.Expires, kv.IfAbsent(), nil); err != nil {
		return Challenge{}, fmt.Errorf("store a challenge: %w", err)
	}
	return Challenge{Ceremony: id, Options: options}, nil
}

// takeCeremony uses a ceremony up: of any number of answers to it one is looked at.
func (s *Service) takeCeremony(ctx context.Context, id, creates string) (ceremony, error) {
	if s.webauthn == nil {
		return ceremony{}, errNoPasskeys
	}
	if !isID(id) {
		return ceremony{}, errCeremony
	}
	c, version, err := kvjson.Get[ceremony](ctx, s.store, ceremonyKey(id))
	if fault.Is(err, fault.NotFound) {
		return ceremony{}, errCeremony
	}
	if err != nil {
		return ceremony{}, fmt.Errorf("read a challenge: %w", err)
	}
	if c.Creates != creates || !s.now().Before(c.Expires) {
		return ceremony{}, errCeremony
	}
	err = s.store.Delete(ctx, ceremonyKey(id), kv.IfVersion(version))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return ceremony{}, errCeremony
	}
	return c, err
}

// usePasskey checks an answer and returns whose passkey made it.
func (s *Service) usePasskey(ctx context.Context, a PasskeyAnswer) (user, error) {
	c, err := s.takeCeremony(ctx, a.Ceremony, "")
	if err != nil {
		return user{}, err
	}
	var u user
	var stored []passkey
	asserted, err := s.webauthn.FinishGet(c.State, a.Response, func(id string) (PasskeyOwner, error) {
		if !isID(id) {
			return PasskeyOwner{}, errNoSuchUser
		}
		var err error
		if u, _, err = kvjson.Get[user](ctx, s.store, userKey(id)); err != nil {
			return PasskeyOwner{}, err
		}
		stored, err = s.passkeysOf(ctx, u)
		return owner(u, stored), err
	})
	if err != nil || asserted.UserID != u.ID || u.Disabled {
		s.logger.InfoContext(ctx, "a passkey was refused", "user", u.ID, "error", err)
		return user{}, fault.Wrap(fault.Unauthenticated, errors.Join(err), "This passkey is not known here. Use another one, or log in another way.")
	}
	i := slices.IndexFunc(stored, func(p passkey) bool { return s.webauthn.SameCredential(p.Credential, asserted.Credential) })
	if i < 0 {
		return user{}, fmt.Errorf("the passkey of user %s that was used is not among theirs", u.ID)
	}
	used := stored[i]
	used.Credential, used.LastUsed = asserted.Credential, s.now().UTC()
	if err := s.save(ctx, passkeyKey(u.ID, used.ID), used, time.Time{}, kv.Always, nil); err != nil {
		return user{}, fmt.Errorf("note the use of a passkey: %w", err)
	}
	return u, nil
}

// LogInWithPasskey begins a session. An answer that proves nothing is
// fault.Unauthenticated; one that comes too late or twice is fault.Conflict.
func (s *Service) LogInWithPasskey(ctx context.Context, v Visitor, a PasskeyAnswer) (SignedIn, error) {
	limited := permit{loginByAddress, network(v.Address)}
	if err := s.takePermits(ctx, limited); err != nil {
		return SignedIn{}, err
	}
	u, err := s.usePasskey(ctx, a)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.recordRefusal(ctx, v, nobody)
		}
		return SignedIn{}, err
	}
	s.returnPermits(ctx, limited)
	return s.start(ctx, v, u.ID, u.Generation, "passkey", s.now())
}

// ConfirmWithPasskey is Confirm by one of the caller's own passkeys.
func (s *Service) ConfirmWithPasskey(ctx context.Context, by By, a PasskeyAnswer) error {
	if err := s.takePermits(ctx, permit{passwordByAccount, by.UserID}); err != nil {
		return err
	}
	u, err := s.usePasskey(ctx, a)
	if fault.Is(err, fault.Unauthenticated) || err == nil && u.ID != by.UserID {
		return fault.InvalidField("passkey", "Use a passkey of your own account.")
	}
	if err != nil {
		return err
	}
	s.returnPermits(ctx, permit{passwordByAccount, by.UserID})
	return s.recordProof(ctx, by)
}

func owner(u user, stored []passkey) PasskeyOwner {
	o := PasskeyOwner{ID: u.ID, Email: u.Email, Name: u.Name}
	for _, p := range stored {
		o.Credentials = append(o.Credentials, p.Credential)
	}
	return o
}

// passkeysOf returns the passkeys that count, the oldest first.
func (s *Service) passkeysOf(ctx context.Context, u user) ([]passkey, error) {
	stored, err := all[passkey](ctx, s.store, passkeyPartition(u.ID))
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return slices.DeleteFunc(stored, func(p passkey) bool { return !slices.Contains(u.Passkeys, p.ID) }), nil
}

// BeginPasskey begins to create a passkey of the caller's own. It needs a recent
// proof of who the caller is.
func (s *Service) BeginPasskey(ctx context.Context, by By) (Challenge, error) {
	if s.webauthn == nil {
		return Challenge{}, errNoPasskeys
	}
	if err := s.requireProof(ctx, by); err != nil {
		return Challenge{}, err
	}
	if err := s.takePermits(ctx, permit{createTokenByAccount, by.UserID}); err != nil {
		return Challenge{}, err
	}
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return Challenge{}, err
	}
	stored, err := s.passkeysOf(ctx, u)
	if err != nil {
		return Challenge{}, err
	}
	options, state, err := s.webauthn.BeginCreate(owner(u, stored))
	if err != nil {
		return Challenge{}, fmt.Errorf("begin a passkey: %w", err)
	}
	return s.keepCeremony(ctx, options, ceremony{Creates: u.ID, State: state})
}

// AddPasskey adds the passkey that the browser created. With the first one come
// recovery codes, which are not stored and never shown again; later the list is
// empty. A mail notifies the owner.
func (s *Service) AddPasskey(ctx context.Context, by By, name string, a PasskeyAnswer) (Passkey, []secret.Value, error) {
	if err := s.requireProof(ctx, by); err != nil {
		return Passkey{}, nil, err
	}
	name, err := cleanName(name)
	if err != nil {
		return Passkey{}, nil, err
	}
	c, err := s.takeCeremony(ctx, a.Ceremony, by.UserID)
	if err != nil {
		return Passkey{}, nil, err
	}
	credential, err := s.webauthn.FinishCreate(PasskeyOwner{ID: by.UserID, Email: by.Email, Name: by.Name}, c.State, a.Response)
	if err != nil {
		return Passkey{}, nil, fault.Wrap(fault.Invalid, err, "The passkey could not be checked. Try again, or use another one.")
	}
	now := s.now().UTC()
	id := newID(now)
	p := passkey{ID: id, Name: name, Credential: credential, Created: now}
	if err := s.save(ctx, passkeyKey(by.UserID, id), p, time.Time{}, kv.IfAbsent(), nil); err != nil {
		return Passkey{}, nil, fmt.Errorf("store a passkey: %w", err)
	}
	fresh, digests := recoveryCodes(by.UserID)
	var codes []secret.Value
	u, err := s.changeUser(ctx, by.UserID, func(u *user) (*audit.Entry, error) {
		if u.Disabled {
			return nil, notSignedIn(errors.New("disabled"))
		}
		if len(u.Passkeys) >= maxPasskeys {
			return nil, fault.New(fault.Conflict, "You have %d passkeys, the maximum. Remove one first.", maxPasskeys)
		}
		codes = nil
		if len(u.Recovery) == 0 {
			codes, u.Recovery = fresh, digests
		}
		u.Passkeys = append(u.Passkeys, id)
		return entry(by.actor(), "passkey.created", "user/"+u.ID, nil, map[string]string{"passkey": id, "name": name})
	})
	if err != nil {
		_ = s.store.Delete(ctx, passkeyKey(by.UserID, id), kv.Always)
		return Passkey{}, nil, err
	}
	s.sendLater(ctx, &Mail{Kind: MailPasskeyCreated, To: u.Email, Name: name, Address: by.Address, Link: s.baseURL + "/account"})
	return p.view(), codes, nil
}

func (p passkey) view() Passkey {
	return Passkey{ID: p.ID, Name: p.Name, Created: p.Created, LastUsed: p.LastUsed}
}

func views(stored []passkey) []Passkey {
	out := []Passkey{}
	for _, p := range stored {
		out = append(out, p.view())
	}
	return out
}

// RemovePasskeys makes passkeys of a user useless at once: the one with the id, or
// all of them if it is empty. Removing one's own needs a recent proof. One's own
// last way in, and the last passkey of an administrator who must have one, are kept:
// that is fault.Conflict. Whether the caller may do this to the user is the
// caller's concern.
func (s *Service) RemovePasskeys(ctx context.Context, by By, userID, id string) error {
	own := by.UserID == userID
	if own {
		if err := s.requireProof(ctx, by); err != nil {
			return err
		}
	}
	var removed []string
	_, err := s.changeUser(ctx, userID, func(u *user) (*audit.Entry, error) {
		removed = slices.Clone(u.Passkeys)
		if id != "" {
			if !slices.Contains(u.Passkeys, id) {
				return nil, errNoSuchPasskey
			}
			removed = []string{id}
		}
		if len(removed) == 0 {
			return nil, errUnchanged
		}
		u.Passkeys = slices.DeleteFunc(u.Passkeys, func(p string) bool { return slices.Contains(removed, p) })
		if len(u.Passkeys) == 0 {
			if own && !s.hasPassword(*u) && u.Subject == "" {
				return nil, fault.New(fault.Conflict, "This is your only way to log in. Set a password or add another passkey first.")
			}
			if own && s.suspends(*u) {
				return nil, fault.New(fault.Conflict, "Administrators need a passkey here. Add another one first.")
			}
			u.Recovery, u.PasskeyOnly = nil, false
		}
		return entry(by.actor(), "passkey.removed", "user/"+u.ID, map[string][]string{"passkeys": removed}, nil)
	})
	if err != nil {
		return err
	}
	s.discard(ctx, "passkey", passkeyKey, userID, removed)
	return nil
}
