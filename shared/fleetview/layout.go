package fleetview

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// Bounds of segments.
const (
	maxRows   = 64 // of a segment
	usualRows = 24 // of a segment on average, at most: a change writes a segment
	maxLayout = 12
)

// facts is a cluster without its rows.
type facts struct {
	Cluster  fleet.Cluster `json:"cluster"`
	Fence    int64         `json:"fence,omitempty"`
	Settings int64         `json:"settings,omitempty"` // version of the settings item; 0 without one
	Layout   int           `json:"layout"`             // the rows are in 2^Layout segments
	// Set distinguishes the segments of one move to a layout from those of any other, so that
	// writers that move the rows at the same time never write the same item.
	Set      string  `json:"set"`
	Versions []int64 `json:"versions"` // of the segments; 0 for one that has never had rows
	// Counts holds how many instances of each segment count. Their sum stays true when a change
	// takes over rows that another writer stored and did not commit. Releases before 2026-12
	// drop it.
	Counts []int `json:"counts,omitempty"`
}

// segmentOf gives the number of the segment that holds a row.
func (f *facts) segmentOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	sum := h.Sum32()
	return int((sum ^ sum>>16) & (1<<f.Layout - 1))
}

// layoutFor gives the layout for rows. It is never less than it was, so that a cluster
// whose size goes up and down does not move its rows each time.
func layoutFor(rows []fleet.Row, was int) int {
	f := facts{Layout: was}
	for ; f.Layout < maxLayout; f.Layout++ {
		most, count := 0, make([]int, 1<<f.Layout)
		for i := range rows {
			n := f.segmentOf(rows[i].Instance.Name)
			count[n]++
			most = max(most, count[n])
		}
		if len(rows) <= usualRows<<f.Layout && most <= maxRows {
			break
		}
	}
	return f.Layout
}

// crowded reports whether a segment would have too many rows.
func crowded(f *facts, rows []fleet.Row) bool {
	count := map[int]int{}
	for i := range rows {
		n := f.segmentOf(rows[i].Instance.Name)
		if count[n]++; count[n] > maxRows && f.Layout < maxLayout {
			return true
		}
	}
	return false
}

// counted gives how many instances of rows count.
func counted(rows []fleet.Row) int {
	c := fleet.Chunk{Rows: rows}
	c.CountInstances()
	return c.Cluster.Instances
}

const (
	sortFacts    = "facts"
	sortSettings = "settings"
)

func factsKey(cluster string) kv.Key {
	return kv.Key{Partition: partSegment + cluster, Sort: sortFacts}
}
func chunkKey(cluster string) kv.Key { return kv.Key{Partition: partChunk, Sort: cluster} }

func (f *facts) prefix() string        { return fmt.Sprintf("%02d%s#", f.Layout, f.Set) }
func (f *facts) sort(n int) string     { return fmt.Sprintf("%s%04d", f.prefix(), n) }
func (f *facts) owns(sort string) bool { return strings.HasPrefix(sort, f.prefix()) }
