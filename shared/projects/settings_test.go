package projects_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// setting is one of GitLab's settings that refuse what Ocim does.
type setting struct {
	policy gitlabtest.Policy
	set    func(*world) // in place of a policy
	unset  func(*world)
	check  string // that finds it; empty when the project's fields do not show it
	reason refusal.Reason
	call   refusal.Call // that it refuses; empty is none of an operation's
	class  refusal.Class
	words  string // GitLab's own, kept in the operation's answer
}

var settings = map[string]setting{
	"no one may set pipeline variables": {
		policy: gitlabtest.Policy{VariablesRole: "no_one_allowed"}, check: "variables", reason: refusal.VariablesRole,
		call: refusal.Trigger, class: refusal.AfterChange, words: "Insufficient permissions to set pipeline variables",
	},
	"no one may set pipeline variables, older GitLab": {
		policy: gitlabtest.Policy{VariablesRole: "no_one_allowed", VariablesFirst: true}, check: "variables", reason: refusal.VariablesRole,
		call: refusal.Trigger, class: refusal.AfterChange, words: "Insufficient permissions to set pipeline variables",
	},
	"only owners may set pipeline variables": {
		policy: gitlabtest.Policy{VariablesRole: "owner"}, check: "variables", reason: refusal.VariablesRole,
		call: refusal.Pipeline, class: refusal.AfterChange, words: "Insufficient permissions to set pipeline variables",
	},
	"the trigger token's owner left": {
		policy: gitlabtest.Policy{TriggerOwner: "left"}, check: "triggerToken", reason: refusal.TriggerTokenOwner,
		call: refusal.Trigger, class: refusal.AfterChange, words: "Insufficient permissions to create a new pipeline",
	},
	"the trigger token's owner may not run pipelines on the branch": {
		policy: gitlabtest.Policy{TriggerOwner: "branch"}, reason: refusal.ProtectedPipeline, // GitLab looks at an existing branch only
		call: refusal.Trigger, class: refusal.AfterChange, words: "You do not have sufficient permission to run a pipeline on 'main'",
	},
	"CI/CD disabled": {
		policy: gitlabtest.Policy{CIDisabled: true}, check: "ci", reason: refusal.CIDisabled,
		call: refusal.Trigger, class: refusal.AfterChange, words: "Pipelines are disabled!",
	},
	"CI/CD disabled, for a pipeline of the API": {
		policy: gitlabtest.Policy{CIDisabled: true}, check: "ci", reason: refusal.CIDisabled,
		call: refusal.Pipeline, class: refusal.AfterChange, words: "403 Forbidden",
	},
	"a protected branch": {
		policy: gitlabtest.Policy{NoPush: true}, check: "push", reason: refusal.BranchProtected,
		call: refusal.Commit, class: refusal.AfterChange, words: "You are not allowed to push into this branch",
	},
	"scheduled for deletion": {
		set:   func(w *world) { w.Server.ScheduleDeletion(w.ProjectID, "2026-12-01") },
		unset: func(w *world) { w.Server.ScheduleDeletion(w.ProjectID, "") },
		check: "project", reason: refusal.DeletionScheduled,
		call: refusal.Trigger, class: refusal.AfterChange, words: "Insufficient permissions to create a new pipeline",
	},
	"archived": {
		set:   func(w *world) { w.Server.ArchiveProject(w.ProjectID, true) },
		unset: func(w *world) { w.Server.ArchiveProject(w.ProjectID, false) },
		check: "project", reason: refusal.Archived,
		call: refusal.Commit, class: refusal.AfterChange, words: "403 Forbidden",
	},
	"a push rule": {
		policy: gitlabtest.Policy{CommitRefusal: "Commit message does not follow the pattern 'JIRA-'"}, reason: refusal.PushRules,
		call: refusal.Commit, class: refusal.AfterChange, words: "Commit message does not follow the pattern 'JIRA-'",
	},
	"a pre-receive hook": {
		policy: gitlabtest.Policy{CommitRefusal: "GitLab: the repository is frozen until Monday"}, reason: refusal.PushRules,
		call: refusal.Commit, class: refusal.AfterChange, words: "the repository is frozen until Monday",
	},
	"a group's restriction": {
		policy: gitlabtest.Policy{GroupRestriction: "Your IP address is not allowed by the group"}, check: "project", reason: refusal.GroupRestriction,
		call: refusal.Commit, class: refusal.AfterChange, words: "Your IP address is not allowed by the group",
	},
	"outbound requests blocked": {
		policy: gitlabtest.Policy{OutboundBlocked: true}, reason: refusal.OutboundRequests,
		call: refusal.Hook, class: refusal.AfterChange, words: "Invalid url given",
	},
	"silent mode": {
		policy: gitlabtest.Policy{SilentMode: true}, check: "webhook", reason: refusal.SilentMode,
		call: refusal.HookTest, class: refusal.AfterChange, words: "Silent mode enabled",
	},
	"a wrong configuration": {
		policy: gitlabtest.Policy{ConfigError: "jobs:deploy config contains unknown keys: scrpt"}, reason: refusal.CIConfig,
		call: refusal.Trigger, class: refusal.AfterChange, words: "jobs:deploy config contains unknown keys scrpt",
	},
}

