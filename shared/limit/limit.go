package limit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Rate allows Burst at once, and one more per Every from then on.
type Rate struct {
	Name  string        // what is limited, such as "login/account"; part of the store's key
	Every time.Duration // at least a millisecond
	Burst int           // at least 1
}

// Limiter counts in the store. It is safe for concurrent use.
type Limiter struct {
	store kv.Store
	now   func() time.Time
}

// New makes a Limiter.
func New(store kv.Store, now func() time.Time) *Limiter {
	return &Limiter{store: store, now: now}
}

// attempts bounds how often a write is repeated when others write the same
// key. Each round lets one writer through, so it also bounds how many
// can be served at once.
const attempts = 100

// Take takes n permits of the key, which is who is limited: an account, an
// address. It is stored as a hash. When there are not n left it takes none and
// returns fault.Limited with the time to wait.
func (l *Limiter) Take(ctx context.Context, r Rate, key string, n int) error {
	return l.change(ctx, r, key, n)
}

// Give returns n permits that were taken but need not count, such as for a
// password that turned out right.
func (l *Limiter) Give(ctx context.Context, r Rate, key string, n int) error {
	return l.change(ctx, r, key, -n)
}

func (l *Limiter) change(ctx context.Context, r Rate, key string, n int) error {
	at := itemKey(r, key)
	for attempt := range attempts {
		now := l.now()
		whole, cond, err := l.read(ctx, at)
		if err != nil {
			return fmt.Errorf("read the limit %s: %w", r.Name, err)
		}
		if whole.Before(now) {
			whole = now
		}
		whole = whole.Add(time.Duration(n) * r.Every)
		if wait := whole.Sub(now) - time.Duration(r.Burst)*r.Every; n > 0 && wait > 0 {
			return tooOften(wait)
		}
		if n < 0 && !whole.After(now) {
			whole = now
		}
		_, err = l.store.Put(ctx, kv.Item{
			Key:     at,
			Value:   strconv.AppendInt(nil, whole.UnixNano(), 10),
			Expires: whole.Add(time.Minute),
		}, cond)
		if !fault.Is(err, fault.Conflict) {
			if err != nil {
				return fmt.Errorf("write the limit %s: %w", r.Name, err)
			}
			return nil
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
	if n < 0 {
		return nil // the key is under attack; the permit is lost
	}
	return tooOften(r.Every)
}

// read gives the time at which the key's allowance is whole again.
func (l *Limiter) read(ctx context.Context, at kv.Key) (time.Time, kv.Condition, error) {
	it, err := l.store.Get(ctx, at)
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, kv.IfAbsent(), nil
	}
	if err != nil {
		return time.Time{}, kv.Condition{}, err
	}
	nanos, err := strconv.ParseInt(string(it.Value), 10, 64)
	if err != nil {
		return time.Time{}, kv.Condition{}, fault.Wrap(fault.Internal, err, "a limit's item is malformed")
	}
	return time.Unix(0, nanos), kv.IfVersion(it.Version), nil
}

func itemKey(r Rate, key string) kv.Key {
	sum := sha256.Sum256([]byte(key))
	return kv.Key{Partition: "limit/" + r.Name + "/" + base64.RawURLEncoding.EncodeToString(sum[:16]), Sort: "whole"}
}

func tooOften(wait time.Duration) error {
	e := fault.New(fault.Limited, "Too many attempts. Try again in %s.", words(wait))
	e.RetryAfter = wait
	return e
}

// words gives a duration as a person says it.
func words(d time.Duration) string {
	switch {
	case d <= time.Second:
		return "a second"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d seconds", int((d+time.Second-1)/time.Second))
	default:
		return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
	}
}

func pause(ctx context.Context, attempt int) error {
	timer := time.NewTimer(rand.N(time.Duration(min(attempt+1, 10)) * time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
