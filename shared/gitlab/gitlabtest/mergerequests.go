package gitlabtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

type mergeRequest struct {
	ID, IID                    int
	Title, State               string // State: opened, merged
	SourceBranch, TargetBranch string
	SHA, MergeSHA              string
	AuthorID                   int
	CreatedAt, UpdatedAt       time.Time
	MergedAt                   *time.Time
}

func (s *Server) mergeRequestRoutes() {
	const base = "/api/v4/projects/{id}/merge_requests"
	read := need{scope: readAPI, level: Reporter}
	s.route("GET "+base, read, func(c *call) reply {
		var found []*mergeRequest
		for _, iid := range slices.Sorted(maps.Keys(c.project.mergeRequests)) {
			mr := c.project.mergeRequests[iid]
			fits := func(name, got string) bool { v := c.str(name); return v == "" || v == "all" || v == got }
			if fits("state", mr.State) && fits("source_branch", mr.SourceBranch) && fits("target_branch", mr.TargetBranch) {
				found = append(found, mr)
			}
		}
		slices.Reverse(found)
		return list(c, found, func(mr *mergeRequest) any { return s.showMergeRequest(c.project, mr) })
	})
	s.route("GET "+base+"/{iid}", read, func(c *call) reply {
		mr := c.project.mergeRequests[c.pathInt("iid")]
		if mr == nil {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		return ok(s.showMergeRequest(c.project, mr))
	})
}

func (s *Server) openMergeRequest(p *project, branch, title string, at time.Time) {
	p.RequestIID++
	mr := &mergeRequest{
		ID: s.take(&s.ids.MergeRequest), IID: p.RequestIID, Title: title, State: "opened", SourceBranch: branch,
		TargetBranch: p.Branch, SHA: p.Branches[branch], AuthorID: s.addUser(groveBot).ID, CreatedAt: at, UpdatedAt: at,
	}
	p.mergeRequests[mr.IID] = mr
	s.saveProject(p)
	s.store.mark(key("mr", p.ID, mr.IID), mr)
}

func (s *Server) closeMergeRequest(p *project, mr *mergeRequest, merged string, at time.Time) {
	mr.State, mr.MergeSHA, mr.MergedAt, mr.UpdatedAt = "merged", merged, &at, at
	s.store.mark(key("mr", p.ID, mr.IID), mr)
}

// requestFor finds the open merge request of a branch.
func (p *project) requestFor(branch string) *mergeRequest {
	for _, mr := range p.mergeRequests {
		if mr.SourceBranch == branch && mr.State == "opened" {
			return mr
		}
	}
	return nil
}

func (s *Server) showMergeRequest(p *project, mr *mergeRequest) any {
	m := map[string]any{
		"id": mr.ID, "iid": mr.IID, "project_id": p.ID, "title": mr.Title, "description": "", "state": mr.State,
		"created_at": stamp(mr.CreatedAt), "updated_at": stamp(mr.UpdatedAt), "merged_at": stampPtr(mr.MergedAt),
		"source_branch": mr.SourceBranch, "target_branch": mr.TargetBranch, "source_project_id": p.ID, "target_project_id": p.ID,
		"author": s.showUser(s.users[mr.AuthorID]), "assignees": []any{}, "reviewers": []any{}, "labels": []string{}, "draft": false,
		"merge_status": "can_be_merged", "detailed_merge_status": "mergeable", "sha": mr.SHA, "merge_commit_sha": nil,
		"squash_commit_sha": nil, "web_url": fmt.Sprintf("%s/%s/-/merge_requests/%d", s.base, p.Path, mr.IID),
		"merge_user": nil,
	}
	if mr.State == "merged" {
		m["merge_commit_sha"], m["detailed_merge_status"], m["merge_user"] = mr.MergeSHA, "not_open", m["author"]
	}
	return m
}
