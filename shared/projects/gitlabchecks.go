package projects

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/refusal"
)

// Versions of GitLab that brought what Ocim uses; shared/docs/gitlab.md lists
// them, too.
var (
	oldestVersion   = Version{15, 5}  // GET /personal_access_tokens/self
	testHookVersion = Version{16, 11} // POST /projects/:id/hooks/:hook/test/:event
	hookLogVersion  = Version{17, 3}  // GET /projects/:id/hooks/:hook/events
)

func (s *Service) checkReachable(ctx context.Context, sub *subject) result {
	version, err := sub.remote.Reach(ctx)
	switch {
	case fault.Is(err, fault.Unavailable) && retriesSoon(err):
		return failed(err, "Ocim asked this server too often while it failed. Wait a moment, then check again.")
	case fault.Is(err, fault.Unavailable), fault.Is(err, fault.Limited):
		return failed(err, "Open "+sub.GitLabURL+" from where Ocim runs. Check the name, the firewall between and the certificate.")
	case fault.Is(err, fault.NotFound):
		return failed(err, "Enter the root of a GitLab server, such as https://gitlab.example.org, without a group or project. "+
			"If it is GitLab, check whether it or a proxy before it blocks Ocim.")
	case err != nil:
		return failed(err, "Enter the root of a GitLab server with https. A server in a private network has to be allowed in OCIM_GITLAB_ALLOW_NETWORKS.")
	case !version.atLeast(oldestVersion.Major, oldestVersion.Minor):
		return problem(fmt.Sprintf("The server runs GitLab %s. Ocim needs %s or newer.", version, oldestVersion), "Upgrade the GitLab server.")
	}
	sub.version = version
	return passed("GitLab %s answers at %s.%s", versionText(version), sub.GitLabURL, missing(version))
}

// retriesSoon reports whether an error comes from the circuit that leaves a
// failing server alone.
func retriesSoon(err error) bool {
	f := (*fault.Error)(nil)
	return errors.As(err, &f) && f.RetryAfter > 0
}

func versionText(v Version) string {
	if v == (Version{}) {
		return "(version unknown)"
	}
	return v.String()
}

// missing says what a server cannot do that newer ones can.
func missing(v Version) string {
	switch {
	case !v.atLeast(testHookVersion.Major, testHookVersion.Minor):
		return fmt.Sprintf(" It cannot send test events (since %s) or list deliveries (since %s): Ocim notices an unreachable webhook only when events are missed.", testHookVersion, hookLogVersion)
	case !v.atLeast(hookLogVersion.Major, hookLogVersion.Minor):
		return fmt.Sprintf(" It cannot list the deliveries of a webhook (since %s).", hookLogVersion)
	}
	return ""
}

const newToken = "Create a token with the api scope and the Maintainer role in the project's or its group's settings, under Access tokens, and enter it here."

func (s *Service) checkToken(ctx context.Context, sub *subject) result {
	t, err := sub.remote.Token(ctx)
	if err != nil {
		return failed(err, newToken)
	}
	sub.expires = t.ExpiresAt
	if !slices.Contains(t.Scopes, "api") {
		r := because(refusal.TokenScope, "The token %q has only the scopes %s.", t.Name, strings.Join(t.Scopes, ", "))
		r.cure = newToken
		return r
	}
	detail := fmt.Sprintf("The token %q has the api scope", t.Name)
	switch left := t.ExpiresAt.Sub(s.Now()); {
	case t.ExpiresAt.IsZero():
		detail += " and does not expire."
	case left < fleet.TokenSoon:
		detail += fmt.Sprintf(", but expires on %s: replace it before then.", t.ExpiresAt.Format(time.DateOnly))
	default:
		detail += fmt.Sprintf(" until %s.", t.ExpiresAt.Format(time.DateOnly))
	}
	return passed("%s%s", detail, ownerText(t))
}

// ownerText says what kind of token it is, and warns of one that leaves with a
// person.
func ownerText(t Token) string {
	switch t.Kind {
	case "":
		return ""
	case "personal":
		return fmt.Sprintf(" It is the personal token of %s: Ocim loses access when that account leaves. A project, group or service account token stays.", t.Owner)
	}
	return fmt.Sprintf(" It is a %s token (%s).", t.Kind, t.Owner)
}

