package projects

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// Change is what to replace of a project's credentials; what is zero stays.
type Change struct {
	Secrets
	GatewayURL *string // an empty one removes the gateway
	By         audit.Actor
}

// Update replaces credentials and the gateway's address. Tokens that GitLab does not
// accept, and a gateway that does not accept its credentials, are fault.Invalid and
// change nothing.
func (s *Service) Update(ctx context.Context, id string, change Change) (fleet.Project, error) {
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return fleet.Project{}, err
	}
	if err := s.prove(ctx, project, change); err != nil {
		return fleet.Project{}, err
	}
	var entered []string
	for name, f := range change.into(new(vault.Credentials)) {
		if !f[0].IsZero() {
			entered = append(entered, name)
		}
	}
	if len(entered) > 0 {
		slices.Sort(entered)
		record, err := s.record(change.By, "project.credentialsReplaced", id, nil, entered)
		if err != nil {
			return fleet.Project{}, err
		}
		_, err = s.Vault.Change(ctx, id, record, func(c *vault.Credentials) error {
			for _, f := range change.into(c) {
				if !f[0].IsZero() {
					*f[1] = *f[0]
				}
			}
			return nil
		})
		if err != nil {
			return fleet.Project{}, err
		}
	}
	if !change.DeployKey.IsZero() {
		if project, err = s.installKey(ctx, project, change.By); err != nil {
			return fleet.Project{}, err
		}
	}
	if change.GatewayURL == nil || strings.TrimRight(*change.GatewayURL, "/") == project.GatewayURL {
		return project, nil
	}
	address := strings.TrimRight(*change.GatewayURL, "/")
	record, err := s.record(change.By, "project.gatewayChanged", id, project.GatewayURL, address)
	if err != nil {
		return fleet.Project{}, err
	}
	return s.Fleet.ChangeProject(ctx, id, record, func(p *fleet.Project) (bool, error) {
		changed := p.GatewayURL != address
		p.GatewayURL = address
		return changed, nil
	})
}

// prove checks new credentials before they replace those that work.
func (s *Service) prove(ctx context.Context, project fleet.Project, change Change) error {
	if change.GatewayURL != nil && *change.GatewayURL != "" {
		if err := validURL("gatewayUrl", *change.GatewayURL); err != nil {
			return err
		}
	}
	if !change.InspectorSecret.IsZero() {
		if err := clusterfn.CheckSecret(change.InspectorSecret); err != nil {
			return err
		}
	}
	if !change.DeployKey.IsZero() {
		if _, err := readKeyPair(change.DeployKey, ""); err != nil {
			return err
		}
	}
	if err := s.requireNewSecrets(ctx, project, change); err != nil {
		return err
	}
	sub, err := s.subject(ctx, project)
	if err != nil {
		return err
	}
	for _, v := range []struct {
		field  string
		value  secret.Value
		to     *secret.Value
		checks []string
	}{
		{"apiToken", change.APIToken, &sub.APIToken, []string{"token", "project"}},
		{"triggerToken", change.TriggerToken, &sub.TriggerToken, []string{"triggerToken"}},
	} {
		if v.value.IsZero() {
			continue
		}
		if err := validToken(v.field, v.value); err != nil {
			return err
		}
		*v.to = v.value
		for _, name := range v.checks {
			checks, err := s.check(ctx, sub, name)
			if err != nil {
				return err
			}
			if c := checks[0]; c.State == fleet.CheckFailed {
				return fault.InvalidField(v.field, "%s %s", c.Detail, c.Cure)
			}
		}
	}
	return s.proveGateway(ctx, sub, change)
}

