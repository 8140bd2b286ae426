package kv

import (
	"context"
	"time"
)

// Bounds that every Store enforces; beyond them a call returns fault.Invalid,
// or fault.TooLarge for a value.
const (
	MaxPartition = 512        // bytes of Key.Partition, at least 1
	MaxSort      = 512        // bytes of Key.Sort, at least 1
	MaxValue     = 380 * 1024 // bytes of Item.Value; DynamoDB's item limit is 400 KiB
	MaxBatch     = 100        // keys of one BatchGet
	MaxPage      = 500        // items of one Query page
	MaxPageBytes = 4 << 20    // of values: the item that reaches it is the last of its page
)

// Key addresses one item. Both parts are non-empty UTF-8 without NUL.
type Key struct {
	Partition string // what is read together
	Sort      string // order within the partition, bytewise
}

// Item is one stored value.
type Item struct {
	Key
	Value   []byte    // opaque to the store; JSON by convention
	Version int64     // set by the store: 1 when created, +1 at each write; never trusted from a Put
	Expires time.Time // when the item stops existing; zero is never; second resolution
}

// Store keeps items. It is safe for concurrent use by any number of
// goroutines and replicas.
//
// An expired item is absent for every call from its second on, whether or not
// the store has removed it; the clock is the caller's, so replicas must agree
// on the time as closely as expiry matters to them. Errors are of kind
// fault.NotFound, fault.Conflict, fault.Invalid, fault.TooLarge or
// fault.Unavailable (fault.Internal is a defect or a damaged store); a canceled
// or expired context is returned as is (errors.Is works on it).
//
// After fault.Unavailable or the context's error, a write may or may not have
// happened: read before relying on either. After any other error it has not.
// A value that a Store gives out belongs to the caller; it keeps none it was given.
type Store interface {
	// Get reads one item. It returns fault.NotFound if the item is absent.
	// Without the Eventual option it sees every write that was acknowledged.
	Get(ctx context.Context, key Key, opts ...ReadOption) (Item, error)

	// BatchGet reads up to MaxBatch distinct keys and returns those that exist, in
	// the order of the keys. Two equal keys are fault.Invalid.
	BatchGet(ctx context.Context, keys []Key, opts ...ReadOption) ([]Item, error)

	// Put writes an item whole if cond holds and returns it with its new
	// version; else fault.Conflict, and nothing is changed. When Put returns
	// nil the write is durable. Versions keep rising over an overwrite but
	// start at 1 again after a Delete or an expiry.
	Put(ctx context.Context, item Item, cond Condition) (Item, error)

	// Delete removes an item if cond holds, else fault.Conflict. Removing an
	// absent item with Always or IfAbsent succeeds and changes nothing.
	Delete(ctx context.Context, key Key, cond Condition) error

	// Query reads a page of one partition in the order of the sort key.
	Query(ctx context.Context, q Query) (Page, error)
}

// Query selects a range of one partition.
type Query struct {
	Partition string
	Prefix    string // of the sort key; empty is the whole partition
	After     string // cursor: the last Page.Next of a query equal but for After, Limit and Eventual; any other is fault.Invalid
	Limit     int    // items, 1 to MaxPage; 0 is 100
	Reverse   bool   // from the highest sort key down
	Eventual  bool   // as the read option
}

// Page is what a Query found. It ends at the limit or once its values reach
// MaxPageBytes, so Next, not the number of items, says whether there is more.
type Page struct {
	Items []Item // may be empty
	Next  string // cursor of the following page; empty when this is the last
}

// Condition is what must hold for a write. The zero Condition is Always.
type Condition struct {
	absent  bool
	version int64
}

// Always demands nothing.
var Always = Condition{}

// IfAbsent demands that the item does not exist.
func IfAbsent() Condition { return Condition{absent: true} }

// IfVersion demands that the item exists at that version. No item is ever at
// version 0, so the version of an Item that was not read demands the impossible,
// not nothing.
func IfVersion(v int64) Condition {
	if v <= 0 {
		v = -1
	}
	return Condition{version: v}
}

// Absent reports whether the condition demands absence.
func (c Condition) Absent() bool { return c.absent }

// Version gives the demanded version, 0 when none is.
func (c Condition) Version() int64 { return c.version }

// ReadOption changes how a read is made.
type ReadOption func(*ReadOptions)

// ReadOptions is what the options of a read add up to.
type ReadOptions struct{ Eventual bool }

// Eventual allows a read that may miss the last second's writes and costs half.
func Eventual() ReadOption { return func(o *ReadOptions) { o.Eventual = true } }

// Options adds up read options; for implementations.
func Options(opts []ReadOption) ReadOptions {
	var o ReadOptions
	for _, f := range opts {
		f(&o)
	}
	return o
}
