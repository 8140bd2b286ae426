package enrol

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
)

// Remote is the GitLab server of a project that is being added. Errors are
// faults whose message says the cure.
type Remote interface {
	// Describe reads a project by its numeric id or its path.
	Describe(ctx context.Context, idOrPath string) (fleet.Project, error)
	// Hook makes GitLab send pipeline and push events to an address with a secret;
	// one that is there already for that address is updated.
	Hook(ctx context.Context, gitlabID int64, address string, secret secret.Value) error
}

// Service adds projects.
type Service struct {
	Fleet *fleet.Store
	Vault *fleet.Vault
	Open  func(gitlabURL string, apiToken secret.Value) (Remote, error)
	// WebhookAddress is where GitLab reaches the webhook function for a project.
	WebhookAddress func(project string) string
	NewSecret      func() secret.Value
}

// Request names a GitLab project and what to use it with.
type Request struct {
	GitLabURL       string
	Project         string // numeric id or path
	APIToken        secret.Value
	TriggerToken    secret.Value
	GatewayURL      string
	GatewayUser     secret.Value
	GatewayPassword secret.Value
}

// Add checks, stores and connects a project. When it fails nothing half-done is
// left that keeps the same request from being made again. A webhook that
// could not be installed is no failure: the schedule still syncs, and the
// returned warning says what to do.
func (s *Service) Add(ctx context.Context, req Request) (project fleet.Project, warning string, err error) {
	if err := req.validate(); err != nil {
		return fleet.Project{}, "", err
	}
	remote, err := s.Open(req.GitLabURL, req.APIToken)
	if err != nil {
		return fleet.Project{}, "", err
	}
	project, err = remote.Describe(ctx, req.Project)
	if err != nil {
		return fleet.Project{}, "", fmt.Errorf("reading project %s: %w", req.Project, err)
	}
	project.GitLabURL, project.GatewayURL = strings.TrimRight(req.GitLabURL, "/"), strings.TrimRight(req.GatewayURL, "/")
	if project.DefaultBranch == "" {
		return fleet.Project{}, "", fault.InvalidField("project", "%s has no default branch: its repository is empty", project.Path)
	}
	if project.ID, err = s.Fleet.ClaimProject(ctx, project.GitLabURL, project.GitLabID, slug(project.Path)); err != nil {
		return fleet.Project{}, "", err
	}
	credentials := fleet.Credentials{
		APIToken: req.APIToken, TriggerToken: req.TriggerToken, WebhookSecret: s.NewSecret(),
		GatewayUser: req.GatewayUser, GatewayPassword: req.GatewayPassword,
	}
	// Credentials come before the project: one that is listed can be used.
	if err := s.Vault.Save(ctx, project.ID, credentials); err != nil {
		return fleet.Project{}, "", err
	}
	if err := s.Fleet.AddProject(ctx, project); err != nil {
		return fleet.Project{}, "", err
	}
	if err := remote.Hook(ctx, project.GitLabID, s.WebhookAddress(project.ID), credentials.WebhookSecret); err != nil {
		warning = "GitLab will not send events: " + fault.Message(err)
	}
	return project, warning, nil
}

func (r Request) validate() error {
	if err := validURL("gitlabUrl", r.GitLabURL); err != nil {
		return err
	}
	if r.GatewayURL != "" {
		if err := validURL("gatewayUrl", r.GatewayURL); err != nil {
			return err
		}
	}
	if _, err := strconv.ParseInt(r.Project, 10, 64); err != nil && !projectPath.MatchString(r.Project) {
		return fault.InvalidField("project", "must be a project's numeric id or its path, such as grove/my-cluster")
	}
	for field, v := range map[string]secret.Value{"apiToken": r.APIToken, "triggerToken": r.TriggerToken} {
		if t := v.Reveal(); t == "" || len(t) > 500 || strings.ContainsFunc(t, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return fault.InvalidField(field, "must be a token: 1 to 500 visible characters without spaces")
		}
	}
	return nil
}

var projectPath = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$`)

func validURL(field, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fault.InvalidField(field, "must be an address such as https://gitlab.example.org, without user, query or fragment")
	}
	return nil
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes a cluster id of the last part of a project's path.
func slug(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(last), "-"), "-")
	if s == "" {
		s = "cluster"
	}
	return s[:min(len(s), 40)]
}
