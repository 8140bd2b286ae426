package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/order"
)

// Filter selects entries; an empty field selects all.
type Filter struct {
	UserID string    // of the actor
	Action string    // whole or up to a dot: "user" selects "user.disabled"
	Target string    // whole or up to a slash
	Key    string    // configuration key that changed, or a part of its name
	Since  time.Time // inclusive
	Until  time.Time // exclusive
	After  string    // cursor: the last Page.Next
	Limit  int       // entries, 1 to 100; 0 is 50
}

// Page is a part of the log, newest first. It may be empty and yet have a Next
// when a filter matched nothing in the part that was looked through.
type Page struct {
	Entries []Entry
	Next    string // empty when there is no more
}

func (f Filter) matches(e Entry) bool {
	return (f.UserID == "" || f.UserID == e.Actor.UserID) &&
		(f.Action == "" || f.Action == e.Action || strings.HasPrefix(e.Action, f.Action+".")) &&
		(f.Target == "" || f.Target == e.Target || strings.HasPrefix(e.Target, f.Target+"/")) &&
		(f.Since.IsZero() || !e.At.Before(f.Since)) && (f.Until.IsZero() || e.At.Before(f.Until)) &&
		(f.Key == "" || names(e.Before, f.Key) || names(e.After, f.Key))
}

// names reports whether a recorded value names a key: as a name of an object, or in one
// of the lists of keys that operations, settings and bulk changes record.
func names(value json.RawMessage, key string) bool {
	if len(value) == 0 {
		return false
	}
	var v any
	if json.Unmarshal(value, &v) != nil {
		return false
	}
	return contains(v, strings.ToLower(key), false)
}

// contains looks for a key in decoded JSON; keys says that strings are names of keys.
func contains(v any, key string, keys bool) bool {
	switch v := v.(type) {
	case string:
		return keys && strings.Contains(strings.ToLower(v), key)
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return contains(one, key, keys) })
	case map[string]any:
		for name, one := range v {
			list := strings.EqualFold(name, "keys") || strings.EqualFold(name, "key")
			if strings.Contains(strings.ToLower(name), key) || contains(one, key, list) {
				return true
			}
		}
	}
	return false
}

const (
	// scanned bounds how many entries one List looks through.
	scanned = 1000
	// disorder is how much earlier an entry may have been made than one that came
	// into the log before it: its function died, and Repair moved it.
	disorder = time.Hour
)

// List returns a page of the log, newest first.
func (l *Log) List(ctx context.Context, f Filter) (Page, error) {
	limit := f.Limit
	if limit == 0 {
		limit = 50
	}
	if limit < 1 || limit > 100 {
		return Page{}, fault.InvalidField("limit", "must be 1 to 100")
	}
	place, err := l.start(ctx, f)
	if err != nil {
		return Page{}, err
	}
	var out Page
	for seen := 0; seen < scanned && len(out.Entries) < limit && place > 0; {
		// Never more than can still be returned: the cursor points behind the page.
		count := int(min(place, int64(limit-len(out.Entries)), kv.MaxBatch))
		entries, err := l.entries(ctx, place, count)
		if err != nil {
			return Page{}, err
		}
		for _, e := range entries {
			if f.matches(e) {
				out.Entries = append(out.Entries, e)
			}
		}
		seen += count
		place -= int64(count) // what is missing was removed, which Verify finds
		if !f.Since.IsZero() && len(entries) > 0 && entries[len(entries)-1].At.Before(f.Since.Add(-disorder)) {
			place = 0
		}
	}
	if place > 0 {
		out.Next = strconv.FormatInt(place, 10)
	}
	return out, nil
}

// start returns the place of the first entry that a page looks at; 0 when there is none.
func (l *Log) start(ctx context.Context, f Filter) (int64, error) {
	head, err := l.head(ctx)
	if err != nil {
		return 0, err
	}
	if f.After != "" {
		place, err := strconv.ParseInt(f.After, 10, 64)
		if err != nil || place < 1 || place > head.Seq {
			return 0, fault.InvalidField("after", "must be the cursor of a page")
		}
		return place, nil
	}
	if f.Until.IsZero() {
		return head.Seq, nil
	}
	// Times rise with the place, but for those in disorder.
	var failed error
	place := sort.Search(int(head.Seq), func(i int) bool {
		if failed != nil {
			return true
		}
		var entries []Entry
		if entries, failed = l.entries(ctx, int64(i)+1, 1); failed != nil || len(entries) == 0 {
			return true
		}
		return !entries[0].At.Before(f.Until.Add(disorder))
	})
	return int64(place), failed
}

// entries reads a number of entries, at most kv.MaxBatch, at a place and before it, newest
// first.
func (l *Log) entries(ctx context.Context, place int64, count int) ([]Entry, error) {
	keys := make([]kv.Key, count)
	for i := range keys {
		keys[i] = linkKey(place - int64(i))
	}
	items, err := l.store.BatchGet(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	order.Sort(items, func(a, b kv.Item) int { return strings.Compare(b.Sort, a.Sort) })
	out := make([]Entry, len(items))
	for i, it := range items {
		k, err := decodeLink(it)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(k.Entry, &out[i]); err != nil {
			return nil, fmt.Errorf("decode audit entry %d: %w", k.Seq, err)
		}
	}
	return out, nil
}
