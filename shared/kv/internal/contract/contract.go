package contract

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

const defaultLimit = 100

// Key checks an item's key; it returns fault.Invalid.
func Key(k kv.Key) error {
	if err := text("partition", k.Partition, 1, kv.MaxPartition); err != nil {
		return err
	}
	return text("sort", k.Sort, 1, kv.MaxSort)
}

// Keys checks the keys of a batch; it returns fault.Invalid.
func Keys(keys []kv.Key) error {
	if len(keys) > kv.MaxBatch {
		return fault.InvalidField("keys", "at most %d keys can be read at once", kv.MaxBatch)
	}
	seen := make(map[kv.Key]bool, len(keys))
	for _, k := range keys {
		if err := Key(k); err != nil {
			return err
		}
		if seen[k] {
			return fault.InvalidField("keys", "a key is given twice")
		}
		seen[k] = true
	}
	return nil
}

// Item checks what a Put was given; it returns fault.Invalid or fault.TooLarge.
func Item(it kv.Item) error {
	if err := Key(it.Key); err != nil {
		return err
	}
	if len(it.Value) > kv.MaxValue {
		return fault.New(fault.TooLarge, "the value has %d bytes, %d are allowed", len(it.Value), kv.MaxValue)
	}
	return nil
}

// Query checks a query and gives the number of items wanted and the sort key
// to go on after, which is empty on the first page. It returns fault.Invalid.
func Query(q kv.Query) (limit int, after string, err error) {
	if err := text("partition", q.Partition, 1, kv.MaxPartition); err != nil {
		return 0, "", err
	}
	if err := text("prefix", q.Prefix, 0, kv.MaxSort); err != nil {
		return 0, "", err
	}
	if q.Limit < 0 || q.Limit > kv.MaxPage {
		return 0, "", fault.InvalidField("limit", "must be between 1 and %d", kv.MaxPage)
	}
	limit = cmp.Or(q.Limit, defaultLimit)
	if q.After != "" {
		if after, err = decodeCursor(q); err != nil {
			return 0, "", err
		}
	}
	return limit, after, nil
}

func text(field, s string, least, most int) error {
	switch {
	case len(s) < least:
		return fault.InvalidField(field, "must not be empty")
	case len(s) > most:
		return fault.InvalidField(field, "must not be longer than %d bytes", most)
	case strings.IndexByte(s, 0) >= 0:
		return fault.InvalidField(field, "must not contain NUL")
	case !utf8.ValidString(s):
		return fault.InvalidField(field, "must be UTF-8")
	}
	return nil
}

// Seconds gives an expiry as the Unix second it is stored as; 0 is never.
// What expired before 1970 is stored as second 1, which is as absent.
func Seconds(expires time.Time) int64 {
	if expires.IsZero() {
		return 0
	}
	return max(expires.Unix(), 1)
}

// Time is the inverse of Seconds, in UTC.
func Time(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// Expired reports whether an item that expires at that second is absent now.
func Expired(seconds int64, now time.Time) bool {
	return seconds != 0 && seconds <= now.Unix()
}
