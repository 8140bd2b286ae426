package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
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
}

// The kinds of Event.
const (
	EventPipeline = "pipeline"
	EventPush     = "push"
)

// eventLife is how long an event that cannot be applied is kept.
const eventLife = 30 * 24 * time.Hour

// AcceptEvent stores an event that is still to be applied. It returns false
// when the same event waits already. It is one conditional write.
func (s *Store) AcceptEvent(ctx context.Context, e Event) (bool, error) {
	err := putJSON(ctx, s.kv, eventKey(partEvent, e), e, kv.IfAbsent(), s.now().Add(eventLife))
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// WaitingEvents reads a page of a cluster's events that are not yet applied.
func (s *Store) WaitingEvents(ctx context.Context, cluster, after string) ([]Event, string, error) {
	return queryJSON[Event](ctx, s.kv, kv.Query{Partition: partEvent + cluster, After: after})
}

// ForgetEvent removes an event that was applied.
func (s *Store) ForgetEvent(ctx context.Context, e Event) error {
	return s.kv.Delete(ctx, eventKey(partEvent, e), kv.Always)
}

// PostponeEvent counts a failed try. An event whose own content is at fault is
// set aside, so that the next one goes on.
func (s *Store) PostponeEvent(ctx context.Context, e Event, poison bool) error {
	e.Attempts++
	if !poison {
		return s.modify(ctx, eventKey(partEvent, e), func(old []byte) ([]byte, error) {
			if old == nil {
				return nil, nil // applied by somebody else meanwhile
			}
			return json.Marshal(e)
		})
	}
	err := putJSON(ctx, s.kv, eventKey(partPoison, e), e, kv.Always, s.now().Add(eventLife))
	if err != nil {
		return fmt.Errorf("setting event %s aside: %w", e.Key, err)
	}
	return s.ForgetEvent(ctx, e)
}

// PoisonEvents reads a page of the events that were set aside.
func (s *Store) PoisonEvents(ctx context.Context, cluster, after string) ([]Event, string, error) {
	return queryJSON[Event](ctx, s.kv, kv.Query{Partition: partPoison + cluster, After: after})
}

func eventKey(partition string, e Event) kv.Key {
	return kv.Key{Partition: partition + e.Cluster, Sort: e.Key}
}
