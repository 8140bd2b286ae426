package audit

import (
	"context"

	"github.com/open-craft/ocim/shared/kv"
)

// Recorder returns a function that writes an item together with the entry about the
// change; the entry's Operation is the item's sort key. Values that cannot be encoded are
// its error. A nil Log returns nil: the caller then writes the item alone.
func (l *Log) Recorder(by Actor, action, target string, before, after any) func(ctx context.Context, item kv.Item, cond kv.Condition) error {
	if l == nil {
		return nil
	}
	b, a, wrong := Values(before, after)
	return func(ctx context.Context, item kv.Item, cond kv.Condition) error {
		if wrong != nil {
			return wrong
		}
		_, err := l.Put(ctx, item, cond, Entry{Actor: by, Action: action, Target: target, Before: b, After: a, Operation: item.Sort})
		return err
	}
}

// InstanceTarget names an instance as the target of an entry, or its cluster when
// instance is empty.
func InstanceTarget(cluster, instance string) string {
	if instance == "" {
		return "cluster/" + cluster
	}
	return "cluster/" + cluster + "/instance/" + instance
}
