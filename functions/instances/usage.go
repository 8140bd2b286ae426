package function

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

type usageInput struct {
	Cluster  string `path:"cluster" maxLength:"60"`
	Instance string `path:"instance" maxLength:"100"`
	From     string `query:"from" format:"date" doc:"First day; absent is 90 days before the last"`
	To       string `query:"to" format:"date" doc:"Last day; absent is today"`
}

// usageHistory is an instance's usage over time, as far as its cluster reported it.
type usageHistory struct {
	From        string             `json:"from" format:"date"`
	To          string             `json:"to" format:"date"`
	Points      []fleet.UsagePoint `json:"points" nullable:"false" doc:"Oldest first; a day that nothing is known of has none"`
	CollectedAt time.Time          `json:"collectedAt,omitzero" doc:"When the cluster last reported its usage"`
	TriedAt     time.Time          `json:"triedAt,omitzero" doc:"When it was last asked"`
	Error       string             `json:"error,omitempty" doc:"Why the last report failed, and what to do"`
}

const usualDays = 90

func (f *instances) usage(ctx context.Context, in *usageInput) (*body[usageHistory], error) {
	if _, err := f.row(ctx, in.Cluster, in.Instance); err != nil {
		return nil, err
	}
	from, to, err := span(in.From, in.To, f.Now().UTC())
	if err != nil {
		return nil, err
	}
	out := usageHistory{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}
	if out.Points, err = f.Fleet.Usage(ctx, in.Cluster, in.Instance, out.From, out.To); err != nil {
		return nil, err
	}
	state, err := f.Fleet.UsageState(ctx, in.Cluster)
	out.CollectedAt, out.TriedAt, out.Error = state.CollectedAt, state.TriedAt, state.Error
	return answer(out, err)
}

// span reads the days that are requested.
func span(from, to string, now time.Time) (time.Time, time.Time, error) {
	read := func(field, day string, otherwise time.Time) (time.Time, error) {
		if day == "" {
			return otherwise, nil
		}
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return t, fault.InvalidField(field, "must be a day such as 2026-10-31")
		}
		return t, nil
	}
	last, err := read("to", to, now)
	if err != nil {
		return last, last, err
	}
	first, err := read("from", from, last.AddDate(0, 0, -usualDays))
	switch {
	case err != nil:
	case first.After(last):
		err = fault.InvalidField("from", "must not be after the last day")
	case last.Sub(first) > fleet.UsageDays*24*time.Hour:
		err = fault.InvalidField("from", "at most %d days are kept", fleet.UsageDays)
	}
	return first, last, err
}
