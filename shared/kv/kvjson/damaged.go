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
	if old, err := store.Get(ctx, key); err == nil {
		if known, err := Decode[Damaged](old); err == nil && known.Version == item.Version {
			return
		}
	}
	if err := Put(ctx, store, key, note, kv.Always, NoExpiry); err != nil {
		slog.WarnContext(ctx, "left-out item not noted", "partition", item.Partition, "sort", item.Sort, "err", err)
	}
}

// maxListed bounds how many left-out items are listed.
const maxListed = 1000

// ListDamaged lists the items that were left out and have not been written or removed
// since, maxListed at most.
func ListDamaged(ctx context.Context, store kv.Store) ([]Damaged, error) {
	list := []Damaged{}
	q := kv.Query{Partition: partDamaged}
	for seen := 0; seen < maxListed; {
		notes, next, err := Query[Damaged](ctx, store, q)
		if err != nil {
			return nil, err
		}
		seen += len(notes)
		current, err := stillDamaged(ctx, store, notes)
		if err != nil {
			return nil, err
		}
		list = append(list, current...)
		if q.After = next; next == "" {
			break
		}
	}
	return list, nil
}

// stillDamaged gives the notes whose items are as they were, and removes the others.
func stillDamaged(ctx context.Context, store kv.Store, notes []Damaged) ([]Damaged, error) {
	keys := make([]kv.Key, len(notes))
	for i, d := range notes {
		keys[i] = kv.Key{Partition: d.Partition, Sort: d.Sort}
	}
	items, err := kv.GetAll(ctx, store, keys)
	if err != nil {
		return nil, err
	}
	var current []Damaged
	for i, d := range notes {
		if items[keys[i]].Version == d.Version {
			current = append(current, d)
		} else if err := store.Delete(ctx, damagedKey(keys[i]), kv.Always); err != nil {
			return nil, err
		}
	}
	return current, nil
}

// FindDamaged reads an item that was left out, by the ID of its note, and the note;
// fault.NotFound when it was written or removed since.
func FindDamaged(ctx context.Context, store kv.Store, id string) (Damaged, kv.Item, error) {
	gone := "That item is no longer left out."
	note, _, err := Get[Damaged](ctx, store, kv.Key{Partition: partDamaged, Sort: id})
	if err != nil {
		return Damaged{}, kv.Item{}, NotFound(err, "%s", gone)
	}
	item, err := store.Get(ctx, kv.Key{Partition: note.Partition, Sort: note.Sort})
	if err != nil {
		return Damaged{}, kv.Item{}, NotFound(err, "%s", gone)
	}
	if item.Version != note.Version {
		return Damaged{}, kv.Item{}, fault.New(fault.NotFound, "%s", gone)
	}
	return note, item, nil
}

// ForgetDamaged removes the note of an item. The next reader that can't decode
// the item notes it again.
func ForgetDamaged(ctx context.Context, store kv.Store, d Damaged) error {
	return store.Delete(ctx, kv.Key{Partition: partDamaged, Sort: d.ID()}, kv.Always)
}

// ID identifies the note.
func (d Damaged) ID() string { return damagedKey(kv.Key{Partition: d.Partition, Sort: d.Sort}).Sort }

func damagedKey(key kv.Key) kv.Key {
	sum := sha256.Sum256([]byte(key.Partition + "\x00" + key.Sort))
	return kv.Key{Partition: partDamaged, Sort: base64.RawURLEncoding.EncodeToString(sum[:16])}
}

// Check reports whether a value is a record that some type may decode: JSON, and of a
// version that this release reads. Its error is ErrDamaged.
func Check(value []byte) error {
	_, err := Decode[any](kv.Item{Value: value})
	return err
}
