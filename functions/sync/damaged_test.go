package function_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
)

// What can't be decoded is looked at, decoded once more and discarded; each of these is in
// the audit log before it happens.
func TestDamaged_IsLookedAtRetriedAndDiscarded(t *testing.T) {
	w := newWorld(t, 1)
	put := func(value string) {
		_, err := w.kv.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "operation#p000", Sort: "op1"}, Value: []byte(value)}, kv.Always)
		require.NoError(t, err)
		_, _, err = w.store.Operations(t.Context(), "p000", "", 10)
		require.NoError(t, err)
	}
	call := func(method, path, body string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer administrator")
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	put(`{"id":"op1","password":"hunter2hunter2"`)
	const path = "/v1/clusters/p000/damaged"
	list := func() (items []struct{ ID, Kind, Key, Error string }) {
		code, body := call(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, code, body)
		var page struct {
			Items []struct{ ID, Kind, Key, Error string }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &page))
		return page.Items
	}
	items := list()
	require.Len(t, items, 1)
	assert.Equal(t, "operation", items[0].Kind)
	assert.Equal(t, "operation#p000/op1", items[0].Key)
	assert.Contains(t, items[0].Error, "unexpected end of JSON")
	one := path + "/" + items[0].ID
	code, body := call(http.MethodGet, one, "")
	require.Equal(t, http.StatusOK, code, body)
	assert.Contains(t, body, `"complete":true`)
	assert.Contains(t, body, `op1`)
	assert.NotContains(t, body, "hunter2")
	code, body = call(http.MethodPost, one, `{"action":"retry"}`)
	require.Equal(t, http.StatusConflict, code, body)
	require.Len(t, list(), 1)
	code, body = call(http.MethodGet, "/v1/damaged", "")
	require.Equal(t, http.StatusOK, code, body)
	assert.Contains(t, body, `"items":[]`)
	code, body = call(http.MethodPost, "/v1/damaged/"+items[0].ID, `{"action":"discard"}`)
	require.Equal(t, http.StatusNotFound, code, body)
	code, body = call(http.MethodPost, one, `{"action":"discard"}`)
	require.Equal(t, http.StatusNoContent, code, body)
	require.Empty(t, list())
	assert.Equal(t, []string{
		"a item.view p000 operation#p000/op1", "a item.retry p000 operation#p000/op1", "a item.discard p000 operation#p000/op1",
	}, w.noted)
	code, body = call(http.MethodPost, one, `{"action":"retry"}`)
	require.Equal(t, http.StatusNotFound, code, body)
}