// requireNewSecrets demands the secrets of a gateway again when its address
// changes: a stored secret is never sent to a new place.
func (s *Service) requireNewSecrets(ctx context.Context, project fleet.Project, change Change) error {
	if change.GatewayURL == nil || *change.GatewayURL == "" || strings.TrimRight(*change.GatewayURL, "/") == project.GatewayURL {
		return nil
	}
	stored, err := s.Vault.Credentials(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if !stored.GatewayPassword.IsZero() && change.GatewayPassword.IsZero() {
		return fault.InvalidField("gatewayPassword", "The gateway address changes, so enter the gateway password again. Ocim does not send stored secrets to a new address.")
	}
	if !stored.InspectorSecret.IsZero() && change.InspectorSecret.IsZero() {
		return fault.InvalidField("inspectorSecret", "The gateway address changes, so enter the inspector secret again. Ocim does not send stored secrets to a new address.")
	}
	return nil
}

// proveGateway tries what a change leaves of the gateway's address and
// credentials together: each may fit the others no more.
func (s *Service) proveGateway(ctx context.Context, sub *subject, change Change) error {
	if change.GatewayURL == nil && change.GatewayUser.IsZero() && change.GatewayPassword.IsZero() {
		return nil
	}
	if change.GatewayURL != nil {
		sub.GatewayURL = strings.TrimRight(*change.GatewayURL, "/")
	}
	if !change.GatewayUser.IsZero() {
		sub.GatewayUser = change.GatewayUser
	}
	if !change.GatewayPassword.IsZero() {
		sub.GatewayPassword = change.GatewayPassword
	}
	checks, err := s.check(ctx, sub, "gateway")
	if err != nil {
		return err
	}
	if c := checks[0]; c.State == fleet.CheckFailed {
		return fault.InvalidField(c.Field, "%s %s", c.Detail, c.Cure)
	}
	return nil
}

// RotateWebhook gives the webhook a new secret. Both secrets are accepted until
// an hour after GitLab has the new one; when GitLab cannot be reached, repeating goes
// on with the same new one.
func (s *Service) RotateWebhook(ctx context.Context, id string, by audit.Actor) error {
	project, remote, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	record, err := s.record(by, "project.webhookSecretRotated", id, nil, nil)
	if err != nil {
		return err
	}
	c, err := s.Vault.Change(ctx, id, record, func(c *vault.Credentials) error {
		if c.FormerWebhookSecret.IsZero() || !c.RotatedAt.IsZero() {
			c.FormerWebhookSecret, c.RotatedAt = s.NewSecret(), time.Time{}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := remote.Hook(ctx, project.GitLabID, s.WebhookAddress(id), c.FormerWebhookSecret); err != nil {
		return fmt.Errorf("installing the new secret: %w", err)
	}
	installed := c.FormerWebhookSecret
	_, err = s.Vault.Change(ctx, id, nil, func(c *vault.Credentials) error {
		if c.RotatedAt.IsZero() && installed.Matches(c.FormerWebhookSecret.Reveal()) {
			c.WebhookSecret, c.FormerWebhookSecret, c.RotatedAt = installed, c.WebhookSecret, s.Now()
		}
		return nil
	})
	return err
}

// RotateDeployKey makes a new deploy key, registers it and removes the former one
// from GitLab. A project without one gets its first.
func (s *Service) RotateDeployKey(ctx context.Context, id string, by audit.Actor) (fleet.Project, error) {
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return fleet.Project{}, err
	}
	pair, err := newKeyPair(comment(id))
	if err != nil {
		return fleet.Project{}, err
	}
	record, err := s.record(by, "project.deployKeyMade", id, nil, pair.fingerprint)
	if err != nil {
		return fleet.Project{}, err
	}
	if _, err := s.Vault.Change(ctx, id, record, func(c *vault.Credentials) error {
		c.DeployKey = pair.private
		return nil
	}); err != nil {
		return fleet.Project{}, err
	}
	return s.installKey(ctx, project, by)
}

// installKey registers the deploy key of the credentials and takes the former one
// away.
func (s *Service) installKey(ctx context.Context, project fleet.Project, by audit.Actor) (fleet.Project, error) {
	_, remote, err := s.open(ctx, project.ID)
	if err != nil {
		return fleet.Project{}, err
	}
	c, err := s.Vault.Credentials(ctx, project.ID)
	if err != nil {
		return fleet.Project{}, err
	}
	key, err := s.register(ctx, remote, project, c.DeployKey)
	if err != nil {
		return fleet.Project{}, fmt.Errorf("registering the deploy key: %w", err)
	}
	former := project.DeployKey
	before := ""
	if former != nil {
		before = former.Fingerprint
	}
	record, err := s.record(by, "project.deployKeyChanged", project.ID, before, key.Fingerprint)
	if err != nil {
		return fleet.Project{}, err
	}
	project, err = s.Fleet.ChangeProject(ctx, project.ID, record, func(p *fleet.Project) (bool, error) {
		p.DeployKey = key
		return true, nil
	})
	if err != nil || former == nil || former.GitLabID == 0 || former.GitLabID == key.GitLabID {
		return project, err
	}
	if err := remote.RemoveKey(ctx, project.GitLabID, former.GitLabID); err != nil {
		return project, fmt.Errorf("removing the former deploy key: %w", err)
	}
	return project, nil
}

func (s *Service) open(ctx context.Context, id string) (fleet.Project, Remote, error) {
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return fleet.Project{}, nil, err
	}
	c, err := s.Vault.Credentials(ctx, id)
	if err != nil {
		return fleet.Project{}, nil, err
	}
	remote, err := s.Open(project.GitLabURL, c.APIToken)
	return project, remote, err
}

// maxOverride bounds an overridden fact, in bytes.
const maxOverride = 300

// Override sets facts and links by hand, or (nil) leaves them to the repository
// again. names are those that may be; of them links are addresses.
func (s *Service) Override(ctx context.Context, id string, facts, links []string, set map[string]*string, by audit.Actor) (fleet.Project, error) {
	for name, value := range set {
		field := "overrides." + name
		isLink := slices.Contains(links, name)
		switch {
		case !isLink && !slices.Contains(facts, name):
			return fleet.Project{}, fault.InvalidField(field, "cannot be overridden; what can are %s", strings.Join(append(slices.Clone(facts), links...), ", "))
		case value == nil:
		case len(*value) > maxOverride || strings.ContainsFunc(*value, func(r rune) bool { return r < ' ' }):
			return fleet.Project{}, fault.InvalidField(field, "must have at most %d bytes, on one line", maxOverride)
		case isLink && *value != "" && !isWeb(*value):
			return fleet.Project{}, fault.InvalidField(field, "must be an address such as https://grafana.example.org")
		}
	}
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return fleet.Project{}, err
	}
	after := overridden(project.Overrides, set)
	record, err := s.record(by, "project.overridden", id, project.Overrides, after)
	if err != nil {
		return fleet.Project{}, err
	}
	return s.Fleet.ChangeProject(ctx, id, record, func(p *fleet.Project) (bool, error) {
		next := overridden(p.Overrides, set)
		changed := !maps.Equal(p.Overrides, next)
		p.Overrides = next
		return changed, nil
	})
}

// SetUsage changes how Ocim requests and parses the cluster's usage report; nil restores
// the default. A contract that cannot work is fault.Invalid.
func (s *Service) SetUsage(ctx context.Context, project fleet.Project, c *fleet.UsageContract, by audit.Actor) (fleet.Project, error) {
	if c != nil {
		if err := c.Validate(); err != nil {
			return project, err
		}
	}
	record, err := s.record(by, "project.usageChanged", project.ID, project.Usage, c)
	if err != nil {
		return project, err
	}
	return s.Fleet.ChangeProject(ctx, project.ID, record, func(p *fleet.Project) (bool, error) {
		p.Usage = c
		return true, nil
	})
}

func overridden(old map[string]string, set map[string]*string) map[string]string {
	next := maps.Clone(old)
	if next == nil {
		next = map[string]string{}
	}
	for name, value := range set {
		if value == nil {
			delete(next, name)
		} else {
			next[name] = *value
		}
	}
	return next
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}
