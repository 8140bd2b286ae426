package fleetview

import (
	"context"
	"sync"

	"github.com/open-craft/ocim/shared/fleet"
)

// maxCached is how many instances a ChunkCache keeps; others are read again.
const maxCached = 256

// ChunkCache keeps recently requested instances, with their clusters, in
// memory and checks them at each request. It is for functions that need one instance and
// not the fleet.
type ChunkCache struct {
	store *Segments

	mu   sync.Mutex
	kept map[cachedName]cachedChunk
}

type cachedName struct{ cluster, instance string }

type cachedChunk struct {
	chunk    *fleet.Chunk
	revision int64 // of the fleet, when it was last seen to be the latest
}

// NewChunkCache makes an empty cache.
func NewChunkCache(store *Segments) *ChunkCache {
	return &ChunkCache{store: store, kept: map[cachedName]cachedChunk{}}
}

// Chunk gives a cluster with the row of an instance, if there is one, as of now;
// fault.NotFound when there is no such cluster. It costs one small read when the cluster
// did not change. The chunk may have other rows, too; it is shared and not to be changed.
func (c *ChunkCache) Chunk(ctx context.Context, cluster, instance string) (*fleet.Chunk, error) {
	h, err := readHead(ctx, c.store.kv)
	if err != nil {
		return nil, err
	}
	name := cachedName{cluster, instance}
	c.mu.Lock()
	kept, ok := c.kept[name]
	c.mu.Unlock()
	// A head that is older than what was read already says nothing new.
	if ok && (h.Revision <= kept.revision || h.unchanged(cluster, kept.revision)) {
		c.keep(name, cachedChunk{kept.chunk, max(h.Revision, kept.revision)})
		return kept.chunk, nil
	}
	chunk, err := c.store.rowsAt(ctx, &h, cluster, instance)
	if err != nil {
		return nil, err
	}
	c.keep(name, cachedChunk{chunk, h.Revision})
	return chunk, nil
}

func (c *ChunkCache) keep(name cachedName, chunk cachedChunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, ok := c.kept[name]
	if ok && before.revision > chunk.revision {
		return // another request was faster
	}
	if !ok && len(c.kept) >= maxCached {
		for other := range c.kept {
			delete(c.kept, other)
			break
		}
	}
	c.kept[name] = chunk
}
