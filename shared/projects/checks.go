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
	"github.com/open-craft/ocim/shared/refusal"
)

// check is one of the checks. The order of checks is the order they run in.
type check struct {
	name string
	// field is the input that the check is about; empty for what Ocim itself does.
	field string
	// blocks says that none of the later checks makes sense while it fails, but the
	// gateway's.
	blocks bool
	run    func(*Service, context.Context, *subject) result
}

// all gives the checks. It is no variable: a program would link what they need though it makes none.
func all() []check {
	return []check{
		{"reachable", "gitlabUrl", true, (*Service).checkReachable},
		{"token", "apiToken", true, (*Service).checkToken},
		{"project", "project", true, (*Service).checkProject},
		{"branch", "project", false, found((*Service).checkBranch)},
		{"layout", "project", false, found((*Service).checkLayout)},
		{"push", "apiToken", false, found((*Service).checkPush)},
		{"ci", "project", false, found((*Service).checkCI)},
		{"variables", "project", false, found((*Service).checkVariables)},
		{"triggerToken", "triggerToken", false, found((*Service).checkTrigger)},
		{"webhook", "", false, (*Service).checkWebhook},
		{"deployKey", "", false, (*Service).checkDeployKey},
		{"gateway", "gatewayUrl", false, (*Service).checkGateway},
		{"sync", "", false, (*Service).checkSync},
	}
}

// found makes a check of what it takes to find the project first.
func found(check func(*Service, context.Context, *subject, *Found) result) func(*Service, context.Context, *subject) result {
	return func(s *Service, ctx context.Context, sub *subject) result {
		p, err := sub.look(ctx)
		if err != nil {
			return failed(err, "See the check of the project.")
		}
		return check(s, ctx, sub, p)
	}
}

// Checks gives the names of all checks, in the order they are made.
func Checks() []string {
	var names []string
	for _, c := range all() {
		names = append(names, c.name)
	}
	return names
}

// subject is what the checks look at.
type subject struct {
	Request
	id       string         // in the fleet; empty before it is added
	known    *fleet.Project // as the fleet has it
	remote   Remote
	version  Version // of the server; zero when it is not known
	found    *Found  // once read
	foundErr error
	expires  time.Time
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

// result is how a check came out; a failed one has a cure.
type result struct {
	state        fleet.CheckState
	detail, cure string
	reason       refusal.Reason
	field        string // of the input; empty is the check's own
	temporary    bool   // nothing is to be changed: GitLab was down or its limits were reached
}

func passed(format string, args ...any) result {
	return result{state: fleet.CheckPassed, detail: fmt.Sprintf(format, args...)}
}

func skipped(detail string) result { return result{state: fleet.CheckSkipped, detail: detail} }

func problem(detail, cure string) result {
	return result{state: fleet.CheckFailed, detail: detail, cure: cure}
}

// because is a problem whose cause and cure are known.
func because(reason refusal.Reason, format string, args ...any) result {
	return result{state: fleet.CheckFailed, detail: fmt.Sprintf(format, args...), cure: reason.Cure().String(), reason: reason}
}

// failed is a check that an error ended. What GitLab's refusal proves is its cure;
// otherwise it is the given one.
func failed(err error, cure string) result {
	if r, is := refusal.From(err); is && !r.Cure.IsZero() {
		return because(r.Reason, "%s", r.Said())
	}
	r := problem(sentence(fault.Message(err)), cure)
	r.temporary = fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Limited)
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
		now := sub.found.Project
		if _, err := s.Fleet.ChangeProject(ctx, id, nil, func(p *fleet.Project) (bool, error) { return p.Follow(now), nil }); err != nil {
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
	sub := &subject{id: project.ID, known: &project, Request: Request{
		GitLabURL: project.GitLabURL, Project: strconv.FormatInt(project.GitLabID, 10), GatewayURL: project.GatewayURL,
	}}
	for _, pair := range sub.into(&c) {
		*pair[0] = *pair[1]
	}
	return sub, nil
}

// checkLimit bounds one check.
const checkLimit = 15 * time.Second

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
	for _, c := range all() {
		if only != "" && only != c.name {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, checkLimit)
		r := skipped(blocked)
		if blocked == "" || c.name == "gateway" {
			r = c.run(s, ctx, sub)
		}
		cancel()
		if r.temporary && c.name != "reachable" && c.name != "gateway" {
			r = skipped("The check could not be made: " + r.detail)
		}
		done := fleet.Check{Check: c.name, State: r.state, Detail: r.detail, Cure: r.cure, Reason: string(r.reason), At: s.Now()}
		if r.state == fleet.CheckFailed {
			done.Field = cmp.Or(r.field, c.field)
			if c.blocks {
				blocked = "Not tried: the check " + c.name + " comes first."
			}
		}
		out = append(out, done)
	}
	return out, nil
}
