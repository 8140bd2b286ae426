package clusterfn

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Period is a span of whole days, both included.
type Period struct{ From, To time.Time }

// LastMonth gives the last full month before now.
func LastMonth(now time.Time) Period {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return Period{From: first.AddDate(0, -1, 0), To: first.AddDate(0, 0, -1)}
}

// UsageReport is who used a cluster's instances in a period.
type UsageReport struct {
	From      time.Time `json:"from" doc:"First day of the period"`
	To        time.Time `json:"to" doc:"Last day of the period"`
	Instances []Usage   `json:"instances" doc:"By name"`
	Skipped   int       `json:"skipped,omitempty" doc:"Rows that could not be read"`
}

// Usage counts one instance. What the report does not contain is absent, not 0.
type Usage struct {
	Instance    string `json:"instance"`
	Users       *int64 `json:"users,omitempty" doc:"All that are registered"`
	ActiveUsers *int64 `json:"activeUsers,omitempty" doc:"Those who logged in during the period"`
	Courses     *int64 `json:"courses,omitempty"`
	Hits        *int64 `json:"hits,omitempty" doc:"Page views during the period"`
}

// ErrNoFunction is the cause of an error when a cluster's gateway has no function of
// that name.
var ErrNoFunction = errors.New("no such function")

const maxRows = 5000

// ParseUsage reads an answer of the usage report. A row without a name is skipped
// and counted; a value that is no whole number of at least 0 is left out.
func ParseUsage(u fleet.UsageContract, body []byte) (rows []Usage, skipped int, err error) {
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, 0, fault.Wrap(fault.Invalid, err, "it is not JSON")
	}
	found, ok := at(answer, u.Rows)
	if !ok {
		return nil, 0, fault.InvalidField("usage.rows", "there is nothing at %q", u.Rows)
	}
	rows = []Usage{}
	add := func(name string, row any) {
		if name == "" || len(name) > MaxMessage || len(rows) >= maxRows {
			skipped++
			return
		}
		rows = append(rows, Usage{
			Instance: name, Users: count(row, u.Fields.Users), ActiveUsers: count(row, u.Fields.ActiveUsers),
			Courses: count(row, u.Fields.Courses), Hits: count(row, u.Fields.Hits),
		})
	}
	switch list := found.(type) {
	case []any:
		for _, row := range list {
			value, _ := at(row, cmp.Or(u.Fields.Instance, "instance"))
			name, _ := value.(string)
			add(name, row)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(list)) {
			add(name, list[name])
		}
	default:
		return nil, 0, fault.InvalidField("usage.rows", "what is at %q is neither a list nor an object", u.Rows)
	}
	slices.SortStableFunc(rows, func(a, b Usage) int { return cmp.Compare(a.Instance, b.Instance) })
	return rows, skipped, nil
}

// at follows a path into decoded JSON.
func at(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	for name := range strings.SplitSeq(path, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// maxCount is the largest number JSON keeps exactly.
const maxCount = 1 << 53

// count reads a number, also one that is written as text.
func count(row any, path string) *int64 {
	if path == "" {
		return nil
	}
	value, _ := at(row, path)
	var n float64
	switch v := value.(type) {
	case float64:
		n = v
	case string:
		parsed, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		if err != nil {
			return nil
		}
		n = float64(parsed)
	default:
		return nil
	}
	if n < 0 || n > maxCount || n != float64(int64(n)) {
		return nil
	}
	whole := int64(n)
	return &whole
}
