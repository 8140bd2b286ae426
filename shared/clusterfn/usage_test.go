package clusterfn_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/clusterfn"
)

func TestLastMonth(t *testing.T) {
	t.Parallel()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for now, want := range map[time.Time]clusterfn.Period{
		noon:                       {From: day(2026, time.February, 1), To: day(2026, time.February, 28)},
		day(2026, time.January, 1): {From: day(2025, time.December, 1), To: day(2025, time.December, 31)},
		day(2024, time.March, 31):  {From: day(2024, time.February, 1), To: day(2024, time.February, 29)},
	} {
		assert.Equal(t, want, clusterfn.LastMonth(now), now)
	}
}
