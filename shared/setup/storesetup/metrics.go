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

// count counts a call that began at start and ends now. It is deferred, so it takes the
// call's result.
func count(op string, start time.Time, err *error) {
	result := "ok"
	if *err != nil && !fault.Is(*err, fault.NotFound) && !fault.Is(*err, fault.Conflict) {
		result = "error"
	}
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_store_calls_total{op=%q,result=%q}", op, result)).Inc()
	metrics.GetOrCreatePrometheusHistogram(fmt.Sprintf("ocim_store_seconds{op=%q}", op)).UpdateDuration(start)
}

func (m *metered) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (item kv.Item, err error) {
	defer count("get", time.Now(), &err)
	return m.Store.Get(ctx, key, opts...)
}

func (m *metered) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) (items []kv.Item, err error) {
	defer count("batch_get", time.Now(), &err)
	return m.Store.BatchGet(ctx, keys, opts...)
}

func (m *metered) Put(ctx context.Context, item kv.Item, cond kv.Condition) (put kv.Item, err error) {
	defer count("put", time.Now(), &err)
	return m.Store.Put(ctx, item, cond)
}

func (m *metered) Delete(ctx context.Context, key kv.Key, cond kv.Condition) (err error) {
	defer count("delete", time.Now(), &err)
	return m.Store.Delete(ctx, key, cond)
}

func (m *metered) Query(ctx context.Context, q kv.Query) (page kv.Page, err error) {
	defer count("query", time.Now(), &err)
	return m.Store.Query(ctx, q)
}
