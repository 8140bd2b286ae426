package kvtest

import (
	"context"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Units is a kv.Store that counts what its calls would cost on DynamoDB, by DynamoDB's
// rules: a write costs a unit for each KB of the larger of the old and the new item, also
// when its condition fails; a read costs half a unit for each 4 KB, twice that when it is
// consistent. It reads before it writes, so it is not for measuring time.
type Units struct {
	kv.Store
	// Uncounted is a partition whose calls cost nothing, such as that of leases: how often
	// these are renewed depends on how fast a machine is.
	Uncounted string

	mu    sync.Mutex
	total Cost
	keys  map[string]float64 // write units by partition
}

// Cost is what calls cost.
type Cost struct {
	Calls int
	Read  float64 // RCU
	Write float64 // WCU
}

// NewUnits counts the calls of a store.
func NewUnits(store kv.Store) *Units { return &Units{Store: store, keys: map[string]float64{}} }

// Take gives the cost since the last Take, and the partition that took the most write
// units with how many these were.
func (u *Units) Take() (total Cost, hottest string, units float64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, n := range u.keys {
		if n > units {
			hottest, units = key, n
		}
	}
	total, u.total, u.keys = u.total, Cost{}, map[string]float64{}
	return total, hottest, units
}

// overhead is what an item has beside its keys and its value: names of attributes,
// version and expiry.
const overhead = 40

func size(item kv.Item) int {
	return len(item.Partition) + len(item.Sort) + len(item.Value) + overhead
}

func (u *Units) read(bytes int, eventual bool) {
	units := float64(max(1, (bytes+4095)/4096))
	if eventual {
		units /= 2
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total.Calls++
	u.total.Read += units
}

func (u *Units) written(partition string, bytes int) {
	units := float64(max(1, (bytes+1023)/1024))
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total.Calls++
	u.total.Write += units
	u.keys[partition] += units
}

// Get implements kv.Store.
func (u *Units) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	item, err := u.Store.Get(ctx, key, opts...)
	if key.Partition == u.Uncounted {
		return item, err
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		item.Key = key
		u.read(size(item), kv.Options(opts).Eventual)
	}
	return item, err
}

// BatchGet implements kv.Store.
func (u *Units) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	items, err := u.Store.BatchGet(ctx, keys, opts...)
	if err != nil {
		return nil, err
	}
	found := map[kv.Key]kv.Item{}
	for _, item := range items {
		found[item.Key] = item
	}
	for _, key := range keys {
		u.read(size(found[key]), kv.Options(opts).Eventual)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total.Calls -= len(keys) - 1 // one call for all
	return items, nil
}

// Query implements kv.Store.
func (u *Units) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	page, err := u.Store.Query(ctx, q)
	if err == nil {
		bytes := 0
		for _, item := range page.Items {
			bytes += size(item)
		}
		u.read(bytes, q.Eventual)
	}
	return page, err
}

// Put implements kv.Store.
func (u *Units) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if item.Partition == u.Uncounted {
		return u.Store.Put(ctx, item, cond)
	}
	old, _ := u.Store.Get(ctx, item.Key)
	put, err := u.Store.Put(ctx, item, cond)
	if err == nil || fault.Is(err, fault.Conflict) {
		u.written(item.Partition, max(size(old), size(item)))
	}
	return put, err
}

// Delete implements kv.Store.
func (u *Units) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	if key.Partition == u.Uncounted {
		return u.Store.Delete(ctx, key, cond)
	}
	old, _ := u.Store.Get(ctx, key)
	err := u.Store.Delete(ctx, key, cond)
	if err == nil || fault.Is(err, fault.Conflict) {
		u.written(key.Partition, size(old))
	}
	return err
}
