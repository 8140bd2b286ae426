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

// Limiter keeps its counts in the store. It is safe for concurrent use.
type Limiter struct {
	store kv.Store
	now   func() time.Time
}

// New makes a Limiter.
func New(store kv.Store, now func() time.Time) *Limiter {
	return &Limiter{store: store, now: now}
}

// Bounds on repeating a write.
const (
	// maxAttempts bounds how often a write is repeated when other callers write
	// the same key. Each round lets one caller through, so it also bounds how many
	// can be served at once.
	maxAttempts = 100
	// maxUnsure bounds how often a write is repeated after the store did not
	// answer.
	maxUnsure = 3
)

// maxSkew is by how much the clocks of two replicas may differ.
const maxSkew = 5 * time.Second

// Take takes n permits of the key, which says who is limited: an account, an
// address. Only a hash of the key is stored. When fewer than n permits are left
// it takes none and returns fault.Limited with the time to wait.
func (l *Limiter) Take(ctx context.Context, r Rate, key string, n int) error {
	return l.change(ctx, r, key, n)
}

// Key is where the permits of a key are stored, for callers that read several at once.
func Key(r Rate, key string) kv.Key {
	sum := sha256.Sum256([]byte(key))
	return kv.Key{Partition: "limit/" + r.Name + "/" + base64.RawURLEncoding.EncodeToString(sum[:16]), Sort: "whole"}
}

// Allows reports whether Take would give a permit, by the item as it was read; the zero
// Item stands for one that does not exist. It takes none.
func (l *Limiter) Allows(r Rate, item kv.Item) bool {
	if item.Version == 0 {
		return true
	}
	tat, err := parse(item)
	return err == nil && !latest(tat, l.now()).Add(r.Every).After(l.now().Add(time.Duration(r.Burst)*r.Every))
}

// Give returns n permits that should not count, for example because the
// password turned out to be right.
func (l *Limiter) Give(ctx context.Context, r Rate, key string, n int) error {
	return l.change(ctx, r, key, -n)
}

func (l *Limiter) change(ctx context.Context, r Rate, key string, n int) error {
	at, burst := Key(r, key), time.Duration(r.Burst)*r.Every
	for attempt, unsure := 0, 0; attempt < maxAttempts; attempt++ {
		now := l.now()
		tat, cond, err := l.read(ctx, at)
		if err != nil {
			return fmt.Errorf("read the limit %s: %w", r.Name, err)
		}
		// No correct clock writes a later time: take it for an exhausted burst.
		ahead := tat.After(now.Add(burst + maxSkew))
		if ahead {
			tat = now.Add(burst)
		}
		next := latest(tat, now).Add(time.Duration(n) * r.Every)
		wait := next.Sub(now) - burst
		refused := n > 0 && wait > 0
		switch {
		case refused && !ahead:
			return tooOften(wait)
		case refused:
			next = tat // store the corrected time, so that it passes
		}
		next = latest(next, now)
		_, err = l.store.Put(ctx, kv.Item{
			Key:     at,
			Value:   strconv.AppendInt(nil, next.UnixNano(), 10),
			Expires: next.Add(time.Minute),
		}, cond)
		switch {
		case err == nil && refused:
			return tooOften(wait)
		case err == nil:
			return nil
		case fault.Is(err, fault.Unavailable) && n > 0 && unsure < maxUnsure:
			// The write may have happened. Taking again counts the permit twice at
			// worst, which never allows more than the rate.
			unsure++
		case !fault.Is(err, fault.Conflict):
			return fmt.Errorf("write the limit %s: %w", r.Name, err)
		}
		if err := kv.Sleep(ctx, rand.N(time.Duration(min(attempt+1, 10))*time.Millisecond)); err != nil {
			return err
		}
	}
	if n < 0 {
		return nil // too many callers use the key at once; the permit is lost
	}
	return tooOften(r.Every)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// read returns the key's TAT, zero if it has none.
func (l *Limiter) read(ctx context.Context, at kv.Key) (time.Time, kv.Condition, error) {
	it, err := l.store.Get(ctx, at)
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, kv.IfAbsent(), nil
	}
	if err != nil {
		return time.Time{}, kv.Condition{}, err
	}
	tat, err := parse(it)
	return tat, kv.IfVersion(it.Version), err
}

func parse(it kv.Item) (time.Time, error) {
	nanos, err := strconv.ParseInt(string(it.Value), 10, 64)
	if err != nil {
		return time.Time{}, fault.Wrap(fault.Internal, err, "a limit's item is malformed")
	}
	return time.Unix(0, nanos), nil
}

func tooOften(wait time.Duration) error {
	e := fault.New(fault.Limited, "Too many attempts. Try again in %s.", words(wait))
	e.RetryAfter = wait
	return e
}

// words returns a duration as a person says it.
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