// refused makes a call that an operation makes, and gives its error.
func (w *world) refused(t *testing.T, call refusal.Call) error {
	t.Helper()
	project, err := w.GitLab.Open(t.Context(), w.Project(t))
	require.NoError(t, err)
	vars := map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"}
	switch call {
	case refusal.Trigger:
		_, err = project.Trigger(t.Context(), grove.Trigger{Ref: "main", Variables: vars})
	case refusal.Pipeline:
		_, err = project.Run(t.Context(), grove.Pipeline{Ref: "main", Variables: vars})
	case refusal.Commit:
		_, err = project.Commit(t.Context(), grove.Commit{Branch: "main", Message: "[AutoDeploy][Update] alpha|7", Actions: []grove.Action{
			{Action: grove.UpdateFile, Path: "instances/alpha/grove.yml", Content: []byte("B: 2\n")},
		}})
	case refusal.Hook:
		err = w.Projects.RotateWebhook(t.Context(), "campus", ada)
	case refusal.HookTest:
		hook, found := w.remote(t).HookAt(t.Context(), int64(w.ProjectID), w.Webhook("campus"))
		require.NoError(t, found)
		err = w.remote(t).TestHook(t.Context(), int64(w.ProjectID), hook.ID)
	}
	return err
}

func (s setting) apply(w *world) {
	if s.set != nil {
		s.set(w)
		return
	}
	w.Server.SetPolicy(w.ProjectID, s.policy)
}

func (s setting) end(w *world) {
	if s.unset != nil {
		s.unset(w)
		return
	}
	w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{})
}

// Each setting is found by its check with its cure, explains the refusal of an
// operation in GitLab's words and with the same cure, and refuses nothing any more
// once it was corrected.
func TestSettings_AreFoundAndExplained(t *testing.T) {
	for name, tt := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "alpha")
			w.Add(t)
			require.NoError(t, w.refused(t, tt.call), "without the setting")
			tt.apply(w)

			checks, err := w.Projects.CheckProject(t.Context(), "campus", "")
			require.NoError(t, err)
			for _, c := range checks {
				assert.Equal(t, c.Check == tt.check, c.State == fleet.CheckFailed, "%+v", c)
				if c.Check == tt.check {
					assert.Equal(t, string(tt.reason), c.Reason)
					assert.Contains(t, c.Cure, tt.reason.Cure().Place)
				}
			}
			err = w.refused(t, tt.call)
			require.Error(t, err)
			r, is := refusal.From(err)
			require.True(t, is, err)
			assert.Equal(t, tt.class, r.Class)
			assert.Equal(t, tt.reason, r.Reason)
			assert.Contains(t, r.Words, tt.words)
			assert.Contains(t, fault.Message(err), tt.reason.Cure().Do)

			tt.end(w)
			require.NoError(t, w.refused(t, tt.call), "once it is corrected")
			checks, err = w.Projects.CheckProject(t.Context(), "campus", "")
			require.NoError(t, err)
			for _, c := range checks {
				assert.NotEqual(t, fleet.CheckFailed, c.State, "%+v", c)
			}
		})
	}
}

