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
	"github.com/open-craft/ocim/shared/kv"
)

// Projects of one name that are added at the same moment never share an id: what
// is stored under it includes their credentials.
func TestClaimsAtOnceGetIDsOfTheirOwn(t *testing.T) {
	s, _ := newStore(t)
	var mu sync.Mutex
	owner := map[string]int64{}
	var wg sync.WaitGroup
	for n := range int64(16) {
		wg.Go(func() {
			id, err := s.ClaimProject(t.Context(), "https://gitlab.example", n, "campus")
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			_, taken := owner[id]
			assert.False(t, taken, id)
			owner[id] = n
		})
	}
	wg.Wait()
	assert.Len(t, owner, 16)
	for id, n := range owner {
		again, err := s.ClaimProject(t.Context(), "https://gitlab.example", n, "campus")
		require.NoError(t, err)
		assert.Equal(t, id, again, "a claim is kept")
	}
}

func TestRemovedProjectIsGoneAndCanComeBack(t *testing.T) {
	s, _ := newStore(t)
	p := fleet.Project{ID: "campus", GitLabURL: "https://gitlab.example", GitLabID: 7, Path: "grove/campus"}
	require.NoError(t, s.AddProject(t.Context(), p))
	assert.True(t, fault.Is(s.AddProject(t.Context(), p), fault.Conflict))
	require.NoError(t, s.RemoveProject(t.Context(), p, nil))

	_, err := s.Project(t.Context(), "campus")
	assert.True(t, fault.Is(err, fault.NotFound))
	all, err := s.Projects(t.Context())
	require.NoError(t, err)
	assert.Empty(t, all)
	_, err = s.ChangeProject(t.Context(), "campus", nil, func(*fleet.Project) (bool, error) { return true, nil })
	assert.True(t, fault.Is(err, fault.NotFound))
	assert.True(t, fault.Is(s.RemoveProject(t.Context(), p, nil), fault.NotFound))

	require.NoError(t, s.AddProject(t.Context(), p))
	_, err = s.Project(t.Context(), "campus")
	require.NoError(t, err)
}

func TestEachChangeOfAProjectHasATimeOfItsOwn(t *testing.T) {
	s, _ := newStore(t) // its clock stands still
	require.NoError(t, s.AddProject(t.Context(), fleet.Project{ID: "campus"}))
	last := time.Time{}
	for n := range 3 {
		p, err := s.ChangeProject(t.Context(), "campus", nil, func(p *fleet.Project) (bool, error) {
			p.Path = fmt.Sprint(n)
			return true, nil
		})
		require.NoError(t, err)
		assert.True(t, p.UpdatedAt.After(last))
		last = p.UpdatedAt
	}
}

// The head has to fit into one read unit however long the ids are.
func TestHeadStaysSmall(t *testing.T) {
	s, store := newStore(t)
	for n := range 60 {
		addCluster(t, s, fmt.Sprintf("a-cluster-whose-name-is-as-long-as-can-be-%02d", n), "one")
	}
	item, err := store.Get(t.Context(), kv.Key{Partition: "fleet", Sort: "head"})
	require.NoError(t, err)
	assert.Less(t, len(item.Value)+64, 4096)
}
