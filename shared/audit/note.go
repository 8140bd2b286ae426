package audit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Note records something that changes no item, such as a log that was read: once
// for the same what, which is of any length, within every. Its item only carries
// the entry to the log and then expires.
func (l *Log) Note(ctx context.Context, what string, every time.Duration, entry Entry) error {
	sum := sha256.Sum256([]byte(what))
	_, err := l.Put(ctx, kv.Item{
		Key:     kv.Key{Partition: "audit/note/" + base64.RawURLEncoding.EncodeToString(sum[:16]), Sort: "note"},
		Value:   []byte(`{}`),
		Expires: l.now().Add(every),
	}, kv.IfAbsent(), entry)
	if fault.Is(err, fault.Conflict) {
		return nil // it was recorded a moment ago
	}
	return err
}
