package clusterfn

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
)

// UsageContract says how a cluster's usage report is asked for and read. It is
// data, because every cluster may have a function of its own.
type UsageContract struct {
	Function string            `json:"function" doc:"Name in OpenFaaS" example:"usage-report"`
	Query    map[string]string `json:"query,omitempty" doc:"Query parameters; {from} is the first day of the period and {to} its last, as 2006-01-02"`
	Rows     string            `json:"rows,omitempty" doc:"Path to the instances in the answer, such as data.instances; empty is the answer itself. A list of objects, or an object with the instances' names as keys"`
	Fields   UsageFields       `json:"fields"`
}

// UsageFields says where a row has its values. Each is a path such as
// stats.users.total.
type UsageFields struct {
	Instance    string `json:"instance,omitempty" doc:"Its name; not needed when rows are by name"`
	Users       string `json:"users,omitempty"`
	ActiveUsers string `json:"activeUsers,omitempty"`
	Courses     string `json:"courses,omitempty"`
	Hits        string `json:"hits,omitempty"`
}

// DefaultUsage is the contract of a cluster that says nothing else:
//
//	GET /function/usage-report?from=2026-10-01&to=2026-10-31
//	{"instances": [{"instance": "demo", "users": 120, "activeUsers": 30, "courses": 4, "hits": 9000}]}
func DefaultUsage() UsageContract {
	return UsageContract{
		Function: "usage-report",
		Query:    map[string]string{"from": "{from}", "to": "{to}"},
		Rows:     "instances",
		Fields:   UsageFields{Instance: "instance", Users: "users", ActiveUsers: "activeUsers", Courses: "courses", Hits: "hits"},
	}
}

var (
	functionName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	fieldPath    = regexp.MustCompile(`^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,7}$`)
)

func (u UsageContract) isZero() bool {
	return u.Function == "" && len(u.Query) == 0 && u.Rows == "" && u.Fields == UsageFields{}
}

// Validate refuses a contract that cannot work, fault.Invalid of a field below
// "usage".
func (u UsageContract) Validate() error {
	if !functionName.MatchString(u.Function) {
		return fault.InvalidField("usage.function", "a function's name has only lower-case letters, digits and hyphens")
	}
	if len(u.Query) > 20 {
		return fault.InvalidField("usage.query", "at most 20 parameters are allowed")
	}
	paths := map[string]string{
		"usage.rows": u.Rows, "usage.fields.instance": u.Fields.Instance, "usage.fields.users": u.Fields.Users,
		"usage.fields.activeUsers": u.Fields.ActiveUsers, "usage.fields.courses": u.Fields.Courses, "usage.fields.hits": u.Fields.Hits,
	}
	for _, field := range slices.Sorted(maps.Keys(paths)) {
		if path := paths[field]; path != "" && !fieldPath.MatchString(path) {
			return fault.InvalidField(field, "a path is names joined by dots, such as stats.users")
		}
	}
	return nil
}

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

// Usage counts one instance. What the report does not tell is absent, not 0.
type Usage struct {
	Instance    string `json:"instance"`
	Users       *int64 `json:"users,omitempty" doc:"All that are registered"`
	ActiveUsers *int64 `json:"activeUsers,omitempty" doc:"Those who logged in during the period"`
	Courses     *int64 `json:"courses,omitempty"`
	Hits        *int64 `json:"hits,omitempty" doc:"Page views during the period"`
}

// Usage asks the cluster's usage report.
func (c *Cluster) Usage(ctx context.Context, p Period) (UsageReport, error) {
	u := c.target.Usage
	query := url.Values{}
	days := strings.NewReplacer("{from}", p.From.Format(time.DateOnly), "{to}", p.To.Format(time.DateOnly))
	for name, value := range u.Query {
		query.Set(name, days.Replace(value))
	}
	body, err := c.get(ctx, u.Function, "", query, false)
	if err != nil {
		return UsageReport{}, err
	}
	rows, skipped, err := u.Parse(body)
	if err != nil {
		return UsageReport{}, fault.Wrap(fault.Unavailable, err, "The usage report of %s is not in the form its contract says: %s.", c.target.Cluster, fault.Message(err))
	}
	return UsageReport{From: p.From, To: p.To, Instances: rows, Skipped: skipped}, nil
}

const maxRows = 5000

// Parse reads an answer of the usage report. A row without a name is skipped
// and counted; a value that is no whole number of at least 0 is left out.
func (u UsageContract) Parse(body []byte) (rows []Usage, skipped int, err error) {
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
