package gitlab

import (
	"strconv"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/pattern"
)

// The types in this file hold what Ocim needs of GitLab's answers, and nothing
// else: a field that GitLab adds or changes elsewhere costs nothing.

type commitBody struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	Message   string         `json:"message"`
	Author    soft[string]   `json:"author_name"`
	Parents   soft[[]string] `json:"parent_ids"`
	WebURL    soft[string]   `json:"web_url"`
	Committed moment         `json:"committed_date"`
	Created   moment         `json:"created_at"`
}

func (b commitBody) commit() fleet.Commit {
	out := fleet.Commit{
		SHA: b.ID, Title: b.Title, Message: b.Message, Author: b.Author.Value, Parents: b.Parents.Value, WebURL: b.WebURL.Value,
		CreatedAt: b.Committed.Time,
	}
	if out.CreatedAt.IsZero() {
		out.CreatedAt = b.Created.Time
	}
	return out
}

type pipelineBody struct {
	ID       int64        `json:"id"`
	IID      int64        `json:"iid"`
	Status   string       `json:"status"`
	Source   soft[string] `json:"source"`
	Ref      soft[string] `json:"ref"`
	Tag      soft[bool]   `json:"tag"` // lists leave it out
	SHA      string       `json:"sha"`
	WebURL   soft[string] `json:"web_url"`
	Created  moment       `json:"created_at"`
	Updated  moment       `json:"updated_at"`
	Started  moment       `json:"started_at"`
	Finished moment       `json:"finished_at"`
	// YamlErrors is why the configuration made no pipeline.
	YamlErrors soft[string] `json:"yaml_errors"`
	Detailed   soft[struct {
		Label string `json:"label"`
	}] `json:"detailed_status"`
}

// mergeRequestRef is the ref of a merge request's pipeline (lib/gitlab and
// app/models/merge_request.rb: ref_path, merge_ref_path, train_ref_path).
var mergeRequestRef = pattern.Lazy(`^refs/merge-requests/(\d{1,18})/`)

func (b pipelineBody) pipeline() fleet.Pipeline {
	out := fleet.Pipeline{
		ID: b.ID, IID: b.IID, Status: fleet.PipelineStatus(b.Status), Source: b.Source.Value, Ref: b.Ref.Value, Tag: b.Tag.Value, SHA: b.SHA,
		WebURL: b.WebURL.Value, CreatedAt: b.Created.Time, UpdatedAt: b.Updated.Time, StartedAt: b.Started.Time, FinishedAt: b.Finished.Time,
		StatusDetail: cutText(b.Detailed.Value.Label), Reason: cutText(b.YamlErrors.Value),
	}
	if of := mergeRequestRef().FindStringSubmatch(out.Ref); of != nil {
		out.MergeRequest, _ = strconv.ParseInt(of[1], 10, 64)
	}
	return out
}

type jobBody struct {
	ID            int64        `json:"id"`
	Name          string       `json:"name"`
	Stage         string       `json:"stage"`
	Status        string       `json:"status"`
	Started       moment       `json:"started_at"`
	Finished      moment       `json:"finished_at"`
	WebURL        soft[string] `json:"web_url"`
	AllowFailure  soft[bool]   `json:"allow_failure"`
	FailureReason soft[string] `json:"failure_reason"`
	Downstream    soft[idBody] `json:"downstream_pipeline"` // of a bridge
}

// childless reports whether a trigger job failed before it had a child pipeline.
func (b jobBody) childless() bool {
	return b.Status == string(fleet.StatusFailed) && b.Downstream.Value.ID == 0
}

func (b jobBody) job() fleet.Job {
	return fleet.Job{
		ID: b.ID, Name: b.Name, Status: fleet.PipelineStatus(b.Status), StartedAt: b.Started.Time, FinishedAt: b.Finished.Time,
		WebURL: b.WebURL.Value, AllowFailure: b.AllowFailure.Value, FailureReason: b.FailureReason.Value,
	}
}

// projectBody is what is read of a project.
type projectBody struct {
	ID            int64        `json:"id"`
	Path          string       `json:"path_with_namespace"`
	WebURL        string       `json:"web_url"`
	DefaultBranch soft[string] `json:"default_branch"`
	EmptyRepo     soft[bool]   `json:"empty_repo"`
	Archived      soft[bool]   `json:"archived"`
	DeletionOn    soft[string] `json:"marked_for_deletion_on"`
	DeletionAt    soft[string] `json:"marked_for_deletion_at"` // its name before 16.0
	BuildsLevel   soft[string] `json:"builds_access_level"`
	JobsEnabled   soft[*bool]  `json:"jobs_enabled"` // before builds_access_level
	VariablesRole soft[string] `json:"ci_pipeline_variables_minimum_override_role"`
	// RestrictVariables came before VariablesRole, until 17.1.
	RestrictVariables soft[bool] `json:"restrict_user_defined_variables"`
	Permissions       soft[struct {
		Project *accessBody `json:"project_access"`
		Group   *accessBody `json:"group_access"`
	}] `json:"permissions"`
}

type accessBody struct {
	Level int `json:"access_level"`
}

func (b projectBody) project() fleet.Project {
	out := fleet.Project{GitLabID: b.ID, Path: b.Path, WebURL: b.WebURL, DefaultBranch: b.DefaultBranch.Value}
	if b.EmptyRepo.Value {
		out.DefaultBranch = ""
	}
	return out
}

// access is the role that the project or its group gives the token's account; 0
// when GitLab does not say.
func (b projectBody) access() int {
	level := 0
	for _, a := range []*accessBody{b.Permissions.Value.Project, b.Permissions.Value.Group} {
		if a != nil {
			level = max(level, a.Level)
		}
	}
	return level
}

func (b projectBody) ciDisabled() bool {
	return b.BuildsLevel.Value == "disabled" || b.BuildsLevel.Value == "" && b.JobsEnabled.Value != nil && !*b.JobsEnabled.Value
}

type branchBody struct {
	Commit  *commitBody `json:"commit"`
	CanPush soft[*bool] `json:"can_push"`
}

func (b branchBody) locked() bool { return b.CanPush.Value != nil && !*b.CanPush.Value }

type nodeBody struct {
	Path string `json:"path"`
	Type string `json:"type"` // "blob" or "tree"
}
