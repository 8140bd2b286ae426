package gitlabtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"
)

func (s *Server) commitRoutes() {
	const commits = "/api/v4/projects/{id}/repository/commits"
	read := need{scope: readRepo, level: Reporter}
	s.route("GET "+commits, read, (*call).commits)
	s.route("GET "+commits+"/{sha}", read, (*call).commit)
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
		if len(c.project.Branches) == 0 && c.str("ref_name") == "" {
			return list(c, []any{}, func(x any) any { return x })
		}
		return notFound("Repository Commits")
	}
	since, until := c.when("since"), c.when("until")
	firstParent, _ := c.flag("first_parent")
	author := strings.ToLower(c.str("author"))
	var found []*gitCommit
	visit := func(x *gitCommit) bool {
		if (since.IsZero() || !x.Date.Before(since)) && (until.IsZero() || !x.Date.After(until)) &&
			strings.Contains(strings.ToLower(x.Author.Name+" <"+x.Author.Email+">"), author) {
			found = append(found, x)
		}
		return true
	}
	r := c.project.repo
	if all, _ := c.flag("all"); all {
		found = r.everything()
	} else {
		r.history(at, strings.Trim(c.str("path"), "/"), firstParent, visit)
	}
	withStats, _ := c.flag("with_stats")
	page, h := paginate(c, found, true)
	return reply{status: http.StatusOK, header: h, body: showAll(page, func(x *gitCommit) any {
		m := c.showCommit(x)
		if withStats {
			m["stats"] = r.stats(x)
		}
		return m
	})}
}

// everything gives the commits of all branches, newest first.
func (r *repo) everything() []*gitCommit {
	return slices.SortedFunc(maps.Values(r.commits), newestFirst)
}

func (c *call) commit() reply {
	x := c.project.repo.resolve(c.r.PathValue("sha"))
	if x == nil {
		return notFound("Commit")
	}
	m := c.showCommit(x)
	m["stats"] = c.project.repo.stats(x)
	m["status"], m["last_pipeline"], m["project_id"] = nil, nil, c.project.ID
	if p := c.project.lastPipelineOf(x.ID); p != nil {
		m["status"], m["last_pipeline"] = p.Status, c.s.showPipelineInfo(c.project, p)
	}
	return ok(m)
}

func (c *call) commitDiff() reply {
	x := c.project.repo.resolve(c.r.PathValue("sha"))
	if x == nil {
		return notFound("Commit")
	}
	return list(c, c.project.repo.changes(c.project.repo.parentTree(x), x.Tree), c.project.repo.showDiff)
}

func (r *repo) diff(ch change) string {
	text := udiff.Unified("a", "b", string(r.blobs[ch.old.id]), string(r.blobs[ch.new.id]))
	// GitLab leaves out the two lines that name the files.
	if _, hunks, found := strings.Cut(text, "\n+++ b\n"); found {
		return hunks
	}
	return text
}

func (r *repo) showDiff(ch change) any {
	mode := func(l leaf) string {
		if l.mode == "" {
			return "0"
		}
		return l.mode
	}
	return map[string]any{
		"old_path": ch.path, "new_path": ch.path, "a_mode": mode(ch.old), "b_mode": mode(ch.new), "diff": r.diff(ch),
		"new_file": ch.old.id == "", "renamed_file": false, "deleted_file": ch.new.id == "", "generated_file": false,
	}
}

func (r *repo) stats(x *gitCommit) any {
	add, del := 0, 0
	for _, ch := range r.changes(r.parentTree(x), x.Tree) {
		for line := range strings.SplitSeq(r.diff(ch), "\n") {
			if strings.HasPrefix(line, "+") {
				add++
			} else if strings.HasPrefix(line, "-") {
				del++
			}
		}
	}
	return map[string]any{"additions": add, "deletions": del, "total": add + del}
}

// action is one of the changes that a commit request asks for.
type action struct {
	Action       string  `json:"action"`
	FilePath     string  `json:"file_path"`
	PreviousPath string  `json:"previous_path"`
	Content      *string `json:"content"`
	Encoding     string  `json:"encoding"`
	LastCommitID string  `json:"last_commit_id"`
	Executable   *bool   `json:"execute_filemode"`
}

type commitRequest struct {
	Branch      string   `json:"branch"`
	Message     string   `json:"commit_message"`
	StartBranch string   `json:"start_branch"`
	StartSHA    string   `json:"start_sha"`
	Actions     []action `json:"actions"`
	AuthorEmail string   `json:"author_email"`
	AuthorName  string   `json:"author_name"`
	Force       bool     `json:"force"`
	AllowEmpty  bool     `json:"allow_empty"`
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
	start, bad := c.startOf(in)
	if bad != nil {
		return *bad
	}
	files, bad := p.repo.apply(start, in.Actions)
	if bad != nil {
		return *bad
	}
	x := gitCommit{Tree: p.repo.writeTree(files), Message: in.Message, Date: c.now.Truncate(time.Second), Committer: Author{c.user.Name, c.user.Email}}
	x.Author = x.Committer
	if in.AuthorName != "" {
		x.Author.Name = in.AuthorName
	}
	if in.AuthorEmail != "" {
		x.Author.Email = in.AuthorEmail
	}
	if start != nil {
		x.Parents = []string{start.ID}
	}
	done := p.repo.writeCommit(x)
	c.s.moveBranch(p, in.Branch, done, c.user, false)
	m := c.showCommit(done)
	m["stats"], m["status"], m["project_id"], m["last_pipeline"] = p.repo.stats(done), nil, p.ID, nil
	return created(m)
}