// Every limit of GitLab's pipeline creation has a class, and its words stay.
func TestPipelineRefusals_AreClassified(t *testing.T) {
	later := []string{"chain/limit/rate_limit.rb", "chain/limit/active_jobs.rb"}
	for file, words := range gitlabtest.PipelineRefusals {
		w := newWorld(t, "alpha") // each with a budget of its own
		w.Add(t)
		w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{PipelineRefusal: words})
		for _, call := range []refusal.Call{refusal.Trigger, refusal.Pipeline} {
			err := w.refused(t, call)
			r, is := refusal.From(err)
			require.True(t, is, "%s: %v", file, err)
			assert.Equal(t, words, r.Words)
			if assert.NotEmpty(t, r.Reason, file); file == later[0] || file == later[1] {
				assert.Equal(t, refusal.Later, r.Class, file)
				assert.Equal(t, fault.Limited, fault.KindOf(err), file)
			} else {
				assert.Equal(t, refusal.AfterChange, r.Class, file)
				assert.Equal(t, fault.Upstream, fault.KindOf(err), file)
				assert.False(t, r.Cure.IsZero(), file)
			}
		}
	}
}

// A check looks only at what the token may see: adding reports the same settings.
func TestCheck_FindsThreeWrongSettingsOneAfterAnother(t *testing.T) {
	w := newWorld(t, "alpha")
	wrong := gitlabtest.Policy{VariablesRole: "no_one_allowed", NoPush: true, CIDisabled: true}
	w.Server.SetPolicy(w.ProjectID, wrong)
	failing := func() map[string]bool {
		checks, err := w.Projects.Check(t.Context(), w.Request, "")
		require.NoError(t, err)
		out := map[string]bool{}
		for _, c := range checks {
			if c.State == fleet.CheckFailed {
				out[c.Check] = true
			}
		}
		return out
	}
	assert.Equal(t, map[string]bool{"variables": true, "push": true, "ci": true}, failing())
	wrong.CIDisabled = false
	w.Server.SetPolicy(w.ProjectID, wrong)
	assert.Equal(t, map[string]bool{"variables": true, "push": true}, failing())
	wrong.NoPush = false
	w.Server.SetPolicy(w.ProjectID, wrong)
	assert.Equal(t, map[string]bool{"variables": true}, failing())
	w.Server.SetPolicy(w.ProjectID, gitlabtest.Policy{})
	assert.Empty(t, failing())
	w.Add(t)
}

// The same project under another address of the same server is refused.
func TestAdd_RefusesTheSameProjectUnderAnotherAddress(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Add(t)
	for _, address := range []string{w.Server.URL() + "/api/v4", w.Server.URL() + "/", "HTTP" + w.Server.URL()[4:], "http://localhost" + w.Server.URL()[len("http://127.0.0.1"):]} {
		again := w.Request
		again.GitLabURL = address
		checks, err := w.Projects.Check(t.Context(), again, "project")
		require.NoError(t, err)
		assert.Contains(t, checks[0].Detail, "already in the fleet, as campus", address)
		_, _, err = w.Projects.Add(t.Context(), again)
		assert.True(t, fault.Is(err, fault.Conflict), "%s: %v", address, err)
	}
}