func (s *Service) checkProject(ctx context.Context, sub *subject) result {
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "Check the id or path. GitLab answers the same for a project of which the token's account is not a member.")
	}
	p := found.Project
	if sub.known == nil {
		id, err := s.existing(ctx, p)
		if err != nil {
			return failed(err, "Try again.")
		}
		if id != "" {
			return problem(p.Path+" is already in the fleet, as "+id+".", "Change it under Administration, GitLab projects.")
		}
	}
	access, err := s.access(ctx, sub, found)
	switch {
	case found.DeletionOn != "":
		return because(refusal.DeletionScheduled, "GitLab deletes %s on %s; until then it is read-only.", p.Path, found.DeletionOn)
	case found.Archived:
		return because(refusal.Archived, "%s is archived: it can be read, but nothing can be deployed.", p.Path)
	case err != nil:
		return failed(err, newToken).at("apiToken")
	case access > 0 && access < maintainer:
		return because(refusal.TokenRole, "The role of the token's account in %s is lower than Maintainer.", p.Path).at("apiToken")
	case sub.known != nil && sub.known.Path != p.Path:
		return passed("The project is now %s; it was %s before.", p.Path, sub.known.Path)
	}
	return passed("The project is %s, number %d.", p.Path, p.GitLabID)
}

// access is the role of the token's account, which may come by a group that was
// invited; 0 when GitLab does not report it.
func (s *Service) access(ctx context.Context, sub *subject, found *Found) (int, error) {
	if found.Access > 0 {
		return found.Access, nil
	}
	level, err := sub.remote.Access(ctx, found.Project.GitLabID)
	if err == nil {
		found.Access = level
	}
	return level, err
}

// existing gives the id of the project of the fleet that is this one at GitLab,
// whatever address of the server was entered; empty when there is none.
func (s *Service) existing(ctx context.Context, p fleet.Project) (string, error) {
	projects, err := s.Fleet.Projects(ctx)
	if err != nil {
		return "", err
	}
	for _, known := range projects {
		if known.GitLabID == p.GitLabID && strings.EqualFold(serverOf(known), serverOf(p)) {
			return known.ID, nil
		}
	}
	return "", nil
}

// serverOf is the root of a project's server as GitLab itself writes it; as it was
// entered when GitLab does not report it.
func serverOf(p fleet.Project) string {
	if root, ok := strings.CutSuffix(p.WebURL, "/"+p.Path); ok && root != "" {
		return root
	}
	return p.GitLabURL
}

func (s *Service) checkBranch(_ context.Context, _ *subject, found *Found) result {
	if found.Project.DefaultBranch == "" {
		return problem("The repository is empty: it has no default branch.", "Push a Grove repository to it.")
	}
	return passed("The default branch is %s.", found.Project.DefaultBranch)
}

func (s *Service) checkLayout(ctx context.Context, sub *subject, found *Found) result {
	branch := found.Project.DefaultBranch
	if branch == "" {
		return skipped("The repository is empty.")
	}
	layout, err := sub.remote.Layout(ctx, found.Project.GitLabID, branch)
	switch {
	case err != nil:
		return failed(err, "See the check of the API token.").at("apiToken")
	case !layout.ClusterFile:
		return problem("There is no cluster.yml on "+branch+".", "Check that this is a Grove repository, made from Grove's template, and push its cluster.yml to "+branch+".")
	case !layout.Instances:
		return passed("cluster.yml is there; the folder instances comes with the first instance.")
	}
	return passed("cluster.yml and instances are there.")
}

func (s *Service) checkPush(ctx context.Context, sub *subject, found *Found) result {
	branch := found.Project.DefaultBranch
	if branch == "" {
		return skipped("The repository is empty.")
	}
	may, err := sub.remote.CanPush(ctx, found.Project.GitLabID, branch)
	switch {
	case err != nil:
		return failed(err, "See the check of the API token.")
	case !may:
		return because(refusal.BranchProtected, "The branch %s is protected: the token's account may not push to it.", branch)
	}
	return passed("The token's account may push to %s.", branch)
}

