package gitlabtest

import (
	"archive/tar"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "github.com/xanzy/go-gitlab"
)

func TestTree(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	nodes, _, err := c.Repositories.ListTree(testProject, &gitlab.ListTreeOptions{Recursive: gitlab.Ptr(true)})
	require.NoError(t, err)
	var got []string
	for _, n := range nodes {
		got = append(got, n.Type+" "+n.Path)
	}
	assert.Equal(t, []string{
		"tree defaults", "tree instances", "tree instances/alpha", "blob cluster.yml", "blob defaults/config.yml",
		"blob instances/alpha/config.yml", "blob instances/alpha/grove.yml", "blob instances/alpha/requirements.txt",
	}, got)
	assert.Equal(t, "040000", nodes[0].Mode)
	assert.Equal(t, "100644", nodes[3].Mode)

	nodes, _, err = c.Repositories.ListTree(testProject, &gitlab.ListTreeOptions{Path: gitlab.Ptr("instances")})
	require.NoError(t, err)
	require.Len(t, nodes, 1)
	assert.Equal(t, "instances/alpha", nodes[0].Path)

	assert.JSONEq(t, `{"message":"404 Tree Not Found"}`, get(t, s, "/projects/7/repository/tree?ref=nope").Body)
	assert.JSONEq(t, `{"message":"404 invalid revision or path Not Found"}`, get(t, s, "/projects/7/repository/tree?path=nope").Body)
}

// TestPaging walks a long list.
func TestPaging(t *testing.T) {
	s := begin(t, Options{})
	files := map[string]string{}
	for i := range 95 {
		files[fmt.Sprintf("many/%03d.yml", i)] = "same: content\n"
	}
	s.Commit(testProject, CommitSpec{Files: files})

	a := get(t, s, "/projects/7/repository/tree?path=many&per_page=30&page=2")
	for name, want := range map[string]string{"X-Page": "2", "X-Per-Page": "30", "X-Next-Page": "3"} {
		assert.Equal(t, want, a.Header.Get(name), name)
	}
	var nodes []struct{ Path string }
	a.json(t, &nodes)
	assert.Equal(t, "many/030.yml", nodes[0].Path)
	assert.Empty(t, get(t, s, "/projects/7/repository/tree?path=many&per_page=30&page=4").Header.Get("X-Next-Page"))

	assert.Equal(t, "100", get(t, s, "/projects/7/repository/tree?per_page=5000").Header.Get("X-Per-Page"))
}

func TestFiles(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	info, _ := s.Project("7")
	const name = "instances/alpha/config.yml"
	f, _, err := c.RepositoryFiles.GetFile(testProject, name, &gitlab.GetFileOptions{Ref: gitlab.Ptr("main")})
	require.NoError(t, err)
	content, err := base64.StdEncoding.DecodeString(f.Content)
	require.NoError(t, err)
	assert.Equal(t, seedFiles[name], string(content))
	assert.Equal(t, info.Head, f.CommitID)
	assert.Equal(t, info.Head, f.LastCommitID)
	assert.Equal(t, len(seedFiles[name]), f.Size)

	s.Commit(testProject, CommitSpec{Files: map[string]string{"cluster.yml": "x: 1\n"}})
	f2, _, err := c.RepositoryFiles.GetFile(testProject, name, &gitlab.GetFileOptions{Ref: gitlab.Ptr("main")})
	require.NoError(t, err)
	assert.Equal(t, f.LastCommitID, f2.LastCommitID, "another file's commit does not count")
	assert.NotEqual(t, f.CommitID, f2.CommitID)

	raw, _, err := c.RepositoryFiles.GetRawFile(testProject, name, nil)
	require.NoError(t, err)
	assert.Equal(t, seedFiles[name], string(raw))

	for path, want := range map[string]string{
		"files/" + url.PathEscape(name):                `{"error":"ref is missing, ref is empty"}`,
		"files/nope?ref=main":                          `{"message":"404 File Not Found"}`,
		"files/nope/raw":                               `{"message":"404 File Not Found"}`,
		"files/cluster.yml?ref=nope":                   `{"message":"404 Commit Not Found"}`,
		"files/instances?ref=main":                     `{"message":"404 File Not Found"}`,
		"commits/" + strings.Repeat("0", 40) + "/diff": `{"message":"404 Commit Not Found"}`,
		"branches/nope":                                `{"message":"404 Branch Not Found"}`,
		"archive.tar.gz?sha=nope":                      `{"message":"404 File Not Found"}`,
		"compare?from=main&to=nope":                    `{"message":"404 Ref Not Found"}`,
	} {
		assert.JSONEq(t, want, get(t, s, "/projects/7/repository/"+path).Body, path)
	}
}

// TestGitIDs holds object ids to what git itself computes.
func TestGitIDs(t *testing.T) {
	r := newRepo(func(string, string, []byte) {})
	assert.Equal(t, "ce013625030ba8dba906f756967f9e9ca394464a", r.writeBlob([]byte("hello\n")))
	assert.Equal(t, "aaa96ced2d9a1c8e72c56b253a0e2fe78393feb7", r.writeTree(map[string]string{"hello.txt": r.writeBlob([]byte("hello\n"))}))
	assert.Equal(t, "4b825dc642cb6eb9a060e54bf8d69288fbee4904", r.writeTree(nil))
}

func TestArchive(t *testing.T) {
	s := begin(t, Options{})
	info, _ := s.Project("7")
	b, resp, err := client(t, s).Repositories.Archive(testProject, &gitlab.ArchiveOptions{Format: gitlab.Ptr("tar.gz"), SHA: gitlab.Ptr(info.Head)})
	require.NoError(t, err)
	assert.Contains(t, resp.Header.Get("Content-Disposition"), "test-cluster-")
	gz, err := gzip.NewReader(strings.NewReader(string(b)))
	require.NoError(t, err)
	got := map[string]string{}
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if h.Typeflag == tar.TypeXGlobalHeader {
			assert.Equal(t, info.Head, h.PAXRecords["comment"], "git archive names the commit")
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		_, name, _ := strings.Cut(h.Name, "/")
		content, err := io.ReadAll(tr)
		require.NoError(t, err)
		got[name] = string(content)
	}
	assert.Equal(t, seedFiles, got)
}

func TestCompareAndBranches(t *testing.T) {
	s := begin(t, Options{})
	c := client(t, s)
	s.Commit(testProject, CommitSpec{Branch: "topic", Message: "on topic", Files: map[string]string{"instances/alpha/config.yml": "LMS_HOST: beta.example.org\n"}})
	s.Commit(testProject, CommitSpec{Message: "on main", Delete: []string{"cluster.yml"}})

	cmp, _, err := c.Repositories.Compare(testProject, &gitlab.CompareOptions{From: gitlab.Ptr("main"), To: gitlab.Ptr("topic")})
	require.NoError(t, err)
	require.Len(t, cmp.Commits, 1)
	assert.Equal(t, "on topic", cmp.Commit.Title)

	for branch, isDefault := range map[string]bool{"main": true, "topic": false} {
		b, _, err := c.Branches.GetBranch(testProject, branch)
		require.NoError(t, err)
		assert.Equal(t, isDefault, b.Default)
	}
}
