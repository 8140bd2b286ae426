package identity

import (
	"context"
	"fmt"
	"reflect"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/audit"
)

// Users returns all users, the oldest first.
func (s *Service) Users(ctx context.Context) ([]User, error) {
	stored, err := all[user](ctx, s.store, userPartition)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	out := make([]User, 0, len(stored))
	for _, u := range stored {
		out = append(out, s.view(u))
	}
	return out, nil
}

// UserChange is what changes of a user; nil leaves as it is.
type UserChange struct {
	Grants   *Grants
	Disabled *bool // disabling ends all sessions and revokes tokens, browsers and links permanently
}

// ChangeUser changes what a user may do, from their next request on. API tokens
// that could do more before are revoked permanently. Granting roles and enabling
// need a recent proof of who the caller is. A change that would leave no
// administrator is fault.Conflict.
func (s *Service) ChangeUser(ctx context.Context, by By, id string, c UserChange) (User, error) {
	if !isID(id) {
		return User{}, errNoSuchUser
	}
	if c.Grants != nil {
		if err := c.Grants.Validate(); err != nil {
			return User{}, err
		}
	}
	if c.Grants != nil || c.Disabled != nil && !*c.Disabled {
		if err := s.requireProof(ctx, by); err != nil {
			return User{}, err
		}
	}
	// A change of administrators whose function died is older than this one, so it
	// must not be carried out after it.
	if _, err := s.IsSetUp(ctx); err != nil {
		return User{}, err
	}
	var ended, revoked []string
	_, err := s.changeUser(ctx, id, func(u *user) (*audit.Entry, error) {
		former := u.clone()
		before, action := audited(former), "user.role"
		ended, revoked = nil, nil
		if c.Grants != nil {
			u.Grants = c.Grants.Clone()
		}
		if c.Disabled != nil && *c.Disabled != u.Disabled {
			u.Disabled, action = *c.Disabled, "user.enabled"
			if u.Disabled {
				ended, u.Sessions, action = u.Sessions, nil, "user.disabled"
				revoked = u.revokeWaysIn()
			}
		}
		narrowed, err := s.narrowTokens(ctx, u, former.Grants)
		if err != nil {
			return nil, err
		}
		revoked = append(revoked, narrowed...)
		after := audited(*u)
		after.RevokedTokens = revoked
		if reflect.DeepEqual(before, after) {
			return nil, errUnchanged
		}
		return entry(by.actor(), action, "user/"+id, before, after)
	})
	if err != nil {
		return User{}, err
	}
	s.discard(ctx, "session", sessionKey, id, ended)
	s.discard(ctx, "token", tokenKey, id, revoked)
	if _, err := s.IsSetUp(ctx); err != nil {
		return User{}, err
	}
	return s.Me(ctx, id)
}

// Directory looks people up. It needs no keys.
type Directory struct{ store kv.Store }

// NewDirectory makes a Directory over the store of a Service.
func NewDirectory(store kv.Store) *Directory { return &Directory{store: store} }

// User finds a user by id; fault.NotFound when there is no such user.
func (d *Directory) User(ctx context.Context, id string) (User, error) {
	u, _, err := kvjson.Get[user](ctx, d.store, userKey(id))
	if fault.Is(err, fault.NotFound) {
		return User{}, errNoSuchUser
	}
	if err != nil {
		return User{}, fmt.Errorf("read a user: %w", err)
	}
	return u.view(), nil
}
