package fleet

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// DailyDue reports whether what is done once a day for something of a name is due, when it
// was last done at a time. Each name has a time of day of its own, so that the work of many
// is spread.
func DailyDue(name string, last, now time.Time) bool {
	if Future(now, last) {
		return true
	}
	const day = 24 * time.Hour
	sum := sha256.Sum256([]byte(name))
	offset := time.Duration(binary.BigEndian.Uint32(sum[:])) * (day / (1 << 16)) / (1 << 16)
	return last.Before(now.Add(-offset).Truncate(day).Add(offset))
}
