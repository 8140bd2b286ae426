package kv_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
)

func TestConditions(t *testing.T) {
	require.Equal(t, kv.Always, kv.Condition{})
	require.False(t, kv.Always.Absent())
	require.Zero(t, kv.Always.Version())
	require.True(t, kv.IfAbsent().Absent())
	require.Zero(t, kv.IfAbsent().Version())
	require.Equal(t, int64(7), kv.IfVersion(7).Version())
	for _, never := range []int64{0, -1, -7} {
		require.NotEqual(t, kv.Always, kv.IfVersion(never), "an item that was not read must not be overwritten")
		require.Negative(t, kv.IfVersion(never).Version())
	}
}

func TestReadOptions(t *testing.T) {
	require.False(t, kv.Options(nil).Eventual)
	require.True(t, kv.Options([]kv.ReadOption{kv.Eventual()}).Eventual)
}
