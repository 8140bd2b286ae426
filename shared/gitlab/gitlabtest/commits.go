package gitlabtest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) commitRoutes() {
	const commits = "/api/v4/projects/{id}/repository/commits"
	read := need{scope: readRepo, level: Reporter}
	s.route("GET "+commits, read, (*call).commits)
	s.route("GET "+commits+"/{sha}/diff", read, (*call).commitDiff)
	s.route("POST "+commits, need{scope: writeAPI, level: Developer, write: true}, (*call).createCommit)
}

// gitStamp writes a commit's date as GitLab's API does.
func gitStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

func (c *call) showCommit(x *gitCommit) map[string]any { return c.s.showCommit(c.project, x) }

func (s *Server) showCommit(p *project, x *gitCommit) map[string]any {
	return map[string]any{
		"id": x.ID, "short_id": x.ID[:8], "created_at": gitStamp(x.Date), "parent_ids": append([]string{}, x.Parents...),
		"title": x.title(), "message": x.Message, "author_name": x.Author.Name, "author_email": x.Author.Email,
		"authored_date": gitStamp(x.Date), "committer_name": x.Committer.Name, "committer_email": x.Committer.Email,
		"committed_date": gitStamp(x.Date), "trailers": map[string]any{}, "extended_trailers": map[string]any{},
		"web_url": s.base + "/" + p.Path + "/-/commit/" + x.ID,
	}
}

func (c *call) commits() reply {
	at := c.ref("ref_name")
	if at == nil {
		return notFound("Repository Commits")
	}
	since := c.when("since")
	var found []*gitCommit
	c.project.repo.history(at, strings.Trim(c.str("path"), "/"), func(x *gitCommit) bool {
		if !x.Date.Before(since) {
			found = append(found, x)
		}
		return true
	})
	return list(c, found, func(x *gitCommit) any { return c.showCommit(x) })
}

func (c *call) commitDiff() reply {
	x := c.project.repo.resolve(c.r.PathValue("sha"))
	if x == nil {
		return notFound("Commit")
	}
	return list(c, c.project.repo.changes(c.project.repo.parentTree(x), x.Tree), showDiff)
}

func showDiff(ch change) any {
	return map[string]any{
		"old_path": ch.path, "new_path": ch.path, "new_file": ch.old == "", "renamed_file": false, "deleted_file": ch.new == "",
	}
}

// action is one of the changes that a commit request asks for.
type action struct {
	Action       string `json:"action"`
	FilePath     string `json:"file_path"`
	Content      string `json:"content"`
	Encoding     string `json:"encoding"`
	LastCommitID string `json:"last_commit_id"`
}

type commitRequest struct {
	Branch     string   `json:"branch"`
	Message    string   `json:"commit_message"`
	Actions    []action `json:"actions"`
	AllowEmpty bool     `json:"allow_empty"`
}

func (c *call) createCommit() reply {
	var in commitRequest
	if err := c.decode(&in); err != nil {
		return refuseParam("actions is invalid")
	}
	var missing []string
	if in.Branch == "" {
		missing = append(missing, "branch is missing")
	}
	if in.Message == "" {
		missing = append(missing, "commit_message is missing")
	}
	if len(missing) > 0 {
		return refuseParam("%s", strings.Join(missing, ", "))
	}
	if len(in.Actions) == 0 && !in.AllowEmpty {
		return refuse(http.StatusBadRequest, "400 Bad request - actions is required")
	}
	p := c.project
	if c.level < pushLevel(p, in.Branch) || p.Policy.NoPush && in.Branch == p.Branch {
		return refuse(http.StatusForbidden, "403 Forbidden - You are not allowed to push into this branch")
	}
	if p.Policy.CommitRefusal != "" {
		return refuse(http.StatusBadRequest, p.Policy.CommitRefusal)
	}
	head, exists := p.Branches[in.Branch]
	if !exists && len(p.Branches) > 0 {
		return refuse(http.StatusBadRequest, "You can only create or edit files when you are on a branch")
	}
	start := p.repo.commits[head] // nil in an empty repository
	files, bad := p.repo.apply(start, in.Actions)
	if bad != nil {
		return *bad
	}
	by := Author{c.user.Name, c.user.Email}
	x := gitCommit{Tree: p.repo.writeTree(files), Message: in.Message, Date: c.now.Truncate(time.Second), Author: by, Committer: by}
	if start != nil {
		x.Parents = []string{start.ID}
	}
	done := p.repo.writeCommit(x)
	c.s.moveBranch(p, in.Branch, done, c.user, false)
	return created(c.showCommit(done))
}

