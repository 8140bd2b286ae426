package gitlabtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProjectSpec is a project to add.
type ProjectSpec struct {
	ID       int               // 0 takes the next number
	Path     string            // "group/name"; empty is "grove/project-<id>"
	Name     string            // empty is made from the path
	Branch   string            // the default branch; empty is "main"
	Files    map[string]string // of the first commit, by path; none leaves the repository empty
	Archived bool
	At       time.Time // of the first commit; zero is now
	Author   Author    // of the first commit
}

// Author is who made a commit.
type Author struct{ Name, Email string }

// ProjectInfo is what a test may want to know of a project.
type ProjectInfo struct {
	ID       int
	Path     string
	Branch   string // the default branch
	Head     string // commit id of the default branch, empty in an empty repository
	Archived bool
}

type project struct {
	ID          int
	Path, Name  string
	OldPaths    []string
	Branch      string
	Archived    bool
	DeletionOn  string // the day; empty when it is not scheduled for deletion
	Deleted     bool
	Policy      Policy
	CreatedAt   time.Time
	ActiveAt    time.Time
	Branches    map[string]string // as in repo; here to be kept
	PipelineIID int
	RequestIID  int

	repo          *repo
	pipelines     map[int]*pipeline
	triggers      map[int]*trigger
	hooks         map[int]*hook
	keys          map[int]*deployKey
	mergeRequests map[int]*mergeRequest
}

// openProject gives a project its parts and registers it.
func (s *Server) openProject(p *project) {
	p.repo = newRepo(func(id, kind string, raw []byte) {
		s.store.mark(key("git", p.ID, id), append([]byte(kind+"\x00"), raw...))
	})
	p.pipelines = map[int]*pipeline{}
	p.triggers = map[int]*trigger{}
	p.hooks = map[int]*hook{}
	p.keys = map[int]*deployKey{}
	p.mergeRequests = map[int]*mergeRequest{}
	if p.Branches == nil {
		p.Branches = map[string]string{}
	}
	p.repo.branches = p.Branches
	s.projects[p.ID] = p
}

func (s *Server) saveProject(p *project) { s.store.mark(key("project", p.ID), p) }

func (s *Server) addProject(spec ProjectSpec) ProjectInfo {
	if spec.ID != 0 && s.projects[spec.ID] != nil {
		panic(fmt.Sprintf("gitlabtest: project %d exists", spec.ID))
	}
	id := s.claim(&s.ids.Project, spec.ID)
	spec.Path = cmp.Or(spec.Path, fmt.Sprintf("grove/project-%d", id))
	if p, _ := s.findProject(spec.Path); p != nil {
		panic(fmt.Sprintf("gitlabtest: project %s exists", spec.Path))
	}
	spec.Branch = cmp.Or(spec.Branch, "main")
	spec.Name = cmp.Or(spec.Name, path.Base(spec.Path))
	if spec.At.IsZero() {
		spec.At = s.now()
	}
	p := &project{ID: id, Path: spec.Path, Name: spec.Name, Branch: spec.Branch, CreatedAt: spec.At, ActiveAt: spec.At}
	s.openProject(p)
	s.saveProject(p)
	if len(spec.Files) > 0 {
		s.commit(p, CommitSpec{Message: "Initial commit", Files: spec.Files, At: spec.At, Author: spec.Author, SkipPipeline: true})
	}
	p.Archived = spec.Archived
	return p.info()
}

func (p *project) info() ProjectInfo {
	return ProjectInfo{ID: p.ID, Path: p.Path, Branch: p.Branch, Head: p.Branches[p.Branch], Archived: p.Archived}
}

// Project gives a project by number or path.
func (s *Server) Project(id string) (ProjectInfo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _ := s.findProject(id)
	if p == nil {
		return ProjectInfo{}, false
	}
	return p.info(), true
}

// RenameProject moves a project to another path. GitLab then redirects reads
// of the old path and does not know it for writes.
func (s *Server) RenameProject(id int, path string) {
	_ = s.do(func() {
		p := s.mustProject(id)
		p.OldPaths = append(p.OldPaths, p.Path)
		p.Path = path
		s.saveProject(p)
	})
}

