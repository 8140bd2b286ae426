package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Verification is what was found of the log.
type Verification struct {
	Entries    int64     // that hold together, from the first on
	Sealed     int64     // of them are covered by a seal
	BeforeMACs int64     // of the sealed ones have no MAC of their own: they are older
	SealedAt   time.Time // when the last seal was made; zero when there is none
	Problem    string    // what is wrong; empty when all is well
}

// errProblem ends a walk at an entry that a seal contradicts.
var errProblem = errors.New("a seal does not fit")

// VerifySeals walks the whole log and checks that its entries hold together and
// that it still holds every entry that was ever sealed, as it was. A log that does
// not is no error but a Problem, which names the entry where it can. Each entry and each
// seal is read once.
func (l *Log) VerifySeals(ctx context.Context, keys Signer) (Verification, error) {
	var out Verification
	check := &sealCheck{log: l, keys: keys, query: kv.Query{Partition: seals, Limit: kv.MaxPage}}
	// What is sealed from now on may cover entries that are too new for this walk.
	newest, err := l.store.Query(ctx, kv.Query{Partition: seals, Limit: 1, Reverse: true})
	if err != nil {
		return out, fmt.Errorf("read the last audit seal: %w", err)
	}
	if len(newest.Items) > 0 {
		check.newest = newest.Items[0].Sort
		err = check.advance(ctx, &out)
	}
	if err == nil {
		out.Entries, err = l.walk(ctx, func(entry link) error { return check.entry(ctx, entry, &out) })
	}
	var missing int64 // the last entry that was sealed and is not there
	for err == nil && check.next != nil {
		missing = check.next.Seq
		err = check.advance(ctx, &out)
	}
	switch {
	case errors.Is(err, errProblem):
	case fault.Is(err, fault.Conflict):
		out.Problem = fault.Message(err)
	case err != nil:
		return out, err
	case missing > 0:
		out.Problem = fmt.Sprintf("The end of the log is missing: %d entries were sealed, and %d are there.", missing, out.Entries)
	}
	return out, nil
}

// sealCheck compares entries, as they come, with the seals that cover them.
type sealCheck struct {
	log    *Log
	keys   Signer
	query  kv.Query // for the seals that were not read yet
	newest string   // that was there at the start
	page   []kv.Item
	ended  bool
	last   seal     // before next
	next   *seal    // that covers the next entry; nil after the last one
	macs   []string // of the entries up to next that are still to come
}

// advance reads the next seal and checks that it is genuine and follows the one before.
func (c *sealCheck) advance(ctx context.Context, out *Verification) error {
	if c.next != nil {
		c.last, c.next = *c.next, nil
	}
	if len(c.page) == 0 && !c.ended {
		page, err := c.log.store.Query(ctx, c.query)
		if err != nil {
			return fmt.Errorf("read the audit seals: %w", err)
		}
		c.page, c.query.After, c.ended = page.Items, page.Next, page.Next == ""
	}
	if c.last.Number > 0 && sealKey(c.last.Number).Sort >= c.newest {
		return nil
	}
	var s seal
	genuine := false
	if len(c.page) > 0 && json.Unmarshal(c.page[0].Value, &s) == nil {
		var err error
		if genuine, err = c.keys.Verify(s.message(), s.MAC); err != nil {
			return fmt.Errorf("check audit seal %d: %w", s.Number, err)
		}
	}
	whole := len(s.Entries) == 0 || int64(len(s.Entries)) == s.Seq-c.last.Seq
	if !genuine || !whole || s.Number != c.last.Number+1 || s.Seq <= c.last.Seq || s.Prev != c.last.MAC {
		out.Problem = fmt.Sprintf("Seal %d is missing, was changed, or was made with another key.", c.last.Number+1)
		return errProblem
	}
	c.page, c.next, c.macs, out.SealedAt = c.page[1:], &s, s.Entries, s.At
	return nil
}

// entry checks the next entry.
func (c *sealCheck) entry(ctx context.Context, entry link, out *Verification) error {
	if c.next == nil {
		return nil // since the last seal
	}
	if len(c.macs) > 0 {
		genuine, err := c.keys.Verify(entry.message(), c.macs[0])
		if err != nil {
			return fmt.Errorf("check the MAC of audit entry %d: %w", entry.Seq, err)
		}
		if !genuine {
			out.Problem = fmt.Sprintf("Entry %d was changed after it was sealed.", entry.Seq)
			return errProblem
		}
		c.macs = c.macs[1:]
	} else {
		out.BeforeMACs++
	}
	if entry.Seq < c.next.Seq {
		return nil
	}
	if entry.Hash != c.next.Hash {
		out.Problem = fmt.Sprintf("Entry %d or one before it was changed after it was sealed.", entry.Seq)
		return errProblem
	}
	out.Sealed = entry.Seq
	return c.advance(ctx, out)
}
