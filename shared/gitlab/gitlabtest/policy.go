package gitlabtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is what the settings of a project, its group and its server refuse. The
// zero value refuses nothing. Each field names the file of GitLab's source that it
// follows (gitlab-org/gitlab; gitlabhq/gitlabhq mirrors all but ee/).
type Policy struct {
	// VariablesRole is the least role that may set pipeline variables:
	// no_one_allowed (the default of new namespaces on GitLab.com since 17.7),
	// owner, maintainer or developer; empty is developer. A trigger always sets a
	// variable, its payload. lib/gitlab/ci/pipeline/chain/build/associations.rb,
	// app/services/ci/pipeline_trigger_service.rb
	VariablesRole string
	// VariablesFirst looks at the variables before the reference, as older
	// versions do.
	VariablesFirst bool
	// TriggerOwner is what is wrong with the owner of the trigger tokens: "left"
	// (or was blocked) or "branch" (may not run pipelines on protected branches).
	// lib/gitlab/ci/pipeline/chain/validate/abilities.rb
	TriggerOwner string
	// CIDisabled is builds_access_level: disabled.
	// lib/gitlab/ci/pipeline/chain/validate/abilities.rb, lib/api/ci/pipelines.rb
	CIDisabled bool
	// NoPush protects the default branch from everyone.
	// lib/api/commits.rb (authorize_push_to_branch!)
	NoPush bool
	// CommitRefusal are the words of a push rule, a pre-receive hook, code owners
	// or push protection. ee/lib/ee/gitlab/checks/push_rules, lib/gitlab/git_access.rb
	CommitRefusal string
	// OutboundBlocked refuses webhooks to any address, as the default of a
	// self-managed server does to private ones. lib/api/helpers/web_hooks_helpers.rb
	OutboundBlocked bool
	// GroupRestriction is the reason that the group gives for refusing every
	// request, such as an IP range. ee/lib/ee/api/helpers.rb, lib/api/helpers.rb
	GroupRestriction string
	// PipelineRefusal is one of PipelineRefusals: the chain that makes pipelines
	// stops with its words.
	PipelineRefusal string
	// ConfigError is what is wrong with .gitlab-ci.yml. Up to 17 a trigger's
	// pipeline is saved as failed with yaml_errors; since 18 it is refused with 422.
	// lib/gitlab/ci/pipeline/chain/config/process.rb, chain/helpers.rb
	ConfigError string
	// BridgeFailure is the failure_reason of jobs that start a child pipeline.
	// app/services/ci/create_downstream_pipeline_service.rb
	BridgeFailure string
	// SilentMode is the server's: it sends no webhooks. app/services/web_hook_service.rb
	SilentMode bool
	// ISOTimes writes the times of webhooks as ISO 8601 with milliseconds, as the
	// newest versions do.
	ISOTimes bool
	// NewerAPI adds fields that nobody knows yet, and gives other types to fields
	// that Ocim does not need.
	NewerAPI bool
}

// PipelineRefusals are the words with which GitLab refuses to create a pipeline,
// by the file they come from. Statuses are 400, as lib/api/ci/triggers.rb and
// lib/api/ci/pipelines.rb answer for errors of the chain.
var PipelineRefusals = map[string]string{
	"chain/limit/rate_limit.rb":             "Too many pipelines created in the last minute. Try again later.",
	"chain/limit/active_jobs.rb":            "Project exceeded the allowed number of jobs in active pipelines. Retry later.",
	"ee/pipeline/quota/size.rb":             "Pipeline has too many jobs! Requested 600, but the limit is 500.",
	"pipeline/quota/deployments.rb":         "Pipeline has too many deployments! Requested 600, but the limit is 500.",
	"chain/validate/external.rb":            "External validation failed",
	"ee/chain/validate/external.rb":         "Identity verification is required in order to run CI jobs",
	"ee/chain/validate/abilities.rb":        "Credit card required to be on file in order to create a pipeline",
	"models/ci/pipeline.rb (rules)":         "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.",
	"models/ci/pipeline.rb (workflow)":      "Pipeline filtered out by workflow rules.",
	"chain/config/content.rb":               "Missing CI config file",
	"chain/validate/repository.rb":          "Ref is ambiguous",
	"chain/validate/abilities.rb (deleted)": "Project is deleted!",
	"ee/pipeline_execution_policies":        "Pipeline execution policy error: Job `scan` already exists",
}

// SetPolicy changes what a project's settings refuse.
func (s *Server) SetPolicy(project int, p Policy) {
	_ = s.do(func() {
		x := s.mustProject(project)
		x.Policy = p
		s.saveProject(x)
	})
}

// policyRoutes lets the demonstration's users change what a project's settings
// refuse: PUT a Policy as JSON. GitLab itself has no such call.
func (s *Server) policyRoutes() {
	s.route("PUT /api/v4/projects/{id}/demonstration_policy", need{scope: writeAPI, level: Maintainer}, func(c *call) reply {
		var policy Policy
		if err := c.decode(&policy); err != nil {
			return refuseParam("the policy is invalid: %s", err)
		}
		c.project.Policy = policy
		c.s.saveProject(c.project)
		return noContent()
	})
}

