package refusal

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Answer is a refusal as GitLab sent it.
type Answer struct {
	Call   Call
	Status int           // 0 when no answer came
	Words  string        // see Words; already masked and shortened
	After  time.Duration // of the Retry-After header; 0 without one
}

// rule is a text that GitLab's source uses for one refusal only.
type rule struct {
	says   string // lower case; part of GitLab's words
	calls  []Call // empty is any call
	class  Class
	reason Reason
	after  time.Duration // how long to wait when GitLab does not say
}

var starts = []Call{Trigger, Pipeline}

// rules are looked through in order. The comment before each group names the
// file in gitlab-org/gitlab (gitlabhq/gitlabhq mirrors all but ee/).
var rules = []rule{
	// lib/gitlab/ci/pipeline/chain/build/associations.rb
	{"insufficient permissions to set pipeline variables", starts, AfterChange, VariablesRole, 0},
	{"duplicate variable name", starts, Never, InvalidRequest, 0},
	// lib/gitlab/ci/pipeline/chain/validate/abilities.rb
	{"project is deleted", starts, AfterChange, DeletionScheduled, 0},
	{"pipelines are disabled", starts, AfterChange, CIDisabled, 0},
	{"insufficient permissions to create a new pipeline", []Call{Trigger}, AfterChange, TriggerTokenOwner, 0},
	{"insufficient permissions to create a new pipeline", []Call{Pipeline}, AfterChange, TokenRole, 0},
	{"do not have sufficient permission to run a pipeline on", starts, AfterChange, ProtectedPipeline, 0},
	// lib/gitlab/ci/pipeline/chain/validate/repository.rb
	{"reference not found", starts, AfterChange, BranchMissing, 0},
	{"commit not found", starts, AfterChange, BranchMissing, 0},
	{"ref is ambiguous", starts, AfterChange, BranchMissing, 0},
	// lib/gitlab/ci/pipeline/chain/limit/rate_limit.rb
	{"too many pipelines created in the last minute", starts, Later, PipelineLimit, time.Minute},
	// lib/gitlab/ci/pipeline/chain/limit/active_jobs.rb and ee/lib/gitlab/ci/pipeline/quota/{activity,job_activity}.rb
	{"exceeded the allowed number of jobs in active pipelines", starts, Later, ActiveJobs, 5 * time.Minute},
	{"active pipelines limit exceeded", starts, Later, ActiveJobs, 5 * time.Minute},
	{"active jobs limit exceeded", starts, Later, ActiveJobs, 5 * time.Minute},
	// ee/lib/gitlab/ci/pipeline/quota/size.rb and lib/gitlab/ci/pipeline/quota/deployments.rb
	{"pipeline has too many jobs", starts, AfterChange, PipelineSize, 0},
	{"pipeline size limit exceeded", starts, AfterChange, PipelineSize, 0},
	{"pipeline has too many deployments", starts, AfterChange, PipelineSize, 0},
	// lib/gitlab/ci/pipeline/chain/validate/external.rb, ee/lib/ee/gitlab/ci/pipeline/chain/validate/external.rb
	{"external validation failed", starts, AfterChange, ExternalValidation, 0},
	{"identity verification is required in order to run ci jobs", starts, AfterChange, Verification, 0},
	{"credit card required to be on file", starts, AfterChange, Verification, 0},
	// ee/lib/gitlab/ci/pipeline/pipeline_execution_policies and chain/pipeline_execution_policies
	{"pipeline execution policy error", starts, AfterChange, Policy, 0},
	{"pipeline execution policies", starts, AfterChange, Policy, 0},
	// app/models/ci/pipeline.rb (rules_failure_message, workflow_rules_failure_message)
	{"pipeline will not run for the selected trigger", starts, AfterChange, CIRules, 0},
	{"filtered out by workflow rules", starts, AfterChange, CIRules, 0},
	{"resulting pipeline would have been empty", starts, AfterChange, CIRules, 0},
	{"no stages / jobs for this pipeline", starts, AfterChange, CIRules, 0},
	// lib/gitlab/ci/pipeline/chain/config/content.rb and config/process.rb
	{"missing ci config file", starts, AfterChange, CIConfig, 0},
	{"missing .gitlab-ci.yml", starts, AfterChange, CIConfig, 0},
	{"variables needs to be a map", []Call{Trigger}, Never, InvalidRequest, 0},

	// app/services/commits/create_service.rb, lib/api/helpers.rb (authorize_push_to_branch!)
	{"not allowed to push into this branch", []Call{Commit}, AfterChange, BranchProtected, 0},
	{"not allowed to push code to protected branches", []Call{Commit}, AfterChange, BranchProtected, 0},
	{"only create or edit files when you are on a branch", []Call{Commit}, AfterChange, BranchMissing, 0},
	// app/services/files/base_service.rb, update_service.rb; Gitaly's UserCommitFiles
	{"has changed since you started editing", []Call{Commit}, Never, EditConflict, 0},
	{"been changed", []Call{Commit}, Never, EditConflict, 0},
	{"been updated", []Call{Commit}, Never, EditConflict, 0},
	{"could not be created", []Call{Commit}, Never, EditConflict, 0},
	{"already exists", []Call{Commit}, Never, EditConflict, 0},
	{"doesn't exist", []Call{Commit}, Never, EditConflict, 0},
	{"refresh and try again", []Call{Commit}, Never, EditConflict, 0},
	// lib/gitlab/git_access.rb, lib/gitlab/repository_size_error_message.rb
	{"repository is temporarily read-only", []Call{Commit}, Later, Maintenance, time.Minute},
	{"size limit", []Call{Commit}, AfterChange, StorageLimit, 0},
	{"storage", []Call{Commit}, AfterChange, StorageLimit, 0},
	// ee/lib/ee/gitlab/checks/push_rules, ee/lib/gitlab/checks/secrets_check.rb, lib/gitlab/checks
	{"does not follow the pattern", []Call{Commit}, AfterChange, PushRules, 0},
	{"contains the forbidden pattern", []Call{Commit}, AfterChange, PushRules, 0},
	{"is not a member of team", []Call{Commit}, AfterChange, PushRules, 0},
	{"must be signed", []Call{Commit}, AfterChange, PushRules, 0},
	{"push rule", []Call{Commit}, AfterChange, PushRules, 0},
	{"push blocked", []Call{Commit}, AfterChange, PushRules, 0},
	{"hook declined", []Call{Commit}, AfterChange, PushRules, 0},
	{"codeowners", []Call{Commit}, AfterChange, PushRules, 0},
	{"code owner", []Call{Commit}, AfterChange, PushRules, 0},
	{"gitlab: ", []Call{Commit}, AfterChange, PushRules, 0}, // the prefix of a pre-receive hook's own words

	// lib/api/helpers/web_hooks_helpers.rb, app/validators/addressable_url_validator.rb
	{"invalid url given", []Call{Hook}, AfterChange, OutboundRequests, 0},
	{"is blocked", []Call{Hook}, AfterChange, OutboundRequests, 0},
	{"requests to the local network are not allowed", []Call{Hook, HookTest}, AfterChange, OutboundRequests, 0},
	{"url is blocked", []Call{HookTest}, AfterChange, OutboundRequests, 0},
	// app/services/web_hook_service.rb
	{"silent mode enabled", []Call{HookTest}, AfterChange, SilentMode, 0},
	{"hook disabled", []Call{HookTest}, AfterChange, HookDisabled, 0},

	// lib/gitlab/middleware/read_only, ee/lib/ee/gitlab/middleware/read_only (maintenance mode)
	{"maintenance mode", nil, Later, Maintenance, time.Minute},
	{"read-only instance", nil, AfterChange, GroupRestriction, 0},
	// lib/gitlab/auth/o_auth/…, lib/api/api_guard.rb
	{"insufficient_scope", nil, AfterChange, TokenScope, 0},
	{"requires higher privileges than provided by the access token", nil, AfterChange, TokenScope, 0},
	{"token was revoked", nil, AfterChange, TokenInvalid, 0},
	{"token is expired", nil, AfterChange, TokenInvalid, 0},
}