func (s *Service) checkCI(_ context.Context, _ *subject, found *Found) result {
	if found.CIDisabled {
		return because(refusal.CIDisabled, "CI/CD is turned off in %s: no pipeline can run.", found.Project.Path)
	}
	return passed("CI/CD is turned on.")
}

// checkVariables judges the least role for pipeline variables. Every trigger sets
// variables, its payload among them.
func (s *Service) checkVariables(ctx context.Context, sub *subject, found *Found) result {
	access, err := s.access(ctx, sub, found)
	if err != nil {
		return failed(err, "See the check of the project.")
	}
	switch role := found.VariablesRole; {
	case role == "no_one_allowed":
		return because(refusal.VariablesRole, "No one may set pipeline variables in %s, so every trigger is refused.", found.Project.Path)
	case role == "owner" && access < owner:
		return because(refusal.VariablesRole, "Only owners may set pipeline variables in %s, and the token's account is not one.", found.Project.Path)
	case role == "maintainer" && access > 0 && access < maintainer, role == "" && found.VariablesRestricted && access > 0 && access < maintainer:
		return because(refusal.VariablesRole, "Only maintainers may set pipeline variables in %s, and the token's account is not one.", found.Project.Path)
	case role == "":
		return passed("This GitLab server does not limit pipeline variables by role.")
	default:
		return passed("Pipeline variables may be set by the %s role.", role)
	}
}

func (s *Service) checkTrigger(ctx context.Context, sub *subject, found *Found) result {
	if sub.TriggerToken.IsZero() {
		return because(refusal.TriggerTokenUnknown, "There is no trigger token.")
	}
	err := sub.remote.TryTrigger(ctx, found.Project.GitLabID, sub.TriggerToken)
	if err == nil {
		return passed("GitLab accepts the trigger token.")
	}
	r, is := refusal.From(err)
	switch {
	case is && r.Reason == refusal.TriggerTokenUnknown:
		return because(r.Reason, "GitLab does not know the trigger token.")
	case is && r.Reason == refusal.VariablesRole:
		// The check variables says so of the project; the token itself is good.
		return passed("GitLab knows the trigger token.")
	case is && r.Reason == refusal.CIDisabled:
		return skipped("GitLab does not look at the trigger token while CI/CD is turned off.")
	}
	return failed(err, refusal.TriggerTokenUnknown.Cure().String())
}

func (s *Service) checkWebhook(ctx context.Context, sub *subject) result {
	if sub.id == "" {
		return skipped("Ocim installs the webhook when the project is added.")
	}
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "See the check of the project.")
	}
	const again = "Rotate the webhook's secret here: that installs the webhook again."
	address := s.WebhookAddress(sub.id)
	hook, err := sub.remote.HookAt(ctx, found.Project.GitLabID, address)
	switch {
	case fault.Is(err, fault.NotFound):
		return problem("The project has no webhook to "+address+".", again)
	case err != nil:
		return failed(err, "See the check of the API token.")
	case !hook.Pipelines || !hook.Pushes:
		return problem("The webhook does not send both pipeline and push events.", again)
	}
	if r := s.checkDelivery(ctx, sub, found.Project.GitLabID, hook); r.state == fleet.CheckFailed {
		return r
	}
	record, err := s.Fleet.SyncRecord(ctx, sub.id)
	if err != nil {
		return failed(err, "Try again.")
	}
	if at := record.MissedSince; !at.IsZero() {
		return problem("GitLab sent no event of a pipeline that ended at "+at.UTC().Format("2006-01-02 15:04:05 UTC")+"; the schedule found it.",
			"Check that GitLab reaches "+address+". The project's settings under Webhooks show what GitLab received as an answer. This ends with the next pipeline event that arrives.")
	}
	return passed("GitLab sends pipeline and push events%s.", signedText(hook))
}

func signedText(h Hook) string {
	if h.Signed {
		return ", and signs them"
	}
	return ""
}

