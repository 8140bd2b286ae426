package standing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// HeadKey is the key of the item that says whether anything of the fleet changed. Most
// reading requests read it anyway, so it also says whether anyone's access was reduced.
var HeadKey = kv.Key{Partition: "fleet", Sort: "head"}

// revocation is the part of the head that is about access; package fleetview keeps it.
const revocation = "access"

// Revocation returns the mark of the latest change that reduced what someone may do, and
// true; false when the context is not that of kv.WithAhead. Marks that differ say that
// there was such a change in between. It costs half a read unit, which the request that
// reads the fleet's head afterwards saves. It may miss the last second's changes.
func Revocation(ctx context.Context, store kv.Store) (mark int64, ok bool, err error) {
	item, ok, err := kv.ReadAhead(ctx, store, HeadKey)
	if fault.Is(err, fault.NotFound) {
		return 0, ok, nil
	}
	if err != nil || !ok {
		return 0, ok, err
	}
	var head struct {
		Access int64 `json:"access"`
	}
	if err := json.Unmarshal(item.Value, &head); err != nil {
		return 0, true, fmt.Errorf("decoding the fleet's head: %w", err)
	}
	return head.Access, true, nil
}

// Revoke makes all functions read again what people may do. It follows the write that
// reduced it.
func Revoke(ctx context.Context, store kv.Store, now time.Time) error {
	err := kv.Update(ctx, store, HeadKey, nil, func(item *kv.Item) (bool, error) {
		head := map[string]json.RawMessage{}
		var before int64
		if item.Value != nil {
			if err := json.Unmarshal(item.Value, &head); err != nil {
				return false, fmt.Errorf("decoding the fleet's head: %w", err)
			}
			if raw, ok := head[revocation]; ok {
				if err := json.Unmarshal(raw, &before); err != nil {
					return false, fmt.Errorf("decoding the fleet's head: %w", err)
				}
			}
		}
		// A time, and no count: also a head that was lost, or written by a release that does
		// not know the mark, never has the same one again.
		mark, err := json.Marshal(max(now.UnixNano(), before+1))
		if err != nil {
			return false, err
		}
		head[revocation] = mark
		item.Value, err = json.Marshal(head)
		return true, err
	})
	if err != nil {
		return fmt.Errorf("making a change of access known: %w", err)
	}
	return nil
}
