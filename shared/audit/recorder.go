package audit

import (
	"context"

	"github.com/open-craft/ocim/shared/kv"
)

// Recorder returns a function that writes an item together with the entry about the
// change; the entry's Operation is the item's sort key. A nil Log returns nil: the
// caller then writes the item alone.
func (l *Log) Recorder(by Actor, action, target string, before, after any) (func(ctx context.Context, item kv.Item, cond kv.Condition) error, error) {
	if l == nil {
		return nil, nil
	}
	entry := Entry{Actor: by, Action: action, Target: target}
	var err error
	if entry.Before, entry.After, err = Values(before, after); err != nil {
		return nil, err
	}
	return func(ctx context.Context, item kv.Item, cond kv.Condition) error {
		e := entry
		e.Operation = item.Sort
		_, err := l.Put(ctx, item, cond, e)
		return err
	}, nil
}

// InstanceTarget names an instance as the target of an entry, or its cluster when
// instance is empty.
func InstanceTarget(cluster, instance string) string {
	if instance == "" {
		return "cluster/" + cluster
	}
	return "cluster/" + cluster + "/instance/" + instance
}