// DeleteProject deletes a project for good, with its pipelines; its path is free for
// another. app/services/projects/destroy_service.rb
func (s *Server) DeleteProject(id int) {
	_ = s.do(func() {
		p := s.mustProject(id)
		p.Deleted = true
		for _, x := range p.pipelines {
			delete(s.active, x.ID)
		}
		s.saveProject(p)
	})
}

// ArchiveProject makes a project read-only, or writable again.
func (s *Server) ArchiveProject(id int, archived bool) {
	_ = s.do(func() {
		p := s.mustProject(id)
		p.Archived = archived
		s.saveProject(p)
	})
}

func (s *Server) mustProject(id int) *project {
	p := s.projects[id]
	if p == nil {
		panic(fmt.Sprintf("gitlabtest: no project %d", id))
	}
	return p
}

// findProject finds a project by number or path; moved says that the path is
// one it had before.
func (s *Server) findProject(id string) (p *project, moved bool) {
	if n, err := strconv.Atoi(id); err == nil {
		if p := s.projects[n]; p != nil && !p.Deleted {
			return p, false
		}
		return nil, false
	}
	for _, p := range s.projects {
		if !p.Deleted && strings.EqualFold(p.Path, id) {
			return p, false
		}
	}
	for _, p := range s.projects {
		if !p.Deleted && slices.ContainsFunc(p.OldPaths, func(o string) bool { return strings.EqualFold(o, id) }) {
			return p, true
		}
	}
	return nil, false
}

func (s *Server) redirect(c *call, p *project) *reply {
	old := "/projects/" + url.PathEscape(c.r.PathValue("id"))
	target := s.base + strings.Replace(c.r.URL.EscapedPath(), old, "/projects/"+strconv.Itoa(p.ID), 1)
	if q := c.query.Encode(); q != "" {
		target += "?" + q
	}
	words := []byte("This resource has been moved temporarily to " + target + ".")
	return new(reply{status: http.StatusFound, ctype: "text/plain", raw: words}.with("Location", target))
}

func (s *Server) projectRoutes() {
	s.route("GET /api/v4/projects/{id}/members/all/{user}", need{scope: readAPI, level: Guest}, func(c *call) reply {
		u := c.s.users[c.pathInt("user")]
		if u == nil {
			return notFound("Not found")
		}
		m := c.s.showUser(u).(map[string]any)
		m["access_level"] = c.level
		return ok(m)
	})
	s.route("GET /api/v4/projects/{id}", need{scope: readAPI, level: Guest}, func(c *call) reply {
		return ok(s.showProject(c.project, c.level))
	})
}

func (s *Server) showProject(p *project, level int) any {
	space, name := strings.TrimSuffix(p.Path, "/"+path.Base(p.Path)), path.Base(p.Path)
	web := s.base + "/" + p.Path
	builds := "enabled"
	if p.Policy.CIDisabled {
		builds = "disabled"
	}
	var deletion any
	if p.DeletionOn != "" {
		deletion = p.DeletionOn
	}
	return p.newer(map[string]any{
		"id": p.ID, "description": nil, "name": p.Name, "name_with_namespace": space + " / " + p.Name,
		"path": name, "path_with_namespace": p.Path, "created_at": stamp(p.CreatedAt),
		"default_branch": p.Branch, "tag_list": []string{}, "topics": []string{},
		"ssh_url_to_repo": "git@gitlab.example.com:" + p.Path + ".git", "http_url_to_repo": web + ".git",
		"web_url": web, "readme_url": nil, "avatar_url": nil, "forks_count": 0, "star_count": 0,
		"last_activity_at": stamp(p.ActiveAt), "visibility": "private", "archived": p.Archived,
		"empty_repo": len(p.Branches) == 0, "jobs_enabled": !p.Policy.CIDisabled, "merge_requests_enabled": true,
		"builds_access_level": builds, "ci_pipeline_variables_minimum_override_role": cmp.Or(p.Policy.VariablesRole, "developer"),
		"marked_for_deletion_at": deletion, "marked_for_deletion_on": deletion,
		"namespace":   map[string]any{"id": 1, "name": space, "path": space, "kind": "group", "full_path": space, "parent_id": nil, "web_url": s.base + "/groups/" + space},
		"permissions": map[string]any{"project_access": map[string]any{"access_level": level, "notification_level": 3}, "group_access": nil},
	})
}
