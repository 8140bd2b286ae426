package fleetsetup_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// A function whose keys are gone is not ready, although its store answers.
func TestReady_NeedsTheKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, fleetsetup.SecretSealKeys)
	key, err := secret.NewKey("k")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(key.Reveal()), 0o600))
	keys, err := secret.NewDirectory(dir).Keyring(fleetsetup.SecretSealKeys)
	require.NoError(t, err)
	f := fleetsetup.New(fleetsetup.Parts{KV: kvtest.Open(t), Keys: keys, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, f.Ready(nil)(t.Context()))
	other := errors.New("other")
	require.ErrorIs(t, f.Ready(func(context.Context) error { return other })(t.Context()), other)
	require.NoError(t, os.WriteFile(file, []byte("nonsense"), 0o600))
	err = f.Ready(nil)(t.Context())
	require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
}

func TestCountEvent_CountsByOutcome(t *testing.T) {
	t.Parallel()
	for _, outcome := range []string{"stored", "ignored", "ignored"} {
		fleetsetup.CountEvent(outcome)
	}
	var b bytes.Buffer
	metrics.WritePrometheus(&b, false)
	for _, line := range []string{`ocim_webhook_events_total{outcome="stored"} 1`, `ocim_webhook_events_total{outcome="ignored"} 2`} {
		assert.Contains(t, b.String(), line)
	}
}

// Each action has an entry of its own, however soon it is repeated, and names the item;
// views of a log have one in an hour.
func TestNotes_NameWhoDidWhat(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	store := kvtest.Open(t)
	f := fleetsetup.New(fleetsetup.Parts{KV: store, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	by := audit.Actor{UserID: "u1", Email: "ana@example.org"}
	for range 2 {
		require.NoError(t, f.NoteAction(t.Context(), by, "item.discard", "campus", "operation#campus/op1"))
		require.NoError(t, f.NoteAction(t.Context(), by, "item.view", "", "bulk#1/bulk"))
		require.NoError(t, f.NoteView(t.Context(), by, "log.read", "instance/campus/demo"))
	}
	page, err := f.Audit.List(t.Context(), audit.Filter{})
	require.NoError(t, err)
	count := map[string]int{}
	for _, e := range page.Entries {
		assert.Equal(t, by, e.Actor)
		count[e.Action+" "+e.Target+" "+string(e.Before)]++
	}
	assert.Equal(t, map[string]int{
		`item.discard ` + audit.InstanceTarget("campus", "") + ` {"item":"operation#campus/op1"}`: 2,
		`item.view item/bulk#1/bulk {"item":"bulk#1/bulk"}`:                                       2,
		`log.read instance/campus/demo `:                                                          1,
	}, count)
}
