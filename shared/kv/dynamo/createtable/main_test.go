package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestRun(t *testing.T) {
	endpoint := kvtest.Dynalite(t)
	for range 2 { // the second finds the table
		var out strings.Builder
		require.NoError(t, run(t.Context(), []string{"-table", "mine", "-endpoint", endpoint}, &out))
		require.Contains(t, out.String(), "The table mine is ready.\n")
		require.Contains(t, out.String(), "Time to live could not be switched on")
	}
	s, err := dynamo.Connect(t.Context(), dynamo.Config{Table: "mine", Endpoint: endpoint}, dynamo.Options{})
	require.NoError(t, err)
	_, err = s.Put(t.Context(), kv.Item{Key: kv.Key{Partition: "p", Sort: "s"}}, kv.IfAbsent())
	require.NoError(t, err)

	require.ErrorContains(t, run(t.Context(), []string{"-endpoint", "nowhere"}, &strings.Builder{}), "endpoint")
}
