package notify

import (
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// Event is what a notice is about.
type Event string

// The events.
const (
	EventFailed    Event = "failed"
	EventDegraded  Event = "degraded"
	EventRecovered Event = "recovered" // healthy again, or online again
	EventOffline   Event = "offline"   // a cluster does not answer
	EventPipeline  Event = "pipeline"  // an instance's latest pipeline failed
	EventSite      Event = "site"      // an instance's site does not answer, or a part of it, or its certificate ends
	EventTest      Event = "test"
)

// Events lists what one can subscribe to.
func Events() []Event {
	return []Event{EventFailed, EventDegraded, EventRecovered, EventOffline, EventSite, EventPipeline}
}

// Channel is how a notice reaches people.
type Channel string

// The channels.
const (
	Email   Channel = "email"
	Webhook Channel = "webhook" // of Slack, Mattermost, or what understands their form
)

// Subscription says what a user wants to be notified about, and how.
type Subscription struct {
	ID        string    `json:"id"`
	Owner     string    `json:"owner" doc:"User id"`
	Name      string    `json:"name"`
	Channel   Channel   `json:"channel" enum:"email,webhook"`
	View      string    `json:"view,omitempty" doc:"Saved view that limits the instances; absent is everything its owner sees"`
	Events    []Event   `json:"events" enum:"failed,degraded,recovered,offline,site,pipeline" nullable:"false"`
	Paused    bool      `json:"paused"`
	Host      string    `json:"host,omitempty" doc:"Host of the webhook; the rest of its address is a secret"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Notice is one event about an instance or a cluster.
type Notice struct {
	Event    Event        `json:"event" enum:"failed,degraded,recovered,offline,site,pipeline,test"`
	Cluster  string       `json:"cluster,omitempty"`
	Instance string       `json:"instance,omitempty" doc:"Absent when it is about the cluster itself"`
	From     fleet.Health `json:"from,omitempty" doc:"Health at the notice before"`
	Reason   string       `json:"reason,omitempty"`
	NextStep string       `json:"nextStep,omitempty" doc:"What to do about it"`
	Pipeline int64        `json:"pipeline,omitempty"`
	Site     bool         `json:"site,omitempty" doc:"Whether it is about the site that the instance serves, not about what runs"`
	Since    time.Time    `json:"since" doc:"When the state began"`
}

// State is how far a delivery is.
type State string

// The states.
const (
	Waiting State = "waiting" // to be tried, or tried again
	Sent    State = "sent"
	GivenUp State = "failed"
)

// Delivery is a batch of notices for one subscription.
type Delivery struct {
	ID           string    `json:"id" doc:"Sorts by time; the same when a delivery arrives twice"`
	Subscription string    `json:"subscription"`
	Name         string    `json:"name" doc:"Of the subscription"`
	Channel      Channel   `json:"channel" enum:"email,webhook"`
	State        State     `json:"state" enum:"waiting,sent,failed"`
	Notices      []Notice  `json:"notices" nullable:"false"`
	Attempts     int       `json:"attempts"`
	Error        string    `json:"error,omitempty" doc:"Why the last attempt failed, with the cure"`
	CreatedAt    time.Time `json:"createdAt"`
	TriedAt      time.Time `json:"triedAt,omitzero"`
	NextAt       time.Time `json:"nextAt,omitzero" doc:"When it is tried again, at the earliest"`
}
