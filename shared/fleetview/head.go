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

// head is the one item that says whether anything changed: the rows of a cluster, which
// lists show, or records beside them, such as operations and pipelines.
type head struct {
	Revision    int64
	Rows        int64    // the revision at which rows changed last
	Recent      []change // changed last first, a cluster once
	Floor       int64    // changes of rows after this revision are all in Recent
	RecordFloor int64    // changes of anything after this revision are all in Recent
	Access      int64    // mark of package standing, which is kept
}

// change is that a cluster changed.
type change struct {
	Cluster  string // or the scope of records that belong to no cluster
	Revision int64  // of the fleet, at which rows changed
	Version  int64  // of the cluster, which was made known by this; 0 is not known
	Touched  int64  // revision at which rows or records changed
}

// storedHead is a head as it is stored: a change is "cluster age version", its age
// being the revisions since; Touched has by how much the touch of each is older than that of
// the one before. Recent is how releases before 2026-12 stored it. Without RecordFloor, a release wrote it that does not
// know when records changed.
type storedHead struct {
	Revision    int64    `json:"revision"`
	Rows        int64    `json:"rows,omitempty"`
	Floor       int64    `json:"floor,omitempty"`
	RecordFloor *int64   `json:"recordFloor,omitempty"`
	Access      int64    `json:"access,omitempty"`
	Changes     []string `json:"c,omitempty"`
	Touched     []int64  `json:"t,omitempty"`
	Recent      []struct {
		Cluster  string `json:"c"`
		Revision int64  `json:"r"`
	} `json:"recent,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (h head) MarshalJSON() ([]byte, error) {
	stored := storedHead{Revision: h.Revision, Rows: h.Rows, Floor: h.Floor, RecordFloor: &h.RecordFloor, Access: h.Access}
	last := h.Revision
	for _, c := range h.Recent {
		stored.Changes = append(stored.Changes, fmt.Sprintf("%s %d %d", c.Cluster, h.Revision-c.Revision, c.Version))
		stored.Touched = append(stored.Touched, last-c.Touched)
		last = c.Touched
	}
	return json.Marshal(stored)
}

// UnmarshalJSON implements json.Unmarshaler.
func (h *head) UnmarshalJSON(text []byte) error {
	var stored storedHead
	if err := json.Unmarshal(text, &stored); err != nil {
		return err
	}
	*h = head{Revision: stored.Revision, Rows: stored.Rows, Floor: stored.Floor, RecordFloor: stored.Revision, Access: stored.Access}
	if stored.RecordFloor == nil || len(stored.Touched) != len(stored.Changes) {
		h.Rows, stored.Touched = stored.Revision, make([]int64, len(stored.Changes))
	} else {
		h.RecordFloor = *stored.RecordFloor
	}
	touched := h.Revision
	for i, line := range stored.Changes {
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
		touched -= stored.Touched[i]
		h.Recent = append(h.Recent, change{f[0], h.Revision - age, version, touched})
	}
	for _, c := range stored.Recent {
		h.Recent = append(h.Recent, change{Cluster: c.Cluster, Revision: c.Revision, Touched: h.Revision})
	}
	return nil
}

// bump records that a cluster's rows changed.
func (h *head) bump(cluster string, version int64) {
	h.Revision++
	h.Rows = h.Revision
	h.remember(change{cluster, h.Revision, version, h.Revision})
}

// touch records that records of a scope changed, and no rows.
func (h *head) touch(scope string) {
	h.Revision++
	c := change{Cluster: scope, Revision: h.Floor} // or earlier
	for _, known := range h.Recent {
		if known.Cluster == scope {
			c = known
		}
	}
	c.Touched = h.Revision
	h.remember(c)
}

// remember puts a change first.
func (h *head) remember(c change) {
	h.Recent = slices.DeleteFunc(h.Recent, func(former change) bool { return former.Cluster == c.Cluster })
	h.Recent = slices.Insert(h.Recent, 0, c)
	for len(h.Recent) > maxRecent {
		last := h.Recent[len(h.Recent)-1]
		h.Floor, h.RecordFloor = max(h.Floor, last.Revision), max(h.RecordFloor, last.Touched)
		h.Recent = h.Recent[:len(h.Recent)-1]
	}
}

// untouched reports whether neither rows nor records of a scope are known to have changed
// after a revision; of the whole fleet when the scope is empty.
func (h *head) untouched(scope string, revision int64) bool {
	return h.RecordFloor <= revision && revision <= h.Revision && !slices.ContainsFunc(h.Recent, func(c change) bool {
		return (scope == "" || c.Cluster == scope) && c.Touched > revision
	})
}

// since lists the clusters whose rows changed after a revision; false when the head
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
	changes []func(*head)
	done    chan struct{}
	err     error
}

func newPublisher(store kv.Store) *publisher {
	return &publisher{kv: store, writing: make(chan struct{}, 1)}
}

// publish makes a version of a cluster known. It may be repeated.
func (p *publisher) publish(ctx context.Context, cluster string, version int64) error {
	// What was recorded before goes with it.
	gathered := gatheredIn(ctx)
	held := gathered.take(cluster)
	err := p.write(ctx, cluster, func(h *head) { h.bump(cluster, version) })
	if err != nil && held {
		gathered.add(cluster)
	}
	return err
}

// touch makes known that records of a scope changed.
func (p *publisher) touch(ctx context.Context, scope string) error {
	return p.write(ctx, scope, func(h *head) { h.touch(scope) })
}

func (p *publisher) write(ctx context.Context, scope string, change func(*head)) error {
	p.mu.Lock()
	batch := p.next
	leads := batch == nil
	if leads {
		batch = &publication{done: make(chan struct{})}
		p.next = batch
	}
	batch.changes = append(batch.changes, change)
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
		return fmt.Errorf("publishing changes of %s: %w", scope, batch.err)
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
		for _, change := range batch.changes {
			change(&h)
		}
		var err error
		item.Value, err = json.Marshal(h)
		return true, err
	})
}
