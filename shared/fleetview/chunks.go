package fleetview

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/kv/packed"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// recentChanges is how many changed clusters the head remembers. A replica
// that fell further behind reads every chunk again. With the longest ids the
// head still fits into the 4 KB that one read unit buys.
const recentChanges = 48

var headKey = kv.Key{Partition: partFleet, Sort: "head"}

// head is the one item that says whether anything changed.
type head struct {
	Revision int64    `json:"revision"`
	Recent   []change `json:"recent,omitempty"` // newest first, a cluster once
	Floor    int64    `json:"floor,omitempty"`  // changes after this revision are all in Recent
}

type change struct {
	Cluster  string `json:"c"`
	Revision int64  `json:"r"`
}

// bump records that a cluster's chunk changed.
func (h *head) bump(cluster string) {
	h.Revision++
	h.Recent = slices.DeleteFunc(h.Recent, func(c change) bool { return c.Cluster == cluster })
	h.Recent = slices.Insert(h.Recent, 0, change{Cluster: cluster, Revision: h.Revision})
	for len(h.Recent) > recentChanges {
		last := h.Recent[len(h.Recent)-1]
		h.Floor = max(h.Floor, last.Revision)
		h.Recent = h.Recent[:len(h.Recent)-1]
	}
}

// since lists the clusters that changed after a revision; false when the head
// no longer remembers.
func (h *head) since(revision int64) ([]string, bool) {
	if revision < h.Floor || revision > h.Revision {
		return nil, false
	}
	var ids []string
	for _, c := range h.Recent {
		if c.Revision > revision {
			ids = append(ids, c.Cluster)
		}
	}
	return ids, true
}

const (
	partFleet = "fleet" // sort: "head"
	partChunk = "chunk" // sort: cluster id
)

// Chunks keeps the clusters with their instances in a kv.Store.
type Chunks struct {
	kv       kv.Store
	codec    codec
	activity *activity.Log
}

// NewChunks makes Chunks that note in log what changes.
func NewChunks(store kv.Store, log *activity.Log) *Chunks {
	return &Chunks{store, codec{packed.New(decodeAtOnce)}, log}
}

func (c *Chunks) modify(ctx context.Context, key kv.Key, change func(old []byte) ([]byte, error)) error {
	return kv.Update(ctx, c.kv, key, nil, func(item *kv.Item) (bool, error) {
		value, err := change(item.Value)
		if err != nil || value == nil {
			return false, err
		}
		item.Value = value
		return true, nil
	})
}

// Version gives the version of a cluster's chunk, 0 when there is none.
func (c *Chunks) Version(ctx context.Context, cluster string) (int64, error) {
	item, err := c.kv.Get(ctx, chunkKey(cluster))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, fmt.Errorf("reading cluster %s: %w", cluster, err)
	}
	return item.Version, nil
}

// Chunk reads a cluster with its instances; fault.NotFound when there is none.
func (c *Chunks) Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error) {
	item, err := c.kv.Get(ctx, chunkKey(cluster))
	if err != nil {
		return nil, kvjson.NotFound(err, "no cluster %q", cluster)
	}
	return c.codec.unpack(item.Value)
}

// ChangeChunk lets change alter a cluster's chunk and publishes the result. A
// missing chunk is given as nil; change returns the chunk to keep, or nil to
// leave things as they are. A chunk that comes out equal is not written.
func (c *Chunks) ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error {
	changed := false
	var before []byte
	var after *fleet.Chunk
	err := c.modify(ctx, chunkKey(cluster), func(old []byte) ([]byte, error) {
		changed = false
		var chunk *fleet.Chunk
		if old != nil {
			var err error
			if chunk, err = c.codec.unpack(old); err != nil {
				return nil, err
			}
		}
		next, err := alter(chunk)
		if err != nil || next == nil {
			return nil, err
		}
		next.CountInstances()
		value, err := c.codec.fit(next)
		if err != nil {
			return nil, err
		}
		// What is the same packs the same, so equal bytes are equal chunks.
		changed = string(value) != string(old)
		if !changed {
			return nil, nil
		}
		before, after = old, next
		return value, nil
	})
	if err != nil {
		return fmt.Errorf("changing cluster %s: %w", cluster, err)
	}
	if !changed {
		return nil
	}
	if err := c.Publish(ctx, cluster); err != nil {
		return err
	}
	var former *fleet.Chunk
	if before != nil {
		// alter has changed the one it was given.
		if former, err = c.codec.unpack(before); err != nil {
			return err
		}
	}
	return c.activity.Note(ctx, former, after)
}

// RemoveChunk forgets a cluster.
func (c *Chunks) RemoveChunk(ctx context.Context, cluster string) error {
	if err := c.kv.Delete(ctx, chunkKey(cluster), kv.Always); err != nil {
		return fmt.Errorf("removing cluster %s: %w", cluster, err)
	}
	return c.Publish(ctx, cluster)
}

// Publish tells all replicas that a chunk changed. It may be repeated.
func (c *Chunks) Publish(ctx context.Context, cluster string) error {
	err := c.modify(ctx, headKey, func(old []byte) ([]byte, error) {
		var h head
		if old != nil {
			if err := json.Unmarshal(old, &h); err != nil {
				return nil, fmt.Errorf("decoding head: %w", err)
			}
		}
		h.bump(cluster)
		return json.Marshal(h)
	})
	if err != nil {
		return fmt.Errorf("publishing cluster %s: %w", cluster, err)
	}
	return nil
}

func chunkKey(cluster string) kv.Key { return kv.Key{Partition: partChunk, Sort: cluster} }
