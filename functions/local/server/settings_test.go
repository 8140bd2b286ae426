package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/refusal"
)

// Requests of the three ways in which Ocim makes GitLab do something.
var (
	byTrigger = func() object { return object{"kind": "create", "instance": "gamma"} }
	byCommit  = func() object {
		return object{"kind": "update", "instance": "alpha", "changes": []object{{"file": "config.yml", "path": []string{"X"}, "value": "1"}}}
	}
	byPipeline = func() object { return object{"kind": "reprovision", "confirm": "campus"} }
)

// refusingSetting is a setting of GitLab's that refuses an operation.
type refusingSetting struct {
	policy  gitlabtest.Policy
	change  func(w *settingsWorld, wrong bool) // in place of the policy
	request func() object
	check   string // that finds it; empty when the project's fields do not show it
	reason  refusal.Reason
	words   string // GitLab's own
	later   bool   // it passes without anyone's help
	preview bool   // the preview is refused already: it reads the files that are to be changed
}

func (s refusingSetting) set(w *settingsWorld, wrong bool) {
	switch {
	case s.change != nil:
		s.change(w, wrong)
	case wrong:
		w.gitlab.SetPolicy(w.id, s.policy)
	default:
		w.gitlab.SetPolicy(w.id, gitlabtest.Policy{})
	}
}

