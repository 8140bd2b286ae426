package lease

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Lease is a right that one holder has for a while.
type Lease struct {
	Name   string
	Holder string
	// Token is the fencing token. It rises with each acquisition and stays the same while
	// the lease is renewed.
	Token int64
	// Unclean is whether an earlier holder did not finish: it may be paused, and write
	// when it wakes. The holder must write everything that the earlier one could have
	// written, so that its token fences it, and then call EndLeaseClean.
	Unclean bool

	version int64 // of the item
}

// record is a lease as it is stored.
type record struct {
	Holder  string        `json:"holder"`
	Until   time.Time     `json:"until"` // by the clock of who wrote it
	Life    time.Duration `json:"life,omitempty"`
	Unclean bool          `json:"unclean,omitempty"`
}

const partLease = "lease" // sort: what is leased

// Leases keeps leases in a kv.Store. It is safe for concurrent use.
type Leases struct {
	kv    kv.Store
	now   func() time.Time
	begun time.Time

	mu   sync.Mutex
	seen map[string]sighting // by name
}

// sighting is a lease as this process saw it first. It is no more than an aid: who has
// seen nothing waits longer.
type sighting struct {
	version int64
	at      time.Time
}

// maxSeen bounds the memory for sightings.
const maxSeen = 10_000

// New makes Leases; now is the clock.
func New(store kv.Store, now func() time.Time) *Leases {
	return &Leases{kv: store, now: now, begun: now(), seen: map[string]sighting{}}
}

func leaseKey(name string) kv.Key { return kv.Key{Partition: partLease, Sort: name} }

// AcquireLease takes a lease for a holder, or renews it; fault.Conflict when
// another holder has it. Who the holder is does not change by a restart, so a
// holder that died takes its lease again at once.
func (l *Leases) AcquireLease(ctx context.Context, name, holder string, life time.Duration) (Lease, error) {
	held, version, err := kvjson.Get[record](ctx, l.kv, leaseKey(name))
	cond := kv.IfVersion(version)
	switch {
	case fault.Is(err, fault.NotFound):
		cond = kv.IfAbsent()
	case err != nil:
		return Lease{}, fmt.Errorf("reading lease %s: %w", name, err)
	case held.Holder != "" && held.Holder != holder && !l.expired(name, held, version, life):
		if err := l.correct(ctx, name, held, version, life); err != nil {
			return Lease{}, err
		}
		return Lease{}, fault.New(fault.Conflict, "%s is held by %s", name, held.Holder)
	}
	lease := Lease{Name: name, Holder: holder, Unclean: held.Unclean || held.Holder != "" && held.Holder != holder}
	if lease.version, err = l.put(ctx, lease, life, cond); err != nil {
		return Lease{}, fmt.Errorf("taking lease %s: %w", name, err)
	}
	lease.Token = lease.version
	return lease, nil
}

