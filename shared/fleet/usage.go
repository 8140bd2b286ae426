package fleet

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/pattern"
)

// UsageDays is how long usage is kept.
const UsageDays = 400

// UsageContract defines how Ocim requests and parses a cluster's usage report. It is
// data, because every cluster may have a function of its own.
type UsageContract struct {
	Function string            `json:"function" maxLength:"63" doc:"Name in OpenFaaS" example:"usage-report"`
	Query    map[string]string `json:"query,omitempty" doc:"Query parameters; {from} is the first day of the period and {to} its last, as 2006-01-02"`
	Rows     string            `json:"rows,omitempty" maxLength:"200" doc:"Path to the instances in the answer, such as data.instances; empty is the answer itself. A list of objects, or an object with the instances' names as keys"`
	Fields   UsageFields       `json:"fields"`
	Days     int               `json:"days,omitempty" minimum:"0" maximum:"366" doc:"Days of the period, which ends yesterday; 0 is the last full month"`
	History  bool              `json:"history,omitempty" doc:"Whether the function supports historical data; Ocim then requests past periods too"`
}

// UsageFields says where a row has its values. Each is a path such as
// stats.users.total.
type UsageFields struct {
	Instance    string `json:"instance,omitempty" maxLength:"200" doc:"Its name; not needed when rows are by name"`
	Users       string `json:"users,omitempty" maxLength:"200"`
	ActiveUsers string `json:"activeUsers,omitempty" maxLength:"200"`
	Courses     string `json:"courses,omitempty" maxLength:"200"`
	Hits        string `json:"hits,omitempty" maxLength:"200"`
}

// DefaultUsage is the contract of a project that says nothing else:
//
//	GET /function/usage-report?from=2026-10-02&to=2026-10-31
//	{"instances": [{"instance": "demo", "users": 120, "activeUsers": 30, "courses": 4, "hits": 9000}]}
func DefaultUsage() UsageContract {
	return UsageContract{
		Function: "usage-report",
		Query:    map[string]string{"from": "{from}", "to": "{to}"},
		Rows:     "instances",
		Fields:   UsageFields{Instance: "instance", Users: "users", ActiveUsers: "activeUsers", Courses: "courses", Hits: "hits"},
		Days:     30,
	}
}

// UsageContract gives the project's contract, or the default one.
func (p Project) UsageContract() UsageContract {
	if p.Usage != nil {
		return *p.Usage
	}
	return DefaultUsage()
}

var (
	functionName = pattern.Lazy(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	fieldPath    = pattern.Lazy(`^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,7}$`)
)

// Bounds of a contract's query.
const (
	maxUsageQuery = 20
	maxUsageParam = 200 // bytes of a name or value
)

// Validate refuses a contract that cannot work, fault.Invalid of a field below
// "usage".
func (u UsageContract) Validate() error {
	if !functionName().MatchString(u.Function) {
		return fault.InvalidField("usage.function", "a function's name has only lower-case letters, digits and hyphens")
	}
	if len(u.Query) > maxUsageQuery {
		return fault.InvalidField("usage.query", "at most %d parameters are allowed", maxUsageQuery)
	}
	for name, value := range u.Query {
		if name == "" || len(name) > maxUsageParam || len(value) > maxUsageParam || strings.ContainsFunc(name+value, func(r rune) bool { return r < ' ' }) {
			return fault.InvalidField("usage.query", "a parameter has a name, at most %d bytes and no control characters", maxUsageParam)
		}
	}
	if u.Days < 0 || u.Days > 366 {
		return fault.InvalidField("usage.days", "a period has at most 366 days")
	}
	paths := map[string]string{
		"usage.rows": u.Rows, "usage.fields.instance": u.Fields.Instance, "usage.fields.users": u.Fields.Users,
		"usage.fields.activeUsers": u.Fields.ActiveUsers, "usage.fields.courses": u.Fields.Courses, "usage.fields.hits": u.Fields.Hits,
	}
	for _, field := range slices.Sorted(maps.Keys(paths)) {
		if path := paths[field]; path != "" && !fieldPath().MatchString(path) {
			return fault.InvalidField(field, "a path is names joined by dots, such as stats.users")
		}
	}
	return nil
}

// UsagePoint counts an instance's users as of the end of a day. What the report
// did not report is absent, not 0.
type UsagePoint struct {
	Day         string `json:"day" format:"date" doc:"Last day of the period" example:"2026-10-31"`
	From        string `json:"from" format:"date" doc:"First day of the period" example:"2026-10-02"`
	Users       *int64 `json:"users,omitempty" doc:"All that are registered"`
	ActiveUsers *int64 `json:"activeUsers,omitempty" doc:"Those who logged in during the period"`
	Courses     *int64 `json:"courses,omitempty"`
	Hits        *int64 `json:"hits,omitempty" doc:"Page views during the period"`
}

// UsageState is how far a cluster's usage was collected.
type UsageState struct {
	Project     string    `json:"project"`
	Day         string    `json:"day,omitempty"`    // last day that is known
	Filled      string    `json:"filled,omitempty"` // first day, with the history that was requested
	CollectedAt time.Time `json:"collectedAt,omitzero"`
	TriedAt     time.Time `json:"triedAt,omitzero"`
	TriedFor    time.Time `json:"triedFor,omitzero"` // the project's UpdatedAt at that
	Error       string    `json:"error,omitempty"`   // why the last try failed
	Unset       bool      `json:"unset,omitempty"`   // it failed because there is no report to ask
}
