package fleetview

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/standing"
)

// maxRecent is how many changed clusters the head remembers. A replica that fell
// further behind reads every cluster again. With ids of a usual length the head fits
// into the one KB that a write unit buys, and always into the 4 KB of a read unit.
const maxRecent = 40

var headKey = standing.HeadKey

// head is the one item that says whether anything changed.
type head struct {
	Revision int64
	Recent   []change // newest first, a cluster once
	Floor    int64    // changes after this revision are all in Recent
	Access   int64    // mark of package standing, which is kept
}

// change is that a cluster changed.
type change struct {
	Cluster  string
	Revision int64 // of the fleet
	Version  int64 // of the cluster, which was made known by this
}

// storedHead is a head as it is stored: a change is "cluster age version", its age
// being the revisions since. Recent is how releases before 2026-12 stored it.
type storedHead struct {
	Revision int64    `json:"revision"`
	Floor    int64    `json:"floor,omitempty"`
	Access   int64    `json:"access,omitempty"`
	Changes  []string `json:"c,omitempty"`
	Recent   []struct {
		Cluster  string `json:"c"`
		Revision int64  `json:"r"`
	} `json:"recent,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (h head) MarshalJSON() ([]byte, error) {
	stored := storedHead{Revision: h.Revision, Floor: h.Floor, Access: h.Access}
	for _, c := range h.Recent {
		stored.Changes = append(stored.Changes, fmt.Sprintf("%s %d %d", c.Cluster, h.Revision-c.Revision, c.Version))
	}
	return json.Marshal(stored)
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *head) UnmarshalJSON(text []byte) error {
	var stored storedHead
	if err := json.Unmarshal(text, &stored); err != nil {
		return err
	}
	*h = head{Revision: stored.Revision, Floor: stored.Floor, Access: stored.Access}
	for _, line := range stored.Changes {
		f := strings.Fields(line)
		if len(f) != 3 {
			return fmt.Errorf("a change of the head is %q", line)
		}
		age, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return err
		}
		version, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return err
		}
		h.Recent = append(h.Recent, change{f[0], h.Revision - age, version})
	}
	for _, c := range stored.Recent {
		h.Recent = append(h.Recent, change{Cluster: c.Cluster, Revision: c.Revision})
	}
	return nil
}

// bump records that a cluster changed.
func (h *head) bump(cluster string, version int64) {
	h.Revision++
	h.Recent = slices.DeleteFunc(h.Recent, func(c change) bool { return c.Cluster == cluster })
	h.Recent = slices.Insert(h.Recent, 0, change{cluster, h.Revision, version})
	for len(h.Recent) > maxRecent {
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

// unchanged reports whether a cluster is known not to have changed after a revision.
func (h *head) unchanged(cluster string, revision int64) bool {
	ids, ok := h.since(revision)
	return ok && !slices.Contains(ids, cluster)
}

// version gives the version of a cluster that was published last, 0 when the head does
// not know.
func (h *head) version(cluster string) int64 {
	for _, c := range h.Recent {
		if c.Cluster == cluster {
			return c.Version
		}
	}
	return 0
}

// readHead reads the head; a zero one before the first change. It may miss the last
// second's changes.
func readHead(ctx context.Context, store kv.Store) (head, error) {
	return decodeHead(kv.GetAhead(ctx, store, headKey))
}

// readLatestHead is readHead that misses no change.
func readLatestHead(ctx context.Context, store kv.Store) (head, error) {
	return decodeHead(store.Get(ctx, headKey))
}

func decodeHead(item kv.Item, err error) (head, error) {
	var h head
	if fault.Is(err, fault.NotFound) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal(item.Value, &h)
	}
	if err != nil {
		return h, fmt.Errorf("reading the fleet's revision: %w", err)
	}
	return h, nil
}

// publishLimit is how long one write of the head may take.
const publishLimit = 10 * time.Second

// publisher notifies all replicas that clusters changed. Changes that come while the head
// is being written are written together by the next write.
type publisher struct {
	kv      kv.Store
	writing chan struct{} // holds one token while the head is written

	mu   sync.Mutex
	next *publication
}

// publication is changes that one write of the head makes known.
type publication struct {
	changes []change
	done    chan struct{}
	err     error
}

func newPublisher(store kv.Store) *publisher {
	return &publisher{kv: store, writing: make(chan struct{}, 1)}
}

// publish may be repeated.
func (p *publisher) publish(ctx context.Context, cluster string, version int64) error {
	p.mu.Lock()
	batch := p.next
	leads := batch == nil
	if leads {
		batch = &publication{done: make(chan struct{})}
		p.next = batch
	}
	batch.changes = append(batch.changes, change{Cluster: cluster, Version: version})
	p.mu.Unlock()
	if leads {
		// Others rely on it, so it is not given up with the caller.
		go p.lead(context.WithoutCancel(ctx), batch)
	}
	select {
	case <-batch.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if batch.err != nil {
		return fmt.Errorf("publishing cluster %s: %w", cluster, batch.err)
	}
	return nil
}

func (p *publisher) lead(ctx context.Context, batch *publication) {
	ctx, cancel := context.WithTimeout(ctx, publishLimit)
	defer cancel()
	defer close(batch.done)
	p.writing <- struct{}{}
	defer func() { <-p.writing }()
	p.mu.Lock()
	p.next = nil
	p.mu.Unlock()
	batch.err = kv.Update(ctx, p.kv, headKey, nil, func(item *kv.Item) (bool, error) {
		var h head
		if item.Value != nil {
			if err := json.Unmarshal(item.Value, &h); err != nil {
				return false, fmt.Errorf("decoding head: %w", err)
			}
		}
		for _, c := range batch.changes {
			h.bump(c.Cluster, c.Version)
		}
		var err error
		item.Value, err = json.Marshal(h)
		return true, err
	})
}
