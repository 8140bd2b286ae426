package server

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/kv/transfer"
)

// instances are what git says of the cluster's instances, by name.
func (j *job) instances() map[string]string {
	j.t.Helper()
	chunk, err := j.machines["sync"].fleet.Store.Chunk(j.t.Context(), "campus")
	require.NoError(j.t, err)
	all := map[string]string{}
	for _, r := range chunk.Rows {
		all[r.Instance.Name] = strings.Join([]string{string(r.Instance.Lifecycle), r.Instance.LMSURL}, " ")
	}
	return all
}

func (j *job) sync() {
	j.t.Helper()
	require.NoError(j.t, j.gitlab.Settle(j.t.Context()))
	j.do(http.MethodPost, "sync/v1/clusters/campus", "")
}

// committed counts the commits that Ocim made.
func (j *job) committed() int {
	n := 0
	for _, r := range j.gitlab.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/repository/commits") {
			n++
		}
	}
	return n
}

// What the manual says of losing the store: an older backup catches up with GitLab and
// sends nothing again, and without one the fleet comes back from GitLab, but not what only
// the store had.
func TestRehearsal_StoreIsLost(t *testing.T) {
	t.Parallel()
	secrets, store := fixtureSecrets(t), openFile(t)
	j := newJob(t, store, secrets)
	j.accounts()
	j.addProject()
	j.start(jobOperations, `{"kind":"create","instance":"gamma","overrides":{"LMS_HOST":"gamma.example.org"}}`)
	j.start(jobOperations, `{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["Z"],"value":"1"}]}`) // waits for its turn
	j.note()
	var backup bytes.Buffer
	_, err := transfer.Export(t.Context(), store, &backup)
	require.NoError(t, err)

	j.sync()
	j.sync()
	j.start(jobOperations, `{"kind":"update","instance":"alpha","changes":[{"file":"config.yml","path":["LMS_HOST"],"value":"new.example.org"}]}`)
	j.gitlab.Commit(j.project.ID, gitlabtest.CommitSpec{Message: "By hand", Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: beta.example.org\n"}})
	j.sync()
	j.sync()
	want, committed := j.instances(), j.committed()
	require.Len(t, want, 3)
	require.Contains(t, want["alpha"], "new.example.org")

	restored := openFile(t)
	_, err = transfer.Import(t.Context(), &backup, restored)
	require.NoError(t, err)
	j.useStore(restored, secrets)
	j.sync() // with the API token of then
	j.sync()
	assert.Equal(t, want, j.instances(), "an older backup")
	assert.Equal(t, committed, j.committed(), "nothing is sent again")
	assert.Contains(t, string(j.do(http.MethodGet, jobOperations, "")), `"gamma"`)
	assert.Contains(t, string(j.do(http.MethodPost, "sync/v1/audit/verify", "")), `"ok":true`)
	assert.Contains(t, string(j.do(http.MethodGet, "instances/v1/clusters/campus/instances/alpha", "")), "Moves in May")

	j.useStore(openFile(t), secrets)
	j.accounts()
	j.addProject()
	j.sync()
	assert.Equal(t, want, j.instances(), "no backup")
	assert.NotContains(t, string(j.do(http.MethodGet, "instances/v1/clusters/campus/instances/alpha", "")), "Moves in May", "notes are only in the store")
	assert.NotContains(t, string(j.do(http.MethodGet, "clusters/v1/views", "")), "Mine", "so are views")
}
