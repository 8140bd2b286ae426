package fleet

import (
	"time"
)

// Event is a webhook event, reduced to what Ocim uses. It is stored before
// GitLab is answered and removed once it is applied.
type Event struct {
	Key        string    `json:"key"` // same for each re-send
	Cluster    string    `json:"cluster"`
	Kind       string    `json:"kind"` // "pipeline" or "push"
	Pipeline   *Pipeline `json:"pipeline,omitempty"`
	Branch     string    `json:"branch,omitempty"` // of a push
	After      string    `json:"after,omitempty"`  // head after a push
	ReceivedAt time.Time `json:"receivedAt"`
	Attempts   int       `json:"attempts,omitempty"` // times that applying failed
	Error      string    `json:"error,omitempty"`    // why it failed last
	// Applied is when it was applied; zero while it waits. One of a pipeline may stay after that as the
	// note that what it reported is to be confirmed.
	Applied time.Time `json:"applied,omitzero"`
}

// Unconfirmed is a pipeline that events changed and GitLab was not asked about since.
type Unconfirmed struct {
	Cluster  string    `json:"cluster"`
	Pipeline int64     `json:"pipeline"`
	Since    time.Time `json:"since"` // when the first of them came
	Last     time.Time `json:"last"`  // when the last one came, to a minute
	Version  int64     `json:"-"`     // of the record; 0 while an event that can't be applied is the note
	Event    string    `json:"-"`     // key of the event that stays as the note; empty when it is a record of its own
}

// The kinds of Event.
const (
	EventPipeline = "pipeline"
	EventPush     = "push"
)
