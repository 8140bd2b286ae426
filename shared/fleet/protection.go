package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Protection keeps an instance from being archived, deleted or reprovisioned.
type Protection struct {
	Instance  string    `json:"instance"`
	Protected bool      `json:"protected"`
	By        string    `json:"by,omitempty" doc:"E-mail of who set it last"`
	At        time.Time `json:"at,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

type storedProtection struct {
	Protection
	Audit audit.Trail `json:"audit,omitempty"`
}

// Protection reads an instance's protection; a zero one when it never had any.
func (s *Store) Protection(ctx context.Context, cluster, instance string) (Protection, error) {
	p, _, err := getJSON[storedProtection](ctx, s.kv, protectionKey(cluster, instance))
	if fault.Is(err, fault.NotFound) {
		return Protection{Instance: instance}, nil
	}
	return p.Protection, err
}

// Protected lists the protected instances of a cluster, by name.
func (s *Store) Protected(ctx context.Context, cluster string) ([]Protection, error) {
	list := []Protection{}
	q := kv.Query{Partition: partProtection + cluster, Limit: kv.MaxPage}
	for {
		page, next, err := queryJSON[storedProtection](ctx, s.kv, q)
		if err != nil {
			return nil, fmt.Errorf("listing protected instances of %s: %w", cluster, err)
		}
		for _, p := range page {
			if p.Protected {
				list = append(list, p.Protection)
			}
		}
		if next == "" {
			return list, nil
		}
		q.After = next
	}
}

// Protect sets or lifts a protection.
func (s *Store) Protect(ctx context.Context, cluster string, p Protection, record Recorder) error {
	return s.modifyBy(ctx, protectionKey(cluster, p.Instance), s.recorder(record), func(old []byte) ([]byte, error) {
		var former storedProtection
		if old != nil {
			if err := json.Unmarshal(old, &former); err != nil {
				return nil, fmt.Errorf("decoding the protection of %s: %w", p.Instance, err)
			}
		}
		if former.Protected == p.Protected {
			return nil, nil
		}
		return json.Marshal(storedProtection{p, former.Audit})
	})
}

func protectionKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partProtection + cluster, Sort: instance}
}
