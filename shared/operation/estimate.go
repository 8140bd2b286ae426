package operation

import (
	"context"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// Estimate is how long an operation will take, from earlier operations of its kind.
type Estimate struct {
	Seconds int       `json:"seconds" doc:"From GitLab's acceptance to the end, typically"`
	Runs    int       `json:"runs" doc:"Earlier operations that this is the median of; 0 is a guess"`
	Percent int       `json:"percent" minimum:"0" maximum:"100" doc:"How much of it has passed; never 100 before the end"`
	DoneAt  time.Time `json:"doneAt,omitzero" doc:"When it will be done; absent before GitLab accepted it"`

	Holds time.Duration `json:"-"` // how long it stays as it is; 0 when it does not change with time
}

// estimatedFrom is how many of the cluster's newest operations an estimate considers.
const estimatedFrom = 100

// defaultDuration is the estimate for a kind that has not run yet.
func defaultDuration(kind fleet.OperationKind) time.Duration {
	switch kind {
	case fleet.Create, fleet.Unarchive:
		return 25 * time.Minute
	case fleet.BuildImages:
		return 20 * time.Minute
	case fleet.Reprovision, fleet.Archive, fleet.Delete:
		return 8 * time.Minute
	}
	return 5 * time.Minute
}

// EstimateOf estimates the progress of an operation; nil when it has ended.
func (s *Service) EstimateOf(ctx context.Context, op fleet.Operation) (*Estimate, error) {
	if op.State.Ended() {
		return nil, nil
	}
	recent, _, err := s.Store.Operations(ctx, op.Cluster, "", estimatedFrom)
	if err != nil {
		return nil, err
	}
	e := estimate(op, recent, s.Now())
	return &e, nil
}

// estimate takes the median of the successful operations of the kind.
func estimate(op fleet.Operation, recent []fleet.Operation, now time.Time) Estimate {
	var took []time.Duration
	for _, o := range recent {
		if o.Kind == op.Kind && o.State == fleet.Succeeded && !o.AcceptedAt.IsZero() && o.EndedAt.After(o.AcceptedAt) {
			took = append(took, o.EndedAt.Sub(o.AcceptedAt))
		}
	}
	typical := defaultDuration(op.Kind)
	if len(took) > 0 {
		slices.Sort(took)
		typical = took[len(took)/2]
	}
	e := Estimate{Seconds: int(typical.Seconds()), Runs: len(took)}
	if op.AcceptedAt.IsZero() {
		return e
	}
	passed := max(0, now.Sub(op.AcceptedAt))
	e.Percent = min(99, int(100*passed/typical))
	// It changes with each percent and not with each moment, so that polls of it find it unchanged.
	step := max(typical/100, time.Second)
	next := passed.Truncate(step) + step
	e.DoneAt, e.Holds = op.AcceptedAt.Add(max(typical, next)), next-passed
	return e
}
