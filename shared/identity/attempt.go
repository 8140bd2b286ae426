package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/limit"
)

// attempt is one try to log in. A try takes its permits when it turns out to be wrong, and
// one that is right is refused if by then others have taken the last ones. So no more
// guesses get an answer than if each took its permits first, and logging in takes none.
type attempt struct {
	permits []permit
	taken   []permit
}

// keys are where the permits of a try are stored.
func (a *attempt) keys() []kv.Key {
	var keys []kv.Key
	for _, p := range a.permits {
		keys = append(keys, limit.Key(p.rate, p.key))
	}
	return keys
}

// allow refuses a try whose permits are used up, by their items as they were read.
func (s *Service) allow(ctx context.Context, a *attempt, read map[kv.Key]kv.Item) error {
	for i, key := range a.keys() {
		if s.limits.Allows(a.permits[i].rate, read[key]) {
			continue
		}
		// Not by what was read: the store decides, and says how long to wait.
		if err := s.takePermits(ctx, a.permits[i]); err != nil {
			return err
		}
		a.taken = append(a.taken, a.permits[i])
	}
	return nil
}

// take takes the permits of a try, as far as it has not.
func (s *Service) take(ctx context.Context, a *attempt) error {
	for _, p := range a.permits {
		if slices.Contains(a.taken, p) {
			continue
		}
		if err := s.takePermits(ctx, p); err != nil {
			return err
		}
		a.taken = append(a.taken, p)
	}
	return nil
}

// readAll reads items by their keys.
func (s *Service) readAll(ctx context.Context, keys ...kv.Key) (map[kv.Key]kv.Item, error) {
	read, err := kv.GetAll(ctx, s.store, keys)
	if err != nil {
		return nil, fmt.Errorf("read what logging in needs: %w", err)
	}
	return read, nil
}
