package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/order"
)

// Usage asks the cluster for its usage report.
func (c *Cluster) Usage(ctx context.Context, p clusterfn.Period) (clusterfn.UsageReport, error) {
	u := c.target.Usage
	query := url.Values{}
	days := strings.NewReplacer("{from}", p.From.Format(time.DateOnly), "{to}", p.To.Format(time.DateOnly))
	for name, value := range u.Query {
		query.Set(name, days.Replace(value))
	}
	body, err := c.get(ctx, u.Function, "", query, false)
	if err != nil {
		return clusterfn.UsageReport{}, err
	}
	rows, skipped, err := parseUsage(u, body)
	if err != nil {
		return clusterfn.UsageReport{}, fault.Wrap(fault.Unavailable, err, "The usage report of %s is not in the form its contract says: %s.", c.target.Cluster, fault.Message(err))
	}
	return clusterfn.UsageReport{From: p.From, To: p.To, Instances: rows, Skipped: skipped}, nil
}

const maxRows = 5000

// parseUsage reads an answer of the usage report. A row without a name is skipped
// and counted; a value that is no whole number of at least 0 is left out.
func parseUsage(u fleet.UsageContract, body []byte) (rows []clusterfn.Usage, skipped int, err error) {
	var answer any
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, 0, fault.Wrap(fault.Invalid, err, "it is not JSON")
	}
	found, ok := at(answer, u.Rows)
	if !ok {
		return nil, 0, fault.InvalidField("usage.rows", "there is nothing at %q", u.Rows)
	}
	rows = []clusterfn.Usage{}
	add := func(name string, row any) {
		if name == "" || len(name) > clusterfn.MaxMessage || len(rows) >= maxRows {
			skipped++
			return
		}
		rows = append(rows, clusterfn.Usage{
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
	order.Sort(rows, func(a, b clusterfn.Usage) int { return cmp.Compare(a.Instance, b.Instance) })
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