// expired reports whether a lease ran out. What counts is for how long this process has
// seen it unchanged, since the clock of its holder may be wrong. A process that began a
// moment ago has seen nothing yet: only then the stored time counts, with the lease's life
// added for clocks that differ. If that is too early, the fencing token still keeps the
// holder from writing.
func (l *Leases) expired(name string, held record, version int64, life time.Duration) bool {
	if held.Life > 0 {
		life = held.Life
	}
	now := l.now()
	if life <= 0 { // written by a release before 2026-12
		return !now.Before(held.Until)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seen, ok := l.seen[name]
	if !ok || seen.version != version || now.Before(seen.at) {
		l.note(name, version, now)
		alive := now.Sub(l.begun)
		return alive >= 0 && alive < life && now.Sub(held.Until) >= life
	}
	return now.Sub(seen.at) >= life
}

// note remembers a sighting. The caller holds the lock.
func (l *Leases) note(name string, version int64, at time.Time) {
	for other := range l.seen { // any of them: who is forgotten waits longer
		if len(l.seen) < maxSeen {
			break
		}
		delete(l.seen, other)
	}
	l.seen[name] = sighting{version, at}
}

// correct replaces a stored time that no correct clock can have written. Processes that
// live shorter than the lease would otherwise wait for it.
func (l *Leases) correct(ctx context.Context, name string, held record, version int64, life time.Duration) error {
	if held.Life > 0 {
		life = held.Life
	}
	if held.Until.Sub(l.now()) <= 2*life {
		return nil
	}
	held.Until = l.now().Add(life)
	value, err := json.Marshal(held)
	if err != nil {
		return fmt.Errorf("encoding lease %s: %w", name, err)
	}
	_, err = l.kv.Put(ctx, kv.Item{Key: leaseKey(name), Value: value}, kv.IfVersion(version))
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// put writes a lease and gives the version of its item.
func (l *Leases) put(ctx context.Context, lease Lease, life time.Duration, cond kv.Condition) (int64, error) {
	value, err := json.Marshal(record{Holder: lease.Holder, Until: l.now().Add(life), Life: life, Unclean: lease.Unclean})
	if err != nil {
		return 0, fmt.Errorf("encoding lease %s: %w", lease.Name, err)
	}
	// No expiry: an item that vanished would start its versions, our tokens, again.
	item, err := l.kv.Put(ctx, kv.Item{Key: leaseKey(lease.Name), Value: value}, cond)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(lease.Name, item.Version, l.now())
	return item.Version, nil
}

// renew extends a lease that nobody else has had since it was taken; ErrFenced otherwise,
// also when the other holder has given it back.
func (l *Leases) renew(ctx context.Context, lease Lease, life time.Duration) (Lease, error) {
	version, err := l.put(ctx, lease, life, kv.IfVersion(lease.version))
	if fault.Is(err, fault.Conflict) {
		// The answer to an earlier renewal got lost, or another process corrected the time.
		held, now, err := kvjson.Get[record](ctx, l.kv, leaseKey(lease.Name))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return lease, err
		}
		if err != nil || held.Holder != lease.Holder {
			return lease, ErrFenced
		}
		lease.version = now
		return lease, nil
	}
	if err == nil {
		lease.version = version
	}
	return lease, err
}

// HoldLease is AcquireLease for work of unknown length: until stop is
// called the lease is renewed, so that a holder that dies has it no longer than
// life. The holder's name must be used by nobody else, not even by a later HoldLease.
// The context carries the fencing token; it ends, with ErrFenced as its cause, when
// another holder had the lease. Giving it back is the caller's, after stop.
func (l *Leases) HoldLease(ctx context.Context, name, holder string, life time.Duration) (held context.Context, lease Lease, stop func(), err error) {
	if lease, err = l.AcquireLease(ctx, name, holder, life); err != nil {
		return nil, Lease{}, nil, err
	}
	held, cancel := context.WithCancelCause(context.WithValue(ctx, tokenKey(name), lease.Token))
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		ticker := time.NewTicker(life / 3)
		defer ticker.Stop()
		current := lease
		for {
			select {
			case <-held.Done():
				return
			case <-ticker.C:
			}
			// Other errors pass, or the lease runs out: then its token fences.
			var err error
			if current, err = l.renew(held, current, life); fault.Is(err, fault.Conflict) {
				cancel(ErrFenced)
			}
		}
	}()
	return held, lease, func() { cancel(nil); <-renewed }, nil
}

// tokenKey is the key of a context for the token of a lease.
type tokenKey string

// TokenOf gives the fencing token of a lease that a context was made for by HoldLease; 0
// when it was made for none.
func TokenOf(ctx context.Context, name string) int64 {
	token, _ := ctx.Value(tokenKey(name)).(int64)
	return token
}

// ErrFenced is a fault.Conflict: the lease ran out, and another holder has it.
var ErrFenced = fault.New(fault.Conflict, "the lease was lost: another process continues the work")

// Fenced is ErrFenced when something was written under a later lease than one's own.
func Fenced(written, own int64) error {
	if written > own {
		return ErrFenced
	}
	return nil
}

// ReleaseLease gives a lease back that was not renewed since. It does nothing when the
// lease is no longer this one.
func (l *Leases) ReleaseLease(ctx context.Context, lease Lease) error {
	return l.release(ctx, lease.Name, lease.version, lease.Unclean)
}

func (l *Leases) release(ctx context.Context, name string, version int64, unclean bool) error {
	_, err := l.put(ctx, Lease{Name: name, Unclean: unclean}, 0, kv.IfVersion(version))
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// EndLease gives back whatever lease a holder has under a name. It does nothing
// when another holder has it. A lease that was unclean stays so for the next holder.
func (l *Leases) EndLease(ctx context.Context, name, holder string) error {
	return l.end(ctx, name, holder, false)
}

// EndLeaseClean is EndLease for a holder that has written everything that an earlier one
// could write when it wakes.
func (l *Leases) EndLeaseClean(ctx context.Context, name, holder string) error {
	return l.end(ctx, name, holder, true)
}

func (l *Leases) end(ctx context.Context, name, holder string, clean bool) error {
	held, version, err := kvjson.Get[record](ctx, l.kv, leaseKey(name))
	if fault.Is(err, fault.NotFound) || err == nil && held.Holder != holder {
		return nil
	}
	if err != nil {
		return err
	}
	return l.release(ctx, name, version, held.Unclean && !clean)
}

// LeaseHolder returns the holder of a lease, empty when the lease is free or ran out.
func (l *Leases) LeaseHolder(ctx context.Context, name string) (string, error) {
	held, version, err := kvjson.Get[record](ctx, l.kv, leaseKey(name))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil || held.Holder == "" || l.expired(name, held, version, 0) {
		return "", err
	}
	return held.Holder, nil
}
