package fleetstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

const (
	partUsage      = "usage#"      // + cluster; sort: instance + "#" + month
	partUsageState = "usage-state" // sort: project id
)

// UsageState reads how far a cluster's usage was collected.
func (s *Store) UsageState(ctx context.Context, project string) (fleet.UsageState, error) {
	u, _, err := kvjson.Get[fleet.UsageState](ctx, s.kv, kv.Key{Partition: partUsageState, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return fleet.UsageState{Project: project}, nil
	}
	return u, err
}

// UsageStates reads how far the usage of all clusters was collected, by project id.
func (s *Store) UsageStates(ctx context.Context) (map[string]fleet.UsageState, error) {
	return byProject(ctx, s, partUsageState, func(u fleet.UsageState) string { return u.Project })
}

// SaveUsageState keeps how far a cluster's usage was collected.
func (s *Store) SaveUsageState(ctx context.Context, u fleet.UsageState) error {
	return s.modify(ctx, kv.Key{Partition: partUsageState, Sort: u.Project}, func(kv.Item) (any, error) { return u, nil })
}

// SaveUsage adds points to an instance's history, in place of those of the same
// day. A month is an item, which is gone UsageDays after it.
func (s *Store) SaveUsage(ctx context.Context, cluster, instance string, points []fleet.UsagePoint) error {
	months := map[string][]fleet.UsagePoint{}
	for _, p := range points {
		month := p.Day[:len("2006-01")]
		months[month] = append(months[month], p)
	}
	for month, fresh := range months {
		first, err := time.Parse("2006-01", month)
		if err != nil {
			return fmt.Errorf("usage of %s: %w", instance, err)
		}
		key := kv.Key{Partition: partUsage + cluster, Sort: instance + "#" + month}
		err = kv.Update(ctx, s.kv, key, nil, func(item *kv.Item) (bool, error) {
			kept, err := kvjson.Decode[[]fleet.UsagePoint](*item)
			if err != nil {
				return false, err
			}
			item.Expires = first.AddDate(0, 1, fleet.UsageDays)
			return true, kvjson.Set(item, mergeUsage(kept, fresh))
		})
		if err != nil {
			return fmt.Errorf("keeping usage of %s: %w", instance, err)
		}
	}
	return nil
}

func mergeUsage(kept, fresh []fleet.UsagePoint) []fleet.UsagePoint {
	for _, p := range fresh {
		i, known := slices.BinarySearchFunc(kept, p.Day, func(p fleet.UsagePoint, day string) int { return cmp.Compare(p.Day, day) })
		if known {
			kept[i] = p
		} else {
			kept = slices.Insert(kept, i, p)
		}
	}
	return kept
}

// Usage reads an instance's history from a day to another, both included and as
// 2006-01-02, oldest first.
func (s *Store) Usage(ctx context.Context, cluster, instance, from, to string) ([]fleet.UsagePoint, error) {
	points := []fleet.UsagePoint{}
	// The names of instances have no "#".
	q := kv.Query{Partition: partUsage + cluster, Prefix: instance + "#", Eventual: true}
	months, _, err := kvjson.Query[[]fleet.UsagePoint](ctx, s.kv, q)
	if err != nil {
		return nil, fmt.Errorf("reading usage of %s: %w", instance, err)
	}
	for _, month := range months {
		for _, p := range month {
			if from <= p.Day && p.Day <= to {
				points = append(points, p)
			}
		}
	}
	return points, nil
}

// ForgetUsage throws away a cluster's usage. Unlike the rest of what is read of a
// cluster it may not come back.
func (s *Store) ForgetUsage(ctx context.Context, project string) error {
	if err := s.empty(ctx, partUsage+project); err != nil {
		return err
	}
	return s.kv.Delete(ctx, kv.Key{Partition: partUsageState, Sort: project}, kv.Always)
}
