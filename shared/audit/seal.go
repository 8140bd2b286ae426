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

// Signer makes and checks keyed MACs, as secret.Keyring does. Who can write to the
// store must not have its keys.
type Signer interface {
	Sign(data []byte) (string, error)
	Verify(data []byte, signature string) (bool, error)
}

// seal says that the log ended at an entry at some time. The chain alone shows
// that an entry was altered; but anyone who can write to the store can also recompute the
// chain, or truncate it. A seal cannot be computed without the key, and
// names the one before it.
type seal struct {
	Number int64     `json:"number"`
	Seq    int64     `json:"seq"`
	Hash   string    `json:"hash"` // of the entry, and so of all before it
	At     time.Time `json:"at"`
	Prev   string    `json:"prev"` // MAC of the seal before
	MAC    string    `json:"mac"`
}

const (
	seals = "audit/seals"
	// maxSealed bounds how many entries one SealHead reads.
	maxSealed = 1000
)

func sealKey(number int64) kv.Key {
	return kv.Key{Partition: seals, Sort: fmt.Sprintf("%016d", number)}
}

// message is what the MAC of a seal covers.
func (s seal) message() []byte {
	return fmt.Appendf(nil, "ocim audit seal 1\n%d\n%d\n%s\n%s\n%s", s.Number, s.Seq, s.Hash, s.At.UTC().Format(time.RFC3339Nano), s.Prev)
}

// SealHead seals the end of the log, after it has checked the entries since the
// last seal. Of a long log it seals a part, so call it again and again. It returns
// the last sealed entry's place; entries that do not hold together are
// fault.Conflict, and stay unsealed.
func (l *Log) SealHead(ctx context.Context, keys Signer) (int64, error) {
	page, err := l.store.Query(ctx, kv.Query{Partition: seals, Limit: 1, Reverse: true})
	if err != nil {
		return 0, fmt.Errorf("read the last audit seal: %w", err)
	}
	var last seal
	if len(page.Items) > 0 {
		if err := json.Unmarshal(page.Items[0].Value, &last); err != nil {
			return 0, fmt.Errorf("decode audit seal %s: %w", page.Items[0].Sort, err)
		}
	}
	head, err := l.head(ctx)
	if err != nil {
		return 0, err
	}
	if head.Seq == last.Seq {
		return last.Seq, nil
	}
	end := link{Seq: last.Seq, Hash: last.Hash}
	for end.Seq < min(head.Seq, last.Seq+maxSealed) {
		next, err := l.at(ctx, end.Seq+1)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return last.Seq, fmt.Errorf("read audit entry %d: %w", end.Seq+1, err)
		}
		if err != nil || next.Seq != end.Seq+1 || next.Prev != end.Hash || next.Hash != next.sum() {
			return last.Seq, tampered(end.Seq)
		}
		end = next
	}
	if end.Seq <= last.Seq {
		return last.Seq, tampered(head.Seq) // the end was cut off
	}
	next := seal{Number: last.Number + 1, Seq: end.Seq, Hash: end.Hash, At: l.now().UTC(), Prev: last.MAC}
	if next.MAC, err = keys.Sign(next.message()); err != nil {
		return last.Seq, fmt.Errorf("seal the audit log: %w", err)
	}
	value, err := json.Marshal(next)
	if err != nil {
		return last.Seq, err
	}
	_, err = l.store.Put(ctx, kv.Item{Key: sealKey(next.Number), Value: value}, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) {
		return last.Seq, nil // another replica sealed it
	}
	if err != nil {
		return last.Seq, fmt.Errorf("store an audit seal: %w", err)
	}
	// Outside of the store, the log of the function remembers how far the audit log was.
	l.logger.InfoContext(ctx, "audit log sealed", "entry", next.Seq, "seal", next.Number, "mac", next.MAC)
	return next.Seq, nil
}

func tampered(after int64) error {
	return fault.New(fault.Conflict, "The audit log was tampered with after entry %d.", after)
}

// Verification is what was found of the log.
type Verification struct {
	Entries  int64     // that hold together, from the first on
	Sealed   int64     // of them are covered by a seal
	SealedAt time.Time // when the last seal was made; zero when there is none
	Problem  string    // what is wrong; empty when all is well
}

// VerifySeals walks the whole log and checks that its entries hold together and
// that it still holds every entry that was ever sealed, as it was. A log that does
// not is no error but a Problem.
func (l *Log) VerifySeals(ctx context.Context, keys Signer) (Verification, error) {
	sealed, out, err := l.checkSeals(ctx, keys)
	if err != nil || out.Problem != "" {
		return out, err
	}
	broken := errors.New("a seal does not fit")
	out.Entries, err = l.walk(ctx, func(entry link) error {
		want, marked := sealed[entry.Seq]
		if marked && want != entry.Hash {
			return broken
		}
		if marked {
			out.Sealed = entry.Seq
		}
		return nil
	})
	var last int64
	for seq := range sealed {
		last = max(last, seq)
	}
	switch {
	case errors.Is(err, broken):
		out.Problem = fmt.Sprintf("Entry %d or one before it was changed after it was sealed.", out.Entries+1)
	case fault.Is(err, fault.Conflict):
		out.Problem = fault.Message(err)
	case err != nil:
		return out, err
	case out.Entries < last:
		out.Problem = fmt.Sprintf("The end of the log is missing: %d entries were sealed, and %d are there.", last, out.Entries)
	}
	return out, nil
}

// checkSeals returns the hash of each sealed entry by its place.
func (l *Log) checkSeals(ctx context.Context, keys Signer) (map[int64]string, Verification, error) {
	hashes, out := map[int64]string{}, Verification{}
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
			if !genuine || s.Number != last.Number+1 || s.Seq <= last.Seq || s.Prev != last.MAC {
				out.Problem = fmt.Sprintf("Seal %d is missing, was changed, or was made with another key.", last.Number+1)
				return hashes, out, nil
			}
			hashes[s.Seq], out.SealedAt, last = s.Hash, s.At, s
		}
		if page.Next == "" {
			return hashes, out, nil
		}
		q.After = page.Next
	}
}
