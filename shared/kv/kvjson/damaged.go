package kvjson

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// ErrDamaged is an error of a value that can't be decoded.
var ErrDamaged = errors.New("the stored value can't be decoded")

// partDamaged notes the items that were left out. Sort: a hash of the item's key.
const partDamaged = "damaged"

// Damaged is an item that can't be decoded.
type Damaged struct {
	Partition string    `json:"partition"`
	Sort      string    `json:"sort"`
	Version   int64     `json:"version"`
	Error     string    `json:"error"`
	FoundAt   time.Time `json:"foundAt"`
}

// LeaveOut notes an item that can't be decoded, so that its reader goes on with the
// rest and administrators see its key. The item itself stays as it is.
func LeaveOut(ctx context.Context, store kv.Store, item kv.Item, cause error) {
	slog.ErrorContext(ctx, "stored item left out", "partition", item.Partition, "sort", item.Sort, "version", item.Version, "err", cause)
	note := Damaged{Partition: item.Partition, Sort: item.Sort, Version: item.Version, Error: cause.Error(), FoundAt: time.Now().UTC()}
	key := damagedKey(item.Key)
	if known, _, err := Get[Damaged](ctx, store, key); err == nil && known.Version == item.Version {
		return
	}
	if err := Put(ctx, store, key, note, kv.Always, NoExpiry); err != nil {
		slog.WarnContext(ctx, "left-out item not noted", "partition", item.Partition, "sort", item.Sort, "err", err)
	}
}

// ListDamaged lists the items that were left out and have not been written or removed
// since, 100 at most.
func ListDamaged(ctx context.Context, store kv.Store) ([]Damaged, error) {
	notes, _, err := Query[Damaged](ctx, store, kv.Query{Partition: partDamaged, Limit: 100})
	if err != nil {
		return nil, err
	}
	list := []Damaged{}
	for _, d := range notes {
		key := kv.Key{Partition: d.Partition, Sort: d.Sort}
		item, err := store.Get(ctx, key)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && item.Version == d.Version {
			list = append(list, d)
			continue
		}
		if err := store.Delete(ctx, damagedKey(key), kv.Always); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func damagedKey(key kv.Key) kv.Key {
	sum := sha256.Sum256([]byte(key.Partition + "\x00" + key.Sort))
	return kv.Key{Partition: partDamaged, Sort: base64.RawURLEncoding.EncodeToString(sum[:16])}
}
