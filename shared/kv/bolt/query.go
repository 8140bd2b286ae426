package bolt

import (
	"bytes"
	"context"
	"time"

	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Query implements kv.Store.
func (s *Store) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	limit, after, err := contract.Query(q)
	if err != nil {
		return kv.Page{}, err
	}
	var page kv.Page
	err = s.view(ctx, func(items *bbolt.Bucket, now time.Time) error {
		partition := itemKey(kv.Key{Partition: q.Partition})
		prefix := append(bytes.Clone(partition), q.Prefix...)
		size := 0
		c := items.Cursor()
		next := c.Next
		if q.Reverse {
			next = c.Prev
		}
		for k, v := start(c, prefix, partition, after, q.Reverse); bytes.HasPrefix(k, prefix); k, v = next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := decode(v)
			if err != nil {
				return err
			}
			if contract.Expired(r.expires, now) {
				continue
			}
			if len(page.Items) == limit || size >= kv.MaxPageBytes {
				page.Next = contract.Cursor(q, page.Items[len(page.Items)-1].Sort)
				return nil
			}
			it := r.item(kv.Key{Partition: q.Partition, Sort: string(k[len(partition):])})
			page.Items = append(page.Items, it)
			size += len(it.Value)
		}
		return nil
	})
	if err != nil {
		return kv.Page{}, err
	}
	return page, nil
}

// start moves the cursor to the first key of the page.
func start(c *bbolt.Cursor, prefix, partition []byte, after string, reverse bool) (key, value []byte) {
	from := prefix
	if after != "" {
		from = append(bytes.Clone(partition), after...)
	}
	switch {
	case !reverse:
		key, value = c.Seek(from)
		if after != "" && bytes.Equal(key, from) {
			key, value = c.Next()
		}
		return key, value
	case after == "":
		// UTF-8 has no byte 0xff, so the last one can be raised: that key is the
		// first one beyond the prefix.
		from = bytes.Clone(prefix)
		from[len(from)-1]++
	}
	if key, _ = c.Seek(from); key == nil {
		return c.Last()
	}
	return c.Prev()
}
