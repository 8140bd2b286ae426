package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// Backlog is the deliveries that did not arrive yet.
type Backlog struct {
	Waiting int
	Tried   int       // of these, how many failed at least once
	Oldest  time.Time // when the oldest was made; zero when there is none
}

// Backlog counts the deliveries that did not arrive yet.
func (s *Service) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := each(ctx, s.KV, kv.Query{Partition: partDue, Eventual: true}, func(d due, _ kv.Item) {
		b.Waiting++
		if d.Attempts > 0 {
			b.Tried++
		}
		if b.Oldest.IsZero() || d.CreatedAt.Before(b.Oldest) {
			b.Oldest = d.CreatedAt
		}
	})
	return b, err
}

// SealedWith counts the stored addresses of chats by the id of the key that they are
// sealed with.
func (s *Service) SealedWith(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := each(ctx, s.KV, kv.Query{Partition: partSubscription}, func(v stored, _ kv.Item) {
		if len(v.Sealed) > 0 {
			counts[secret.SealedWith(v.Sealed)]++
		}
	})
	return counts, err
}

// Reseal seals with the current key the addresses of chats that another key sealed, and
// returns how many. One that can't be opened keeps no other from it.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	var dueKeys []kv.Key
	err := each(ctx, s.KV, kv.Query{Partition: partSubscription}, func(v stored, item kv.Item) {
		if len(v.Sealed) > 0 && s.Keys.NeedsReseal(v.Sealed) {
			dueKeys = append(dueKeys, item.Key)
		}
	})
	done := 0
	for _, key := range dueKeys {
		changed := false
		problem := kv.Update(ctx, s.KV, key, nil, func(item *kv.Item) (bool, error) {
			changed = false
			if item.Version == 0 {
				return false, nil // removed meanwhile
			}
			v, err := kvjson.Decode[stored](*item)
			if err != nil {
				return false, err
			}
			next, err := s.Keys.Reseal(v.Sealed, record(v.ID))
			if err != nil || next == nil {
				return false, err
			}
			v.Sealed, changed = next, true
			return true, kvjson.Set(item, v)
		})
		if changed && problem == nil {
			done++
		}
		if problem != nil {
			err = errors.Join(err, fmt.Errorf("subscription %s: %w", key.Sort, problem))
		}
	}
	return done, err
}
