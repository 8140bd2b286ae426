package clusterfn

import (
	"errors"
	"time"
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
