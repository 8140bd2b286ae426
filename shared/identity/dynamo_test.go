package identity_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// The races once more on the other store.
func TestService_RacesOnDynamoDB(t *testing.T) {
	t.Parallel()
	c := kvtest.NewClock()
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: kvtest.Dynalite(t)})
	require.NoError(t, err)
	table := "ocim-test-" + strings.ToLower(rand.Text())
	_, err = dynamo.CreateTable(t.Context(), client, table)
	require.NoError(t, err)
	w := newWorldOn(t, c, dynamo.New(client, table, dynamo.Options{Now: c.Now}))

	token := w.setupToken()
	ok, errs := atOnce(8, func(i int) error {
		_, err := w.SetUp(t.Context(), visitor("192.0.2.1"), token, string(rune('a'+i))+"@example.org", "First", good)
		return err
	})
	require.EqualValues(t, 1, ok, "%v", errs)
	users, err := w.Users(t.Context())
	require.NoError(t, err)
	require.Len(t, users, 1)
	ana, err := w.LogIn(t.Context(), visitor("192.0.2.1"), users[0].Email, good)
	require.NoError(t, err)
	by := w.by(ana)
	ben := w.join(ana, benEmail, asAdministrator)

	ok, errs = atOnce(16, func(i int) error {
		_, err := w.Refresh(t.Context(), visitor(fmt.Sprintf("192.0.2.%d", i)), ana.RefreshToken)
		return err
	})
	assert.EqualValues(t, 1, ok, "%v", errs)

	ids := []string{ana.User.ID, ben.User.ID}
	ok, _ = atOnce(8, func(i int) error {
		_, err := w.ChangeUser(t.Context(), by, ids[i%2], identity.UserChange{Grants: &asViewer})
		if err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		return err
	})
	assert.Positive(t, ok)
	assert.Len(t, w.administrators(), 1)
	_, err = w.audit.Verify(t.Context())
	require.NoError(t, err)
}
