package refusal

import (
	"errors"
	"time"
)

// Class says what happens when the same request is made again.
type Class string

// The classes. Of a request that is refused as Later, AfterChange or Never,
// GitLab has started nothing.
const (
	Later       Class = "later"       // temporary: a limit, or maintenance
	AfterChange Class = "afterChange" // passes when a person changed a setting in GitLab or in Ocim
	Never       Class = "never"       // the request itself is wrong
	Unknown     Class = "unknown"     // GitLab may have carried it out: look before asking again
)

// Call is the kind of request that was refused.
type Call string

// The calls whose refusals have meanings of their own.
const (
	Other    Call = ""
	Trigger  Call = "trigger"  // POST /projects/:id/trigger/pipeline
	Pipeline Call = "pipeline" // POST /projects/:id/pipeline
	Action   Call = "action"   // POST /projects/:id/pipelines/:pipeline/cancel and retry
	Commit   Call = "commit"   // POST /projects/:id/repository/commits
	Hook     Call = "hook"     // POST and PUT /projects/:id/hooks
	HookTest Call = "hookTest" // POST /projects/:id/hooks/:hook/test/:event
)

// Cure is what a person changes so that the request passes.
type Cure struct {
	Setting string `json:"setting,omitempty" doc:"What to change"`
	Place   string `json:"place,omitempty" doc:"Where it is in GitLab's menus, or in Ocim's"`
	Role    string `json:"role,omitempty" doc:"The role in GitLab that may change it"`
	Do      string `json:"do,omitempty" doc:"What to do, as one or two sentences"`
}

// IsZero reports whether no cure is known.
func (c Cure) IsZero() bool { return c == Cure{} }

// String is the cure as sentences: what to do, where, and who may.
func (c Cure) String() string {
	s := c.Do
	if c.Place != "" {
		s += " (" + c.Place
		if c.Role != "" {
			s += "; " + c.Role
		}
		s += ")"
	} else if c.Role != "" {
		s += " (" + c.Role + ")"
	}
	if s != "" {
		s += "."
	}
	return s
}

// Refusal is a request that GitLab refused. It is the cause inside the error
// that the caller gets.
type Refusal struct {
	Class  Class         `json:"class" enum:"later,afterChange,never,unknown"`
	Reason Reason        `json:"reason,omitempty" doc:"Empty when GitLab's words are not known"`
	Words  string        `json:"words,omitempty" doc:"GitLab's own words, masked and shortened"`
	Cure   Cure          `json:"cure,omitzero"`
	After  time.Duration `json:"-"` // for Later: how long to wait at least; 0 is unknown
}

// Error gives GitLab's words, for the log.
func (r *Refusal) Error() string {
	s := "GitLab refused it (" + string(r.Class)
	if r.Reason != "" {
		s += ", " + string(r.Reason)
	}
	s += ")"
	if r.Words != "" {
		s += ": " + r.Words
	}
	return s
}

// From gives the refusal inside an error, and whether there is one.
func From(err error) (Refusal, bool) {
	var r *Refusal
	if errors.As(err, &r) {
		return *r, true
	}
	return Refusal{}, false
}

// Said is what GitLab said, as a sentence.
func (r Refusal) Said() string {
	said := "GitLab refused this and gave no reason"
	if hasReason(r.Words) {
		said = "GitLab says: " + r.Words
	}
	if last := said[len(said)-1]; last != '.' && last != '!' && last != '?' {
		said += "."
	}
	return said
}

// Explain is the refusal for a person: GitLab's words, then the cure.
func (r Refusal) Explain() string {
	said := r.Said()
	switch cure := r.Cure.String(); {
	case cure != "":
		said += " " + cure
	case r.Class == Never:
		said += " Correct this and try again."
	case r.Class == AfterChange && !hasReason(r.Words):
		said += " Run the project's checks in Ocim to find the cause."
	}
	return said
}
