package kv

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/open-craft/ocim/shared/fault"
)

// maxUpdateTries bounds how often an Update starts again.
const maxUpdateTries = 100

// maxPause bounds the pause between two tries.
const maxPause = 2 * time.Second

// WriteFunc writes an item if a condition holds: a Store's Put, or something that
// writes more along with it, such as an audit entry.
type WriteFunc func(ctx context.Context, item Item, cond Condition) error

// Update reads the item at key, lets change alter it and writes it back with write;
// nil is the store's Put. When another writer was faster it starts again, so change
// may be called several times and must depend on nothing but the item it is given.
//
// An item that does not exist is given with Version 0 and no value. When change
// returns false, nothing is written. Update returns fault.Unavailable when others
// are always faster.
func Update(ctx context.Context, store Store, key Key, write WriteFunc, change func(item *Item) (bool, error)) error {
	if write == nil {
		write = func(ctx context.Context, item Item, cond Condition) error {
			_, err := store.Put(ctx, item, cond)
			return err
		}
	}
	return Retry(ctx, key.Partition+"/"+key.Sort, func() (bool, error) {
		item, err := store.Get(ctx, key)
		cond := IfVersion(item.Version)
		if fault.Is(err, fault.NotFound) {
			item, cond = Item{Key: key}, IfAbsent()
		} else if err != nil {
			return false, err
		}
		changed, err := change(&item)
		if err != nil || !changed {
			return false, err
		}
		item.Key = key
		err = write(ctx, item, cond)
		raced := fault.Is(err, fault.Conflict)
		if raced {
			err = nil
		}
		return raced, err
	})
}

// Retry calls try until it does not report that another writer was faster, with a pause
// after each call; fault.Unavailable when others always are. what names what is changed.
func Retry(ctx context.Context, what string, try func() (raced bool, err error)) error {
	for n := range maxUpdateTries {
		began := time.Now()
		raced, err := try()
		if err != nil || !raced {
			return err
		}
		if err := backOff(ctx, n, time.Since(began)); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "too many changes at once to %s", what)
}

// backOff waits for a random time that doubles with each try, as long as the writers that
// may be at it take one after the other: on a store that answers slowly, a pause that is
// short beside its answers would let all meet again. So would it on a machine that is too
// busy to wake them one by one, so it grows on, however fast the tries were.
func backOff(ctx context.Context, try int, took time.Duration) error {
	most := min(max(took, time.Millisecond/2)<<min(try+1, 12), maxPause)
	return Sleep(ctx, rand.N(most)+time.Millisecond/4)
}

// Sleep waits for a time, or until ctx ends, which is its error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
