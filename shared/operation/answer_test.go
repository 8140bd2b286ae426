package operation

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// oneOperation is a store of one operation.
type oneOperation struct {
	Store
	op fleet.Operation
}

func (s *oneOperation) ChangeOperation(_ context.Context, _, _ string, alter func(*fleet.Operation) (bool, error)) (fleet.Operation, error) {
	changed, err := alter(&s.op)
	if !changed && err == nil {
		return s.op, nil
	}
	return s.op, err
}

func (s *oneOperation) SaveHealth(context.Context, fleet.ProjectHealth) error { return nil }

// A process that was paused reads a refusal while another one is sending the operation: that
// says nothing about what the other one gets.
func TestRecordRefusal_AnotherReplicaIsSending(t *testing.T) {
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	former := fleet.Operation{ID: "o1", State: fleet.Requested, SentAt: noon, Attempts: 1}
	for name, cause := range map[string]error{
		"refused": fault.New(fault.Invalid, "no"), "limited": fault.New(fault.Limited, "later"), "unknown": fault.New(fault.Unavailable, "?"),
	} {
		t.Run(name, func(t *testing.T) {
			store := &oneOperation{op: former}
			store.op.SentAt, store.op.Attempts = noon.Add(time.Minute), 2
			want := store.op
			s := &Service{Store: store, Now: func() time.Time { return noon.Add(2 * time.Minute) }, Log: slog.New(slog.DiscardHandler)}
			if isUnknown(cause) {
				_, _ = s.recordUnknown(t.Context(), former, cause)
			} else {
				_, _ = s.recordRefusal(t.Context(), former, cause)
			}
			assert.Equal(t, want, store.op)
		})
	}
}

// A process that was paused between the mark and the call does not call GitLab any more.
func TestSubmit_PausedAfterTheMark(t *testing.T) {
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for name, late := range map[string]time.Duration{"at the limit": callLimit, "after the take-over": takeOverAfter + time.Second, "the clock went back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := &Service{Now: func() time.Time { return noon.Add(late) }}
			op := fleet.Operation{ID: "o1", State: fleet.Requested, SentAt: noon}
			got, err := s.submit(t.Context(), nil, op, grove.Call{Trigger: &grove.Trigger{}}) // a nil Remote panics when it is called
			assert.NoError(t, err)
			assert.Equal(t, op, got)
		})
	}
	assert.Less(t, callLimit, takeOverAfter)
}
