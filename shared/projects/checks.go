package projects

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// Checks are the names of all checks, in the order they are made.
func Checks() []string {
	return []string{
		"reachable", "token", "project", "branch", "layout", "triggerToken", "webhook", "deployKey", "gateway", "sync",
	}
}

// subject is what checks look at.
type subject struct {
	Request
	id       string         // in the fleet; empty before it is added
	known    *fleet.Project // as the fleet has it
	remote   Remote
	found    *Found // once read
	foundErr error
	expires  time.Time
}

// result is how a check came out; a failed one has a cure.
type result struct {
	state        fleet.CheckState
	detail, cure string
	field        string // of the input; empty is the check's own, see fieldOf
	passing      bool   // nothing is to be mended: GitLab was down or asked too often
}

// fieldOf is the input that a check is about. The rest is Ocim's own doing.
func fieldOf(check string) string {
	switch check {
	case "reachable":
		return "gitlabUrl"
	case "token":
		return "apiToken"
	case "project", "branch", "layout":
		return "project"
	case "triggerToken":
		return "triggerToken"
	case "gateway":
		return "gatewayUrl"
	}
	return ""
}

func passed(format string, args ...any) result {
	return result{state: fleet.CheckPassed, detail: fmt.Sprintf(format, args...)}
}

func skipped(detail string) result { return result{state: fleet.CheckSkipped, detail: detail} }

func failed(err error, cure string) result {
	r := problem(sentence(fault.Message(err)), cure)
	r.passing = fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Limited)
	return r
}