// startOf finds the commit that a new one goes on top of; nil in an empty
// repository.
func (c *call) startOf(in commitRequest) (*gitCommit, *reply) {
	p := c.project
	bad := func(format string, args ...any) (*gitCommit, *reply) {
		rp := refuse(http.StatusBadRequest, fmt.Sprintf(format, args...))
		return nil, &rp
	}
	from := in.StartBranch
	if in.StartSHA != "" {
		from = in.StartSHA
	}
	head, exists := p.Branches[in.Branch]
	switch {
	case from != "" && from != in.Branch && exists && !in.Force:
		return bad("A branch called '%s' already exists. Switch to that branch in order to make changes", in.Branch)
	case from != "":
		at := p.repo.resolve(from)
		if at == nil {
			return bad("Cannot find start ref '%s'", from)
		}
		return at, nil
	case exists:
		return p.repo.commits[head], nil
	case len(p.Branches) == 0:
		return nil, nil
	}
	return bad("You can only create or edit files when you are on a branch")
}

// apply carries out the actions on a copy of the start's files.
func (r *repo) apply(start *gitCommit, actions []action) (map[string]leaf, *reply) {
	fail := func(format string, args ...any) (map[string]leaf, *reply) {
		rp := refuse(http.StatusBadRequest, fmt.Sprintf(format, args...))
		return nil, &rp
	}
	files := map[string]leaf{}
	if start != nil {
		files = maps.Clone(r.files(start.Tree))
		for _, a := range actions {
			p := a.FilePath
			if a.PreviousPath != "" {
				p = a.PreviousPath
			}
			if a.LastCommitID == "" || a.Action == "create" {
				continue
			}
			if last := r.lastFor(start, p); last != nil && last.ID != a.LastCommitID {
				return fail("The file has changed since you started editing it: %s", p)
			}
		}
	}
	for i, a := range actions {
		if !validPath(a.FilePath) {
			return fail("invalid path: '%s'", a.FilePath)
		}
		old, exists := files[a.FilePath]
		var content []byte
		if a.Content != nil {
			content = []byte(*a.Content)
			if a.Encoding == "base64" {
				var err error
				if content, err = base64.StdEncoding.DecodeString(*a.Content); err != nil {
					return fail("invalid base64")
				}
			}
		}
		switch a.Action {
		case "create":
			if exists || blocked(files, a.FilePath) {
				return fail("A file with this name already exists")
			}
			files[a.FilePath] = leaf{modeFile, r.writeBlob(content)}
		case "update":
			if !exists {
				return fail("A file with this name doesn't exist")
			}
			files[a.FilePath] = leaf{old.mode, r.writeBlob(content)}
		case "delete":
			if !exists {
				return fail("A file with this name doesn't exist")
			}
			delete(files, a.FilePath)
		case "move":
			moved, found := files[a.PreviousPath]
			if !found {
				return fail("A file with this name doesn't exist")
			}
			delete(files, a.PreviousPath)
			if exists && a.FilePath != a.PreviousPath || blocked(files, a.FilePath) {
				return fail("A file with this name already exists")
			}
			if a.Content != nil {
				moved.id = r.writeBlob(content)
			}
			files[a.FilePath] = moved
		case "chmod":
			if !exists {
				return fail("A file with this name doesn't exist")
			}
		default:
			rp := refuseParam("actions[%d][action] does not have a valid value", i)
			return nil, &rp
		}
		if l, still := files[a.FilePath]; still && a.Executable != nil {
			l.mode = modeFile
			if *a.Executable {
				l.mode = modeExec
			}
			files[a.FilePath] = l
		}
	}
	return files, nil
}

func validPath(p string) bool {
	return p != "" && p == path.Clean(p) && !path.IsAbs(p) && p != "." && p != ".." && !strings.HasPrefix(p, "../") &&
		p != ".git" && !strings.HasPrefix(p, ".git/") && !strings.ContainsRune(p, 0)
}

// blocked says that a path is a folder, or lies below a file.
func blocked(files map[string]leaf, p string) bool {
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
	if spec.Branch == "" {
		spec.Branch = p.Branch
	}
	if spec.Author.Name == "" {
		spec.Author = Author{"Grove Operator", "operator@example.com"}
	}
	if spec.At.IsZero() {
		spec.At = s.now()
	}
	if spec.Message == "" {
		spec.Message = "Change " + strings.Join(append(slices.Sorted(maps.Keys(spec.Files)), spec.Delete...), ", ")
	}
	x := gitCommit{Author: spec.Author, Committer: spec.Author, Date: spec.At.UTC().Truncate(time.Second), Message: spec.Message}
	files := map[string]leaf{}
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
		files[name] = leaf{modeFile, p.repo.writeBlob([]byte(content))}
	}
	for _, gone := range spec.Delete {
		maps.DeleteFunc(files, func(f string, _ leaf) bool { return f == gone || strings.HasPrefix(f, gone+"/") })
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
