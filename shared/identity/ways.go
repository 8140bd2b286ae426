package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// WaysIn is what lets a user in, beside their password and their sessions.
type WaysIn struct {
	Tokens             []Token   `json:"tokens" nullable:"false"` // newest first
	RememberedBrowsers int       `json:"rememberedBrowsers" doc:"Browsers that have log-in attempts of their own"`
	Passkeys           []Passkey `json:"passkeys" nullable:"false"` // oldest first
	Linked             bool      `json:"linked" doc:"Whether an account at the OIDC provider is linked"`
}

// WaysIn returns what lets a user in.
func (s *Service) WaysIn(ctx context.Context, userID string) (WaysIn, error) {
	if !isID(userID) {
		return WaysIn{}, errNoSuchUser
	}
	u, err := s.user(ctx, userID)
	if fault.Is(err, fault.NotFound) {
		return WaysIn{}, errNoSuchUser
	}
	if err != nil {
		return WaysIn{}, err
	}
	tokens, err := s.tokensOf(ctx, u)
	if err != nil {
		return WaysIn{}, err
	}
	passkeys, err := s.passkeysOf(ctx, u)
	return WaysIn{Tokens: tokens, RememberedBrowsers: len(u.Devices), Passkeys: views(passkeys), Linked: u.Subject != ""}, err
}

// RevokeTokens makes API tokens of a user useless at once: the one with the id,
// or all of them if it is empty. A token that the user does not have is
// fault.NotFound. Whether the caller may do this to the user is the caller's
// concern.
func (s *Service) RevokeTokens(ctx context.Context, by By, userID, id string) error {
	var revoked []string
	_, err := s.changeUser(ctx, userID, func(u *user) (*audit.Entry, error) {
		revoked = slices.Clone(u.Tokens)
		if id != "" {
			if !slices.Contains(u.Tokens, id) {
				return nil, fault.New(fault.NotFound, "There is no such token.")
			}
			revoked = []string{id}
		}
		if len(revoked) == 0 {
			return nil, errUnchanged
		}
		u.Tokens = slices.DeleteFunc(u.Tokens, func(t string) bool { return slices.Contains(revoked, t) })
		return entry(by.actor(), "token.revoked", "user/"+u.ID, map[string][]string{"tokens": revoked}, nil)
	})
	if err != nil {
		return err
	}
	s.discard(ctx, "token", tokenKey, userID, revoked)
	return nil
}

// ForgetBrowsers makes a user's remembered browsers strangers to the limit on
// log-in attempts.
func (s *Service) ForgetBrowsers(ctx context.Context, by By, userID string) error {
	_, err := s.changeUser(ctx, userID, func(u *user) (*audit.Entry, error) {
		if len(u.Devices) == 0 {
			return nil, errUnchanged
		}
		n := len(u.Devices)
		u.Devices = nil
		return entry(by.actor(), "user.browsers", "user/"+u.ID, map[string]int{"remembered": n}, map[string]int{"remembered": 0})
	})
	return err
}

// Unlink takes the account at the OIDC provider off a user. Their own last way in
// is kept: that is fault.Conflict.
func (s *Service) Unlink(ctx context.Context, by By, userID string) error {
	_, err := s.changeUser(ctx, userID, func(u *user) (*audit.Entry, error) {
		if u.Subject == "" {
			return nil, errUnchanged
		}
		if !s.hasPassword(*u) && len(u.Passkeys) == 0 && by.UserID == u.ID {
			return nil, fault.New(fault.Conflict, "This is your only way to sign in. Set a password or add a passkey first.")
		}
		u.Subject = ""
		return entry(by.actor(), "user.unlinked", "user/"+u.ID, map[string]string{"email": u.Email}, nil)
	})
	return err
}

// revokeWaysIn removes everything from u that gives access without the password,
// save sessions, and returns the ids of its API tokens. Passkeys go only when u is
// disabled: if a new password removed them, it would be enough to read the owner's mail.
func (u *user) revokeWaysIn() (tokens []string) {
	tokens = u.Tokens
	u.Tokens, u.Devices = nil, nil
	if u.Disabled {
		u.Passkeys, u.Recovery, u.PasskeyOnly = nil, nil, false
	}
	if u.Password != "" {
		u.Subject = ""
	}
	return tokens
}

// narrowTokens takes those API tokens off u that could do more under the former
// grants than under the present ones. They stay revoked when the grants return.
func (s *Service) narrowTokens(ctx context.Context, u *user, former Grants) (revoked []string, err error) {
	if len(u.Tokens) == 0 {
		return nil, nil
	}
	stored, err := all[apiToken](ctx, s.store, tokenPartition(u.ID))
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	kept := map[string]bool{}
	for _, t := range stored {
		kept[t.ID] = u.Grants.Within(t.Scope).Covers(former.Within(t.Scope))
	}
	u.Tokens = slices.DeleteFunc(slices.Clone(u.Tokens), func(id string) bool {
		if !kept[id] {
			revoked = append(revoked, id)
		}
		return !kept[id]
	})
	return revoked, nil
}

// discard removes the items of a kind that the user's item lists no more, from when on they
// do not count.
func (s *Service) discard(ctx context.Context, kind string, key func(user, id string) kv.Key, userID string, ids []string) {
	for _, id := range ids {
		if err := s.store.Delete(ctx, key(userID, id), kv.Always); err != nil {
			s.logger.WarnContext(ctx, "an item that does not count any more was left in the store", kind, id, "error", err)
		}
	}
}

var errNoSuchUser = fault.New(fault.NotFound, "There is no such user.")