// Classify says what an answer means. It is given only refusals: statuses of
// 400 and above, or 0 when no answer came.
func Classify(a Answer) Refusal {
	r := Refusal{Words: a.Words, After: a.After}
	said := strings.ToLower(a.Words)
	if a.Status == http.StatusTooManyRequests {
		r.Class, r.Reason = Later, RateLimit
		return r
	}
	for _, rule := range rules {
		if len(rule.calls) > 0 && !slices.Contains(rule.calls, a.Call) || !strings.Contains(said, rule.says) {
			continue
		}
		r.Class, r.Reason, r.Cure = rule.class, rule.reason, rule.reason.Cure()
		if r.Class == Later {
			r.After = max(a.After, rule.after)
		}
		return r
	}
	r.Class, r.Reason = byStatus(a)
	r.Cure = r.Reason.Cure()
	return r
}

// byStatus classifies an answer whose words are in no rule.
func byStatus(a Answer) (Class, Reason) {
	switch {
	case a.Status == 0 || a.Status == http.StatusRequestTimeout || a.Status >= 500:
		return Unknown, ""
	case a.Status == http.StatusUnauthorized:
		return AfterChange, TokenInvalid
	case a.Status == http.StatusForbidden && hasReason(a.Words):
		return AfterChange, GroupRestriction
	case a.Status == http.StatusForbidden:
		return AfterChange, ""
	case a.Status == http.StatusNotFound && a.Call == Trigger:
		return AfterChange, TriggerTokenUnknown
	case a.Status == http.StatusNotFound && strings.Contains(a.Words, "Project"):
		return AfterChange, NotVisible
	case a.Status == http.StatusNotFound:
		return Never, NotFound
	case a.Status == http.StatusConflict:
		return Never, EditConflict
	case a.Status == http.StatusRequestEntityTooLarge:
		return Never, TooLarge
	case a.Status == http.StatusUnprocessableEntity && a.Call == HookTest:
		return AfterChange, HookUnreachable
	case a.Status == http.StatusUnprocessableEntity && slices.Contains(starts, a.Call):
		return AfterChange, CIConfig // since GitLab 18, instead of a failed pipeline
	}
	return Never, InvalidRequest
}