// apply carries out the actions on a copy of the start's files.
func (r *repo) apply(start *gitCommit, actions []action) (map[string]string, *reply) {
	fail := func(format string, args ...any) (map[string]string, *reply) {
		return nil, new(refuse(http.StatusBadRequest, fmt.Sprintf(format, args...)))
	}
	files := map[string]string{}
	if start != nil {
		files = maps.Clone(r.files(start.Tree))
		for _, a := range actions {
			if a.LastCommitID == "" || a.Action == "create" {
				continue
			}
			if last := r.lastFor(start, a.FilePath); last != nil && last.ID != a.LastCommitID {
				return fail("The file has changed since you started editing it: %s", a.FilePath)
			}
		}
	}
	for i, a := range actions {
		if !validPath(a.FilePath) {
			return fail("invalid path: '%s'", a.FilePath)
		}
		_, exists := files[a.FilePath]
		content := []byte(a.Content)
		if a.Encoding == "base64" {
			var err error
			if content, err = base64.StdEncoding.DecodeString(a.Content); err != nil {
				return fail("invalid base64")
			}
		}
		switch {
		case !slices.Contains([]string{"create", "update", "delete"}, a.Action):
			return nil, new(refuseParam("actions[%d][action] does not have a valid value", i))
		case a.Action == "create" && (exists || blocked(files, a.FilePath)):
			return fail("A file with this name already exists")
		case a.Action != "create" && !exists:
			return fail("A file with this name doesn't exist")
		case a.Action == "delete":
			delete(files, a.FilePath)
		default:
			files[a.FilePath] = r.writeBlob(content)
		}
	}
	return files, nil
}

func validPath(p string) bool {
	return p != "" && p == path.Clean(p) && !path.IsAbs(p) && p != "." && p != ".." && !strings.HasPrefix(p, "../") &&
		p != ".git" && !strings.HasPrefix(p, ".git/") && !strings.ContainsRune(p, 0)
}

// blocked says that a path is a folder, or lies below a file.
func blocked(files map[string]string, p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if _, found := files[dir]; found {
			return true
		}
	}
	for f := range files {
		if strings.HasPrefix(f, p+"/") {
			return true
		}
	}
	return false
}

// pushLevel is the access that pushing to a branch takes: the default branch
// is protected.
func pushLevel(p *project, branch string) int {
	if branch == p.Branch && len(p.Branches) > 0 {
		return Maintainer
	}
	return Developer
}

// CommitSpec is a commit to make without going through the API.
type CommitSpec struct {
	Branch       string // empty is the default branch; a new one starts at the default branch
	Message      string // empty lists the files
	Author       Author // empty is "Grove Operator"
	Files        map[string]string
	Delete       []string // files, or folders with everything in them
	At           time.Time
	SkipPipeline bool // start no pipeline, send no webhook
}

// commit makes a commit and gives its id.
func (s *Server) commit(p *project, spec CommitSpec) string {
	spec.Branch = cmp.Or(spec.Branch, p.Branch)
	spec.Author = cmp.Or(spec.Author, Author{"Grove Operator", "operator@example.com"})
	if spec.At.IsZero() {
		spec.At = s.now()
	}
	if spec.Message == "" {
		spec.Message = "Change " + strings.Join(append(slices.Sorted(maps.Keys(spec.Files)), spec.Delete...), ", ")
	}
	x := gitCommit{Author: spec.Author, Committer: spec.Author, Date: spec.At.UTC().Truncate(time.Second), Message: spec.Message}
	files := map[string]string{}
	head, exists := p.Branches[spec.Branch]
	if !exists {
		head, exists = p.Branches[p.Branch]
	}
	if exists {
		x.Parents = []string{head}
		files = maps.Clone(p.repo.files(p.repo.commits[head].Tree))
	}
	for name, content := range spec.Files {
		if !validPath(name) {
			panic("gitlabtest: invalid path " + strconv.Quote(name))
		}
		files[name] = p.repo.writeBlob([]byte(content))
	}
	for _, gone := range spec.Delete {
		maps.DeleteFunc(files, func(f, _ string) bool { return f == gone || strings.HasPrefix(f, gone+"/") })
	}
	x.Tree = p.repo.writeTree(files)
	done := p.repo.writeCommit(x)
	s.moveBranch(p, spec.Branch, done, s.userFor(spec.Author), spec.SkipPipeline)
	return done.ID
}

// userFor finds the user of a commit's author, adding one when there is none.
func (s *Server) userFor(a Author) *user {
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if s.users[id].Email == a.Email {
			return s.users[id]
		}
	}
	name, _, _ := strings.Cut(a.Email, "@")
	return s.addUser(UserSpec{Username: name, Name: a.Name, Email: a.Email})
}

// moveBranch points a branch to a commit, as a push does: webhook and pipeline
// follow unless they are to be skipped.
func (s *Server) moveBranch(p *project, branch string, to *gitCommit, by *user, quiet bool) {
	before := p.Branches[branch]
	p.Branches[branch] = to.ID
	p.ActiveAt = s.now()
	s.saveProject(p)
	if quiet {
		return
	}
	s.pushHook(p, branch, before, to, by)
	s.pushPipeline(p, branch, before, to, by)
}
