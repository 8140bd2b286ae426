package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// The store is not all that a machine needs.
func TestNewMachine_IsReadyWhileItsKeysCanBeRead(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{privateKeys, fleetsetup.SecretSealKeys} {
		dir := t.TempDir()
		secrets, err := makeSecrets(dir, time.Now())
		require.NoError(t, err)
		m, err := newMachine(Config{Dir: dir}, "http://127.0.0.1:8080", kvtest.Open(t), secrets, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.NoError(t, m.api.Ready(t.Context()))
		require.NoError(t, os.WriteFile(filepath.Join(dir, lost), nil, 0o600))
		assert.True(t, fault.Is(m.api.Ready(t.Context()), fault.Unavailable), lost)
	}
}