// checkDelivery lets GitLab deliver a test event. A delivery also enables a webhook
// that GitLab had disabled.
func (s *Service) checkDelivery(ctx context.Context, sub *subject, project int64, hook Hook) result {
	last := ""
	if sub.version.atLeast(hookLogVersion.Major, hookLogVersion.Minor) {
		last, _ = sub.remote.FailedDelivery(ctx, project, hook.ID) // older servers have no list: then GitLab's other words do
	}
	if last != "" {
		last = " The newest delivery before failed: " + last + "."
	}
	err := error(fault.New(fault.NotFound, "too old"))
	if sub.version.atLeast(testHookVersion.Major, testHookVersion.Minor) {
		err = sub.remote.TestHook(ctx, project, hook.ID)
	}
	r, is := refusal.From(err)
	switch {
	case err == nil:
		return passed("GitLab delivered a test event.")
	case is && (r.Reason == refusal.HookUnreachable || r.Reason == refusal.SilentMode || r.Reason == refusal.OutboundRequests || r.Reason == refusal.HookDisabled):
		detail := "GitLab could not deliver a test event: " + r.Words + "."
		if hook.Disabled {
			detail = "GitLab stopped sending events (webhook disabled). A test event failed, too: " + r.Words + "."
		}
		return because(r.Reason, "%s%s", detail, last)
	case hook.Disabled:
		return because(refusal.HookDisabled, "GitLab disabled the webhook after failed deliveries.%s", last)
	}
	return skipped("This GitLab server sends no test events.")
}

func (s *Service) checkDeployKey(ctx context.Context, sub *subject) result {
	switch {
	case sub.known == nil && !sub.DeployKey.IsZero():
		pair, err := readKeyPair(sub.DeployKey, "")
		if err != nil {
			return failed(err, "Paste the complete file, with its first and last line.").at("deployKey")
		}
		return passed("Ocim registers the key %s when the project is added.", pair.fingerprint)
	case sub.known == nil && sub.MakeDeployKey:
		return skipped("Ocim makes a key and registers it when the project is added.")
	case sub.known == nil || sub.known.DeployKey == nil:
		return skipped("The project has no deploy key here; Ocim itself needs none.")
	}
	key := sub.known.DeployKey
	const again = "Make a new deploy key here: that registers it."
	if key.GitLabID == 0 {
		return problem("The deploy key "+key.Fingerprint+" is not registered at GitLab.", again)
	}
	// GitLab answers the same when the project is not there.
	if _, err := sub.look(ctx); err != nil {
		return failed(err, "See the check of the project.")
	}
	there, err := sub.remote.HasKey(ctx, sub.known.GitLabID, key.GitLabID)
	switch {
	case err != nil:
		return failed(err, "See the check of the API token.")
	case !there:
		return problem("The deploy key "+key.Fingerprint+" was removed from GitLab.", again)
	}
	return passed("The deploy key is %s; GitLab has it.", key.Fingerprint)
}

func (s *Service) checkGateway(ctx context.Context, sub *subject) result {
	if sub.GatewayURL == "" {
		return skipped("No gateway was entered: health, pods and usage stay unknown.")
	}
	if s.Gateway == nil {
		return skipped("This server does not check gateways.")
	}
	err := s.Gateway(ctx, sub.GatewayURL, sub.GatewayUser, sub.GatewayPassword)
	switch {
	case fault.Is(err, fault.Upstream):
		return failed(err, "Enter the user, usually admin, and the password of the secret basic-auth in the cluster's namespace openfaas.").at("gatewayPassword")
	case err != nil:
		return failed(err, "Check the address, and that the cluster is running. A gateway in a private network has to be allowed first.")
	}
	return passed("The gateway is healthy and accepts the user and the password.")
}

func (s *Service) checkSync(ctx context.Context, sub *subject) result {
	if sub.id == "" {
		return skipped("The first sync follows when the project is added.")
	}
	record, err := s.Fleet.SyncRecord(ctx, sub.id)
	switch {
	case err != nil:
		return failed(err, "Try again.")
	case record.State.Error != "":
		return problem(record.State.Error, "Ocim tries again on schedule; refresh the cluster to try now.")
	case record.State.SucceededAt.IsZero():
		return skipped("The first sync has not ended yet.")
	}
	return passed("Last read at %s.", record.State.SucceededAt.UTC().Format("2006-01-02 15:04:05 UTC"))
}