func refusingSettings() map[string]refusingSetting {
	variables := "Insufficient permissions to set pipeline variables"
	deletion := func(w *settingsWorld, wrong bool) {
		w.gitlab.ScheduleDeletion(w.id, map[bool]string{true: "2026-12-01"}[wrong])
	}
	archive := func(w *settingsWorld, wrong bool) { w.gitlab.ArchiveProject(w.id, wrong) }
	rows := map[string]refusingSetting{
		"no one may set variables": {
			policy: gitlabtest.Policy{VariablesRole: "no_one_allowed"}, request: byTrigger, check: "variables", reason: refusal.VariablesRole, words: variables,
		},
		"no one may set variables, which an older GitLab looks at first": {
			policy: gitlabtest.Policy{VariablesRole: "no_one_allowed", VariablesFirst: true}, request: byTrigger, check: "variables", reason: refusal.VariablesRole, words: variables,
		},
		"only owners may set variables": {
			policy: gitlabtest.Policy{VariablesRole: "owner"}, request: byPipeline, check: "variables", reason: refusal.VariablesRole, words: variables,
		},
		"the trigger token's owner left": {
			policy: gitlabtest.Policy{TriggerOwner: "left"}, request: byTrigger, check: "triggerToken", reason: refusal.TriggerTokenOwner,
			words: "Insufficient permissions to create a new pipeline",
		},
		"the trigger token's owner may not use the branch": {
			policy: gitlabtest.Policy{TriggerOwner: "branch"}, request: byTrigger, reason: refusal.ProtectedPipeline,
			words: "You do not have sufficient permission to run a pipeline on 'main'",
		},
		"CI/CD disabled, for a trigger": {
			policy: gitlabtest.Policy{CIDisabled: true}, request: byTrigger, check: "ci", reason: refusal.CIDisabled, words: "Pipelines are disabled!",
		},
		"CI/CD disabled, for a pipeline": {
			policy: gitlabtest.Policy{CIDisabled: true}, request: byPipeline, check: "ci", reason: refusal.CIDisabled,
		},
		"a protected branch": {
			policy: gitlabtest.Policy{NoPush: true}, request: byCommit, check: "push", reason: refusal.BranchProtected,
			words: "You are not allowed to push into this branch",
		},
		"a push rule": {
			policy: gitlabtest.Policy{CommitRefusal: "Commit message does not follow the pattern 'JIRA-'"}, request: byCommit, reason: refusal.PushRules,
			words: "Commit message does not follow the pattern 'JIRA-'",
		},
		"a pre-receive hook": {
			policy: gitlabtest.Policy{CommitRefusal: "GitLab: the repository is frozen until Monday"}, request: byCommit, reason: refusal.PushRules,
			words: "the repository is frozen until Monday",
		},
		"code owners": {
			policy:  gitlabtest.Policy{CommitRefusal: "Pushes to protected branches that contain changes to files that match patterns defined in `CODEOWNERS` are disabled"},
			request: byCommit, reason: refusal.PushRules, words: "changes to files that match patterns defined in `CODEOWNERS`",
		},
		"push protection": {
			policy: gitlabtest.Policy{CommitRefusal: "PUSH BLOCKED: Secrets detected in code changes"}, request: byCommit, reason: refusal.PushRules,
			words: "PUSH BLOCKED: Secrets detected in code changes",
		},
		"a group's restriction, for a commit": {
			policy: gitlabtest.Policy{GroupRestriction: "Your IP address is not allowed by the group"}, request: byCommit, check: "project", reason: refusal.GroupRestriction,
			preview: true, words: "Your IP address is not allowed by the group",
		},
		"a group's restriction, for a pipeline": {
			policy: gitlabtest.Policy{GroupRestriction: "Your IP address is not allowed by the group"}, request: byPipeline, check: "project", reason: refusal.GroupRestriction,
			words: "Your IP address is not allowed by the group",
		},
		"a wrong configuration": {
			policy: gitlabtest.Policy{ConfigError: "jobs:deploy config contains unknown keys: scrpt"}, request: byTrigger, reason: refusal.CIConfig,
			words: "jobs:deploy config contains unknown keys",
		},
	}
	for name, request := range map[string]func() object{"trigger": byTrigger, "pipeline": byPipeline, "commit": byCommit} {
		rows["scheduled for deletion, for a "+name] = refusingSetting{change: deletion, request: request, check: "project", reason: refusal.DeletionScheduled}
		rows["archived, for a "+name] = refusingSetting{change: archive, request: request, check: "project", reason: refusal.Archived}
	}
	for file, words := range gitlabtest.PipelineRefusals {
		says := refusal.Classify(refusal.Answer{Call: refusal.Trigger, Status: http.StatusBadRequest, Words: words})
		rows["limit, "+strings.ReplaceAll(file, "/", " ")] = refusingSetting{
			policy: gitlabtest.Policy{PipelineRefusal: words}, request: byTrigger, reason: says.Reason, words: words,
			later: strings.HasSuffix(file, "limit/rate_limit.rb") || strings.HasSuffix(file, "limit/active_jobs.rb"),
		}
	}
	return rows
}

// Each setting that refuses an operation is found by the project's checks with its cure;
// an operation that is started meanwhile waits with GitLab's words and the same cure, and
// succeeds with one request once the setting is correct.
func TestSettings_AnOperationGoesOnOnceTheyAreCorrected(t *testing.T) {
	t.Parallel()
	undisturbed := map[string]int{} // pipelines, by kind
	for _, request := range []func() object{byTrigger, byCommit, byPipeline} {
		w := newSettingsWorld(t, "")
		op := w.finish(w.start(request()).ID)
		require.Equal(t, fleet.Succeeded, op.State, op.Detail)
		undisturbed[string(op.Kind)] = len(w.known())
	}
	for name, row := range refusingSettings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSettingsWorld(t, "")
			w.gitlab.ResetRequests()
			row.set(w, true)
			row.isFound(w)

			var op fleet.Operation
			if row.preview {
				row.refusesPreview(w)
			} else {
				op = w.start(row.request())
				row.waits(w, op)
			}
			if op.WaitingFor == fleet.WaitSetting {
				row.waits(w, w.retryNow(op.ID))
			}
			assert.Zero(t, w.accepted(), "nothing was started")

			row.set(w, false)
			switch {
			case row.preview:
				op = w.start(row.request())
			case row.later:
				w.settle(1)
			default:
				w.settle(1)
				assert.Equal(t, fleet.Requested, w.operation(op.ID).State, "it waits for a person")
				w.retryNow(op.ID)
			}
			op = w.finish(op.ID)
			assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
			assert.Empty(t, op.Detail)
			assert.Equal(t, 1, w.accepted(), "it was sent once")
			assert.Empty(t, op.Duplicates)
			assert.Len(t, w.known(), undisturbed[string(op.Kind)], "as if the setting had never been wrong")
			assert.Empty(t, w.checks())
		})
	}
}

