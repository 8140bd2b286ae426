package installation

import (
	"context"
	"fmt"
	"slices"
)

// Ring is the encryption keys, by their ids; the first one encrypts.
type Ring interface {
	IDs() ([]string, error)
}

// Sealed is stored secrets of one kind.
type Sealed struct {
	Kind string // "credentials" or "notifications"
	// Count returns how many secrets each key encrypts, by its id.
	Count func(ctx context.Context) (map[string]int, error)
	// Reseal encrypts those with the current key that are not, and returns how many.
	Reseal func(ctx context.Context) (int, error)
}

// Keys is which encryption keys there are, and what needs them.
type Keys struct {
	Current string   `json:"current" doc:"Key that encrypts now"`
	Keys    []KeyUse `json:"keys" nullable:"false"`
}

// KeyUse is what needs an encryption key.
type KeyUse struct {
	ID            string `json:"id"`
	Current       bool   `json:"current"`
	Missing       bool   `json:"missing" doc:"It is not in ocim-seal-keys, so what needs it can't be read"`
	Credentials   int    `json:"credentials" doc:"Credentials of projects that are encrypted with it"`
	Notifications int    `json:"notifications" doc:"Addresses of chats that are encrypted with it"`
}

// KeyStatus returns which encryption keys stored secrets need.
func (s *Service) KeyStatus(ctx context.Context) (Keys, error) {
	ids, err := s.Ring.IDs()
	if err != nil {
		return Keys{}, err
	}
	out := Keys{Current: ids[0]}
	for i, id := range ids {
		out.Keys = append(out.Keys, KeyUse{ID: id, Current: i == 0})
	}
	for _, sealed := range s.Sealed {
		counts, err := sealed.Count(ctx)
		if err != nil {
			return out, fmt.Errorf("counting the keys of %s: %w", sealed.Kind, err)
		}
		for id, n := range counts {
			at := slices.IndexFunc(out.Keys, func(k KeyUse) bool { return k.ID == id })
			if at < 0 {
				at, out.Keys = len(out.Keys), append(out.Keys, KeyUse{ID: id, Missing: true})
			}
			if sealed.Kind == "credentials" {
				out.Keys[at].Credentials += n
			} else {
				out.Keys[at].Notifications += n
			}
		}
	}
	return out, nil
}

// Reseal encrypts everything with the current key, and returns how many secrets it
// changed.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	ids, err := s.Ring.IDs()
	if err != nil {
		return 0, err
	}
	all := 0
	for _, sealed := range s.Sealed {
		n, err := sealed.Reseal(ctx)
		all += n
		if err != nil {
			return all, fmt.Errorf("encrypting %s again: %w", sealed.Kind, err)
		}
	}
	if all > 0 {
		s.Log.InfoContext(ctx, "stored secrets encrypted with the current key", "count", all, "key", ids[0])
	}
	return all, s.change(ctx, func(r *record) { r.SealedWith = ids[0] })
}

// resealAfterRotation is Reseal once after each change of the current key.
func (s *Service) resealAfterRotation(ctx context.Context, sealedWith string) error {
	ids, err := s.Ring.IDs()
	if err != nil || ids[0] == sealedWith {
		return err
	}
	_, err = s.Reseal(ctx)
	return err
}
