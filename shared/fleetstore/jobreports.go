package fleetstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

type storedReports struct {
	Reports []fleet.JobReport `json:"reports"`
}

// JobReports lists what is kept of an instance's jobs, newest first.
func (s *Store) JobReports(ctx context.Context, cluster, instance string) ([]fleet.JobReport, error) {
	stored, _, err := kvjson.Get[storedReports](ctx, s.kv, reportsKey(cluster, instance))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("reading the jobs of %s/%s: %w", cluster, instance, err)
	}
	out := []fleet.JobReport{}
	for _, r := range stored.Reports {
		if fleet.Elapsed(s.now(), r.SeenAt) < fleet.JobReportLife {
			out = append(out, r)
		}
	}
	return out, nil
}

// KeepJobReport keeps what a job says, in place of what it said before. Of an instance the
// newest reports are kept, for fleet.JobReportLife.
func (s *Store) KeepJobReport(ctx context.Context, cluster, instance string, report fleet.JobReport) error {
	return kv.Update(ctx, s.kv, reportsKey(cluster, instance), nil, func(item *kv.Item) (bool, error) {
		stored := decodeCopy[storedReports](ctx, s, *item) // what can't be read is replaced
		others := slices.DeleteFunc(stored.Reports, func(r fleet.JobReport) bool { return r.Job == report.Job })
		stored.Reports = append([]fleet.JobReport{report}, others[:min(len(others), fleet.MaxJobReports-1)]...)
		item.Expires = s.now().Add(fleet.JobReportLife)
		return true, kvjson.Set(item, stored)
	})
}

func reportsKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partJobReport + cluster, Sort: instance}
}
