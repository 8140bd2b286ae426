package reconcile_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// bomb is a YAML file that would be a billion words when its aliases are expanded.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

// Whatever a file holds, its instance says what is wrong, and the neighbour is
// as right as ever.
func TestBadFilesSpoilNothingElse(t *testing.T) {
	tests := map[string]struct {
		text string
		line int // where the problem is; 0 is the file as a whole
	}{
		"a bomb":          {bomb(), 0},
		"five megabytes":  {"LMS_HOST: bad.example.org\nX: " + strings.Repeat("y", 5<<20), 0},
		"a tab":           {"LMS_HOST: bad.example.org\nX:\n\t- y\n", 3},
		"duplicate keys":  {"LMS_HOST: a\nLMS_HOST: b\n", 2},
		"a list":          {"- a\n- b\n", 1},
		"a scalar":        {"just words\n", 1},
		"binary":          {"\x00\x01\x02\xff\xfe", 0},
		"an open bracket": {"A: 1\nB: [x\n", 0},
		"deep nesting":    {"A: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "good", "bad")
			w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"instances/bad/config.yml": tt.text}})
			started := time.Now()
			w.Add(t)
			assert.Less(t, time.Since(started), 20*time.Second)

			bad := w.Row(t, "bad")
			require.NotNil(t, bad)
			require.NotEmpty(t, bad.Instance.Problems)
			problem := bad.Instance.Problems[0]
			assert.Equal(t, "instances/bad/config.yml", problem.File)
			assert.NotEmpty(t, problem.Message)
			if tt.line > 0 {
				assert.Equal(t, tt.line, problem.Line, problem.Message)
				assert.Positive(t, problem.Column)
			}
			assert.Equal(t, "brand", bad.Instance.Theme, "its other file is read")
			good := w.Row(t, "good").Instance
			assert.Empty(t, good.Problems)
			assert.Equal(t, "https://good.example.org", good.LMSURL)
		})
	}
}

func TestABadClusterFileSpoilsNoInstance(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"cluster.yml": "a: 1\na: 2\n"}})
	w.Add(t)
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	require.NotEmpty(t, chunk.Cluster.Problems)
	assert.Equal(t, "cluster.yml", chunk.Cluster.Problems[0].File)
	assert.Equal(t, 2, chunk.Cluster.Problems[0].Line)
	assert.Equal(t, "https://alpha.example.org", w.Row(t, "alpha").Instance.LMSURL)
}

func TestFoldersWithNamesThatAreNotAllowed(t *testing.T) {
	w := newWorld(t, "alpha")
	names := []string{"has space", "dots..dots", "über", strings.Repeat("x", 80), "a#b"}
	files := map[string]string{}
	for _, n := range names {
		files["instances/"+n+"/config.yml"] = "LMS_HOST: x.example.org\n"
	}
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: files})
	w.Add(t)
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Len(t, chunk.Rows, 1)
	require.NotNil(t, chunk.Row("alpha"))
	for _, n := range names {
		var known bool
		for _, p := range chunk.Cluster.Problems {
			known = known || strings.Contains(p.File, n)
		}
		assert.True(t, known, "%q is named in %+v", n, chunk.Cluster.Problems)
	}
}

func TestTenThousandFiles(t *testing.T) {
	w := newWorld(t, "alpha")
	files := map[string]string{}
	for i := range 10_000 {
		folder := []string{"docs", "defaults", "instances/alpha"}[i%3]
		files[fmt.Sprintf("%s/%05d.yml", folder, i)] = "A: 1\n"
	}
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: files})
	w.Add(t)
	require.NotNil(t, w.Row(t, "alpha"))
	assert.Equal(t, "https://alpha.example.org", w.Row(t, "alpha").Instance.LMSURL)
}

// A large file that does not compress, so that no item takes it, keeps nothing else from
// being read.
func TestALargeFileIsNoTrouble(t *testing.T) {
	w := newWorld(t, "good", "large")
	var text strings.Builder
	text.WriteString("LMS_HOST: large.example.org\n")
	random := rand.NewChaCha8([32]byte{})
	for i := 0; text.Len() < 600<<10; i++ {
		noise := make([]byte, 300)
		_, _ = random.Read(noise)
		fmt.Fprintf(&text, "K%d: %s\n", i, base64.RawStdEncoding.EncodeToString(noise))
	}
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{
		"instances/large/config.yml": text.String(), "defaults/large.yml": text.String(), "instances/good/config.yml": "LMS_HOST: better.example.org\n",
	}})
	w.Add(t)
	assert.Equal(t, "https://better.example.org", w.Row(t, "good").Instance.LMSURL)
	assert.Equal(t, "https://large.example.org", w.Row(t, "large").Instance.LMSURL)
	page, err := w.Store.InstancePage(t.Context(), "campus", "large")
	require.NoError(t, err)
	require.NotNil(t, page.Files)
	assert.Equal(t, "instances/large/config.yml", page.Files.Files[0].Path)
	require.NotEmpty(t, page.Files.Files[0].Problems)
	assert.Contains(t, page.Files.Files[0].Problems[0].Message, "too large")
}

