package refusal

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// GitLab's answers, with the words of its source.
func TestClassify_KnowsGitLabsWords(t *testing.T) {
	base := func(words string) string { return `{"message":{"base":[` + fmt.Sprintf("%q", words) + `]}}` }
	tests := []struct {
		call   Call
		status int
		body   string
		class  Class
		reason Reason
	}{
		{Trigger, 400, base("Insufficient permissions to set pipeline variables"), AfterChange, VariablesRole},
		{Pipeline, 400, base("Insufficient permissions to set pipeline variables"), AfterChange, VariablesRole},
		{Trigger, 400, base("Insufficient permissions to create a new pipeline"), AfterChange, TriggerTokenOwner},
		{Pipeline, 400, base("Insufficient permissions to create a new pipeline"), AfterChange, TokenRole},
		{Trigger, 400, base("You do not have sufficient permission to run a pipeline on 'main'. Please select a different branch or contact your administrator for assistance. <a href=https://docs.gitlab.com/ee/ci/pipelines/>Learn more</a>"), AfterChange, ProtectedPipeline},
		{Trigger, 400, base("Pipelines are disabled!"), AfterChange, CIDisabled},
		{Trigger, 400, base("Project is deleted!"), AfterChange, DeletionScheduled},
		{Trigger, 400, base("Reference not found"), AfterChange, BranchMissing},
		{Trigger, 404, `{"message":"404 Not Found"}`, AfterChange, TriggerTokenUnknown},
		{Trigger, 400, base("Too many pipelines created in the last minute. Try again later."), Later, PipelineLimit},
		{Pipeline, 429, base("Too many pipelines created in the last minute. Try again later."), Later, RateLimit},
		{Trigger, 400, base("Project exceeded the allowed number of jobs in active pipelines. Retry later."), Later, ActiveJobs},
		{Trigger, 400, base("Pipeline has too many jobs! Requested 600, but the limit is 500."), AfterChange, PipelineSize},
		{Trigger, 400, base("Pipeline has too many deployments! Requested 600, but the limit is 500."), AfterChange, PipelineSize},
		{Trigger, 400, base("External validation failed"), AfterChange, ExternalValidation},
		{Trigger, 400, base("Identity verification is required in order to run CI jobs"), AfterChange, Verification},
		{Trigger, 400, base("Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline."), AfterChange, CIRules},
		{Trigger, 400, base("Pipeline filtered out by workflow rules."), AfterChange, CIRules},
		{Trigger, 400, base("Missing CI config file"), AfterChange, CIConfig},
		{Trigger, 422, base("jobs:deploy config contains unknown keys: scrpt"), AfterChange, CIConfig},
		{Pipeline, 400, base("Duplicate variable name: A"), Never, InvalidRequest},
		{Trigger, 400, `{"message":"variables needs to be a map of key-valued strings"}`, Never, InvalidRequest},
		{Commit, 403, `{"message":"403 Forbidden - You are not allowed to push into this branch"}`, AfterChange, BranchProtected},
		{Commit, 400, `{"message":"Commit message does not follow the pattern 'JIRA-\\d+'"}`, AfterChange, PushRules},
		{Commit, 400, `{"message":"GitLab: this repository is frozen"}`, AfterChange, PushRules},
		{Commit, 400, `{"message":"PUSH BLOCKED: Secrets detected in code changes"}`, AfterChange, PushRules},
		{Commit, 400, `{"message":"Your changes could not be committed, because this repository has exceeded its size limit of 10 GiB by 1 GiB"}`, AfterChange, StorageLimit},
		{Commit, 400, `{"message":"The file has changed since you started editing it: instances/a/config.yml"}`, Never, EditConflict},
		{Commit, 400, `{"message":"A file with this name already exists"}`, Never, EditConflict},
		{Commit, 400, `{"message":"something new"}`, Never, InvalidRequest},
		{Commit, 503, `{"message":"GitLab is in maintenance mode"}`, Later, Maintenance},
		{Hook, 422, `{"error":"Invalid url given"}`, AfterChange, OutboundRequests},
		{Hook, 422, `{"message":{"url":["is blocked: Requests to the local network are not allowed"]}}`, AfterChange, OutboundRequests},
		{HookTest, 422, `{"message":"Silent mode enabled"}`, AfterChange, SilentMode},
		{HookTest, 422, `{"message":"Hook execution failed: execution expired"}`, AfterChange, HookUnreachable},
		{Other, 401, `{"message":"401 Unauthorized"}`, AfterChange, TokenInvalid},
		{Other, 401, `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`, AfterChange, TokenInvalid},
		{Other, 403, `{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token."}`, AfterChange, TokenScope},
		{Commit, 403, `{"message":"403 Forbidden"}`, AfterChange, ""},
		{Commit, 403, `{"message":"403 Forbidden - Your IP address is not allowed by the group's restrictions"}`, AfterChange, GroupRestriction},
		{Other, 404, `{"message":"404 Project Not Found"}`, AfterChange, NotVisible},
		{Other, 404, `{"message":"404 File Not Found"}`, Never, NotFound},
		{Other, 409, `{"message":"409 Conflict"}`, Never, EditConflict},
		{Other, 413, "", Never, TooLarge},
		{Other, 429, "Retry later\n", Later, RateLimit},
		{Trigger, 500, `{"message":"500 Internal Server Error"}`, Unknown, ""},
		{Trigger, 502, "<html>", Unknown, ""},
		{Trigger, 0, "", Unknown, ""},
	}
	for _, tt := range tests {
		t.Run(string(tt.call)+" "+tt.body, func(t *testing.T) {
			words := Words([]byte(tt.body))
			got := Classify(Answer{Call: tt.call, Status: tt.status, Words: words})
			assert.Equal(t, tt.class, got.Class)
			assert.Equal(t, tt.reason, got.Reason)
			assert.Equal(t, words, got.Words, "GitLab's words are kept")
			assert.Equal(t, tt.reason.Cure(), got.Cure)
			if tt.class == AfterChange && hasReason(words) {
				assert.Contains(t, got.Explain(), words)
			}
		})
	}
}