// sentence makes one of a cause that may begin with what was being done.
func sentence(cause string) string {
	first, size := utf8.DecodeRuneInString(cause)
	s := string(unicode.ToUpper(first)) + cause[size:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func problem(detail, cure string) result {
	return result{state: fleet.CheckFailed, detail: detail, cure: cure}
}

// at names the input that a failure is about.
func (r result) at(field string) result {
	r.field = field
	return r
}

// Check makes the checks of a project that is not in the fleet yet, or only the
// named one. Input that makes no sense is fault.Invalid; all else is in the
// results.
func (s *Service) Check(ctx context.Context, req Request, only string) ([]fleet.Check, error) {
	if err := req.validate(); err != nil {
		return nil, err
	}
	return s.check(ctx, &subject{Request: req}, only)
}

// CheckProject makes the checks of a project of the fleet with the credentials
// it has, and keeps what they say. What GitLab changed of its name, address and default
// branch is taken over.
func (s *Service) CheckProject(ctx context.Context, id, only string) ([]fleet.Check, error) {
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return nil, err
	}
	sub, err := s.subject(ctx, project)
	if err != nil {
		return nil, err
	}
	checks, err := s.check(ctx, sub, only)
	if err != nil {
		return nil, err
	}
	if sub.found != nil {
		if err := s.follow(ctx, project, sub.found.Project); err != nil {
			return nil, err
		}
	}
	health := fleet.ProjectHealth{Project: id, Checks: slices.Clone(checks), TokenExpiresAt: sub.expires}
	if only == "" {
		health.CheckedAt = s.Now()
	}
	return checks, s.Fleet.SaveHealth(ctx, health)
}

func (s *Service) subject(ctx context.Context, project fleet.Project) (*subject, error) {
	c, err := s.Vault.Credentials(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return &subject{id: project.ID, known: &project, Request: Request{
		GitLabURL: project.GitLabURL, Project: strconv.FormatInt(project.GitLabID, 10), APIToken: c.APIToken, TriggerToken: c.TriggerToken,
		GatewayURL: project.GatewayURL, GatewayUser: c.GatewayUser, GatewayPassword: c.GatewayPassword,
	}}, nil
}

// follow takes over what GitLab says of a project that was renamed or moved, or
// whose default branch is another.
func (s *Service) follow(ctx context.Context, project, now fleet.Project) error {
	if now.DefaultBranch == "" {
		now.DefaultBranch = project.DefaultBranch // it was emptied; the name is not news
	}
	_, err := s.Fleet.ChangeProject(ctx, project.ID, nil, func(p *fleet.Project) (bool, error) {
		if p.Path == now.Path && p.WebURL == now.WebURL && p.DefaultBranch == now.DefaultBranch {
			return false, nil
		}
		p.Path, p.WebURL, p.DefaultBranch = now.Path, now.WebURL, now.DefaultBranch
		return true, nil
	})
	return err
}

func (s *Service) check(ctx context.Context, sub *subject, only string) ([]fleet.Check, error) {
	if only != "" && !slices.Contains(Checks(), only) {
		return nil, fault.InvalidField("check", "must be one of %s", strings.Join(Checks(), ", "))
	}
	var err error
	if sub.remote, err = s.Open(sub.GitLabURL, sub.APIToken); err != nil {
		return nil, err
	}
	out := []fleet.Check{}
	blocked := ""
	for _, name := range Checks() {
		if only != "" && only != name {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, checkLimit)
		r := skipped(blocked)
		if blocked == "" || name == "gateway" {
			r = s.one(ctx, sub, name)
		}
		cancel()
		if r.passing && name != "reachable" && name != "gateway" {
			r = skipped("It could not be made: " + r.detail)
		}
		c := fleet.Check{Check: name, State: r.state, Detail: r.detail, Cure: r.cure, At: s.Now()}
		if r.state == fleet.CheckFailed {
			c.Field = cmp.Or(r.field, fieldOf(name))
		}
		out = append(out, c)
		if r.state == fleet.CheckFailed && (name == "reachable" || name == "token" || name == "project") {
			blocked = "Not tried: the check " + name + " comes first."
		}
	}
	return out, nil
}

// checkLimit bounds one check.
const checkLimit = 15 * time.Second

func (s *Service) one(ctx context.Context, sub *subject, name string) result {
	switch name {
	case "reachable":
		return checkReachable(ctx, sub)
	case "token":
		return s.checkToken(ctx, sub)
	case "project":
		return s.checkProject(ctx, sub)
	case "branch":
		return checkBranch(ctx, sub)
	case "layout":
		return checkLayout(ctx, sub)
	case "triggerToken":
		return checkTrigger(ctx, sub)
	case "webhook":
		return s.checkWebhook(ctx, sub)
	case "deployKey":
		return checkDeployKey(ctx, sub)
	case "gateway":
		return s.checkGateway(ctx, sub)
	}
	return s.checkSync(ctx, sub)
}

func checkReachable(ctx context.Context, sub *subject) result {
	_, err := sub.remote.Reach(ctx)
	switch {
	case fault.Is(err, fault.Unavailable), fault.Is(err, fault.Limited):
		return failed(err, "Open "+sub.GitLabURL+" from where Ocim runs: is the name right, does a firewall stand between, is its certificate valid?")
	case fault.Is(err, fault.NotFound):
		return failed(err, "Give the root of a GitLab server, such as https://gitlab.example.org, without a group or project. If it is one, does it or a proxy before it block Ocim?")
	case err != nil:
		return failed(err, "Give the root of a GitLab server with https. One in a private network has to be allowed in OCIM_GITLAB_ALLOW_NETWORKS.")
	}
	return passed("GitLab answers at %s.", sub.GitLabURL)
}

const newToken = "Make a token with the scope api and the role Maintainer in the project's settings, under Access tokens, and enter it here."

func (s *Service) checkToken(ctx context.Context, sub *subject) result {
	t, err := sub.remote.Token(ctx)
	if err != nil {
		return failed(err, newToken)
	}
	sub.expires = t.ExpiresAt
	if !slices.Contains(t.Scopes, "api") {
		return problem(fmt.Sprintf("The token %q has only the scopes %s.", t.Name, strings.Join(t.Scopes, ", ")), newToken)
	}
	switch left := t.ExpiresAt.Sub(s.Now()); {
	case t.ExpiresAt.IsZero():
		return passed("The token %q has the scope api and does not expire.", t.Name)
	case left < fleet.TokenSoon:
		return passed("The token %q has the scope api, but expires on %s: replace it before.", t.Name, t.ExpiresAt.Format(time.DateOnly))
	}
	return passed("The token %q has the scope api until %s.", t.Name, t.ExpiresAt.Format(time.DateOnly))
}

// look reads the project once for all checks that need it.
func (s *subject) look(ctx context.Context) (*Found, error) {
	if s.found == nil && s.foundErr == nil {
		found, err := s.remote.Inspect(ctx, s.Project)
		if s.foundErr = err; err == nil {
			s.found = &found
		}
	}
	return s.found, s.foundErr
}

func (s *Service) checkProject(ctx context.Context, sub *subject) result {
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "Check the id or path. GitLab also says so of a project that the token's user is no member of.")
	}
	p := found.Project
	if sub.known == nil {
		id, err := s.existing(ctx, strings.TrimRight(sub.GitLabURL, "/"), p.GitLabID)
		if err != nil {
			return failed(err, "Try again.")
		}
		if id != "" {
			return problem(p.Path+" is in the fleet already, as "+id+".", "Change it under Administration, GitLab projects.")
		}
	}
	switch {
	case found.Archived:
		return problem(p.Path+" is archived: it can be read, but nothing can be deployed.", "Unarchive it in GitLab under Settings, General, Advanced; or remove it here.")
	case found.Access > 0 && found.Access < maintainer:
		return problem(fmt.Sprintf("The token's role in %s is lower than Maintainer.", p.Path), newToken).at("apiToken")
	case sub.known != nil && sub.known.Path != p.Path:
		return passed("It is %s now; it was %s before.", p.Path, sub.known.Path)
	}
	return passed("It is %s, number %d.", p.Path, p.GitLabID)
}

// existing gives the id of the project of the fleet that is this one at GitLab;
// empty when there is none.
func (s *Service) existing(ctx context.Context, gitlabURL string, gitlabID int64) (string, error) {
	projects, err := s.Fleet.Projects(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range projects {
		if p.GitLabURL == gitlabURL && p.GitLabID == gitlabID {
			return p.ID, nil
		}
	}
	return "", nil
}

func checkBranch(ctx context.Context, sub *subject) result {
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "See the check project.")
	}
	if found.Project.DefaultBranch == "" {
		return problem("The repository is empty: it has no default branch.", "Push a Grove repository to it.")
	}
	return passed("The default branch is %s.", found.Project.DefaultBranch)
}

