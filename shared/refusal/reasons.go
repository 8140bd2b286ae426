package refusal

import "maps"

// Reason names why GitLab refuses. Its text is also the anchor of its section in
// the manual.
type Reason string

// The reasons that have a cure.
const (
	VariablesRole       Reason = "variables-role"
	TriggerTokenOwner   Reason = "trigger-token-owner"
	TriggerTokenUnknown Reason = "trigger-token-unknown"
	ProtectedPipeline   Reason = "protected-branch-pipeline"
	CIDisabled          Reason = "ci-disabled"
	CIConfig            Reason = "ci-configuration"
	CIRules             Reason = "ci-rules"
	BranchProtected     Reason = "protected-branch-push"
	BranchMissing       Reason = "branch-missing"
	PushRules           Reason = "push-rules"
	StorageLimit        Reason = "storage-limit"
	DeletionScheduled   Reason = "scheduled-for-deletion"
	Archived            Reason = "archived"
	TokenInvalid        Reason = "api-token-refused"
	TokenScope          Reason = "api-token-scope"
	TokenRole           Reason = "api-token-role"
	NotVisible          Reason = "project-not-visible"
	OutboundRequests    Reason = "outbound-requests"
	SilentMode          Reason = "silent-mode"
	HookDisabled        Reason = "webhook-disabled"
	HookUnreachable     Reason = "webhook-not-delivered"
	Verification        Reason = "identity-verification"
	ExternalValidation  Reason = "external-validation"
	PipelineSize        Reason = "pipeline-size"
	Policy              Reason = "security-policy"
	GroupRestriction    Reason = "group-restriction"
)

// The reasons without one: they pass by themselves, or the request is wrong.
const (
	RateLimit      Reason = "rate-limit"
	PipelineLimit  Reason = "too-many-pipelines"
	ActiveJobs     Reason = "too-many-active-jobs"
	Maintenance    Reason = "maintenance"
	EditConflict   Reason = "edit-conflict"
	TooLarge       Reason = "too-large"
	NotFound       Reason = "not-found"
	InvalidRequest Reason = "invalid-request"
)

// Cures gives the cure of each reason that has one, by reason.
func Cures() map[Reason]Cure { return maps.Clone(cures) }

// Cure is what to do about a reason; zero when there is nothing to do.
func (r Reason) Cure() Cure { return cures[r] }

const (
	maintainer = "Maintainer role"
	owner      = "Owner role"
	admin      = "administrator of the GitLab server"
)

var cures = map[Reason]Cure{
	VariablesRole: {
		"Minimum role to use pipeline variables", "Settings > CI/CD > Variables",
		maintainer + "; if it is now No one allowed or Owner, the Owner role",
		"Set the minimum role to use pipeline variables to Maintainer or lower",
	},
	TriggerTokenOwner: {
		"Pipeline trigger token", "Settings > CI/CD > Pipeline trigger tokens", maintainer,
		"The account that created the trigger token may not run pipelines here: it left, was blocked or lost its role. " +
			"Create a trigger token with an account that stays and has at least the Maintainer role, and enter it in Ocim",
	},
	TriggerTokenUnknown: {
		"Pipeline trigger token", "Settings > CI/CD > Pipeline trigger tokens", maintainer,
		"Create a trigger token in this project and enter it in Ocim",
	},
	ProtectedPipeline: {
		"Allowed to merge, Allowed to push and merge", "Settings > Repository > Protected branches", maintainer,
		"Allow the account that created the token to push or merge to the default branch, or create the token with an account that may",
	},
	CIDisabled: {
		"CI/CD", "Settings > General > Visibility, project features, permissions", maintainer,
		"Turn on CI/CD for the project",
	},
	CIConfig: {
		".gitlab-ci.yml", "Build > Pipeline editor", "Developer role",
		"Correct the project's CI configuration",
	},
	CIRules: {
		"rules and workflow in .gitlab-ci.yml", "Build > Pipeline editor", "Developer role",
		"Let the rules in the project's CI configuration run jobs for pipelines that a trigger or the API starts",
	},
	BranchProtected: {
		"Allowed to push and merge", "Settings > Repository > Protected branches", maintainer,
		"Allow the API token's account to push to the default branch; Grove's own jobs push there, too",
	},
	BranchMissing: {
		"Default branch", "Settings > Repository > Branch defaults", maintainer,
		"The branch does not exist. Run the project's checks in Ocim, which take over the default branch",
	},
	PushRules: {
		"Push rules, hooks, code owners or push protection", "Settings > Repository > Push rules; Secure > Security configuration", maintainer,
		"Allow commits whose message starts with [AutoDeploy] and whose author is the API token's account",
	},
	StorageLimit: {
		"Storage", "Settings > Usage quotas", owner,
		"Free storage in the project or raise its limit",
	},
	DeletionScheduled: {
		"Restore project", "Settings > General > Advanced", owner,
		"The project is scheduled for deletion. Restore it in GitLab, or remove it from Ocim",
	},
	Archived: {
		"Unarchive project", "Settings > General > Advanced", owner,
		"The project is archived and read-only. Unarchive it in GitLab, or remove it from Ocim",
	},
	TokenInvalid: {
		"API token", "Settings > Access tokens", maintainer,
		"The API token has expired, was revoked or is mistyped. Create a token with the api scope and enter it in Ocim",
	},
	TokenScope: {
		"Scopes of the API token", "Settings > Access tokens", maintainer,
		"Create a token with the api scope and enter it in Ocim",
	},
	TokenRole: {
		"Role of the API token's account", "Manage > Members", maintainer,
		"Give the API token's account the Maintainer role in this project, or enter a token that has it",
	},
	NotVisible: {
		"Members", "Manage > Members", maintainer,
		"The project does not exist, or the API token may not see it. Check the project's id or path, and make the token's account a member",
	},
	OutboundRequests: {
		"Outbound requests", "Admin > Settings > Network > Outbound requests", admin,
		"Check that OCIM_PUBLIC_URL is the address at which GitLab reaches Ocim. " +
			"If it is in a private network, allow requests to it from webhooks and integrations",
	},
	SilentMode: {
		"Silent mode", "Admin > Settings > General > Silent Mode", admin,
		"GitLab sends no webhooks in silent mode. Ocim reads changes on schedule until it is turned off",
	},
	HookDisabled: {
		"Webhook", "Settings > Webhooks", maintainer,
		"GitLab stopped sending after failed deliveries. Correct what the recent deliveries show, then send a test, which enables the webhook again",
	},
	HookUnreachable: {
		"OCIM_PUBLIC_URL", "Settings > Webhooks > Edit > Recent events", maintainer,
		"Check that GitLab reaches OCIM_PUBLIC_URL over a certificate that it trusts",
	},
	Verification: {
		"Account verification", "User settings > Account", "owner of the account",
		"Verify the account that created the token, as GitLab.com asks on its pipelines page",
	},
	ExternalValidation: {
		"External pipeline validation", "Admin > Settings > CI/CD", admin,
		"The server's external validation service refused the pipeline. Ask the server's administrator",
	},
	PipelineSize: {
		"Jobs or deployments in one pipeline", "Admin > Settings > CI/CD > Limits", admin,
		"Raise the limit of the plan, or generate fewer jobs in the project's CI configuration",
	},
	Policy: {
		"Security policies", "Secure > Policies", "Owner role of the group",
		"Correct or relax the group's security policy",
	},
	GroupRestriction: {
		"", "", "Owner role of the group, or administrator",
		"Ask the owner of the group in GitLab",
	},
}
