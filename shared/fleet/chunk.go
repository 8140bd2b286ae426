package fleet

import (
	"slices"
	"strings"
)

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
	if i, ok := c.find(name); ok {
		return &c.Rows[i]
	}
	return nil
}

func (c *Chunk) find(name string) (int, bool) {
	return slices.BinarySearchFunc(c.Rows, name, func(r Row, name string) int { return strings.Compare(r.Instance.Name, name) })
}

// SetRow adds a row or replaces the one of the same name.
func (c *Chunk) SetRow(row Row) {
	if i, ok := c.find(row.Instance.Name); ok {
		c.Rows[i] = row
	} else {
		c.Rows = slices.Insert(c.Rows, i, row)
	}
}

// CountInstances keeps the cluster's number of instances true.
func (c *Chunk) CountInstances() {
	c.Cluster.Instances = 0
	for _, r := range c.Rows {
		if l := r.Instance.Lifecycle; l == Pending || l == Active {
			c.Cluster.Instances++
		}
	}
}
