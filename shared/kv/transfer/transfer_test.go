package transfer_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/kv/transfer"
)

func embedded(t *testing.T) transfer.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "kv.db"), bolt.Options{NoSync: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func table(t *testing.T, endpoint string) transfer.Store {
	t.Helper()
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: endpoint})
	require.NoError(t, err)
	name := "ocim-test-" + strings.ToLower(rand.Text())
	_, err = dynamo.CreateTable(t.Context(), client, name)
	require.NoError(t, err)
	return dynamo.New(client, name, dynamo.Options{})
}

// fill stores items of each kind: plain, empty, overwritten, expiring, expired and binary.
func fill(t *testing.T, store kv.Store) {
	t.Helper()
	put := func(sort string, value []byte, expires time.Time) {
		_, err := store.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: sort}, Value: value, Expires: expires}, kv.Always)
		require.NoError(t, err)
	}
	for n := range 50 {
		put(fmt.Sprintf("item-%02d", n), bytes.Repeat([]byte{byte(n), 0, 0xff}, n*40), time.Time{})
	}
	put("empty", nil, time.Time{})
	put("rewritten", []byte("1"), time.Time{})
	put("rewritten", []byte("2"), time.Time{})
	put("expiring", []byte("soon"), time.Now().Add(time.Hour))
	put("expired", []byte("gone"), time.Now().Add(-time.Hour))
}

func TestImport_MakesTheStoresEqual(t *testing.T) {
	t.Parallel()
	endpoint := kvtest.Dynalite(t)
	source := embedded(t)
	fill(t, source)
	var file bytes.Buffer
	exported, err := transfer.Export(t.Context(), source, &file)
	require.NoError(t, err)
	assert.Equal(t, 53, exported.Items, "what expired stays behind")

	there := table(t, endpoint)
	imported, err := transfer.Import(t.Context(), bytes.NewReader(file.Bytes()), there)
	require.NoError(t, err)
	assert.Equal(t, exported, imported)
	again, err := transfer.Import(t.Context(), bytes.NewReader(file.Bytes()), there)
	require.NoError(t, err, "an import that was interrupted is repeated")
	assert.Equal(t, exported, again)

	// And back.
	var second bytes.Buffer
	_, err = transfer.Export(t.Context(), there, &second)
	require.NoError(t, err)
	back := embedded(t)
	returned, err := transfer.Import(t.Context(), &second, back)
	require.NoError(t, err)
	assert.Equal(t, exported, returned)

	// Versions go on.
	_, err = back.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: "rewritten"}, Value: []byte("3")}, kv.IfVersion(2))
	require.NoError(t, err)
}

func TestImport_RefusesWhatIsNotEqual(t *testing.T) {
	t.Parallel()
	source := embedded(t)
	fill(t, source)
	var file bytes.Buffer
	_, err := transfer.Export(t.Context(), source, &file)
	require.NoError(t, err)

	for name, n := range map[string]int{"nothing": 0, "half": file.Len() / 2, "no end": file.Len() - 12} {
		_, err = transfer.Import(t.Context(), bytes.NewReader(file.Bytes()[:n]), embedded(t))
		assert.Equal(t, fault.Invalid, fault.KindOf(err), "%s: %v", name, err)
	}
	_, err = transfer.Import(t.Context(), strings.NewReader("no gzip"), embedded(t))
	assert.Equal(t, fault.Invalid, fault.KindOf(err))

	for name, key := range map[string]kv.Key{"another item": {Partition: "q", Sort: "x"}, "another value": {Partition: "p", Sort: "item-07"}} {
		target := embedded(t)
		_, err = target.Put(t.Context(), kv.Item{Key: key, Value: []byte("mine")}, kv.Always)
		require.NoError(t, err)
		_, err = transfer.Import(t.Context(), bytes.NewReader(file.Bytes()), target)
		assert.Equal(t, fault.Conflict, fault.KindOf(err), "%s: %v", name, err)
		mine, err := target.Get(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, "mine", string(mine.Value), "nothing is overwritten")
	}

	// A store that loses an item is noticed.
	_, err = transfer.Import(t.Context(), bytes.NewReader(file.Bytes()), forgetful{embedded(t)})
	assert.Equal(t, fault.Conflict, fault.KindOf(err))
}

// forgetful does not store one item.
type forgetful struct{ transfer.Store }

func (f forgetful) Load(ctx context.Context, e kv.Item) error {
	if e.Sort == "item-09" {
		return nil
	}
	return f.Store.Load(ctx, e)
}

// What expires between export and import is left out, and makes no difference.
func TestImport_LeavesOutWhatHasExpiredMeanwhile(t *testing.T) {
	t.Parallel()
	from, to := embedded(t), embedded(t)
	fill(t, from)
	expires := time.Now().Add(2 * time.Second)
	_, err := from.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: "short"}, Value: []byte("x"), Expires: expires}, kv.Always)
	require.NoError(t, err)
	var file bytes.Buffer
	exported, err := transfer.Export(t.Context(), from, &file)
	require.NoError(t, err)
	time.Sleep(time.Until(expires.Add(time.Second)))
	imported, err := transfer.Import(t.Context(), &file, to)
	require.NoError(t, err)
	assert.Equal(t, exported.Items-1, imported.Items)
}
