package bulk

import (
	"context"

	"github.com/open-craft/ocim/shared/fleet"
)

// BulkEstimate is how long a bulk change takes, from earlier operations of its kind. Its
// name is the API's.
type BulkEstimate struct {
	Seconds int `json:"seconds" doc:"From the start to the end of the last wave, without waiting for health"`
	Runs    int `json:"runs" doc:"Earlier operations on these clusters that it is taken from; 0 is a guess"`
}

// estimate adds up the waves of a bulk change. In a wave, clusters work at the same time;
// the instances of one cluster share an update, and are archived or unarchived one after
// the other.
func (s *Service) estimate(ctx context.Context, b fleet.Bulk) (BulkEstimate, error) {
	typical := map[string]int{}
	var out BulkEstimate
	waves := map[int]map[string]int{} // operations of each wave and cluster
	for _, t := range b.Targets {
		if t.State == fleet.TargetSkipped {
			continue
		}
		if _, known := typical[t.Cluster]; !known {
			e, err := s.Operations.EstimateOf(ctx, fleet.Operation{Cluster: t.Cluster, Kind: b.Kind, State: fleet.Requested})
			if err != nil {
				return BulkEstimate{}, err
			}
			typical[t.Cluster] = e.Seconds
			out.Runs += e.Runs
		}
		if waves[t.Wave] == nil {
			waves[t.Wave] = map[string]int{}
		}
		if b.Kind == fleet.Update {
			waves[t.Wave][t.Cluster] = 1
		} else {
			waves[t.Wave][t.Cluster]++
		}
	}
	for _, wave := range waves {
		longest := 0
		for cluster, operations := range wave {
			longest = max(longest, operations*typical[cluster])
		}
		out.Seconds += longest
	}
	return out, nil
}
