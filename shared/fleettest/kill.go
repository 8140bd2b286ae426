package fleettest

import (
	"context"
	"sync/atomic"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// ErrKilled is what a killed process learns of its last step, and of all after it.
var ErrKilled = fault.New(fault.Unavailable, "the function was killed")

// Kill kills a process after a number of steps. The last step takes effect, but the
// process does not learn that.
type Kill struct{ left atomic.Int64 }

// KillAfter returns a Kill that permits a number of steps.
func KillAfter(steps int) *Kill {
	k := new(Kill)
	k.left.Store(int64(steps))
	return k
}

// Dead reports whether no step is left.
func (k *Kill) Dead() bool { return k.left.Load() <= 0 }

// Step counts one step.
func (k *Kill) Step() { k.left.Add(-1) }

// KilledStore is a store of a process that a Kill kills: each Put is a step.
type KilledStore struct {
	kv.Store
	*Kill
}

// Put writes an item unless the process is dead.
func (s *KilledStore) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if s.Dead() {
		return kv.Item{}, ErrKilled
	}
	item, err := s.Store.Put(ctx, item, cond)
	if s.Step(); s.Dead() {
		return kv.Item{}, ErrKilled
	}
	return item, err
}