// ScheduleDeletion schedules a project for deletion on a day ("2026-12-01"), as an
// owner does: it gets another path and is read-only, but not marked as archived.
// An empty day restores it. app/services/projects/mark_for_deletion_service.rb
func (s *Server) ScheduleDeletion(project int, day string) {
	_ = s.do(func() {
		p := s.mustProject(project)
		suffix := "-deletion_scheduled-" + strconv.Itoa(p.ID)
		switch {
		case day != "" && p.DeletionOn == "":
			p.OldPaths = append(p.OldPaths, p.Path)
			p.Path += suffix
		case day == "" && p.DeletionOn != "":
			p.Path = strings.TrimSuffix(p.Path, suffix)
			p.OldPaths = slices.DeleteFunc(p.OldPaths, func(old string) bool { return old == p.Path })
		}
		p.DeletionOn = day
		s.saveProject(p)
	})
}

// readOnly reports whether nobody may change anything in a project.
func (p *project) readOnly() bool { return p.Archived || p.DeletionOn != "" }

// chainError is how the API answers for an error of the chain that makes
// pipelines.
func chainError(status int, words string) *reply {
	return new(refuse(status, map[string]any{"base": []string{words}}))
}

// mayStart goes through the checks of the chain that makes pipelines, in its
// order. triggered says that a trigger token asks.
func (c *call) mayStart(ref string, at *gitCommit, variables, triggered bool) *reply {
	p, policy := c.project, c.project.Policy
	const bad = http.StatusBadRequest
	switch {
	case policy.CIDisabled && triggered:
		return chainError(bad, "Pipelines are disabled!")
	case triggered && (policy.TriggerOwner == "left" || p.readOnly()):
		return chainError(bad, "Insufficient permissions to create a new pipeline")
	case triggered && policy.TriggerOwner == "branch" && ref == p.Branch:
		return chainError(bad, fmt.Sprintf("You do not have sufficient permission to run a pipeline on '%s'. Please select a different branch or contact your administrator for assistance. ", ref))
	}
	setVariables := func() *reply {
		if variables && !policy.allowsVariables(c.roleOfStarter(triggered)) {
			return chainError(bad, "Insufficient permissions to set pipeline variables")
		}
		return nil
	}
	if policy.VariablesFirst {
		if refused := setVariables(); refused != nil {
			return refused
		}
	}
	if at == nil {
		return chainError(bad, "Reference not found")
	}
	if refused := setVariables(); refused != nil {
		return refused
	}
	if policy.PipelineRefusal != "" {
		return chainError(bad, policy.PipelineRefusal)
	}
	if !c.s.limits.pipeline(fmt.Sprintf("%d %d %s", p.ID, c.user.ID, at.ID), c.now) {
		return chainError(bad, PipelineRefusals["chain/limit/rate_limit.rb"])
	}
	if policy.ConfigError != "" && (!triggered || !c.s.olderThan(18, 0)) {
		status := http.StatusUnprocessableEntity
		if !triggered {
			status = bad // save_on_errors: false
		}
		return chainError(status, policy.ConfigError)
	}
	return nil
}

// roleOfStarter is the role of the account whose token starts a pipeline. The
// owner of the trigger tokens is a maintainer.
func (c *call) roleOfStarter(triggered bool) int {
	if triggered {
		return Maintainer
	}
	return c.level
}

func (p Policy) allowsVariables(role int) bool {
	switch p.VariablesRole {
	case "no_one_allowed":
		return false
	case "owner":
		return role >= Owner
	case "maintainer":
		return role >= Maintainer
	}
	return role >= Developer
}

func (s *Server) olderThan(major, minor int) bool {
	var has [2]int
	n, _ := fmt.Sscanf(s.opts.Version, "%d.%d", &has[0], &has[1])
	return n == len(has) && slices.Compare(has[:], []int{major, minor}) < 0
}

// failAtOnce ends a pipeline that the configuration's error leaves without jobs.
func (s *Server) failAtOnce(x *pipeline, words string) {
	now := s.now()
	for _, j := range x.Jobs {
		delete(s.jobIndex, j.ID)
	}
	x.Jobs = nil
	x.Status, x.YamlErrors, x.NextAt, x.FinishedAt, x.UpdatedAt = statusFailed, words, nil, &now, now
	delete(s.active, x.ID)
	s.savePipeline(x)
	s.pipelineHook(x)
}

// isoTimes rewrites the times of a webhook's body.
func isoTimes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = isoTimes(e)
		}
	case []any:
		for i, e := range v {
			v[i] = isoTimes(e)
		}
	case string:
		if t, err := time.Parse(hookTime, v); err == nil {
			return stamp(t)
		}
	}
	return v
}

// newer gives an answer the fields and types of a GitLab that is newer than what
// reads it.
func (p *project) newer(m map[string]any) map[string]any {
	if p.Policy.NewerAPI {
		m["brand_new"] = map[string]any{"nested": []any{1, "two", nil}}
		for _, unused := range []string{"star_count", "topics", "namespace", "coverage", "user", "queued_duration", "before_sha", "avatar_url"} {
			m[unused] = map[string]any{"changed": "type"}
		}
	}
	return m
}
