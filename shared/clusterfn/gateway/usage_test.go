package gateway

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func n(i int64) *int64 { return &i }

func TestUsageIsReadAsItsContractSays(t *testing.T) {
	t.Parallel()
	byName := fleet.UsageContract{
		Function: "report", Rows: "data.sites",
		Fields: fleet.UsageFields{Users: "people.total", ActiveUsers: "people.active", Courses: "courses"},
	}
	for file, tc := range map[string]struct {
		contract fleet.UsageContract
		rows     []clusterfn.Usage
		skipped  int
	}{
		"default.json": {fleet.DefaultUsage(), []clusterfn.Usage{
			{Instance: "cinder-arts", Users: n(0), ActiveUsers: n(0), Courses: n(1)},
			{Instance: "demo", Users: n(120), ActiveUsers: n(30), Courses: n(4), Hits: n(9000)},
		}, 1},
		"by-name.json": {byName, []clusterfn.Usage{
			{Instance: "demo", Users: n(1500), ActiveUsers: n(310), Courses: n(12)},
			{Instance: "other", Courses: n(3)},
		}, 0},
	} {
		body, err := os.ReadFile(filepath.Join("testdata", "usage", file))
		require.NoError(t, err)
		rows, skipped, err := parseUsage(tc.contract, body)
		require.NoError(t, err, file)
		assert.Equal(t, tc.rows, rows, file)
		assert.Equal(t, tc.skipped, skipped, file)
	}
}

func TestUsageThatFitsNoContract(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no JSON": "<html>", "no rows": `{"users": 3}`, "rows are a number": `{"instances": 3}`, "null": "null", "empty": "",
	} {
		_, _, err := parseUsage(fleet.DefaultUsage(), []byte(body))
		assert.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
}

func FuzzUsage(f *testing.F) {
	f.Add([]byte(`{"instances": [{"instance": "demo", "users": 1}]}`), "instances", "users")
	f.Add([]byte(`{"a": {"demo": {"u": {"t": "12"}}}}`), "a", "u.t")
	f.Add([]byte(`[1e400]`), "", "")
	f.Fuzz(func(t *testing.T, body []byte, rows, users string) {
		u := fleet.UsageContract{Function: "report", Rows: rows, Fields: fleet.UsageFields{Users: users}}
		if u.Validate() != nil {
			return
		}
		parsed, skipped, err := parseUsage(u, body)
		if err != nil {
			assert.Equal(t, fault.Invalid, fault.KindOf(err))
			return
		}
		assert.GreaterOrEqual(t, skipped, 0)
		for _, row := range parsed {
			assert.NotEmpty(t, row.Instance)
			if row.Users != nil {
				assert.GreaterOrEqual(t, *row.Users, int64(0))
			}
		}
	})
}
