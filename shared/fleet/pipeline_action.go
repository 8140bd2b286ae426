package fleet

import (
	"time"

	"github.com/open-craft/ocim/shared/access"
)

// PipelineAction is something a person does to a pipeline, from the request to
// GitLab's answer.
type PipelineAction struct {
	ID       string       `json:"id"`
	Pipeline int64        `json:"pipeline"`
	Action   string       `json:"action" enum:"cancel,retry"`
	State    ActionState  `json:"state" enum:"requested,done,refused"`
	By       string       `json:"by"`
	At       time.Time    `json:"at"`
	Reason   string       `json:"reason,omitempty"`
	Detail   string       `json:"detail,omitempty" doc:"Why it is not done, with the cure"`
	Actor    access.Actor `json:"-"` // who By is
	SentAt   time.Time    `json:"-"` // when GitLab was last asked
	Seen     time.Time    `json:"-"` // UpdatedAt of the pipeline before, by GitLab's clock
}

// ActionState is how far an action has come.
type ActionState string

// The states of an action.
const (
	ActionRequested ActionState = "requested" // not confirmed by GitLab yet
	ActionDone      ActionState = "done"
	ActionRefused   ActionState = "refused" // by GitLab, or by Ocim because it would do harm by now
)

// UnmarshalText reads a stored state; releases before 2026-12 wrote "asked" for
// ActionRequested.
func (s *ActionState) UnmarshalText(text []byte) error {
	*s = ActionState(text)
	if *s == "asked" {
		*s = ActionRequested
	}
	return nil
}