// isFound runs the project's checks while the setting is wrong.
func (s refusingSetting) isFound(w *settingsWorld) {
	w.Helper()
	failing := w.checks()
	if s.check == "" {
		assert.Empty(w, failing)
		return
	}
	require.Contains(w, failing, s.check)
	assert.Len(w, failing, 1, "%v", failing)
	found := failing[s.check]
	assert.Equal(w, string(s.reason), found.Reason)
	assert.Contains(w, found.Cure, s.reason.Cure().Do)
	assert.Contains(w, found.Cure, s.reason.Cure().Place)
}

// refusesPreview previews an operation while the setting is wrong.
func (s refusingSetting) refusesPreview(w *settingsWorld) {
	w.Helper()
	status, answer := w.ask(http.MethodPost, "pipelines/v1/clusters/campus/operations/preview", s.request())
	assert.Equal(w, http.StatusBadGateway, status)
	assert.Contains(w, string(answer), s.words)
	assert.Contains(w, string(answer), s.reason.Cure().Do)
}

// waits says how an operation is answered while the setting is wrong.
func (s refusingSetting) waits(w *settingsWorld, op fleet.Operation) {
	w.Helper()
	assert.Equal(w, fleet.Requested, op.State, op.Detail)
	assert.Contains(w, op.Detail, s.words)
	if s.later {
		assert.Equal(w, fleet.WaitLimit, op.WaitingFor)
		assert.True(w, op.RetryAt.After(w.clock.Now()), op.RetryAt)
		return
	}
	assert.Equal(w, fleet.WaitSetting, op.WaitingFor)
	assert.Contains(w, op.Detail, s.reason.Cure().Do)
	assert.Contains(w, op.Detail, s.reason.Cure().Place)
}

