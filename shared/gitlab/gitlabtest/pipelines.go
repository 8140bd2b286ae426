package gitlabtest

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) pipelineRoutes() {
	const base = "/api/v4/projects/{id}/pipelines"
	read := need{scope: readAPI, level: Reporter}
	act := need{scope: writeAPI, level: Developer, write: true}
	s.route("GET "+base, read, (*call).pipelines)
	s.route("GET "+base+"/{pipeline}", read, onPipeline(func(c *call, x *pipeline) reply { return ok(c.s.showPipeline(c.project, x)) }))
	s.route("GET "+base+"/{pipeline}/jobs", read, onPipeline((*call).jobs))
	s.route("GET "+base+"/{pipeline}/bridges", read, onPipeline((*call).bridges))
	s.route("GET "+base+"/{pipeline}/variables", need{scope: readAPI, level: Developer}, onPipeline(func(_ *call, x *pipeline) reply {
		return ok(append([]variable{}, x.Vars...))
	}))
	s.route("POST "+base+"/{pipeline}/cancel", act, onPipeline(func(c *call, x *pipeline) reply {
		c.s.cancelPipeline(x, c.now)
		return ok(c.s.showPipeline(c.project, x))
	}))
	s.route("POST "+base+"/{pipeline}/retry", act, onPipeline(func(c *call, x *pipeline) reply {
		c.s.retryPipeline(x, c.now)
		return created(c.s.showPipeline(c.project, x))
	}))
	s.route("POST /api/v4/projects/{id}/pipeline", act, func(c *call) reply {
		if c.project.Policy.CIDisabled { // nobody has the ability then
			return forbidden()
		}
		return c.createPipeline()
	})
}

func onPipeline(h func(*call, *pipeline) reply) handler {
	return func(c *call) reply {
		x := c.project.pipelines[c.pathInt("pipeline")]
		if x == nil {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		return h(c, x)
	}
}

// deletePipeline forgets a pipeline, and with it those that it started.
func (s *Server) deletePipeline(p *project, x *pipeline) {
	for _, child := range p.pipelines {
		if child.Parent != nil && child.Parent.Pipeline == x.ID {
			s.deletePipeline(p, child)
		}
	}
	for _, j := range x.Jobs {
		delete(s.jobIndex, j.ID)
	}
	delete(p.pipelines, x.ID)
	delete(s.active, x.ID)
	s.store.mark(key("pipeline", x.Project, x.ID), nil)
}

func (s *Server) unfinished(project int) []*pipeline {
	var out []*pipeline
	for _, id := range slices.Sorted(maps.Keys(s.active)) {
		if s.active[id].Project == project {
			out = append(out, s.active[id])
		}
	}
	return out
}

func (c *call) pipelines() reply {
	source, orderBy, sort := c.str("source"), cmp.Or(c.str("order_by"), "id"), cmp.Or(c.str("sort"), "desc")
	if orderBy != "id" && orderBy != "updated_at" {
		return refuseParam("order_by does not have a valid value")
	}
	if sort != "asc" && sort != "desc" {
		return refuseParam("sort does not have a valid value")
	}
	after := c.when("updated_after")
	var found []*pipeline
	for _, x := range c.project.pipelines {
		switch {
		case source != "" && source != x.Source, x.Parent != nil && source != "parent_pipeline", !x.UpdatedAt.After(after):
		default:
			found = append(found, x)
		}
	}
	slices.SortFunc(found, func(a, b *pipeline) int {
		by := cmp.Compare(a.ID, b.ID)
		if orderBy == "updated_at" {
			by = cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), by)
		}
		if sort == "desc" {
			return -by
		}
		return by
	})
	return list(c, found, func(x *pipeline) any { return c.s.showPipelineInfo(c.project, x) })
}

func (s *Server) showPipelineInfo(p *project, x *pipeline) map[string]any {
	return map[string]any{
		"id": x.ID, "iid": x.IID, "project_id": p.ID, "sha": x.SHA, "ref": x.Ref, "status": x.Status, "source": x.Source,
		"created_at": stamp(x.CreatedAt), "updated_at": stamp(x.UpdatedAt), "name": nil,
		"web_url": fmt.Sprintf("%s/%s/-/pipelines/%d", s.base, p.Path, x.ID),
	}
}

func (s *Server) showPipeline(p *project, x *pipeline) map[string]any {
	m := s.showPipelineInfo(p, x)
	m["before_sha"], m["tag"], m["yaml_errors"], m["user"] = x.BeforeSHA, false, nil, s.showUser(s.users[x.UserID])
	if x.YamlErrors != "" {
		m["yaml_errors"] = x.YamlErrors
	}
	m["started_at"], m["finished_at"], m["coverage"] = stampPtr(x.StartedAt), stampPtr(x.FinishedAt), nil
	m["committed_at"], m["duration"], m["queued_duration"] = nil, nil, nil
	if x.FinishedAt != nil {
		m["duration"] = x.Duration
	}
	if x.StartedAt != nil {
		m["queued_duration"] = x.QueuedFor
	}
	m["detailed_status"] = map[string]any{"label": detail(x.Status), "group": x.Status, "has_details": true, "illustration": nil}
	return p.newer(m)
}

