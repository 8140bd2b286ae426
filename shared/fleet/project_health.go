package fleet

import (
	"slices"
	"time"
)

// CheckState is how a check came out.
type CheckState string

// The states of a check. Skipped says nothing: it could not be made, or is not wanted.
const (
	CheckPassed  CheckState = "passed"
	CheckFailed  CheckState = "failed"
	CheckSkipped CheckState = "skipped"
)

// Check is one thing a project needs, and whether it has it.
type Check struct {
	Check  string     `json:"check" enum:"reachable,token,project,branch,layout,push,ci,variables,triggerToken,webhook,deployKey,gateway,sync"`
	State  CheckState `json:"state" enum:"passed,failed,skipped"`
	Detail string     `json:"detail"`
	Cure   string     `json:"cure,omitempty" doc:"What to do; absent unless it failed"`
	Reason string     `json:"reason,omitempty" doc:"Section of the manual on GitLab that explains it" example:"variables-role"`
	Field  string     `json:"field,omitempty" enum:"gitlabUrl,project,apiToken,triggerToken,deployKey,gatewayUrl,gatewayPassword" doc:"What of the project's input to look at; absent unless it failed because of that"`
	At     time.Time  `json:"at"`
	Since  time.Time  `json:"since,omitzero" doc:"Since when it comes out so, as far as is known"`
}

// ProjectHealth is what the checks of a project said last.
type ProjectHealth struct {
	Project        string    `json:"project"`
	Checks         []Check   `json:"checks"`
	CheckedAt      time.Time `json:"checkedAt,omitzero" doc:"When all were made last"`
	RefusedAt      time.Time `json:"refusedAt,omitzero" doc:"When GitLab last refused an operation here; checks that are older are made again at once"`
	TokenExpiresAt time.Time `json:"tokenExpiresAt,omitzero" doc:"Day from which GitLab refuses the API token"`
}

// Trouble is a problem of a cluster's project that a person has to solve.
type Trouble struct {
	Check    string    `json:"check" enum:"token,project,branch,layout,push,ci,variables,triggerToken,webhook,deployKey" doc:"Check that found it"`
	Severity string    `json:"severity" enum:"failed,degraded" doc:"degraded: all still works"`
	Detail   string    `json:"detail"`
	Cure     string    `json:"cure,omitempty"`
	Since    time.Time `json:"since,omitzero"`
}

// TokenSoon is how long before its end a token's expiry is worth a word.
const TokenSoon = 14 * 24 * time.Hour

// Troubles gives what needs attention at a time. That GitLab or the cluster cannot be
// reached is left to those who ask them all the time.
func (h ProjectHealth) Troubles(now time.Time) []Trouble {
	var list []Trouble
	for _, c := range h.Checks {
		t := Trouble{Check: c.Check, Severity: "failed", Detail: c.Detail, Cure: c.Cure, Since: c.Since}
		switch c.Check {
		case "reachable", "gateway", "sync":
			continue
		case "webhook", "deployKey":
			t.Severity = "degraded"
		}
		if c.State == CheckFailed {
			list = append(list, t)
		} else if c.Check == "token" && !h.TokenExpiresAt.IsZero() && h.TokenExpiresAt.Sub(now) < TokenSoon {
			t.Severity, t.Since = "degraded", h.TokenExpiresAt.Add(-TokenSoon)
			t.Detail = "The API token expires on " + h.TokenExpiresAt.Format(time.DateOnly) + "."
			t.Cure = "Create a new one in GitLab before that day, and enter it here."
			list = append(list, t)
		}
	}
	return list
}

// With takes over what newer checks say.
func (h ProjectHealth) With(newer ProjectHealth) ProjectHealth {
	next := newer
	next.Checks = slices.Clone(newer.Checks)
	find := func(list []Check, name string) int {
		return slices.IndexFunc(list, func(c Check) bool { return c.Check == name })
	}
	for i := range next.Checks {
		c := &next.Checks[i]
		c.Since = c.At
		if k := find(h.Checks, c.Check); k >= 0 && h.Checks[k].State == c.State && !h.Checks[k].Since.IsZero() {
			c.Since = h.Checks[k].Since
		}
	}
	for _, c := range h.Checks {
		if find(newer.Checks, c.Check) < 0 {
			next.Checks = append(next.Checks, c)
		}
	}
	next.CheckedAt = Latest(newer.CheckedAt, h.CheckedAt)
	if !newer.CheckedAt.IsZero() && Future(newer.CheckedAt, h.CheckedAt) {
		next.CheckedAt = newer.CheckedAt
	}
	next.RefusedAt = Latest(newer.RefusedAt, h.RefusedAt)
	if find(newer.Checks, "token") < 0 {
		next.TokenExpiresAt = h.TokenExpiresAt
	}
	return next
}
