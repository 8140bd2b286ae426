package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// roster is the item that decides who the administrators of all are. It exists
// from the moment the system was set up, and is never empty.
//
// Every change that makes or unmakes an administrator is first written here as
// an intent, which only succeeds if an administrator remains, and then carried
// out on the user; the next such change waits until that is done, or does it.
// So however many changes race, and wherever a function dies, one remains.
type roster struct {
	kvjson.Rest
	Seq            int64    `json:"seq"`
	Administrators []string `json:"administrators"`
	Intent         *intent  `json:"intent,omitempty"`
}

// intent is a change that was decided. A user remembers the Seq of the last
// one, so it is carried out once.
type intent struct {
	Seq      int64        `json:"seq"`
	UserID   string       `json:"userId"`
	Create   *user        `json:"create,omitempty"` // to be written first if absent
	Grants   Grants       `json:"grants"`           // what the user gets
	Disabled bool         `json:"disabled"`
	Entry    *audit.Entry `json:"entry,omitempty"`
}

var rosterKey = kv.Key{Partition: "identity/roster", Sort: "roster"}

var errLastAdministrator = fault.New(fault.Conflict, "This is the last administrator. Make another user an administrator first.")

// IsSetUp reports whether the system has had its first administrator.
func (s *Service) IsSetUp(ctx context.Context) (bool, error) {
	r, version, err := kvjson.Get[roster](ctx, s.store, rosterKey)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the roster: %w", err)
	}
	if err := s.applyIntent(ctx, r, version); err != nil && !errors.Is(err, errRaced) {
		return false, err
	}
	return true, nil
}

// recordIntent writes the intent and carries it out. errRaced means to start again
// from reading the user.
func (s *Service) recordIntent(ctx context.Context, in intent, administers bool) error {
	r, version, err := kvjson.Get[roster](ctx, s.store, rosterKey)
	if err != nil {
		return fmt.Errorf("read the roster: %w", err)
	}
	if r.Intent != nil {
		if err := s.applyIntent(ctx, r, version); err != nil {
			return err
		}
		return errRaced
	}
	r.Administrators = slices.DeleteFunc(r.Administrators, func(id string) bool { return id == in.UserID })
	if administers {
		r.Administrators = append(r.Administrators, in.UserID)
	}
	if len(r.Administrators) == 0 {
		return errLastAdministrator
	}
	r.Seq++
	in.Seq = r.Seq
	if in.Create != nil {
		in.Create.AccessSeq = in.Seq
	}
	r.Intent = &in
	if err := s.save(ctx, rosterKey, r, time.Time{}, kv.IfVersion(version), nil); err != nil {
		return raced(err)
	}
	// Decided: whatever comes in between, it will be carried out.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.applyIntent(after, r, version+1); !errors.Is(err, errRaced) {
		return err
	}
	return nil
}

// applyIntent does what the roster's intent says and takes the intent out.
func (s *Service) applyIntent(ctx context.Context, r roster, version int64) error {
	in := r.Intent
	if in == nil {
		return nil
	}
	if in.Create != nil {
		if err := s.writeUser(ctx, *in.Create, in.Entry); err != nil {
			return fmt.Errorf("create an administrator: %w", err)
		}
	}
	err := retry(ctx, func() error {
		u, v, err := kvjson.Get[user](ctx, s.store, userKey(in.UserID))
		if err != nil {
			return err
		}
		if u.AccessSeq >= in.Seq {
			return nil
		}
		former := u.Grants
		u.Grants, u.Disabled, u.AccessSeq = in.Grants, in.Disabled, in.Seq
		if u.Disabled {
			u.Sessions = nil
			u.revokeWaysIn()
		}
		if _, err := s.narrowTokens(ctx, &u, former); err != nil {
			return err
		}
		u.Suspended = s.suspends(u)
		return raced(s.save(ctx, userKey(u.ID), u, time.Time{}, kv.IfVersion(v), in.Entry))
	})
	if err != nil {
		return fmt.Errorf("carry out a change of administrators: %w", err)
	}
	if in.Create == nil {
		if err := s.announce(ctx); err != nil {
			return err
		}
	}
	r.Intent = nil
	return raced(s.save(ctx, rosterKey, r, time.Time{}, kv.IfVersion(version), nil))
}

