package storesetup_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/setup/storesetup"
)

// down is an unreachable store.
type down struct{ kv.Store }

func (down) Get(context.Context, kv.Key, ...kv.ReadOption) (kv.Item, error) {
	return kv.Item{}, errors.New("dial 10.1.2.3: connection refused")
}

func TestReady(t *testing.T) {
	t.Parallel()
	require.NoError(t, storesetup.Ready(t.Context(), kvtest.Open(t)))
	err := storesetup.Ready(t.Context(), down{})
	assert.Equal(t, fault.Unavailable, fault.KindOf(err))
	assert.NotContains(t, fault.Message(err), "10.1.2.3")
}

func TestMetered_CountsCallsAndFailures(t *testing.T) {
	t.Parallel()
	store := storesetup.Metered(kvtest.Open(t))
	key := kv.Key{Partition: "p", Sort: "s"}
	_, err := store.Put(t.Context(), kv.Item{Key: key, Value: []byte("v")}, kv.IfAbsent())
	require.NoError(t, err)
	_, err = store.Put(t.Context(), kv.Item{Key: key, Value: []byte("v")}, kv.IfAbsent())
	require.True(t, fault.Is(err, fault.Conflict))
	_, err = storesetup.Metered(down{}).Get(t.Context(), key)
	require.Error(t, err)
	rec := httptest.NewRecorder()
	faas.Metrics().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	assert.Contains(t, rec.Body.String(), `ocim_store_calls_total{op="put",result="ok"} 2`, "a condition that does not hold is an answer")
	assert.Contains(t, rec.Body.String(), `ocim_store_calls_total{op="get",result="error"} 1`)
	assert.Contains(t, rec.Body.String(), `ocim_store_seconds_count{op="put"} 2`)
}