func checkLayout(ctx context.Context, sub *subject) result {
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "See the check project.")
	}
	branch := found.Project.DefaultBranch
	if branch == "" {
		return skipped("The repository is empty.")
	}
	layout, err := sub.remote.Layout(ctx, found.Project.GitLabID, branch)
	switch {
	case err != nil:
		return failed(err, "See the check token.").at("apiToken")
	case !layout.ClusterFile:
		return problem("There is no cluster.yml on "+branch+".", "Is this a Grove repository, made from Grove's template? Then push its cluster.yml to "+branch+".")
	case !layout.Instances:
		return passed("cluster.yml is there; the folder instances comes with the first instance.")
	}
	return passed("cluster.yml and instances are there.")
}

func checkTrigger(ctx context.Context, sub *subject) result {
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "See the check project.")
	}
	if sub.TriggerToken.IsZero() {
		return problem("There is no trigger token.", newTrigger)
	}
	if err := sub.remote.TryTrigger(ctx, found.Project.GitLabID, sub.TriggerToken); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "GitLab does not know the trigger token.")
		}
		return failed(err, newTrigger)
	}
	return passed("GitLab accepts the trigger token.")
}

const newTrigger = "Make one in the project's settings under CI/CD, Pipeline trigger tokens, and enter it here."

func (s *Service) checkWebhook(ctx context.Context, sub *subject) result {
	if sub.id == "" {
		return skipped("Ocim installs the webhook when the project is added.")
	}
	found, err := sub.look(ctx)
	if err != nil {
		return failed(err, "See the check project.")
	}
	const again = "Rotate the webhook's secret here: that installs the webhook again."
	hook, err := sub.remote.HookAt(ctx, found.Project.GitLabID, s.WebhookAddress(sub.id))
	switch {
	case fault.Is(err, fault.NotFound):
		return problem("The project has no webhook to "+s.WebhookAddress(sub.id)+".", again)
	case err != nil:
		return failed(err, "See the check token.")
	case hook.Disabled:
		return problem("GitLab disabled the webhook since it failed too often.", "Can GitLab reach "+s.WebhookAddress(sub.id)+"? Send a test from the project's settings under Webhooks; that enables it again.")
	case !hook.Pipelines || !hook.Pushes:
		return problem("The webhook does not send both pipeline and push events.", again)
	}
	record, err := s.Fleet.SyncRecord(ctx, sub.id)
	if err != nil {
		return failed(err, "Try again.")
	}
	if at := record.SilentSince; !at.IsZero() {
		return problem("GitLab told nothing of a pipeline that ended at "+at.UTC().Format("2006-01-02 15:04:05 UTC")+"; the schedule found it.",
			"Can GitLab reach "+s.WebhookAddress(sub.id)+"? See what GitLab got for an answer in the project's settings under Webhooks. This ends with the next pipeline that GitLab tells of.")
	}
	return passed("GitLab sends pipeline and push events.")
}

func checkDeployKey(ctx context.Context, sub *subject) result {
	switch {
	case sub.known == nil && !sub.DeployKey.IsZero():
		pair, err := readKeyPair(sub.DeployKey, "")
		if err != nil {
			return failed(err, "Paste the whole file, with its first and last line.").at("deployKey")
		}
		return passed("The key %s is registered when the project is added.", pair.fingerprint)
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
		return failed(err, "See the check project.")
	}
	there, err := sub.remote.HasKey(ctx, sub.known.GitLabID, key.GitLabID)
	switch {
	case err != nil:
		return failed(err, "See the check token.")
	case !there:
		return problem("The deploy key "+key.Fingerprint+" was removed from GitLab.", again)
	}
	return passed("The deploy key is %s; GitLab has it.", key.Fingerprint)
}

func (s *Service) checkGateway(ctx context.Context, sub *subject) result {
	if sub.GatewayURL == "" {
		return skipped("No gateway was given: health, pods and usage stay unknown.")
	}
	if s.Gateway == nil {
		return skipped("Gateways are not spoken to from here.")
	}
	err := s.Gateway(ctx, sub.GatewayURL, sub.GatewayUser, sub.GatewayPassword)
	switch {
	case fault.Is(err, fault.Upstream):
		return failed(err, "Enter the user, usually admin, and the password of the secret basic-auth in the cluster's namespace openfaas.").at("gatewayPassword")
	case err != nil:
		return failed(err, "Is the address right, and the cluster running? One in a private network has to be allowed first.")
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
		return problem(record.State.Error, "It is tried again by schedule; refresh the cluster to try now.")
	case record.State.SucceededAt.IsZero():
		return skipped("The first sync has not ended yet.")
	}
	return passed("Last read at %s.", record.State.SucceededAt.UTC().Format("2006-01-02 15:04:05 UTC"))
}