// hasReason reports whether GitLab's words say more than the status.
func hasReason(words string) bool {
	rest := strings.TrimLeft(strings.TrimSpace(words), "0123456789 ")
	for _, plain := range []string{"Forbidden", "forbidden", "Unauthorized", "Not Found", "Not found"} {
		rest = strings.TrimPrefix(rest, plain)
	}
	return strings.Trim(rest, " -.") != ""
}

// Levels of GitLab's roles, as its API numbers them (lib/gitlab/access.rb).
const (
	Developer  = 30
	Maintainer = 40
	Owner      = 50
)

// Facts is what was read of a project after it refused a request.
type Facts struct {
	DeletionOn    string // the day; empty when it is not scheduled for deletion
	Archived      bool
	CIDisabled    bool
	VariablesRole string // as GitLab writes it; empty when unknown
	Access        int    // of the token's account; 0 when unknown
	CannotPush    bool   // the token's account may not push to the default branch
}

// With replaces a cause that GitLab's words leave open by one that the project's
// fields prove. A refusal whose words are clear stays as it is.
func (r Refusal) With(call Call, f Facts) Refusal {
	open := []Reason{"", GroupRestriction, TriggerTokenOwner, TokenRole, BranchProtected}
	if r.Class != AfterChange || !slices.Contains(open, r.Reason) {
		return r
	}
	found := r.Reason
	switch {
	case f.DeletionOn != "":
		found = DeletionScheduled
	case f.Archived:
		found = Archived
	case f.CIDisabled && (slices.Contains(starts, call) || call == Action):
		found = CIDisabled
	case r.Reason == TriggerTokenOwner || r.Reason == BranchProtected || r.Reason == GroupRestriction:
		// What is left agrees with GitLab's words.
	case f.Access > 0 && f.Access < needed(call):
		found = TokenRole
	case f.CannotPush && call == Commit:
		found = BranchProtected
	case r.Reason == TokenRole:
		found = "" // the role was read, and is high enough
	}
	r.Reason, r.Cure = found, found.Cure()
	return r
}

func needed(call Call) int {
	if slices.Contains(starts, call) || call == Commit || call == Action {
		return Developer
	}
	return Maintainer
}
