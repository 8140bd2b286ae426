package fleet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// maxChunk bounds a decoded chunk, so that a damaged item cannot fill memory.
const maxChunk = 64 << 20

// Chunk is a cluster with all its instances: what lists, filters and facets
// need, in one item of the store.
type Chunk struct {
	Cluster  Cluster           `json:"cluster"`
	Settings map[string]string `json:"settings,omitempty"` // cluster.yml flattened, without secrets
	Rows     []Row             `json:"rows"`               // by name
	Fence    int64             `json:"fence,omitempty"`    // token of the lease under which the files were read
}

// Row is an instance with what filters look into.
type Row struct {
	Instance Instance          `json:"instance"`
	Settings map[string]string `json:"settings,omitempty"` // config.yml and grove.yml flattened, without secrets
	Digest   string            `json:"digest,omitempty"`   // of its files; empty when it is not in git
	Compared string            `json:"compared,omitempty"` // what Instance.Drift was found from; empty when nothing differed
}

// Row finds an instance of the chunk, nil when there is none.
func (c *Chunk) Row(name string) *Row {
	i, ok := slices.BinarySearchFunc(c.Rows, name, func(r Row, name string) int {
		return strings.Compare(r.Instance.Name, name)
	})
	if !ok {
		return nil
	}
	return &c.Rows[i]
}

// SetRow adds a row or replaces the one of the same name.
func (c *Chunk) SetRow(row Row) {
	i, ok := slices.BinarySearchFunc(c.Rows, row.Instance.Name, func(r Row, name string) int {
		return strings.Compare(r.Instance.Name, name)
	})
	if ok {
		c.Rows[i] = row
		return
	}
	c.Rows = slices.Insert(c.Rows, i, row)
}

// count keeps the cluster's number of instances true.
func (c *Chunk) count() {
	c.Cluster.Instances = 0
	for _, r := range c.Rows {
		if l := r.Instance.Lifecycle; l == Pending || l == Active {
			c.Cluster.Instances++
		}
	}
}

// codec packs chunks: the cluster and then each row as a line of JSON, together
// compressed by Zstandard. What is the same packs the same.
type codec struct {
	zip   *zstd.Encoder
	unzip *zstd.Decoder
}

// newCodec panics only where its options are wrong.
func newCodec() codec {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	unzip, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(decodeAtOnce), zstd.WithDecoderMaxMemory(maxChunk))
	if err != nil {
		panic(err)
	}
	return codec{zip, unzip}
}

// chunkHead is the first line of a packed chunk.
type chunkHead struct {
	Cluster  Cluster           `json:"cluster"`
	Settings map[string]string `json:"settings,omitempty"`
	Fence    int64             `json:"fence,omitempty"`
}

func (z codec) pack(c *Chunk) ([]byte, error) {
	var lines bytes.Buffer
	w := json.NewEncoder(&lines)
	err := w.Encode(chunkHead{c.Cluster, c.Settings, c.Fence})
	for i := range c.Rows {
		err = cmp.Or(err, w.Encode(&c.Rows[i]))
	}
	if err != nil {
		return nil, fmt.Errorf("encoding chunk of cluster %s: %w", c.Cluster.ID, err)
	}
	return z.zip.EncodeAll(lines.Bytes(), nil), nil
}

// fit packs a chunk so that one item takes it. Of what is too much the largest settings
// are left out: their instances say so, and the others are found as ever.
func (z codec) fit(c *Chunk) ([]byte, error) {
	for {
		packed, err := z.pack(c)
		if err != nil || len(packed) <= kv.MaxValue {
			return packed, err
		}
		if !c.shed(len(packed)) {
			return nil, fault.New(fault.TooLarge, "cluster %s has too many instances for one chunk: %d bytes compressed, %d allowed",
				c.Cluster.ID, len(packed), kv.MaxValue)
		}
	}
}

// shed leaves out the largest settings until a chunk that took so many bytes should fit,
// at the same rate. It is false when there are none.
func (c *Chunk) shed(bytes int) bool {
	size := func(r *Row) (n int) {
		for k, v := range r.Settings {
			n += len(k) + len(v)
		}
		return n
	}
	total := 0
	rows := make([]*Row, len(c.Rows))
	for i := range c.Rows {
		rows[i] = &c.Rows[i]
		total += size(rows[i])
	}
	if total == 0 {
		return false
	}
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(size(b), size(a)) })
	wanted := total * 9 / 10 * kv.MaxValue / bytes
	for _, r := range rows {
		if total <= wanted {
			break
		}
		i := &r.Instance
		i.Problems = append(slices.Clone(i.Problems), FileProblem{
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
	lines, err := z.unzip.DecodeAll(data, nil)
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

func (z codec) unpack(data []byte) (*Chunk, error) {
	raw, err := z.unpackRaw(data, maphash.MakeSeed())
	if err != nil {
		return nil, err
	}
	c := &Chunk{Cluster: raw.Cluster, Settings: raw.Settings, Fence: raw.Fence, Rows: make([]Row, len(raw.rows))}
	for i := range c.Rows {
		if c.Rows[i], err = raw.row(i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *rawChunk) row(i int) (Row, error) {
	var row Row
	if err := json.Unmarshal(c.rows[i], &row); err != nil {
		return row, fmt.Errorf("decoding a row of cluster %s: %w", c.Cluster.ID, err)
	}
	return row, nil
}
