package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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

// Chunk reads a cluster with its instances; fault.NotFound when there is none.
func (s *Store) Chunk(ctx context.Context, cluster string) (*Chunk, error) {
	item, err := s.kv.Get(ctx, chunkKey(cluster))
	if err != nil {
		return nil, notFound(err, "no cluster %q", cluster)
	}
	return s.codec.unpack(item.Value)
}

// ChangeChunk lets change alter a cluster's chunk and publishes the result. A
// missing chunk is given as nil; change returns the chunk to keep, or nil to
// leave things as they are. A chunk that comes out equal is not written.
func (s *Store) ChangeChunk(ctx context.Context, cluster string, alter func(*Chunk) (*Chunk, error)) error {
	changed := false
	var before []byte
	var after *Chunk
	err := s.modify(ctx, chunkKey(cluster), func(old []byte) ([]byte, error) {
		changed = false
		var chunk *Chunk
		if old != nil {
			var err error
			if chunk, err = s.codec.unpack(old); err != nil {
				return nil, err
			}
		}
		next, err := alter(chunk)
		if err != nil || next == nil {
			return nil, err
		}
		next.count()
		value, err := s.codec.fit(next)
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
	if err := s.publish(ctx, cluster); err != nil {
		return err
	}
	var former *Chunk
	if before != nil {
		// alter has changed the one it was given.
		if former, err = s.codec.unpack(before); err != nil {
			return err
		}
	}
	return s.note(ctx, former, after)
}

// ShowSync brings into a cluster's chunk how its last sync went. A project that was
// never read gets its chunk here, so that lists show it, with the cause.
func (s *Store) ShowSync(ctx context.Context, p Project, state SyncState) error {
	return s.ChangeChunk(ctx, p.ID, func(c *Chunk) (*Chunk, error) {
		if c == nil {
			c = &Chunk{Cluster: Unread(p), Rows: []Row{}}
		}
		// Times would change the chunk at each sync.
		c.Cluster.Sync = SyncState{Commit: state.Commit, Error: state.Error}
		return c, nil
	})
}

// RemoveChunk forgets a cluster.
func (s *Store) RemoveChunk(ctx context.Context, cluster string) error {
	if err := s.kv.Delete(ctx, chunkKey(cluster), kv.Always); err != nil {
		return fmt.Errorf("removing cluster %s: %w", cluster, err)
	}
	return s.publish(ctx, cluster)
}

// publish tells all replicas that a chunk changed. It may be repeated.
func (s *Store) publish(ctx context.Context, cluster string) error {
	err := s.modify(ctx, headKey, func(old []byte) ([]byte, error) {
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
