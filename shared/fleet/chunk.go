package fleet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"

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
}

// Row is an instance with what filters look into.
type Row struct {
	Instance Instance          `json:"instance"`
	Settings map[string]string `json:"settings,omitempty"` // config.yml and grove.yml flattened, without secrets
	Digest   string            `json:"digest,omitempty"`   // of its files; empty when it is not in git
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

func (c *Chunk) encode() ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("encoding chunk of cluster %s: %w", c.Cluster.ID, err)
	}
	if err := json.NewEncoder(w).Encode(c); err != nil {
		return nil, fmt.Errorf("encoding chunk of cluster %s: %w", c.Cluster.ID, err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encoding chunk of cluster %s: %w", c.Cluster.ID, err)
	}
	if buf.Len() > kv.MaxValue {
		return nil, fault.New(fault.TooLarge, "cluster %s has too many instances for one chunk: %d bytes compressed, %d allowed",
			c.Cluster.ID, buf.Len(), kv.MaxValue)
	}
	return buf.Bytes(), nil
}

func decodeChunk(data []byte) (*Chunk, error) {
	c := new(Chunk)
	return c, unzip(data, c)
}

func unzip(data []byte, into any) error {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("decoding chunk: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(r, maxChunk)).Decode(into); err != nil {
		return fmt.Errorf("decoding chunk: %w", err)
	}
	return nil
}

// rawChunk is a chunk whose rows are decoded only where they changed.
type rawChunk struct {
	Cluster  Cluster           `json:"cluster"`
	Settings map[string]string `json:"settings"`
	Rows     []json.RawMessage `json:"rows"`

	sum  uint64   // of what the rows are found by beside their own content
	sums []uint64 // of the rows
}

func decodeRaw(data []byte, seed maphash.Seed) (*rawChunk, error) {
	c := new(rawChunk)
	if err := unzip(data, c); err != nil {
		return nil, err
	}
	given, err := json.Marshal([]any{c.Cluster.ID, c.Cluster.Provider, c.Settings})
	if err != nil {
		return nil, fmt.Errorf("decoding chunk: %w", err)
	}
	c.sum = maphash.Bytes(seed, given)
	for _, row := range c.Rows {
		c.sums = append(c.sums, maphash.Bytes(seed, row))
	}
	return c, nil
}

func (c *rawChunk) row(i int) (Row, error) {
	var row Row
	if err := json.Unmarshal(c.Rows[i], &row); err != nil {
		return row, fmt.Errorf("decoding a row of cluster %s: %w", c.Cluster.ID, err)
	}
	return row, nil
}
