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
// not is no error but a Problem, which names the entry where it can.
func (l *Log) VerifySeals(ctx context.Context, keys Signer) (Verification, error) {
	sealed, out, err := l.checkSeals(ctx, keys)
	if err != nil || out.Problem != "" {
		return out, err
	}
	check := &sealCheck{log: l, keys: keys, sealed: sealed}
	out.Entries, err = l.walk(ctx, func(entry link) error { return check.entry(ctx, entry, &out) })
	var last int64
	if len(sealed) > 0 {
		last = sealed[len(sealed)-1].seq
	}
	switch {
	case errors.Is(err, errProblem):
	case fault.Is(err, fault.Conflict):
		out.Problem = fault.Message(err)
	case err != nil:
		return out, err
	case out.Entries < last:
		out.Problem = fmt.Sprintf("The end of the log is missing: %d entries were sealed, and %d are there.", last, out.Entries)
	}
	return out, nil
}

// sealedAt is what a genuine seal says of one entry.
type sealedAt struct {
	number, seq int64
	hash        string
}

// sealCheck compares entries, as they come, with the seals that cover them.
type sealCheck struct {
	log    *Log
	keys   Signer
	sealed []sealedAt // that are still to come
	macs   []string   // of the entries up to the next seal; nil before they are read, and where there are none
	read   bool
}

// entry checks the next entry.
func (c *sealCheck) entry(ctx context.Context, entry link, out *Verification) error {
	if len(c.sealed) == 0 {
		return nil // since the last seal
	}
	next := c.sealed[0]
	if !c.read {
		s, err := c.log.seal(ctx, next.number)
		if err != nil {
			return err
		}
		if c.macs, c.read = s.Entries, true; len(c.macs) == 0 {
			out.BeforeMACs += next.seq - entry.Seq + 1
		}
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
	}
	if entry.Seq < next.seq {
		return nil
	}
	if entry.Hash != next.hash {
		out.Problem = fmt.Sprintf("Entry %d or one before it was changed after it was sealed.", entry.Seq)
		return errProblem
	}
	out.Sealed, c.sealed, c.read = entry.Seq, c.sealed[1:], false
	return nil
}

func (l *Log) seal(ctx context.Context, number int64) (seal, error) {
	var s seal
	it, err := l.store.Get(ctx, sealKey(number))
	if err == nil {
		err = json.Unmarshal(it.Value, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read audit seal %d: %w", number, err)
	}
	return s, nil
}

// checkSeals returns what the seals say, in order.
func (l *Log) checkSeals(ctx context.Context, keys Signer) ([]sealedAt, Verification, error) {
	var sealed []sealedAt
	var out Verification
	var last seal
	q := kv.Query{Partition: seals, Limit: kv.MaxPage}
	for {
		page, err := l.store.Query(ctx, q)
		if err != nil {
			return nil, out, fmt.Errorf("read the audit seals: %w", err)
		}
		for _, it := range page.Items {
			var s seal
			err := json.Unmarshal(it.Value, &s)
			genuine := false
			if err == nil {
				if genuine, err = keys.Verify(s.message(), s.MAC); err != nil {
					return nil, out, fmt.Errorf("check audit seal %d: %w", s.Number, err)
				}
			}
			whole := len(s.Entries) == 0 || int64(len(s.Entries)) == s.Seq-last.Seq
			if !genuine || !whole || s.Number != last.Number+1 || s.Seq <= last.Seq || s.Prev != last.MAC {
				out.Problem = fmt.Sprintf("Seal %d is missing, was changed, or was made with another key.", last.Number+1)
				return sealed, out, nil
			}
			sealed = append(sealed, sealedAt{s.Number, s.Seq, s.Hash})
			out.SealedAt, last = s.At, s
		}
		if page.Next == "" {
			return sealed, out, nil
		}
		q.After = page.Next
	}
}
