package audit

import (
	"context"
	"encoding/json"
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
	// Entries are the MACs of the entries since the seal before, in order: they name the one
	// that was changed. Seals that releases before 2026-12 made have none.
	Entries []string `json:"entries,omitempty"`
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
	version := 1
	if len(s.Entries) > 0 {
		version = 2
	}
	text := fmt.Appendf(nil, "ocim audit seal %d\n%d\n%d\n%s\n%s\n%s", version, s.Number, s.Seq, s.Hash, s.At.UTC().Format(time.RFC3339Nano), s.Prev)
	for _, mac := range s.Entries {
		text = append(append(text, '\n'), mac...)
	}
	return text
}

// message is what the MAC of an entry covers: itself and its place, not the chain, so that
// a chain that was computed again shows where it was changed.
func (k link) message() []byte {
	return append(fmt.Appendf(nil, "ocim audit entry 1\n%d\n", k.Seq), k.Entry...)
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
	var macs []string
	for end.Seq < min(head.Seq, last.Seq+maxSealed) {
		next, err := l.at(ctx, end.Seq+1)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return last.Seq, fmt.Errorf("read audit entry %d: %w", end.Seq+1, err)
		}
		if err != nil || next.Seq != end.Seq+1 || next.Prev != end.Hash || next.Hash != next.sum() {
			return last.Seq, tampered(end.Seq)
		}
		mac, err := keys.Sign(next.message())
		if err != nil {
			return last.Seq, fmt.Errorf("sign audit entry %d: %w", next.Seq, err)
		}
		macs = append(macs, mac)
		end = next
	}
	if end.Seq <= last.Seq {
		return last.Seq, tampered(head.Seq) // the end was cut off
	}
	next := seal{Number: last.Number + 1, Seq: end.Seq, Hash: end.Hash, At: l.now().UTC(), Prev: last.MAC, Entries: macs}
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