// A setting that stops webhooks refuses no operation: it is found by the project's checks
// with its cure, an operation that is started meanwhile goes on by schedule, and the check
// passes once the setting is correct.
func TestSettings_OperationsGoOnWithoutWebhooks(t *testing.T) {
	t.Parallel()
	push := func(w *settingsWorld, n int) {
		w.gitlab.Commit(w.id, gitlabtest.CommitSpec{Message: "docs", Files: map[string]string{"README.md": fmt.Sprint(n)}})
		require.NoError(w, w.gitlab.WaitIdle(w.Context()))
	}
	const longest = 25 * time.Hour // than any pause of GitLab's
	broken := func(deliveries int) func(w *settingsWorld, wrong bool) {
		return func(w *settingsWorld, wrong bool) {
			if w.deaf.Store(wrong); !wrong {
				return
			}
			for n := range deliveries {
				push(w, n)
				w.clock.Advance(longest)
			}
			push(w, deliveries)
		}
	}
	brokenForAWhile := broken(4)
	untested := func(w *settingsWorld, wrong bool) {
		if brokenForAWhile(w, wrong); !wrong { // nothing but an event enables it
			w.clock.Advance(longest)
			push(w, 100)
		}
	}
	silent := func(w *settingsWorld, wrong bool) {
		w.gitlab.SetPolicy(w.id, gitlabtest.Policy{SilentMode: wrong})
	}
	for name, tt := range map[string]struct {
		version string // of GitLab; empty is the newest
		change  func(w *settingsWorld, wrong bool)
		reason  refusal.Reason
		says    string
	}{
		"silent mode":                         {"", silent, refusal.SilentMode, "Silent mode enabled"},
		"disabled for a while":                {"", brokenForAWhile, refusal.HookUnreachable, "GitLab stopped sending events (webhook disabled)"},
		"disabled for good":                   {"", broken(40), refusal.HookUnreachable, "GitLab stopped sending events (webhook disabled)"},
		"disabled, on a GitLab without tests": {"16.3.0", untested, refusal.HookDisabled, "GitLab disabled the webhook after failed deliveries"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSettingsWorld(t, tt.version)
			require.Empty(t, w.checks())
			tt.change(w, true)
			hook := w.checks()["webhook"]
			assert.Equal(t, string(tt.reason), hook.Reason)
			assert.Contains(t, hook.Detail, tt.says)
			assert.Contains(t, hook.Cure, tt.reason.Cure().Do)
			var shown struct{ Health fleet.ProjectHealth }
			w.do(http.MethodGet, "clusters/v1/projects/campus", nil, &shown)
			i := slices.IndexFunc(shown.Health.Checks, func(c fleet.Check) bool { return c.Check == "webhook" })
			require.NotEqual(t, -1, i)
			assert.Equal(t, []string{hook.Detail, hook.Cure}, []string{shown.Health.Checks[i].Detail, shown.Health.Checks[i].Cure}, "the project's page shows it")

			w.gitlab.ResetRequests()
			before := len(w.gitlab.Deliveries())
			op := w.finish(w.start(byTrigger()).ID)
			assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
			assert.Equal(t, 1, w.accepted())
			for _, d := range w.gitlab.Deliveries()[before:] {
				assert.NotEqual(t, http.StatusOK, d.Status, "no event came")
			}

			tt.change(w, false)
			w.settle(1)
			assert.NotContains(t, w.checks(), "webhook")
		})
	}
}

// A webhook to an address that GitLab does not allow is refused in its words, with the
// cure, and installed once the address is allowed.
func TestSettings_AWebhookIsInstalledOnceItsAddressIsAllowed(t *testing.T) {
	t.Parallel()
	w := newSettingsWorld(t, "")
	w.gitlab.SetPolicy(w.id, gitlabtest.Policy{OutboundBlocked: true})
	status, answer := w.ask(http.MethodPost, "clusters/v1/projects/campus/rotate", object{"what": "webhookSecret"})
	assert.Equal(t, http.StatusBadGateway, status, "%s", answer)
	assert.Contains(t, string(answer), "Invalid url given")
	assert.Contains(t, string(answer), "OCIM_PUBLIC_URL")
	op := w.finish(w.start(byTrigger()).ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)

	w.gitlab.SetPolicy(w.id, gitlabtest.Policy{})
	w.do(http.MethodPost, "clusters/v1/projects/campus/rotate", object{"what": "webhookSecret"}, nil)
	assert.Empty(t, w.checks())
}

// Up to 17, GitLab saves a triggered pipeline whose configuration is wrong as failed: so
// has the operation, in GitLab's words, and it succeeds when it is requested again.
func TestSettings_AWrongConfigurationOfAnOlderGitLab(t *testing.T) {
	t.Parallel()
	w := newSettingsWorld(t, "17.11.0")
	const words = "jobs:deploy script can't be blank"
	w.gitlab.SetPolicy(w.id, gitlabtest.Policy{ConfigError: words})
	op := w.finish(w.start(byTrigger()).ID)
	assert.Equal(t, fleet.Broken, op.State)
	assert.Contains(t, op.Detail, words)

	w.gitlab.SetPolicy(w.id, gitlabtest.Policy{})
	w.gitlab.ResetRequests()
	op = w.finish(w.start(byTrigger()).ID)
	assert.Equal(t, fleet.Succeeded, op.State, op.Detail)
	assert.Equal(t, 1, w.accepted())
}
