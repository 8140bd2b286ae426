package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

const partHealth = "project-health" // sort: project id

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
	Check  string     `json:"check" enum:"reachable,token,project,branch,layout,triggerToken,webhook,deployKey,gateway,sync"`
	State  CheckState `json:"state" enum:"passed,failed,skipped"`
	Detail string     `json:"detail"`
	Cure   string     `json:"cure,omitempty" doc:"What to do; absent unless it failed"`
	Field  string     `json:"field,omitempty" enum:"gitlabUrl,project,apiToken,triggerToken,deployKey,gatewayUrl,gatewayPassword" doc:"What of the project's input to look at; absent unless it failed because of that"`
	At     time.Time  `json:"at"`
}

// ProjectHealth is what the checks of a project said last.
type ProjectHealth struct {
	Project        string    `json:"project"`
	Checks         []Check   `json:"checks"`
	CheckedAt      time.Time `json:"checkedAt,omitzero" doc:"When all were made last"`
	TokenExpiresAt time.Time `json:"tokenExpiresAt,omitzero" doc:"Day from which GitLab refuses the API token"`
}

// SaveHealth keeps what checks said, in place of what the same ones said before.
func (s *Store) SaveHealth(ctx context.Context, h ProjectHealth) error {
	return s.modify(ctx, kv.Key{Partition: partHealth, Sort: h.Project}, func(old []byte) ([]byte, error) {
		var known ProjectHealth
		if old != nil {
			if err := json.Unmarshal(old, &known); err != nil {
				return nil, fmt.Errorf("decoding the health of project %s: %w", h.Project, err)
			}
		}
		for _, c := range known.Checks {
			if !hasCheck(h.Checks, c.Check) {
				h.Checks = append(h.Checks, c)
			}
		}
		h.CheckedAt = Moment(h.CheckedAt, known.CheckedAt)
		if h.TokenExpiresAt.IsZero() && !hasCheck(h.Checks, "token") {
			h.TokenExpiresAt = known.TokenExpiresAt
		}
		return json.Marshal(h)
	})
}

func hasCheck(checks []Check, name string) bool {
	for _, c := range checks {
		if c.Check == name {
			return true
		}
	}
	return false
}

// Health reads what the checks of a project said; an empty one before the first.
func (s *Store) Health(ctx context.Context, project string) (ProjectHealth, error) {
	h, _, err := getJSON[ProjectHealth](ctx, s.kv, kv.Key{Partition: partHealth, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return ProjectHealth{Project: project, Checks: []Check{}}, nil
	}
	return h, err
}

// ProjectHealths reads the health of all projects, by project id.
func (s *Store) ProjectHealths(ctx context.Context) (map[string]ProjectHealth, error) {
	all := map[string]ProjectHealth{}
	q := kv.Query{Partition: partHealth, Limit: kv.MaxPage, Eventual: true}
	for {
		page, next, err := queryJSON[ProjectHealth](ctx, s.kv, q)
		if err != nil {
			return nil, err
		}
		for _, h := range page {
			all[h.Project] = h
		}
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}
