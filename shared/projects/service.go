package projects

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/lease"
	"github.com/open-craft/ocim/shared/pattern"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// Store is the fleet's records as far as projects need them.
type Store interface {
	AddProjectBy(ctx context.Context, p fleet.Project, record fleetstore.Recorder) error
	ChangeProject(ctx context.Context, id string, record fleetstore.Recorder, alter func(*fleet.Project) (bool, error)) (fleet.Project, error)
	ClaimProject(ctx context.Context, gitlabURL string, gitlabID int64, want string) (string, error)
	EndLease(ctx context.Context, name, holder string) error
	Forget(ctx context.Context, project string) error
	ForgetEvents(ctx context.Context, project string) error
	ForgetUsage(ctx context.Context, project string) error
	Health(ctx context.Context, project string) (fleet.ProjectHealth, error)
	HoldLease(ctx context.Context, name, holder string, life time.Duration) (held context.Context, lease lease.Lease, stop func(), err error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	ProjectHealths(ctx context.Context) (map[string]fleet.ProjectHealth, error)
	Projects(ctx context.Context) ([]fleet.Project, error)
	RemoveProject(ctx context.Context, p fleet.Project, record fleetstore.Recorder) error
	SaveHealth(ctx context.Context, h fleet.ProjectHealth) error
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	SyncRecords(ctx context.Context) (map[string]fleet.SyncRecord, error)
}

// Service adds, checks, changes and removes projects.
type Service struct {
	Fleet Store
	Vault *vault.Vault
	Open  func(gitlabURL string, apiToken secret.Value) (Remote, error)
	// Gateway asks a cluster's gateway whether it is healthy and takes the
	// credentials; fault.Upstream when it does not take them. Nil leaves gateways alone.
	Gateway func(ctx context.Context, address string, user, password secret.Value) error
	// WebhookAddress is where GitLab reaches the webhook function for a project.
	WebhookAddress func(project string) string
	NewSecret      func() secret.Value
	NewID          func() string
	Audit          *audit.Log // nil keeps none
	Now            func() time.Time
}

// Secrets are the credentials that a person enters for a project. Requests, changes
// and the API's bodies embed them, so their names and rules stand here only.
type Secrets struct {
	APIToken        secret.Value `json:"apiToken,omitempty" doc:"Project, group, service account or personal token with the api scope and the Maintainer role; never given out again"`
	TriggerToken    secret.Value `json:"triggerToken,omitempty" doc:"Pipeline trigger token; never given out again"`
	GatewayUser     secret.Value `json:"gatewayUser,omitempty"`
	GatewayPassword secret.Value `json:"gatewayPassword,omitempty"`
	InspectorSecret secret.Value `json:"inspectorSecret,omitempty" doc:"Shared with the inspector in the cluster, at least 32 bytes; never given out again"`
	DeployKey       secret.Value `json:"deployKey,omitempty" doc:"SSH private key in PEM form, to be registered at GitLab; never given out again"`
}

// into pairs what was entered with where it is kept, by name.
func (e *Secrets) into(to *vault.Credentials) map[string][2]*secret.Value {
	return map[string][2]*secret.Value{
		"apiToken": {&e.APIToken, &to.APIToken}, "triggerToken": {&e.TriggerToken, &to.TriggerToken},
		"gatewayUser": {&e.GatewayUser, &to.GatewayUser}, "gatewayPassword": {&e.GatewayPassword, &to.GatewayPassword},
		"inspectorSecret": {&e.InspectorSecret, &to.InspectorSecret}, "deployKey": {&e.DeployKey, &to.DeployKey},
	}
}

// Request names a GitLab project and what to use it with.
type Request struct {
	Secrets
	GitLabURL     string
	Project       string // numeric id or path
	GatewayURL    string
	MakeDeployKey bool
	By            audit.Actor
}

// Add checks, connects and stores a project. When it fails, or dies on the way,
// the same request can be made again and goes on where it stopped. A webhook or
// deploy key that could not be installed is no failure: the schedule still
// syncs, and the returned warning says what to do.
func (s *Service) Add(ctx context.Context, req Request) (project fleet.Project, warning string, err error) {
	if err := req.validate(); err != nil {
		return fleet.Project{}, "", err
	}
	remote, err := s.Open(req.GitLabURL, req.APIToken)
	if err != nil {
		return fleet.Project{}, "", err
	}
	found, err := remote.Inspect(ctx, req.Project)
	if err != nil {
		return fleet.Project{}, "", fmt.Errorf("reading project %s: %w", req.Project, err)
	}
	project = found.Project
	project.GitLabURL, project.GatewayURL = serverURL(req.GitLabURL), strings.TrimRight(req.GatewayURL, "/")
	if known, err := s.existing(ctx, project); err != nil {
		return fleet.Project{}, "", err
	} else if known != "" {
		return fleet.Project{}, "", fault.InvalidField("project", "%s is already in the fleet, as %s", project.Path, known).WithKind(fault.Conflict)
	}
	if project.DefaultBranch == "" {
		return fleet.Project{}, "", fault.InvalidField("project", "%s has no default branch: its repository is empty", project.Path)
	}
	if project.ID, err = s.Fleet.ClaimProject(ctx, serverOf(project), project.GitLabID, slug(project.Path)); err != nil {
		return fleet.Project{}, "", err
	}
	// The project comes last: one that is listed has all that belongs to it.
	credentials, err := s.Vault.Change(ctx, project.ID, nil, func(c *vault.Credentials) error { return s.fill(c, req, project.ID) })
	if err != nil {
		return fleet.Project{}, "", err
	}
	if err := remote.Hook(ctx, project.GitLabID, s.WebhookAddress(project.ID), credentials.WebhookSecret); err != nil {
		warning = "GitLab will not send events: " + fault.Message(err)
	}
	if !credentials.DeployKey.IsZero() {
		key, err := s.register(ctx, remote, project, credentials.DeployKey)
		if err != nil && warning == "" {
			warning = "The deploy key is not registered at GitLab: " + fault.Message(err)
		}
		project.DeployKey = key
	}
	record, err := s.record(req.By, "project.added", project.ID, nil, audited(project))
	if err != nil {
		return fleet.Project{}, "", err
	}
	if err := s.Fleet.AddProjectBy(ctx, project, record); err != nil {
		return fleet.Project{}, "", err
	}
	if project, err = s.Fleet.Project(ctx, project.ID); err != nil { // with the times it was stored with
		return fleet.Project{}, "", err
	}
	return project, warning, nil
}

// serverURL is the root of a server as Ocim keeps it: without the API's path, in
// small letters where case has no meaning, and without the scheme's own port.
func serverURL(entered string) string {
	u, err := url.Parse(strings.TrimRight(entered, "/"))
	if err != nil {
		return entered
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	u.Path, u.RawPath = strings.TrimRight(strings.TrimSuffix(u.Path, "/api/v4"), "/"), ""
	return u.String()
}

// fill makes the credentials of a request. What an earlier try made is kept: GitLab
// may know it already.
func (s *Service) fill(c *vault.Credentials, req Request, id string) error {
	made := c.DeployKey
	for _, pair := range req.into(c) {
		*pair[1] = *pair[0]
	}
	c.DeployKey = made
	if c.WebhookSecret.IsZero() {
		c.WebhookSecret = s.NewSecret()
	}
	switch {
	case !req.DeployKey.IsZero():
		pair, err := readKeyPair(req.DeployKey, comment(id))
		c.DeployKey = pair.private
		return err
	case req.MakeDeployKey && c.DeployKey.IsZero():
		pair, err := newKeyPair(comment(id))
		c.DeployKey = pair.private
		return err
	case !req.MakeDeployKey:
		c.DeployKey = secret.Value{}
	}
	return nil
}

func comment(id string) string { return "ocim-" + id }

// register has GitLab accept a deploy key. The public half is given even when
// that fails.
func (s *Service) register(ctx context.Context, remote Remote, project fleet.Project, private secret.Value) (*fleet.DeployKey, error) {
	pair, err := readKeyPair(private, comment(project.ID))
	if err != nil {
		return nil, err
	}
	key := &fleet.DeployKey{Fingerprint: pair.fingerprint, PublicKey: pair.public, AddedAt: s.Now()}
	key.GitLabID, err = remote.AddKey(ctx, project.GitLabID, comment(project.ID), pair.public)
	return key, err
}

// record gives what writes an item with an audit entry.
func (s *Service) record(by audit.Actor, action, project string, before, after any) (fleetstore.Recorder, error) {
	if s.Audit == nil {
		return nil, nil
	}
	b, a, err := audit.Values(before, after)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, item kv.Item, cond kv.Condition) error {
		_, err := s.Audit.Put(ctx, item, cond, audit.Entry{Actor: by, Action: action, Target: "project/" + project, Before: b, After: a})
		return err
	}, nil
}

// audited is what the audit log keeps of a project.
func audited(p fleet.Project) map[string]any {
	return map[string]any{"gitlabUrl": p.GitLabURL, "gitlabId": p.GitLabID, "path": p.Path, "gatewayUrl": p.GatewayURL}
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
	if _, err := strconv.ParseInt(r.Project, 10, 64); err != nil && !projectPath().MatchString(r.Project) {
		return fault.InvalidField("project", "must be a project's numeric id or its path, such as grove/my-cluster")
	}
	if !r.InspectorSecret.IsZero() {
		if err := clusterfn.CheckSecret(r.InspectorSecret); err != nil {
			return err
		}
	}
	if !r.DeployKey.IsZero() {
		if _, err := readKeyPair(r.DeployKey, ""); err != nil {
			return err
		}
	}
	if err := validToken("apiToken", r.APIToken); err != nil {
		return err
	}
	return validToken("triggerToken", r.TriggerToken)
}

func validToken(field string, v secret.Value) error {
	if t := v.Reveal(); t == "" || len(t) > 500 || strings.ContainsFunc(t, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return fault.InvalidField(field, "must be a token: 1 to 500 visible characters without spaces")
	}
	return nil
}

var projectPath = pattern.Lazy(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$`)

func validURL(field, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fault.InvalidField(field, "must be an address such as https://gitlab.example.org, without user, query or fragment")
	}
	return nil
}

var notSlug = pattern.Lazy(`[^a-z0-9]+`)

// slug makes a cluster id of the last part of a project's path.
func slug(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	s := cmp.Or(strings.Trim(notSlug().ReplaceAllString(strings.ToLower(last), "-"), "-"), "cluster")
	return s[:min(len(s), 40)]
}
