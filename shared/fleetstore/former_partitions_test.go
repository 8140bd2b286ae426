package fleetstore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
)

// Releases before 2026-12 named some partitions otherwise.
func TestFormerPartitions_AreRead(t *testing.T) {
	s, store := newStore(t)
	rename := func(from, to string) {
		page, err := store.Query(t.Context(), kv.Query{Partition: from})
		require.NoError(t, err)
		require.NotEmpty(t, page.Items)
		for _, item := range page.Items {
			require.NoError(t, store.Delete(t.Context(), item.Key, kv.Always))
			item.Partition = to
			_, err := store.Put(t.Context(), item, kv.Always)
			require.NoError(t, err)
		}
	}
	add := func(n int) {
		op := demoOperation(n)
		_, _, err := s.AddOperation(t.Context(), op, fleetstore.Once{Key: op.ID, Fingerprint: "f"})
		require.NoError(t, err)
	}
	for n := range 5 {
		add(n)
	}
	require.NoError(t, s.SaveDetail(t.Context(), "campus", "op000", fleet.Detail{Request: "r"}))
	action := fleet.PipelineAction{ID: "a1", Pipeline: 7, Action: "retry", State: fleet.ActionRequested}
	require.NoError(t, s.AddPipelineAction(t.Context(), "campus", action, nil))
	rename("operation-by-instance#campus#demo", "operated#campus#demo")
	rename("operation-diff#campus", "operation-what#campus")
	rename("pipeline-action-open#campus", "pipeline-asked#campus")
	for n := 5; n < 8; n++ {
		add(n)
	}

	for limit := 1; limit < 10; limit++ {
		var ids []string
		after := ""
		for {
			page, next, err := s.InstanceHistory(t.Context(), "campus", "demo", after, limit)
			require.NoError(t, err)
			for _, op := range page {
				ids = append(ids, op.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		var want []string
		for n := 7; n >= 0; n-- {
			want = append(want, fmt.Sprintf("op%03d", n))
		}
		assert.Equal(t, want, ids, "in pages of %d", limit)
	}
	detail, err := s.OperationDetail(t.Context(), "campus", "op000")
	require.NoError(t, err)
	assert.Equal(t, "r", detail.Request)
	open, err := s.OpenPipelineActions(t.Context(), "campus")
	require.NoError(t, err)
	require.Len(t, open, 1)
	_, err = s.ChangePipelineAction(t.Context(), "campus", open[0], func(a *fleet.PipelineAction) (bool, error) {
		a.State = fleet.ActionDone
		return true, nil
	})
	require.NoError(t, err)
	page, err := store.Query(t.Context(), kv.Query{Partition: "pipeline-asked#campus"})
	require.NoError(t, err)
	assert.Empty(t, page.Items)
}
