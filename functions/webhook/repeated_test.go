package function_test

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

func TestRepeatsHaveOneEffect(t *testing.T) {
	in := newCampus(t)
	header := map[string]string{"X-Gitlab-Token": token, "Idempotency-Key": "k1"}
	body := payload(t, "pipeline.json")
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			code := http.StatusServiceUnavailable
			for tries := 0; code == http.StatusServiceUnavailable && tries < 100; tries++ { // a busy machine may take too long to store it
				code = in.send(t, "campus", body, header).Code
			}
			assert.Equal(t, http.StatusOK, code)
		})
	}
	wg.Wait()
	for range 36 {
		header["X-Gitlab-Webhook-UUID"] = strconv.Itoa(int(in.opened.Load())) // differs at each re-send
		assert.Equal(t, "repeated", outcome(t, in.send(t, "campus", body, header)))
	}
	assert.Equal(t, int64(100), in.added.Load(), "also a repetition has applied what a dead function left")
	waiting, _, err := in.fleet.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	assert.Len(t, waiting, 1)
}

func TestOlderGitLabSendsNoKey(t *testing.T) {
	in := newCampus(t)
	header := map[string]string{"X-Gitlab-Token": token}
	body := payload(t, "pipeline.json")
	assert.Equal(t, "stored", outcome(t, in.send(t, "campus", body, header)))
	assert.Equal(t, "repeated", outcome(t, in.send(t, "campus", body, header)))
	other := strings.Replace(body, `"status": "success"`, `"status": "failed"`, 1)
	assert.Equal(t, "stored", outcome(t, in.send(t, "campus", other, header)))
}

func TestAcceptEvent_CountsWhatWasAppliedAsRepeated(t *testing.T) {
	for name, header := range map[string]map[string]string{
		"with a key":    {"X-Gitlab-Token": token, "Idempotency-Key": "k1"},
		"without a key": {"X-Gitlab-Token": token},
	} {
		t.Run(name, func(t *testing.T) {
			now := noon
			clock := func() time.Time { return now }
			store := kvtest.OpenWithClock(t, clock)
			in := newIntakeAt(t, store, clock)
			require.NoError(t, in.fleet.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
			key, err := secret.NewKey("k")
			require.NoError(t, err)
			ring, err := secret.ParseKeyring(key.Reveal())
			require.NoError(t, err)
			applier := allsetup.New(allsetup.Parts{KV: store, Keys: ring, Now: clock, Log: slog.New(slog.DiscardHandler)})

			body := payload(t, "pipeline.json")
			require.Equal(t, "stored", outcome(t, in.send(t, "campus", body, header)))
			require.NoError(t, applier.Reconciler.ApplyWaiting(t.Context(), "campus"))
			_, err = in.fleet.Pipeline(t.Context(), "campus", 31)
			require.NoError(t, err, "the event is applied")

			now = noon.Add(6 * 24 * time.Hour)
			assert.Equal(t, "repeated", outcome(t, in.send(t, "campus", body, header)))
			waiting, _, err := in.fleet.WaitingEvents(t.Context(), "campus", "")
			require.NoError(t, err)
			assert.Empty(t, waiting, "nothing is left to be applied again")
			now = noon.Add(80 * 24 * time.Hour)
			assert.Equal(t, "repeated", outcome(t, in.send(t, "campus", body, header)), "the pipeline is known for good")
			later := strings.Replace(body, `"status": "success"`, `"status": "failed"`, 1)
			header["Idempotency-Key"] = "k2"
			assert.Equal(t, "stored", outcome(t, in.send(t, "campus", later, header)), "another status is news")
		})
	}
}

// A stored event that can't be applied has had no effect: sending it again is a new try.
func TestAcceptEvent_StoresWhatWasSetAsideAgain(t *testing.T) {
	in := newCampus(t)
	header := map[string]string{"X-Gitlab-Token": token, "Idempotency-Key": "k1"}
	body := payload(t, "pipeline.json")
	require.Equal(t, "stored", outcome(t, in.send(t, "campus", body, header)))
	waiting, _, err := in.fleet.WaitingEvents(t.Context(), "campus", "")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	require.NoError(t, in.fleet.PostponeEvent(t.Context(), waiting[0], true))
	assert.Equal(t, "stored", outcome(t, in.send(t, "campus", body, header)))
}

// A push that was applied is recognized for a week.
func TestAcceptEvent_RecognizesAPush(t *testing.T) {
	now := noon
	in := newIntakeAt(t, kvtest.OpenWithClock(t, func() time.Time { return now }), func() time.Time { return now })
	push := fleet.Event{Cluster: "campus", Key: "k", Kind: fleet.EventPush, Branch: "main"}
	accept := func() bool {
		t.Helper()
		fresh, err := in.fleet.AcceptEvent(t.Context(), push)
		require.NoError(t, err)
		return fresh
	}
	require.True(t, accept())
	require.NoError(t, in.fleet.ForgetEvent(t.Context(), push))
	now = noon.Add(6 * 24 * time.Hour)
	assert.False(t, accept())
	now = noon.Add(8 * 24 * time.Hour)
	assert.True(t, accept())
}