func TestClassify_ReasonsThatNeedAChangeHaveACure(t *testing.T) {
	for _, r := range rules {
		assert.Equal(t, strings.ToLower(r.says), r.says)
		if r.class == AfterChange {
			assert.NotEmpty(t, r.reason.Cure().Do, r.says)
			assert.NotEmpty(t, r.reason.Cure().Role, r.says)
		} else {
			assert.True(t, r.reason.Cure().IsZero(), r.says)
		}
		assert.Equal(t, r.class == Later, r.after > 0, r.says)
	}
}

func TestClassify_GivesEveryAnswerAClass(t *testing.T) {
	calls := []Call{Other, Trigger, Pipeline, Commit, Hook, HookTest}
	rapid.Check(t, func(t *rapid.T) {
		a := Answer{
			Call: rapid.SampledFrom(calls).Draw(t, "call"), Status: rapid.IntRange(400, 599).Draw(t, "status"),
			Words: rapid.String().Draw(t, "words"), After: time.Duration(rapid.IntRange(0, 90).Draw(t, "after")) * time.Second,
		}
		got := Classify(a)
		assert.Contains(t, []Class{Later, AfterChange, Never, Unknown}, got.Class)
		assert.NotEmpty(t, got.Explain())
		if a.Status >= 500 && got.Class != Later {
			assert.NotEqual(t, Never, got.Class, "what a failing server did is not known")
		}
		if a.Status < 500 && a.Status != 408 {
			assert.NotEqual(t, Unknown, got.Class, "a refusal starts nothing")
		}
	})
}

func TestWith_NamesOnlyWhatWasRead(t *testing.T) {
	bare := Classify(Answer{Call: Commit, Status: 403, Words: "403 Forbidden"})
	noPipeline := Classify(Answer{Call: Trigger, Status: 400, Words: "Insufficient permissions to create a new pipeline"})
	noPush := Classify(Answer{Call: Commit, Status: 403, Words: "403 Forbidden - You are not allowed to push into this branch"})
	variables := Classify(Answer{Call: Trigger, Status: 400, Words: "Insufficient permissions to set pipeline variables"})
	for name, tt := range map[string]struct {
		from Refusal
		call Call
		read Facts
		want Reason
	}{
		"nothing is wrong":             {bare, Commit, Facts{Access: Maintainer}, ""},
		"an unknown role":              {bare, Commit, Facts{}, ""},
		"a low role":                   {bare, Commit, Facts{Access: 20}, TokenRole},
		"a protected branch":           {bare, Commit, Facts{Access: Developer, CannotPush: true}, BranchProtected},
		"archived":                     {bare, Commit, Facts{Archived: true}, Archived},
		"scheduled for deletion":       {bare, Commit, Facts{Archived: true, DeletionOn: "2026-12-01"}, DeletionScheduled},
		"retry, archived":              {bare, Action, Facts{Archived: true}, Archived},
		"retry, CI/CD disabled":        {bare, Action, Facts{CIDisabled: true}, CIDisabled},
		"retry, a role that suffices":  {bare, Action, Facts{Access: Developer}, ""},
		"trigger, archived":            {noPipeline, Trigger, Facts{Archived: true}, Archived},
		"trigger, CI/CD disabled":      {noPipeline, Trigger, Facts{CIDisabled: true}, CIDisabled},
		"trigger, all is well":         {noPipeline, Trigger, Facts{Access: Owner}, TriggerTokenOwner},
		"push, scheduled":              {noPush, Commit, Facts{DeletionOn: "2026-12-01"}, DeletionScheduled},
		"push, CI/CD has no say":       {noPush, Commit, Facts{CIDisabled: true}, BranchProtected},
		"clear words are not replaced": {variables, Trigger, Facts{Archived: true, CIDisabled: true, Access: 10}, VariablesRole},
	} {
		t.Run(name, func(t *testing.T) {
			got := tt.from.With(tt.call, tt.read)
			assert.Equal(t, tt.want, got.Reason)
			assert.Equal(t, tt.want.Cure(), got.Cure)
			assert.Equal(t, tt.from.Words, got.Words)
		})
	}
}

func TestFrom_FindsTheRefusalInsideAnError(t *testing.T) {
	_, there := From(errors.New("x"))
	assert.False(t, there)
	r := Classify(Answer{Call: Hook, Status: 422, Words: "Invalid url given"})
	got, there := From(fmt.Errorf("adding: %w", &r))
	require.True(t, there)
	assert.Equal(t, r, got)
}

func TestWords_ReadsEveryFormGitLabWrites(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"403 Forbidden - x"}`:                         "403 Forbidden - x",
		`{"message":{"base":["a","b"]}}`:                          "a; b",
		`{"message":{"key":["is invalid"],"base":["a"]}}`:         "a; key is invalid",
		`{"error":"e","error_description":"d"}`:                   "e; d",
		`{"message":{"error":"This endpoint"}}`:                   "This endpoint",
		`{"message":{"base":["x <a href='y'>Learn\n more</a>"]}}`: "x Learn more",
		`{"message":7}`: "",
		`<html>`:        "",
		``:              "",
	} {
		assert.Equal(t, want, Words([]byte(body)), body)
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte(`{"message":{"base":["a"]},"error":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		assert.NotContains(t, Words(body), "\n")
	})
}
