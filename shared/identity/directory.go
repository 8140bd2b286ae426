package identity

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

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
