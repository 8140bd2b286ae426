package lease

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Lease is a right that one holder has for a while.
type Lease struct {
	Name   string    `json:"-"`
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
	Token  int64     `json:"-"` // fencing token: rises with each change of the lease
}

const partLease = "lease" // sort: what is leased

// Leases keeps leases in a kv.Store.
type Leases struct {
	kv  kv.Store
	now func() time.Time
}

// New makes Leases; now is the clock.
func New(store kv.Store, now func() time.Time) *Leases { return &Leases{store, now} }

// AcquireLease takes a lease for a holder, or renews it; fault.Conflict when
// another holder has it. Who the holder is does not change by a restart, so a
// holder that died takes its lease again at once.
func (l *Leases) AcquireLease(ctx context.Context, name, holder string, life time.Duration) (Lease, error) {
	key := kv.Key{Partition: partLease, Sort: name}
	item, err := l.kv.Get(ctx, key)
	cond := kv.IfVersion(item.Version)
	switch {
	case fault.Is(err, fault.NotFound):
		cond = kv.IfAbsent()
	case err != nil:
		return Lease{}, fmt.Errorf("reading lease %s: %w", name, err)
	default:
		var held Lease
		if err := json.Unmarshal(item.Value, &held); err != nil {
			return Lease{}, fmt.Errorf("decoding lease %s: %w", name, err)
		}
		if held.Holder != holder && l.now().Before(held.Until) {
			return Lease{}, fault.New(fault.Conflict, "%s is held by %s until %s", name, held.Holder, held.Until.UTC().Format(time.TimeOnly))
		}
	}
	lease := Lease{Name: name, Holder: holder, Until: l.now().Add(life)}
	value, err := json.Marshal(lease)
	if err != nil {
		return Lease{}, fmt.Errorf("encoding lease %s: %w", name, err)
	}
	// No expiry: an item that vanished would start its versions, our tokens, again.
	put, err := l.kv.Put(ctx, kv.Item{Key: key, Value: value}, cond)
	if err != nil {
		return Lease{}, fmt.Errorf("taking lease %s: %w", name, err)
	}
	lease.Token = put.Version
	return lease, nil
}

// HoldLease is AcquireLease for work of unknown length: until stop is
// called the lease is renewed, so that a holder that dies has it no longer than
// life. The context ends, with ErrFenced as its cause, when another holder took it.
// Giving it back is the caller's, after stop.
func (l *Leases) HoldLease(ctx context.Context, name, holder string, life time.Duration) (held context.Context, lease Lease, stop func(), err error) {
	if lease, err = l.AcquireLease(ctx, name, holder, life); err != nil {
		return nil, Lease{}, nil, err
	}
	held, cancel := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		ticker := time.NewTicker(life / 3)
		defer ticker.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-ticker.C:
			}
			// Other errors pass, or the lease runs out: then its token fences.
			if _, err := l.AcquireLease(held, name, holder, life); fault.Is(err, fault.Conflict) {
				cancel(ErrFenced)
			}
		}
	}()
	return held, lease, func() { cancel(nil); <-renewed }, nil
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

// ReleaseLease gives a lease back. It does nothing when the lease is no longer
// this one.
func (l *Leases) ReleaseLease(ctx context.Context, lease Lease) error {
	value, err := json.Marshal(Lease{})
	if err != nil {
		return fmt.Errorf("encoding lease %s: %w", lease.Name, err)
	}
	key := kv.Key{Partition: partLease, Sort: lease.Name}
	_, err = l.kv.Put(ctx, kv.Item{Key: key, Value: value}, kv.IfVersion(lease.Token))
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// EndLease gives back whatever lease a holder has under a name. It does nothing
// when another holder has it.
func (l *Leases) EndLease(ctx context.Context, name, holder string) error {
	key := kv.Key{Partition: partLease, Sort: name}
	held, version, err := kvjson.Get[Lease](ctx, l.kv, key)
	if fault.Is(err, fault.NotFound) || err == nil && held.Holder != holder {
		return nil
	}
	if err != nil {
		return err
	}
	return l.ReleaseLease(ctx, Lease{Name: name, Token: version})
}

// LeaseHolder returns the holder of a lease, empty when the lease is free.
func (l *Leases) LeaseHolder(ctx context.Context, name string) (string, error) {
	held, _, err := kvjson.Get[Lease](ctx, l.kv, kv.Key{Partition: partLease, Sort: name})
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err == nil && !l.now().Before(held.Until) {
		return "", nil
	}
	return held.Holder, err
}