// The address of the API is stored as that of the server.
func TestAdd_StoresTheServersRoot(t *testing.T) {
	for _, below := range []string{"/api/v4", "/api/v4/", "/"} {
		t.Run(below, func(t *testing.T) {
			w := newWorld(t, "alpha")
			w.Request.GitLabURL = w.Server.URL() + below
			added, _, err := w.Projects.Add(t.Context(), w.Request)
			require.NoError(t, err)
			stored, err := w.Store.Project(t.Context(), added.ID)
			require.NoError(t, err)
			assert.Equal(t, w.Server.URL(), stored.GitLabURL)
			assert.Equal(t, w.Server.URL(), added.GitLabURL)
		})
	}
}

func TestAdd_GivesTheTimesItWasStoredWith(t *testing.T) {
	w := newWorld(t, "alpha")
	project, _, err := w.Projects.Add(t.Context(), w.Request)
	require.NoError(t, err)
	assert.Equal(t, w.Clock.Now(), project.CreatedAt)
	assert.Equal(t, w.Clock.Now(), project.UpdatedAt)
}

// While the circuit leaves a failing server alone, no one blames a firewall.
func TestCheckReachable_ExplainsTheCircuit(t *testing.T) {
	w := newWorld(t, "alpha")
	w.Server.Fail(gitlabtest.Fault{Status: 500})
	var last fleet.Check
	for range 4 {
		checks, err := w.Projects.Check(t.Context(), w.Request, "reachable")
		require.NoError(t, err)
		last = checks[0]
	}
	assert.Equal(t, fleet.CheckFailed, last.State)
	assert.NotContains(t, last.Cure, "firewall")
	assert.Contains(t, last.Cure, "Wait a moment")
}

// What a token is decides what becomes of Ocim when a person leaves.
func TestCheckToken_ShowsWhoseTokenItIs(t *testing.T) {
	for user, want := range map[string]string{
		"project_7_bot_1a2b":         "It is a project token",
		"group_12_bot_ab":            "It is a group token",
		"service_account_group_1_ab": "It is a service account token",
		"ada":                        "It is the personal token of ada: Ocim loses access when that account leaves",
	} {
		w := newWorld(t, "alpha")
		w.Request.APIToken = secret.New(w.Server.AddToken(gitlabtest.TokenSpec{User: user}))
		checks, err := w.Projects.Check(t.Context(), w.Request, "token")
		require.NoError(t, err)
		assert.Equal(t, fleet.CheckPassed, checks[0].State)
		assert.Contains(t, checks[0].Detail, want)
	}
}

// A server's version decides what Ocim asks of it, and the operator is warned.
func TestCheckReachable_ReportsWhatAVersionCannotDo(t *testing.T) {
	for version, want := range map[string]struct {
		state  fleet.CheckState
		detail string
	}{
		"15.4.6": {fleet.CheckFailed, "Ocim needs 15.5 or newer"},
		"16.3.0": {fleet.CheckPassed, "cannot send test events (since 16.11)"},
		"17.1.0": {fleet.CheckPassed, "cannot list the deliveries of a webhook (since 17.3)"},
		"18.8.2": {fleet.CheckPassed, "GitLab 18.8 answers"},
	} {
		t.Run(version, func(t *testing.T) {
			server := gitlabtest.Start(t, gitlabtest.Options{Version: version})
			client, err := gitlab.New(server.URL(), secret.New(server.AddToken(gitlabtest.TokenSpec{})), gitlab.NewTransport(gitlab.Options{AllowHTTP: true}))
			require.NoError(t, err)
			w := newWorld(t)
			w.Request.GitLabURL = server.URL()
			w.Request.APIToken = secret.New(server.AddToken(gitlabtest.TokenSpec{}))
			checks, err := w.Projects.Check(t.Context(), w.Request, "reachable")
			require.NoError(t, err)
			assert.Equal(t, want.state, checks[0].State)
			assert.Contains(t, checks[0].Detail, want.detail)
			got, err := gitlab.ProjectAdmin{Client: client}.Reach(t.Context())
			require.NoError(t, err)
			assert.Equal(t, version[:4], fmt.Sprint(got))
		})
	}
}
