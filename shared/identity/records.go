package identity

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/standing"
)

// Bounds that keep a user's item within 4 KiB, which one read unit pays for.
const (
	maxSessions = 20
	maxTokens   = 20
	maxDevices  = 5
)

// user is the item that decides on every request.
type user struct {
	kvjson.Rest
	ID         string   `json:"id"`
	Email      string   `json:"email"`
	Name       string   `json:"name"`
	Password   string   `json:"password,omitempty"` // PHC string; none for who only uses the OIDC provider
	Subject    string   `json:"subject,omitempty"`  // digest of the OIDC provider's issuer and subject
	Grants     Grants   `json:"grants"`
	Disabled   bool     `json:"disabled,omitempty"`
	Generation int64    `json:"generation"`         // of the password; raised by each change
	AccessSeq  int64    `json:"accessSeq"`          // the roster's change that was applied last
	Sessions   []string `json:"sessions,omitempty"` // ids that live, oldest first
	Devices    []string `json:"devices,omitempty"`  // digests of known browsers, oldest first
	Tokens     []string `json:"tokens,omitempty"`   // ids of API tokens that live
	Passkeys   []string `json:"passkeys,omitempty"` // ids of passkeys that count
	Recovery   []string `json:"recovery,omitempty"` // digests of recovery codes that were not used
	// PasskeyOnly says that the user chose to log in only with a passkey or a recovery
	// code, Suspended that their administrator rights wait until they have one.
	PasskeyOnly bool        `json:"passkeyOnly,omitempty"`
	Suspended   bool        `json:"suspended,omitempty"`
	Created     time.Time   `json:"created"`
	LastLogin   time.Time   `json:"lastLogin,omitzero"`
	Audit       audit.Trail `json:"audit,omitempty"`
}

// administers reports whether the user counts as an administrator of all.
func (u user) administers() bool { return u.Grants.Global == Administrator && !u.Disabled }

func (u user) clone() user {
	u.Sessions, u.Devices, u.Tokens = slices.Clone(u.Sessions), slices.Clone(u.Devices), slices.Clone(u.Tokens)
	u.Passkeys, u.Recovery = slices.Clone(u.Passkeys), slices.Clone(u.Recovery)
	u.Grants = u.Grants.Clone()
	return u
}

// claim says whose an e-mail address is, or an account at the OIDC provider.
// It is never taken back, and may be there before the user is.
type claim struct {
	User string `json:"user"`
}

const userPartition = "identity/user"

func userKey(id string) kv.Key { return standing.UserKey(id) }

func emailKey(email string) kv.Key { return kv.Key{Partition: "identity/email", Sort: email} }

func subjectKey(sum string) kv.Key { return kv.Key{Partition: "identity/subject", Sort: sum} }

// nobody is read instead of a user that does not exist, so that the work is
// the same.
const nobody = "0"

// user reads a user; one who does not exist is fault.NotFound.
func (s *Service) user(ctx context.Context, id string) (user, error) {
	u, _, err := kvjson.Get[user](ctx, s.store, userKey(id))
	if err != nil {
		return user{}, fmt.Errorf("read a user: %w", err)
	}
	return u, nil
}

// all reads a whole partition.
func all[T any](ctx context.Context, s kv.Store, partition string) ([]T, error) {
	return kvjson.All[T](ctx, s, kv.Query{Partition: partition})
}

// save writes one item, with an audit entry where one is given.
func (s *Service) save(ctx context.Context, key kv.Key, rec any, expires time.Time, cond kv.Condition, entry *audit.Entry) error {
	return s.saveAfter(ctx, nil, key, rec, expires, cond, entry)
}

// saveAfter is save by a caller who has read what the audit log needs; nil has not.
func (s *Service) saveAfter(ctx context.Context, read *audit.Read, key kv.Key, rec any, expires time.Time, cond kv.Condition, entry *audit.Entry) error {
	it := kv.Item{Key: key, Expires: expires}
	err := kvjson.Set(&it, rec)
	if err != nil {
		return err
	}
	if entry == nil {
		_, err = s.store.Put(ctx, it, cond)
		return err
	}
	_, err = s.audit.PutAfter(ctx, read, it, cond, *entry)
	return err
}

// tries bounds how often a change is made again because others changed the same
// item; each round lets one through.
const tries = 200

// retry calls change until it is not in conflict with others.
func retry(ctx context.Context, change func() error) error {
	for attempt := range tries {
		err := change()
		if !errors.Is(err, errRaced) {
			return err
		}
		if err := kv.Sleep(ctx, rand.N(time.Duration(min(attempt+1, 20))*time.Millisecond)); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "Too many people change this at once. Try again.")
}

// errRaced says that the item was changed between reading and writing it.
var errRaced = errors.New("the item changed meanwhile")

// raced turns a conflict of the store into errRaced.
func raced(err error) error {
	if fault.Is(err, fault.Conflict) {
		return errRaced
	}
	return err
}

// isID reports whether s has the form of newID's.
func isID(s string) bool {
	return len(s) == ulid.EncodedSize && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}
