package gitlabtest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

func TestCommitActions(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	before, _ := s.Project("7")
	done, _, err := c.Commits.CreateCommit(testProject, &gitlab.CreateCommitOptions{
		Branch: gitlab.Ptr("main"), CommitMessage: gitlab.Ptr("[AutoDeploy][Update] alpha|1\n\nby Ann"),
		Actions: []*gitlab.CommitActionOptions{
			{Action: gitlab.Ptr(gitlab.FileCreate), FilePath: gitlab.Ptr("instances/beta/config.yml"), Content: gitlab.Ptr("TE1TX0hPU1Q6IGIK"), Encoding: gitlab.Ptr("base64")},
			{Action: gitlab.Ptr(gitlab.FileUpdate), FilePath: gitlab.Ptr("instances/alpha/config.yml"), Content: gitlab.Ptr("LMS_HOST: new\n"), LastCommitID: &before.Head},
			{Action: gitlab.Ptr(gitlab.FileDelete), FilePath: gitlab.Ptr("instances/alpha/grove.yml")},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, "[AutoDeploy][Update] alpha|1", done.Title)
	assert.Equal(t, "ocim-bot", done.AuthorName)
	assert.Equal(t, []string{before.Head}, done.ParentIDs)
	for name, want := range map[string]string{
		"instances/beta/config.yml": "LMS_HOST: b\n", "instances/alpha/config.yml": "LMS_HOST: new\n",
	} {
		got, _ := s.File(testProject, name)
		assert.Equal(t, want, got, name)
	}
	_, found := s.File(testProject, "instances/alpha/grove.yml")
	assert.False(t, found)
}

func TestCommitRefusals(t *testing.T) {
	s := begin(t, Options{})
	old, _ := s.Project("7")
	s.Commit(testProject, CommitSpec{Files: map[string]string{"cluster.yml": "changed: 1\n"}})
	head, _ := s.Project("7")
	type m = map[string]any
	for name, tc := range map[string]struct {
		body   m
		answer string
	}{
		"conflict": {
			m{"branch": "main", "actions": []m{{"action": "update", "file_path": "cluster.yml", "content": "x", "last_commit_id": old.Head}}},
			`{"message":"The file has changed since you started editing it: cluster.yml"}`,
		},
		"conflict stops the other actions": {
			m{"branch": "main", "actions": []m{
				{"action": "create", "file_path": "ok.yml", "content": "x"},
				{"action": "delete", "file_path": "cluster.yml", "last_commit_id": old.Head},
			}},
			`{"message":"The file has changed since you started editing it: cluster.yml"}`,
		},
		"create what exists":   {m{"branch": "main", "actions": []m{{"action": "create", "file_path": "cluster.yml", "content": "x"}}}, `{"message":"A file with this name already exists"}`},
		"create below a file":  {m{"branch": "main", "actions": []m{{"action": "create", "file_path": "cluster.yml/x", "content": "x"}}}, `{"message":"A file with this name already exists"}`},
		"create over a folder": {m{"branch": "main", "actions": []m{{"action": "create", "file_path": "instances", "content": "x"}}}, `{"message":"A file with this name already exists"}`},
		"update what is not":   {m{"branch": "main", "actions": []m{{"action": "update", "file_path": "no.yml", "content": "x"}}}, `{"message":"A file with this name doesn't exist"}`},
		"delete what is not":   {m{"branch": "main", "actions": []m{{"action": "delete", "file_path": "no.yml"}}}, `{"message":"A file with this name doesn't exist"}`},
		"path outside":         {m{"branch": "main", "actions": []m{{"action": "create", "file_path": "../x", "content": "x"}}}, `{"message":"invalid path: '../x'"}`},
		"unknown action":       {m{"branch": "main", "actions": []m{{"action": "explode", "file_path": "x"}}}, `{"error":"actions[0][action] does not have a valid value"}`},
		"no actions":           {m{"branch": "main", "actions": []m{}}, `{"message":"400 Bad request - actions is required"}`},
		"unknown branch":       {m{"branch": "nope", "actions": []m{{"action": "create", "file_path": "x", "content": "x"}}}, `{"message":"You can only create or edit files when you are on a branch"}`},
		"no branch":            {m{"allow_empty": true}, `{"error":"branch is missing"}`},
	} {
		t.Run(name, func(t *testing.T) {
			tc.body["commit_message"] = "m"
			b, err := json.Marshal(tc.body)
			require.NoError(t, err)
			a := ask(t, s, "POST", "/projects/7/repository/commits", string(b))
			assert.Equal(t, 400, a.Status)
			assert.JSONEq(t, tc.answer, a.Body)
			now, _ := s.Project("7")
			assert.Equal(t, head.Head, now.Head, "nothing was changed")
		})
	}
}

func TestEmptyCommits(t *testing.T) {
	s := begin(t, Options{})
	a := ask(t, s, "POST", "/projects/7/repository/commits", `{"branch":"main","commit_message":"[AutoDeploy][Build][Image] r|b","allow_empty":true}`)
	require.Equal(t, 201, a.Status, a.Body)
	p := s.AddProject(ProjectSpec{Path: "grove/empty"})
	a = ask(t, s, "POST", "/projects/"+itoa(p.ID)+"/repository/commits", `{"branch":"main","commit_message":"m","actions":[{"action":"create","file_path":"t","content":"t"}]}`)
	require.Equal(t, 201, a.Status, a.Body)
	_, found := s.File(p.ID, "t")
	assert.True(t, found)
}

func TestHistory(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	start := s.Clock().Now()
	for i, f := range []string{"instances/alpha/config.yml", "cluster.yml", "instances/alpha/config.yml"} {
		s.Clock().Advance(time.Hour)
		s.Commit(testProject, CommitSpec{Message: "change " + itoa(i+1), Files: map[string]string{f: itoa(i)}, Author: Author{"Ann", "ann@example.org"}})
	}
	createInstance(t, s, "gamma", "9")
	require.NoError(t, s.Settle(t.Context()))
	titles := func(opt *gitlab.ListCommitsOptions) []string {
		list, _, err := c.Commits.ListCommits(testProject, opt)
		require.NoError(t, err)
		var out []string
		for _, x := range list {
			out = append(out, x.Title)
		}
		return out
	}
	merge := "Merge branch 'deployment/gamma/9' into 'main'"
	assert.Equal(t, []string{merge, "Add gamma", "change 3", "change 2", "change 1", "Initial commit"}, titles(nil))
	assert.Equal(t, []string{"change 3", "change 1", "Initial commit"}, titles(&gitlab.ListCommitsOptions{Path: gitlab.Ptr("instances/alpha")}))
	assert.Equal(t, []string{"Add gamma"}, titles(&gitlab.ListCommitsOptions{Path: gitlab.Ptr("instances/gamma")}), "as git simplifies history")
	assert.Equal(t, []string{merge, "Add gamma", "change 3", "change 2"}, titles(&gitlab.ListCommitsOptions{Since: gitlab.Ptr(start.Add(2 * time.Hour))}))

	a := get(t, s, "/projects/7/repository/commits?per_page=2")
	assert.Equal(t, "2", a.Header.Get("X-Next-Page"))

	diffs, _, err := c.Commits.GetCommitDiff(testProject, "main", nil)
	require.NoError(t, err)
	assert.Len(t, diffs, 3)
	assert.True(t, diffs[0].NewFile)
}
