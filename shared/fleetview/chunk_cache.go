package fleetview

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// shelved is how many clusters a Shelf keeps; the rest is read again.
const shelved = 64

// Shelf keeps the clusters that were asked for lately in memory and checks them at
// each request, for functions that need one cluster and not the fleet.
type ChunkCache struct {
	store *Chunks

	mu   sync.Mutex
	kept map[string]shelvedChunk
}

type shelvedChunk struct {
	chunk    *fleet.Chunk
	revision int64 // of the fleet, when it was last seen to be the latest
}

// NewShelf makes an empty shelf.
func NewChunkCache(store *Chunks) *ChunkCache {
	return &ChunkCache{store: store, kept: map[string]shelvedChunk{}}
}

// Chunk gives a cluster as of now; fault.NotFound when there is none. It costs one
// small read when the cluster did not change. The chunk is shared and not to be
// changed.
func (s *ChunkCache) Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error) {
	h, _, err := kvjson.Get[head](ctx, s.store.kv, headKey, kv.Eventual())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("reading the fleet's revision: %w", err)
	}
	s.mu.Lock()
	kept, ok := s.kept[cluster]
	s.mu.Unlock()
	// A head that is older than what was read already tells nothing new.
	if ok && (h.Revision <= kept.revision || h.unchanged(cluster, kept.revision)) {
		s.keep(cluster, shelvedChunk{kept.chunk, max(h.Revision, kept.revision)})
		return kept.chunk, nil
	}
	chunk, err := s.store.Chunk(ctx, cluster)
	if err != nil {
		return nil, err
	}
	s.keep(cluster, shelvedChunk{chunk, h.Revision})
	return chunk, nil
}

func (s *ChunkCache) keep(cluster string, c shelvedChunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.kept[cluster]
	if ok && before.revision > c.revision {
		return // somebody was faster
	}
	if !ok && len(s.kept) >= shelved {
		for other := range s.kept {
			delete(s.kept, other)
			break
		}
	}
	s.kept[cluster] = c
}

// unchanged reports whether a cluster is known not to have changed after a revision.
func (h *head) unchanged(cluster string, revision int64) bool {
	ids, ok := h.since(revision)
	return ok && !slices.Contains(ids, cluster)
}
