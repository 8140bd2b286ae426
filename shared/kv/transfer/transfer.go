// Package transfer copies a complete store: into a file, and from a file into a store
// of the same or of another kind. It is for moving Ocim between the embedded store and
// DynamoDB, never for serving requests.
//
// A file is gzip'd JSON, one object a line: a header, the items in any order, and a
// footer with their number and digest. An import ends by reading the target again: it
// succeeds only if the target then holds exactly the items of the file, with their
// versions and expiries. An interrupted import can be repeated.
//
// Nothing may write to the source meanwhile. Values that are sealed stay sealed: the
// seal keys are files that are moved separately.
package transfer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Store is a store that can be copied as a whole.
type Store interface {
	kv.Store
	// Each calls take for every item that has not expired, in any order.
	Each(ctx context.Context, take func(kv.Item) error) error
	// Load stores an item with its version. It returns fault.Conflict if there is any
	// item at its key.
	Load(ctx context.Context, e kv.Item) error
}

// Summary describes the items of a store or a file.
type Summary struct {
	Items  int    `json:"items"`
	Digest string `json:"digest"` // the same for the same items in any order
}

const (
	format   = "ocim-store"
	revision = 1
	maxLine  = 4 << 20 // bytes; an item has at most 400 KB
)

// line is one line of a file: the header, an item, or the footer.
type line struct {
	Format   string   `json:"format,omitempty"`
	Revision int      `json:"revision,omitempty"`
	Entry    *kv.Item `json:"entry,omitempty"`
	End      *Summary `json:"end,omitempty"`
}

// digest sums the hashes of items, so that their order does not matter.
type digest struct {
	items int
	sum   [sha256.Size]byte
}

func (d *digest) add(e kv.Item) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode %s/%s: %w", e.Partition, e.Sort, err)
	}
	hash := sha256.Sum256(text)
	carry := 0
	for i := range d.sum {
		carry += int(d.sum[i]) + int(hash[i])
		d.sum[i] = byte(carry)
		carry >>= 8
	}
	d.items++
	return nil
}

func (d *digest) summary() Summary { return Summary{d.items, hex.EncodeToString(d.sum[:])} }

// Describe reads all items of a store.
func Describe(ctx context.Context, store Store) (Summary, error) {
	var d digest
	err := store.Each(ctx, d.add)
	return d.summary(), err
}

// Export writes all items of a store to w.
func Export(ctx context.Context, store Store, w io.Writer) (Summary, error) {
	zip := gzip.NewWriter(w)
	out := json.NewEncoder(zip)
	var d digest
	err := out.Encode(line{Format: format, Revision: revision})
	if err == nil {
		err = store.Each(ctx, func(e kv.Item) error {
			if err := d.add(e); err != nil {
				return err
			}
			return out.Encode(line{Entry: &e})
		})
	}
	if err != nil {
		return Summary{}, fmt.Errorf("export the store: %w", err)
	}
	s := d.summary()
	if err := errors.Join(out.Encode(line{End: &s}), zip.Close()); err != nil {
		return Summary{}, fmt.Errorf("export the store: %w", err)
	}
	return s, nil
}

// Import stores all items of a file that Export wrote, and checks that the store then
// holds them and nothing else. A file that is damaged or not complete is fault.Invalid,
// and a store that holds something else is fault.Conflict.
//
// Items that have expired since the export are left out, and those that expire soon are
// not compared, since the store may have dropped them by then.
func Import(ctx context.Context, r io.Reader, store Store) (Summary, error) {
	var d, lasting digest
	now := time.Now()
	soon := now.Add(maxImport)
	end, err := read(r, func(e kv.Item) error {
		if err := d.add(e); err != nil {
			return err
		}
		if !e.Expires.IsZero() && !e.Expires.After(now) {
			return nil
		}
		if lasts(e, soon) {
			if err := lasting.add(e); err != nil {
				return err
			}
		}
		return load(ctx, store, e)
	})
	if err != nil {
		return Summary{}, err
	}
	if end != d.summary() {
		return Summary{}, fault.New(fault.Invalid, "The file is damaged: its items are not those that were exported.")
	}
	var there digest
	err = store.Each(ctx, func(e kv.Item) error {
		if !lasts(e, soon) {
			return nil
		}
		return there.add(e)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("check the imported store: %w", err)
	}
	if there != lasting {
		return there.summary(), fault.New(fault.Conflict, "The store holds %d items and the file %d, and they are not equal. Import into an empty store.", there.items, lasting.items)
	}
	return Describe(ctx, store)
}

// maxImport is longer than any import takes.
const maxImport = 24 * time.Hour

// lasts reports whether an item still exists at a time.
func lasts(e kv.Item, at time.Time) bool { return e.Expires.IsZero() || e.Expires.After(at) }

// load stores an item unless an earlier import did.
func load(ctx context.Context, store Store, e kv.Item) error {
	err := store.Load(ctx, e)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	there, err := store.Get(ctx, e.Key)
	if err != nil {
		return fmt.Errorf("read %s/%s: %w", e.Partition, e.Sort, err)
	}
	if there.Version != e.Version || !bytes.Equal(there.Value, e.Value) {
		return fault.New(fault.Conflict, "The store already holds another %s/%s. Import into an empty store.", e.Partition, e.Sort)
	}
	return nil
}

// read calls take for the items of a file and returns its footer.
func read(r io.Reader, take func(kv.Item) error) (Summary, error) {
	damaged := func(err error) error {
		return fault.Wrap(fault.Invalid, err, "The file is damaged or was not written to its end.")
	}
	unzip, err := gzip.NewReader(r)
	if err != nil {
		return Summary{}, fault.Wrap(fault.Invalid, err, "The file is not an export of a store.")
	}
	lines := bufio.NewScanner(unzip)
	lines.Buffer(nil, maxLine)
	var end *Summary
	for n := 0; lines.Scan(); n++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return Summary{}, damaged(err)
		}
		switch {
		case n == 0 && (l.Format != format || l.Revision != revision):
			return Summary{}, fault.New(fault.Invalid, "The file is not an export that this version of Ocim reads.")
		case n == 0:
		case end != nil:
			return Summary{}, damaged(errors.New("items follow the end"))
		case l.End != nil:
			end = l.End
		case l.Entry == nil:
			return Summary{}, damaged(errors.New("a line is empty"))
		default:
			if err := take(*l.Entry); err != nil {
				return Summary{}, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return Summary{}, damaged(err)
	}
	if end == nil {
		return Summary{}, damaged(errors.New("the end is missing"))
	}
	return *end, nil
}
