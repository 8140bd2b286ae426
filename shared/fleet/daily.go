package fleet

import (
	"hash/fnv"
	"time"
)

// DailyDue reports whether what is done once a day for something of a name is due, when it
// was last done at a time. Each name has a time of day of its own, so that the work of many
// is spread.
func DailyDue(name string, last, now time.Time) bool {
	const day = 24 * time.Hour
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	offset := time.Duration(h.Sum32()) * day / (1 << 32)
	return last.Before(now.Add(-offset).Truncate(day).Add(offset))
}
