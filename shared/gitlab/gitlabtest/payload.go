package gitlabtest

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

const hookTime = "2006-01-02 15:04:05 UTC"

func hookStamp(t time.Time) string { return t.UTC().Format(hookTime) }

func hookStampPtr(t *time.Time) any { return shown(t, hookStamp) }

// pipelineHook notifies the project's hooks of a pipeline's new status.
func (s *Server) pipelineHook(x *pipeline) {
	p := s.projects[x.Project]
	s.emit(p, "pipeline_events", "Pipeline Hook", func() any { return s.pipelinePayload(p, x) })
}

func (s *Server) pushHook(p *project, branch, before string, to *gitCommit, by *user) {
	s.emit(p, "push_events", "Push Hook", func() any { return s.pushPayload(p, branch, before, to, by) })
}

func (s *Server) hookUser(id int) any {
	u := s.users[id]
	if u == nil {
		return nil
	}
	return map[string]any{"id": u.ID, "name": u.Name, "username": u.Username, "avatar_url": nil, "email": "[REDACTED]"}
}

func (s *Server) hookProject(p *project) map[string]any {
	space, _, _ := strings.Cut(p.Path, "/")
	web := s.base + "/" + p.Path
	return map[string]any{
		"id": p.ID, "name": p.Name, "description": nil, "web_url": web, "avatar_url": nil,
		"git_ssh_url": "git@gitlab.example.com:" + p.Path + ".git", "git_http_url": web + ".git", "namespace": space,
		"visibility_level": 0, "path_with_namespace": p.Path, "default_branch": p.Branch, "ci_config_path": nil,
	}
}

func (s *Server) hookCommit(p *project, c *gitCommit) map[string]any {
	return map[string]any{
		"id": c.ID, "message": c.Message, "title": c.title(), "timestamp": c.Date.Format(time.RFC3339),
		"url":    s.base + "/" + p.Path + "/-/commit/" + c.ID,
		"author": map[string]any{"name": c.Author.Name, "email": c.Author.Email},
	}
}

func (s *Server) pipelinePayload(p *project, x *pipeline) any {
	var builds []any
	for _, j := range x.latest() {
		if j.Bridge {
			continue
		}
		ran, queued := j.seconds(s.now())
		b := map[string]any{
			"id": j.ID, "stage": j.Stage, "name": j.Name, "status": j.Status, "created_at": hookStamp(j.CreatedAt),
			"started_at": hookStampPtr(j.StartedAt), "finished_at": hookStampPtr(j.FinishedAt), "duration": ran,
			"queued_duration": queued, "failure_reason": nil, "when": "on_success", "manual": false, "allow_failure": false,
			"user": s.hookUser(x.UserID), "runner": nil, "environment": nil,
			"artifacts_file": map[string]any{"filename": nil, "size": nil},
		}
		if j.Reason != "" {
			b["failure_reason"] = j.Reason
		}
		builds = append(builds, b)
	}
	variables := []any{}
	for _, v := range x.Vars {
		variables = append(variables, map[string]any{"key": v.Key, "value": v.Value})
	}
	attributes := map[string]any{
		"id": x.ID, "iid": x.IID, "name": nil, "ref": x.Ref, "tag": false, "sha": x.SHA, "before_sha": x.BeforeSHA,
		"source": x.Source, "status": x.Status, "detailed_status": detail(x.Status), "stages": x.stages(),
		"created_at": hookStamp(x.CreatedAt), "finished_at": hookStampPtr(x.FinishedAt), "duration": nil, "queued_duration": nil,
		"protected_ref": x.Ref == p.Branch, "variables": variables,
		"url": fmt.Sprintf("%s/%s/-/pipelines/%d", s.base, p.Path, x.ID),
	}
	if x.FinishedAt != nil {
		attributes["duration"] = x.Duration
	}
	if x.StartedAt != nil {
		attributes["queued_duration"] = x.QueuedFor
	}
	out := map[string]any{
		"object_kind": "pipeline", "object_attributes": attributes, "merge_request": nil, "user": s.hookUser(x.UserID),
		"project": s.hookProject(p), "commit": s.hookCommit(p, p.repo.commits[x.SHA]), "builds": builds,
	}
	if x.Parent != nil {
		out["source_pipeline"] = map[string]any{
			"project":     map[string]any{"id": p.ID, "web_url": s.base + "/" + p.Path, "path_with_namespace": p.Path},
			"pipeline_id": x.Parent.Pipeline, "job_id": x.Parent.Job,
		}
	}
	return out
}

func (s *Server) hookRepository(p *project) any {
	return map[string]any{
		"name": p.Name, "url": "git@gitlab.example.com:" + p.Path + ".git", "description": nil, "homepage": s.base + "/" + p.Path,
		"git_http_url": s.base + "/" + p.Path + ".git", "git_ssh_url": "git@gitlab.example.com:" + p.Path + ".git", "visibility_level": 0,
	}
}

// pushPayload lists the newest of the pushed commits only.
func (s *Server) pushPayload(p *project, branch, before string, to *gitCommit, by *user) any {
	return map[string]any{
		"object_kind": "push", "event_name": "push", "before": cmp.Or(before, zeroSHA), "after": to.ID, "ref": "refs/heads/" + branch,
		"ref_protected": branch == p.Branch, "checkout_sha": to.ID, "message": nil, "user_id": by.ID, "user_name": by.Name,
		"user_username": by.Username, "user_email": nil, "user_avatar": nil, "project_id": p.ID, "project": s.hookProject(p),
		"repository": s.hookRepository(p), "commits": []any{s.hookCommit(p, to)}, "total_commits_count": 1,
		"push_options": map[string]any{},
	}
}
