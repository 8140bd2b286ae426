package fleetstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func requested(id string) fleet.Operation {
	return fleet.Operation{
		ID: id, Cluster: "a", Instance: "demo", Kind: fleet.Create, State: fleet.Requested, DeploymentID: "9" + id,
		RequestedAt: noon, Sealed: []byte("sealed"),
	}
}

func TestSameKeyMakesOneOperation(t *testing.T) {
	s, _ := newStore(t)
	var mu sync.Mutex
	made := 0
	ids := map[string]bool{}
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			op, created, err := s.AddOperation(t.Context(), requested(fmt.Sprint(i)), fleetstore.Once{Key: "k", Fingerprint: "f"})
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			ids[op.ID] = true
			if created {
				made++
			}
		})
	}
	wg.Wait()
	assert.LessOrEqual(t, made, 1)
	assert.Len(t, ids, 1)
	open, err := s.OpenOperations(t.Context(), "a")
	require.NoError(t, err)
	assert.Len(t, open, 1)
}

func TestSameKeyForAnotherRequestIsRefused(t *testing.T) {
	s, _ := newStore(t)
	_, _, err := s.AddOperation(t.Context(), requested("1"), fleetstore.Once{Key: "k", Fingerprint: "f"})
	require.NoError(t, err)
	_, _, err = s.AddOperation(t.Context(), requested("2"), fleetstore.Once{Key: "k", Fingerprint: "other"})
	assert.True(t, fault.Is(err, fault.Conflict))
}

// A replica that dies between two writes leaves a claim; the repetition finishes it.
func TestOperationSurvivesADeathAtEachWrite(t *testing.T) {
	for _, partition := range []string{"operation-open#a", "deployment#a", "operation-by-instance#a#demo", "operation#a"} {
		t.Run(partition, func(t *testing.T) {
			now := kvtest.NewClock().Now
			dying := &failing{Store: kvtest.OpenWithClock(t, now), partition: partition}
			s := fleetstore.New(dying, now)
			once := fleetstore.Once{Key: "k", Fingerprint: "f"}
			_, _, err := s.AddOperation(t.Context(), requested("1"), once)
			require.True(t, fault.Is(err, fault.Unavailable))
			open, err := s.OpenOperations(t.Context(), "a")
			require.NoError(t, err)
			require.Empty(t, open)

			dying.partition = ""
			op, _, err := s.AddOperation(t.Context(), requested("2"), once)
			require.NoError(t, err)
			open, err = s.OpenOperations(t.Context(), "a")
			require.NoError(t, err)
			require.Len(t, open, 1)
			assert.Equal(t, op.ID, open[0].ID)
			found, err := s.OperationOf(t.Context(), "a", op.DeploymentID)
			require.NoError(t, err)
			assert.Equal(t, op.ID, found.ID)
			assert.Equal(t, []byte("sealed"), found.Sealed)
			mine, err := s.InstanceOperations(t.Context(), "a", "demo", 10)
			require.NoError(t, err)
			assert.Len(t, mine, 1)
		})
	}
}

func TestEndedOperationIsNotOpen(t *testing.T) {
	s, _ := newStore(t)
	op, _, err := s.AddOperation(t.Context(), requested("1"), fleetstore.Once{Key: "k"})
	require.NoError(t, err)
	_, err = s.ChangeOperation(t.Context(), "a", op.ID, func(o *fleet.Operation) (bool, error) {
		o.State = fleet.Succeeded
		return true, nil
	})
	require.NoError(t, err)
	open, err := s.OpenOperations(t.Context(), "a")
	require.NoError(t, err)
	assert.Empty(t, open)

	require.NoError(t, s.ReopenOperation(t.Context(), op))
	open, err = s.OpenOperations(t.Context(), "a")
	require.NoError(t, err)
	assert.Empty(t, open, "the state decides, not the list")
}

func TestEventsWaitUntilForgotten(t *testing.T) {
	s, _ := newStore(t)
	ctx := t.Context()
	e := fleet.Event{Key: "k1", Cluster: "a", Kind: fleet.EventPush, Branch: "main", After: "abc", ReceivedAt: noon}
	fresh, err := s.AcceptEvent(ctx, e)
	require.NoError(t, err)
	assert.True(t, fresh)
	fresh, err = s.AcceptEvent(ctx, e)
	require.NoError(t, err)
	assert.False(t, fresh, "a repetition")

	require.NoError(t, s.PostponeEvent(ctx, e, false))
	waiting, _, err := s.WaitingEvents(ctx, "a", "")
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	assert.Equal(t, 1, waiting[0].Attempts)

	require.NoError(t, s.PostponeEvent(ctx, waiting[0], true))
	waiting, _, err = s.WaitingEvents(ctx, "a", "")
	require.NoError(t, err)
	assert.Empty(t, waiting)
	poison, _, err := s.PoisonEvents(ctx, "a", "")
	require.NoError(t, err)
	require.Len(t, poison, 1)
	assert.Equal(t, 2, poison[0].Attempts)
}

func TestProjectIDs(t *testing.T) {
	s, _ := newStore(t)
	ctx := t.Context()
	add := func(url string, id int64) (string, error) {
		slug, err := s.ClaimProject(ctx, url, id, "campus")
		if err != nil {
			return "", err
		}
		return slug, s.AddProject(ctx, fleet.Project{ID: slug, GitLabURL: url, GitLabID: id, Path: "grove/campus"})
	}
	first, err := add("https://one.example", 1)
	require.NoError(t, err)
	assert.Equal(t, "campus", first)
	second, err := add("https://two.example", 1)
	require.NoError(t, err)
	assert.Equal(t, "campus-2", second, "the name was taken")
	_, err = add("https://one.example", 1)
	assert.True(t, fault.Is(err, fault.Conflict), "it is in the fleet already")

	// Cut short after the claim: the same id again.
	claimed, err := s.ClaimProject(ctx, "https://one.example", 2, "lab")
	require.NoError(t, err)
	again, err := s.ClaimProject(ctx, "https://one.example", 2, "lab")
	require.NoError(t, err)
	assert.Equal(t, claimed, again)

	// The claimed name went to another project meanwhile.
	require.NoError(t, s.AddProject(ctx, fleet.Project{ID: "lab", GitLabURL: "https://three.example", GitLabID: 3}))
	again, err = s.ClaimProject(ctx, "https://one.example", 2, "lab")
	require.NoError(t, err)
	assert.Equal(t, "lab-2", again)

	all, err := s.Projects(ctx)
	require.NoError(t, err)
	assert.Len(t, all, 3)
}

func TestIdempotencyKeyIsForgottenInTime(t *testing.T) {
	c := kvtest.NewClock()
	s := fleetstore.New(kvtest.OpenWithClock(t, c.Now), c.Now)
	_, _, err := s.AddOperation(t.Context(), requested("1"), fleetstore.Once{Key: "k", Fingerprint: "f"})
	require.NoError(t, err)
	c.Advance(8 * 24 * time.Hour)
	_, err = s.OperationOnce(t.Context(), fleetstore.Once{Key: "k", Fingerprint: "f"})
	assert.True(t, fault.Is(err, fault.NotFound))
}
