package server

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStackGrantsNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	granted := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Functions)) {
		for _, secret := range s.Functions[name].Secrets {
			granted[secret] = append(granted[secret], name)
		}
	}
	fleet := []string{"clusters", "instances", "pipelines", "sync", "webhook"}
	assert.Equal(t, map[string][]string{
		"ocim-jwt-private":   {"auth"},
		"ocim-smtp-password": {"auth", "sync"},
		"ocim-google-secret": {"auth"},
		"ocim-jwt-public":    fleet,
		"ocim-seal-keys":     fleet,
	}, granted)
	assert.LessOrEqual(t, len(s.Functions), 15, "the Community Edition runs no more")
}

func TestStackBoundsEveryCall(t *testing.T) {
	t.Parallel()
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	for name, f := range s.Functions {
		limits := map[string]time.Duration{}
		for _, key := range []string{"read_timeout", "write_timeout", "exec_timeout"} {
			limits[key], err = time.ParseDuration(f.Environment[key])
			require.NoError(t, err, "%s of %s", key, name)
		}
		assert.LessOrEqual(t, limits["exec_timeout"], time.Minute, "%s: what the gateway waits by default", name)
		assert.LessOrEqual(t, limits["exec_timeout"], limits["write_timeout"], name)
		assert.Equal(t, "5s", f.Environment["healthcheck_interval"], "%s: how long the watchdog accepts calls while it stops, well within the 30 s that a pod has", name)
		assert.True(t, f.ReadOnly, name)
		assert.NotEmpty(t, f.Requests["memory"], name)
		assert.NotEmpty(t, f.Limits["memory"], name)
	}
}