// What a project was is still shown when GitLab has nothing to say, with the
// cause; nothing is taken for deleted.
func TestProjectsThatChangeAtGitLab(t *testing.T) {
	tests := map[string]struct {
		change func(*world)
		cause  string // in the sync's error; empty is none
	}{
		"archived": {func(w *world) { w.Server.ArchiveProject(w.ProjectID, true) }, ""},
		"no access": {func(w *world) {
			w.Server.Fail(gitlabtest.Fault{Path: "/projects/*", Status: http.StatusNotFound})
			w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/**", Status: http.StatusNotFound})
		}, "remove the project here"},
		"forbidden": {func(w *world) {
			w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/**", Status: http.StatusForbidden})
		}, "gave no reason"},
		"expired token": {func(w *world) { w.Server.RevokeToken(w.Request.APIToken.Reveal()) }, "enter it in Ocim"},
		"not Grove any more": {func(w *world) {
			w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Delete: []string{"instances", "cluster.yml", "defaults"}, Files: map[string]string{"README.md": "x"}})
		}, "Grove repository"},
		"server error": {func(w *world) {
			w.Server.Fail(gitlabtest.Fault{Path: "/projects/*/repository/branches/*", Status: http.StatusInternalServerError})
		}, "GitLab"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Add(t)
			tt.change(w)
			err := w.Sync(t.Context(), "campus")
			if tt.cause == "" {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
			alpha := w.Row(t, "alpha")
			require.NotNil(t, alpha)
			assert.Equal(t, fleet.Active, alpha.Instance.Lifecycle)
			record, err := w.Store.SyncRecord(t.Context(), "campus")
			require.NoError(t, err)
			assert.Contains(t, record.State.Error, tt.cause)
			assert.False(t, record.State.SucceededAt.IsZero(), "the last success stays")
			chunk, err := w.Store.Chunk(t.Context(), "campus")
			require.NoError(t, err)
			assert.Equal(t, record.State.Error, chunk.Cluster.Sync.Error, "lists show it too")
		})
	}
}

func TestARenamedProjectIsFollowed(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	w.Server.RenameProject(w.ProjectID, "grove/renamed")
	require.NoError(t, w.Sync(t.Context(), "campus"))
	p := w.Project(t)
	assert.Equal(t, "grove/renamed", p.Path)
	assert.True(t, strings.HasSuffix(p.WebURL, "/grove/renamed"), p.WebURL)
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, "grove/renamed", chunk.Cluster.ProjectPath)
	assert.Equal(t, "campus", chunk.Cluster.ID, "its id stays")
}

func TestAnEmptyRepositoryIsRefusedWithItsCause(t *testing.T) {
	w := newWorld(t)
	w.UseProject("grove/empty", nil)
	_, _, err := w.Projects.Add(t.Context(), w.Request)
	assert.True(t, fault.Is(err, fault.Invalid))
	assert.Contains(t, fault.Message(err), "empty")
}

// GitLab gives five archives a minute; beyond them the files are read another way.
func TestArchiveLimitIsWorkedAround(t *testing.T) {
	w := newWorld(t, "alpha", "beta")
	w.Add(t)
	for i := range 7 {
		host := fmt.Sprintf("new%d.example.org", i)
		w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "x", SkipPipeline: true, Files: map[string]string{"instances/beta/config.yml": "LMS_HOST: " + host + "\n"}})
		require.NoError(t, w.Sync(t.Context(), "campus"))
		assert.Equal(t, "https://"+host, w.Row(t, "beta").Instance.LMSURL)
		assert.Equal(t, "https://alpha.example.org", w.Row(t, "alpha").Instance.LMSURL)
	}
	archives, trees := 0, 0
	for _, r := range w.Server.Requests() {
		archives += strings.Count(r.Route, "/archive")
		trees += strings.Count(r.Route, "/tree")
	}
	assert.LessOrEqual(t, archives, 5)
	assert.Positive(t, trees)
	chunk, err := w.Store.Chunk(t.Context(), "campus")
	require.NoError(t, err)
	assert.Equal(t, "aws", chunk.Cluster.Provider)
}

// What an operator overrides shows without a commit, and ends without one.
func TestOverridesShowAtOnce(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	facts, links := []string{"region"}, []string{"grafana"}
	set := func(value *string) fleet.Cluster {
		_, err := w.Projects.Override(t.Context(), "campus", facts, links, map[string]*string{"region": value, "grafana": value}, fleettest.Ada)
		require.NoError(t, err)
		require.NoError(t, w.Sync(t.Context(), "campus"))
		chunk, err := w.Store.Chunk(t.Context(), "campus")
		require.NoError(t, err)
		return chunk.Cluster
	}
	mars := "https://mars.example.org"
	c := set(&mars)
	assert.Equal(t, mars, c.Region)
	assert.Equal(t, []string{"grafana", "region"}, c.Overridden)
	c = set(nil)
	assert.Equal(t, "eu-west-1", c.Region)
	assert.Empty(t, c.Overridden)

	bad := "javascript:alert(1)"
	for name, value := range map[string]string{"grafana": bad, "nothing": "x", "region": "two\nlines"} {
		_, err := w.Projects.Override(t.Context(), "campus", facts, links, map[string]*string{name: &value}, fleettest.Ada)
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "overrides."+name, e.Field)
	}
}
