package fleetview

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/open-craft/ocim/shared/kv/packed"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// codec packs chunks: the cluster and then each row as a line of JSON, together
// compressed. What is the same packs the same.
type codec struct{ packed.Codec }

// chunkHead is the first line of a packed chunk.
type chunkHead struct {
	Cluster  fleet.Cluster     `json:"cluster"`
	Settings map[string]string `json:"settings,omitempty"`
	Fence    int64             `json:"fence,omitempty"`
}

func (z codec) pack(c *fleet.Chunk) ([]byte, error) {
	var lines bytes.Buffer
	w := json.NewEncoder(&lines)
	err := w.Encode(chunkHead{c.Cluster, c.Settings, c.Fence})
	for i := range c.Rows {
		err = cmp.Or(err, w.Encode(&c.Rows[i]))
	}
	if err != nil {
		return nil, fmt.Errorf("encoding chunk of cluster %s: %w", c.Cluster.ID, err)
	}
	return z.Pack(lines.Bytes()), nil
}

// fit packs a chunk so that one item takes it. Of what is too much the largest settings
// are left out: their instances say so, and the others are found as ever.
func (z codec) fit(c *fleet.Chunk) ([]byte, error) {
	for {
		packed, err := z.pack(c)
		if err != nil || len(packed) <= kv.MaxValue {
			return packed, err
		}
		if !shed(c, len(packed)) {
			return nil, fault.New(fault.TooLarge, "cluster %s has too many instances for one chunk: %d bytes compressed, %d allowed",
				c.Cluster.ID, len(packed), kv.MaxValue)
		}
	}
}

// shed leaves out the largest settings until a chunk that took so many bytes should fit,
// at the same rate. It is false when there are none.
func shed(c *fleet.Chunk, bytes int) bool {
	size := func(r *fleet.Row) (n int) {
		for k, v := range r.Settings {
			n += len(k) + len(v)
		}
		return n
	}
	total := 0
	rows := make([]*fleet.Row, len(c.Rows))
	for i := range c.Rows {
		rows[i] = &c.Rows[i]
		total += size(rows[i])
	}
	if total == 0 {
		return false
	}
	slices.SortStableFunc(rows, func(a, b *fleet.Row) int { return cmp.Compare(size(b), size(a)) })
	wanted := total * 9 / 10 * kv.MaxValue / bytes
	for _, r := range rows {
		if total <= wanted {
			break
		}
		i := &r.Instance
		i.Problems = append(slices.Clone(i.Problems), fleet.FileProblem{
			File:    "instances/" + i.Name + "/config.yml",
			Message: "The cluster has more configuration than can be searched; this instance is not found by its keys.",
		})
		total -= size(r)
		r.Settings = nil
	}
	return true
}

// rawChunk is a chunk whose rows are decoded only where they changed.
type rawChunk struct {
	chunkHead
	rows [][]byte // a line of JSON each

	sum  uint64   // of what the rows are found by beside their own content
	sums []uint64 // of the rows
}

func (z codec) unpackRaw(data []byte, seed maphash.Seed) (*rawChunk, error) {
	lines, err := z.Unpack(data)
	if err != nil {
		return nil, fmt.Errorf("decoding chunk: %w", err)
	}
	first, rest, _ := bytes.Cut(lines, []byte("\n"))
	c := new(rawChunk)
	if err := json.Unmarshal(first, &c.chunkHead); err != nil {
		return nil, fmt.Errorf("decoding chunk: %w", err)
	}
	given, err := json.Marshal([]any{c.Cluster.ID, c.Cluster.Provider, c.Settings})
	if err != nil {
		return nil, fmt.Errorf("decoding chunk: %w", err)
	}
	c.sum = maphash.Bytes(seed, given)
	for row := range bytes.Lines(rest) {
		c.rows = append(c.rows, row)
		c.sums = append(c.sums, maphash.Bytes(seed, row))
	}
	return c, nil
}

func (z codec) unpack(data []byte) (*fleet.Chunk, error) {
	raw, err := z.unpackRaw(data, maphash.MakeSeed())
	if err != nil {
		return nil, err
	}
	c := &fleet.Chunk{Cluster: raw.Cluster, Settings: raw.Settings, Fence: raw.Fence, Rows: make([]fleet.Row, len(raw.rows))}
	for i := range c.Rows {
		if c.Rows[i], err = raw.row(i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *rawChunk) row(i int) (fleet.Row, error) {
	var row fleet.Row
	if err := json.Unmarshal(c.rows[i], &row); err != nil {
		return row, fmt.Errorf("decoding a row of cluster %s: %w", c.Cluster.ID, err)
	}
	return row, nil
}