// writeUser writes a user whose id was settled before; that it exists is fine.
func (s *Service) writeUser(ctx context.Context, u user, e *audit.Entry) error {
	if err := s.claimFor(ctx, emailKey(u.Email), u.ID); err != nil {
		return err
	}
	if u.Subject != "" {
		if err := s.claimFor(ctx, subjectKey(u.Subject), u.ID); err != nil {
			return err
		}
	}
	err := s.save(ctx, userKey(u.ID), u, time.Time{}, kv.IfAbsent(), e)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// claimFor writes a claim; fault.Conflict means that it belongs to another user.
func (s *Service) claimFor(ctx context.Context, key kv.Key, id string) error {
	owner, err := s.claimOrGet(ctx, key, id)
	if err == nil && owner != id {
		return fault.New(fault.Conflict, "This account already belongs to another user.")
	}
	return err
}

// claimOrGet writes a claim unless there is one, and gives whose it is.
func (s *Service) claimOrGet(ctx context.Context, key kv.Key, id string) (string, error) {
	err := s.save(ctx, key, claim{User: id}, time.Time{}, kv.IfAbsent(), nil)
	if err == nil {
		return id, nil
	}
	if !fault.Is(err, fault.Conflict) {
		return "", fmt.Errorf("claim an account: %w", err)
	}
	c, _, err := kvjson.Get[claim](ctx, s.store, key)
	if err != nil {
		return "", fmt.Errorf("read a claim: %w", err)
	}
	return c.User, nil
}

// errUnchanged lets changeUser succeed without a write.
var errUnchanged = errors.New("nothing to change")

// changeUser reads a user, changes them and writes them back, again and again
// while others do so too. change may be called several times; the entry it
// gives, nil for none, goes to the audit log. A change that makes or unmakes an
// administrator may only touch Grants and Disabled; what follows from them is done
// again when it is applied.
func (s *Service) changeUser(ctx context.Context, id string, change func(u *user) (*audit.Entry, error)) (user, error) {
	return s.changeUserFrom(ctx, &readUser{user: user{ID: id}}, change)
}

// readUser is a user as they were read; without a version, they were not.
type readUser struct {
	user
	version int64
	read    *audit.Read // what an audited change of the user needs; may be nil
}

// changeUserFrom is changeUser by a caller who has read the user.
func (s *Service) changeUserFrom(ctx context.Context, from *readUser, change func(u *user) (*audit.Entry, error)) (user, error) {
	id := from.ID
	var after user
	reduced := false
	err := retry(ctx, func() error {
		before, version, read := from.user, from.version, from.read
		if version == 0 {
			var err error
			if before, version, err = kvjson.Get[user](ctx, s.store, userKey(id)); err != nil {
				return err
			}
		}
		from = &readUser{} // counts once
		after = before.clone()
		e, err := change(&after)
		if err != nil {
			return err
		}
		after.Suspended = s.suspends(after)
		if before.administers() != after.administers() {
			return s.recordIntent(ctx, intent{UserID: id, Grants: after.Grants, Disabled: after.Disabled, Entry: e}, after.administers())
		}
		reduced = reduces(before, after)
		return raced(s.saveAfter(ctx, read, userKey(id), after, time.Time{}, kv.IfVersion(version), e))
	})
	if errors.Is(err, errUnchanged) {
		return after, nil
	}
	if fault.Is(err, fault.NotFound) {
		return user{}, errNoSuchUser
	}
	if err == nil && reduced {
		err = s.announce(ctx)
	}
	return after, err
}
