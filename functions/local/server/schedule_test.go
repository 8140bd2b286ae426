package server

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func stackOf(t *testing.T, text string) (stack, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stack.yml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return readStack(file)
}

func TestReadSchedules(t *testing.T) {
	t.Parallel()
	function := func(annotations string) string {
		return "functions:\n  sync:\n    environment: {exec_timeout: 60s}\n    annotations: " + annotations + "\n"
	}
	for name, c := range map[string]struct {
		text, wrong string
		count       int
	}{
		"every":          {function(`{topic: cron-function, schedule: "@every 1m"}`), "", 1},
		"five fields":    {function(`{topic: cron-function, schedule: "*/5 * * * *"}`), "", 1},
		"another topic":  {function(`{topic: other, schedule: "*/5 * * * *"}`), "", 0},
		"no annotations": {"functions:\n  web: {}\n", "", 0},
		"six fields":     {function(`{topic: cron-function, schedule: "0 */5 * * * *"}`), "schedule of sync", 0},
		"no schedule":    {function(`{topic: cron-function}`), "schedule of sync", 0},
		"no timeout":     {"functions:\n  sync:\n    annotations: {topic: cron-function, schedule: '@every 1m'}\n", "exec_timeout of sync", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := stackOf(t, c.text)
			require.NoError(t, err)
			got, err := s.schedules()
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				return
			}
			require.NoError(t, err)
			assert.Len(t, got, c.count)
		})
	}
	_, err := stackOf(t, "functions: [")
	require.Error(t, err)
	_, err = readStack(filepath.Join(t.TempDir(), "none.yml"))
	require.Error(t, err)
}

func TestTheStacksOwnSchedule(t *testing.T) {
	t.Parallel()
	s, err := readStack(filepath.Join(root, "stack.yml"))
	require.NoError(t, err)
	got, err := s.schedules()
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, "sync", got[0].function)
	now := time.Now()
	assert.LessOrEqual(t, got[0].when.Next(now).Sub(now), 5*time.Minute, "what a webhook lost is caught up within five minutes")
}

func everyMinute(t *testing.T) cron.Schedule {
	t.Helper()
	when, err := cron.ParseStandard("@every 1m")
	require.NoError(t, err)
	return when
}

func TestScheduler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.Empty(t, body)
			assert.Equal(t, "POST / cron-function", r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Topic"))
			_, bounded := r.Context().Deadline()
			assert.True(t, bounded)
			calls.Add(1)
			if calls.Load() == 2 {
				panic("one bad call")
			}
		})
		s, err := newScheduler(t.Context(), []schedule{{"sync", everyMinute(t), 10 * time.Second}},
			map[string]http.Handler{"sync": h}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		s.start()
		synctest.Wait()
		assert.Equal(t, int32(1), calls.Load(), "at once")
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		assert.Equal(t, int32(4), calls.Load(), "then every minute, also after a panic")
		s.drain(t.Context())
		time.Sleep(10 * time.Minute)
		assert.Equal(t, int32(4), calls.Load(), "and not after the end")
	})
}

func TestSchedulerDoesNotOverlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var running, most, calls atomic.Int32
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			most.Store(max(most.Load(), running.Add(1)))
			<-r.Context().Done()
			running.Add(-1)
		})
		s, err := newScheduler(t.Context(), []schedule{{"sync", everyMinute(t), 150 * time.Second}},
			map[string]http.Handler{"sync": h}, slog.New(slog.NewTextHandler(&log, nil)))
		require.NoError(t, err)
		s.start()
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		assert.Equal(t, int32(1), most.Load())
		assert.Equal(t, int32(2), calls.Load())
		assert.Contains(t, log.String(), "skipped")

		// A call that does not end is canceled when there is no more patience.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.drain(ctx)
		assert.Zero(t, running.Load())
	})
}

func TestSchedulerNeedsItsFunctions(t *testing.T) {
	t.Parallel()
	_, err := newScheduler(t.Context(), []schedule{{"gone", everyMinute(t), time.Second}}, nil, slog.Default())
	require.ErrorContains(t, err, "gone")
}
