// Package kvjson reads and writes items of a kv.Store whose values are JSON.
package kvjson

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// NoExpiry marks items that stay.
var NoExpiry time.Time

// Get reads an item into a value of type T, and gives the item's version. One that can't
// be decoded is noted, see LeaveOut.
func Get[T any](ctx context.Context, store kv.Store, key kv.Key, opts ...kv.ReadOption) (T, int64, error) {
	var v T
	version, err := get(ctx, store, key, &v, opts)
	return v, version, err
}

// get reads into what v points to. It is apart from Get, which is compiled again for each
// type.
func get(ctx context.Context, store kv.Store, key kv.Key, v any, opts []kv.ReadOption) (int64, error) {
	item, err := store.Get(ctx, key, opts...)
	if err != nil {
		return 0, err
	}
	return item.Version, take(ctx, store, item, v)
}

// take decodes an item, or notes that it can't be decoded.
func take(ctx context.Context, store kv.Store, item kv.Item, v any) error {
	err := decode(item, v)
	if err != nil {
		LeaveOut(ctx, store, item, err)
	}
	return err
}

// Decode gives an item's value; of an item that does not exist the zero one. It is
// ErrDamaged when the value is no T.
func Decode[T any](item kv.Item) (T, error) {
	var v T
	err := decode(item, &v)
	return v, err
}

// decode decodes into what v points to. It is apart from Decode, which is compiled again for
// each type.
func decode(item kv.Item, v any) error {
	if item.Value == nil {
		return nil
	}
	err := tooNew(item.Value)
	if err == nil {
		err = json.Unmarshal(item.Value, v)
	}
	if err != nil {
		return fmt.Errorf("decoding %s/%s: %w: %w", item.Partition, item.Sort, ErrDamaged, err)
	}
	if fields, ok := v.(*map[string]json.RawMessage); ok {
		delete(*fields, schemaField)
	}
	if r, ok := v.(interface{ remember([]byte) }); ok {
		r.remember(item.Value)
	}
	return nil
}

// Put writes a value of type T.
func Put[T any](ctx context.Context, store kv.Store, key kv.Key, v T, cond kv.Condition, expires time.Time) error {
	item := kv.Item{Key: key, Expires: expires}
	if err := Set(&item, v); err != nil {
		return err
	}
	_, err := store.Put(ctx, item, cond)
	return err
}

// Query reads a page of a partition as values of type T, and gives the cursor of
// the next page. It leaves out what can't be decoded.
func Query[T any](ctx context.Context, store kv.Store, q kv.Query) ([]T, string, error) {
	page, err := store.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	out := make([]T, 0, len(page.Items))
	for _, item := range page.Items {
		var v T
		if take(ctx, store, item, &v) == nil {
			out = append(out, v)
		}
	}
	return out, page.Next, nil
}

// All reads all pages of a query as values of type T.
func All[T any](ctx context.Context, store kv.Store, q kv.Query) ([]T, error) {
	var all []T
	q.Limit = kv.MaxPage
	for {
		page, next, err := Query[T](ctx, store, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

// NotFound replaces the store's fault.NotFound by one that says what is missing.
func NotFound(err error, format string, args ...any) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, format, args...)
	}
	return err
}
