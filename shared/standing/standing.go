// Package standing reports what a user may do now, for what they requested earlier. It
// reads the records that package identity writes, without being able to change them or
// to check a password.
package standing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// UserKey is the key of a user's record.
func UserKey(id string) kv.Key { return kv.Key{Partition: "identity/user", Sort: id} }

// TokenKey is the key of the record of a user's API token.
func TokenKey(user, id string) kv.Key { return kv.Key{Partition: "identity/token/" + user, Sort: id} }

// Of returns what a user may do now: by a session, or with a token's id by that API token.
// The grants are empty when the user was deleted or disabled, or when the token has expired
// or was revoked.
func Of(ctx context.Context, store kv.Store, userID, tokenID string, now time.Time) (access.Grants, error) {
	var user struct {
		Grants    access.Grants `json:"grants"`
		Disabled  bool          `json:"disabled"`
		Suspended bool          `json:"suspended"`
		Tokens    []string      `json:"tokens"`
	}
	if err := read(ctx, store, UserKey(userID), &user); err != nil || user.Disabled {
		return access.Grants{}, err
	}
	if tokenID == "" {
		return Effective(user.Grants, user.Suspended), nil
	}
	var token struct {
		Scope   access.Scope `json:"scope"`
		Expires time.Time    `json:"expires"`
	}
	if err := read(ctx, store, TokenKey(userID, tokenID), &token); err != nil {
		return access.Grants{}, err
	}
	if !slices.Contains(user.Tokens, tokenID) || !now.Before(token.Expires) {
		return access.Grants{}, nil
	}
	return Effective(user.Grants, user.Suspended).Within(token.Scope), nil
}

// Effective returns what a user with the grants may do. While their rights as an
// administrator are suspended, they are an operator where they would be one.
func Effective(grants access.Grants, suspended bool) access.Grants {
	if !suspended {
		return grants
	}
	return grants.Within(access.Scope{Role: access.Operator})
}

// read decodes a record; one that does not exist leaves v as it is.
func read(ctx context.Context, store kv.Store, key kv.Key, v any) error {
	item, err := store.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what a person may do: %w", err)
	}
	if err := json.Unmarshal(item.Value, v); err != nil {
		return fmt.Errorf("decoding what a person may do: %w", err)
	}
	return nil
}
