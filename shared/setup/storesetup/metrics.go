package storesetup

import (
	"context"
	"fmt"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// countUnits counts DynamoDB's capacity units.
func countUnits(op string, rcu, wcu float64) {
	if rcu > 0 {
		metrics.GetOrCreateFloatCounter(fmt.Sprintf("ocim_store_units_total{kind=\"read\",op=%q}", op)).Add(rcu)
	}
	if wcu > 0 {
		metrics.GetOrCreateFloatCounter(fmt.Sprintf("ocim_store_units_total{kind=\"write\",op=%q}", op)).Add(wcu)
	}
}

// Metered counts and times a store's calls. An item that is absent and a condition that
// does not hold are answers, not failures.
func Metered(store kv.Store) kv.Store { return &metered{store} }

type metered struct{ kv.Store }

func count(op string, start time.Time, err error) {
	result := "ok"
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Conflict:
	default:
		if err != nil {
			result = "error"
		}
	}
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_store_calls_total{op=%q,result=%q}", op, result)).Inc()
	metrics.GetOrCreatePrometheusHistogram(fmt.Sprintf("ocim_store_seconds{op=%q}", op)).UpdateDuration(start)
}

func (m *metered) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	start := time.Now()
	item, err := m.Store.Get(ctx, key, opts...)
	count("get", start, err)
	return item, err
}

func (m *metered) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	start := time.Now()
	items, err := m.Store.BatchGet(ctx, keys, opts...)
	count("batch_get", start, err)
	return items, err
}

func (m *metered) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	start := time.Now()
	item, err := m.Store.Put(ctx, item, cond)
	count("put", start, err)
	return item, err
}

func (m *metered) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	start := time.Now()
	err := m.Store.Delete(ctx, key, cond)
	count("delete", start, err)
	return err
}

func (m *metered) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	start := time.Now()
	page, err := m.Store.Query(ctx, q)
	count("query", start, err)
	return page, err
}
