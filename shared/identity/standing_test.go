package identity_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/standing"
)

// Package standing reads what this package writes.
func TestStanding_IsWhatThePersonMayDoNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	grants := identity.Grants{Clusters: map[string]identity.Role{"aws": identity.Operator, "do": identity.Viewer}}
	ben := w.join(ana, benEmail, grants)
	token, _ := w.mint(w.by(ben), identity.Scope{Role: identity.Operator, Clusters: []string{"aws"}}, time.Hour)
	of := func(user, token string) identity.Grants {
		got, err := standing.Of(t.Context(), w.store, user, token, w.clock.Now())
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, grants, of(ben.User.ID, ""))
	assert.Equal(t, identity.Grants{Clusters: map[string]identity.Role{"aws": identity.Operator}}, of(ben.User.ID, token.ID))
	assert.Empty(t, of(ben.User.ID, "another"))
	assert.Empty(t, of("nobody", ""))

	demoted := identity.Grants{Clusters: map[string]identity.Role{"do": identity.Viewer}}
	_, err := w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Grants: &demoted})
	require.NoError(t, err)
	assert.Equal(t, demoted, of(ben.User.ID, ""))
	assert.False(t, identity.Principal{Grants: of(ben.User.ID, token.ID)}.Allowed(identity.Viewer, "aws"))

	disabled := true
	_, err = w.ChangeUser(t.Context(), w.by(ana), ben.User.ID, identity.UserChange{Disabled: &disabled})
	require.NoError(t, err)
	assert.Empty(t, of(ben.User.ID, ""))
	assert.Empty(t, of(ben.User.ID, token.ID))
}

func TestStanding_ATokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.ana()
	token, _ := w.mint(w.by(ana), identity.Scope{Role: identity.Operator}, time.Hour)
	w.clock.Advance(2 * time.Hour)
	got, err := standing.Of(t.Context(), w.store, ana.User.ID, token.ID, w.clock.Now())
	require.NoError(t, err)
	assert.Empty(t, got)
}