// detail is a status in the words of GitLab's pages.
func detail(status string) string {
	if status == statusSuccess {
		return "passed"
	}
	return strings.ReplaceAll(status, "_", " ")
}

func (c *call) createPipeline() reply {
	var in struct {
		Ref       string     `json:"ref"`
		Variables []variable `json:"variables"`
	}
	if len(c.body) > 0 && c.decode(&in) != nil {
		return refuseParam("variables is invalid")
	}
	in.Ref = cmp.Or(in.Ref, c.str("ref"))
	if in.Ref == "" {
		return refuseParam("ref is missing")
	}
	vars := map[string]string{}
	for i, v := range in.Variables {
		if v.Type == "" {
			in.Variables[i].Type = "env_var"
		}
		vars[v.Key] = v.Value
	}
	at := c.project.repo.resolve(in.Ref)
	if bad := c.mayStart(in.Ref, at, len(in.Variables) > 0, false); bad != nil {
		return *bad
	}
	w := readMessage(cmp.Or(vars["CI_COMMIT_MESSAGE"], at.Message))
	x := c.s.newPipeline(c.project, pipeline{
		Ref: in.Ref, SHA: at.ID, BeforeSHA: zeroSHA, Source: "api", Vars: in.Variables, Work: w, Jobs: pushJobs(w),
	}, c.user)
	return created(c.s.showPipeline(c.project, x))
}

// trigger is a pipeline trigger token.
type trigger struct {
	ID, UserID           int
	Token, Description   string
	CreatedAt, UpdatedAt time.Time
}

func (s *Server) triggerRoutes() {
	s.route("POST /api/v4/projects/{id}/trigger/pipeline", need{public: true}, (*call).trigger)
	s.route("POST /api/v4/projects/{id}/triggers", need{scope: writeAPI, level: Maintainer}, func(c *call) reply {
		if c.str("description") == "" {
			return refuseParam("description is missing")
		}
		t := c.s.addTrigger(c.project, "", c.str("description"))
		t.UserID = c.user.ID
		return created(c.showTrigger(t))
	})
}

func (s *Server) addTrigger(p *project, value, description string) *trigger {
	for _, t := range p.triggers {
		if value != "" && t.Token == value {
			return t
		}
	}
	now := s.now()
	t := &trigger{
		ID: s.take(&s.ids.Trigger), UserID: s.addUser(groveBot).ID, Token: cmp.Or(value, "glptt-"+rand.Text()),
		Description: cmp.Or(description, "ocim"), CreatedAt: now, UpdatedAt: now,
	}
	p.triggers[t.ID] = t
	s.store.mark(key("trigger", p.ID, t.ID), t)
	return t
}

// showTrigger shows a new token to its owner.
func (c *call) showTrigger(t *trigger) any {
	return map[string]any{
		"id": t.ID, "description": t.Description, "created_at": stamp(t.CreatedAt), "updated_at": stamp(t.UpdatedAt),
		"deleted_at": nil, "last_used": nil, "expires_at": nil, "token": t.Token, "owner": c.s.showUser(c.user),
	}
}

// trigger answers POST trigger/pipeline. Anyone with the token may; a wrong
// one is answered like a project that does not exist.
func (c *call) trigger() reply {
	if c.str("ref") == "" || c.str("token") == "" {
		return refuseParam("token is missing, ref is missing")
	}
	var t *trigger
	for _, known := range c.project.triggers {
		if hashToken(known.Token) == hashToken(c.str("token")) {
			t = known
		}
	}
	if t == nil {
		return refuse(http.StatusNotFound, "404 Not Found")
	}
	vars := map[string]string{}
	if given, found := c.params["variables"]; found {
		m, isMap := given.(map[string]any)
		for k, v := range m {
			text, isText := v.(string)
			if isMap = isMap && isText; isMap {
				vars[k] = text
			}
		}
		if !isMap {
			return refuse(http.StatusBadRequest, "variables needs to be a map of key-valued strings")
		}
	}
	c.user = c.s.users[t.UserID]
	if bad := c.mayStart(c.str("ref"), c.project.repo.resolve(c.str("ref")), true, true); bad != nil {
		return *bad
	}
	x := c.s.startTrigger(c.project, c.str("ref"), vars, c.params, c.user)
	if words := c.project.Policy.ConfigError; words != "" {
		c.s.failAtOnce(x, words)
	}
	return created(c.s.showPipeline(c.project, x))
}

// startTrigger starts a trigger pipeline. What stands beside token in the
// request is its payload.
func (s *Server) startTrigger(p *project, ref string, vars map[string]string, payload map[string]any, by *user) *pipeline {
	ref = cmp.Or(ref, p.Branch)
	var list []variable
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		list = append(list, variable{k, vars[k], "env_var"})
	}
	payload = maps.Clone(payload)
	delete(payload, "token")
	if raw, err := json.Marshal(payload); err == nil && len(payload) > 0 {
		list = append(list, variable{"TRIGGER_PAYLOAD", string(raw), "file"})
	}
	w := requestOf(vars)
	return s.newPipeline(p, pipeline{
		Ref: ref, SHA: p.repo.resolve(ref).ID, BeforeSHA: zeroSHA, Source: "trigger", Vars: list, Work: w, Jobs: triggerJobs(w),
	}, by)
}
