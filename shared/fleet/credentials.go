package fleet

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// Credentials are what Ocim uses a project with. They are sealed before they
// reach the store and never leave the backend.
type Credentials struct {
	APIToken      secret.Value
	TriggerToken  secret.Value
	WebhookSecret secret.Value
	// FormerWebhookSecret is still accepted while a rotation reaches GitLab.
	FormerWebhookSecret secret.Value
	GatewayUser         secret.Value
	GatewayPassword     secret.Value
}

// fields lists the credentials by the names they are sealed under.
func (c *Credentials) fields() map[string]*secret.Value {
	return map[string]*secret.Value{
		"apiToken":            &c.APIToken,
		"triggerToken":        &c.TriggerToken,
		"webhookSecret":       &c.WebhookSecret,
		"formerWebhookSecret": &c.FormerWebhookSecret,
		"gatewayUser":         &c.GatewayUser,
		"gatewayPassword":     &c.GatewayPassword,
	}
}

// Vault keeps credentials sealed in the store.
type Vault struct {
	kv   kv.Store
	keys *secret.Keyring
}

// NewVault makes a Vault that seals with keys.
func NewVault(store kv.Store, keys *secret.Keyring) *Vault { return &Vault{kv: store, keys: keys} }

// Save replaces a project's credentials.
func (v *Vault) Save(ctx context.Context, project string, c Credentials) error {
	sealed := map[string][]byte{}
	for name, value := range c.fields() {
		if value.IsZero() {
			continue
		}
		b, err := v.keys.Seal([]byte(value.Reveal()), record(project, name))
		if err != nil {
			return fmt.Errorf("sealing %s of project %s: %w", name, project, err)
		}
		sealed[name] = b
	}
	return putJSON(ctx, v.kv, credentialsKey(project), sealed, kv.Always, noExpiry)
}

// Credentials opens a project's credentials; fault.NotFound when there are none.
func (v *Vault) Credentials(ctx context.Context, project string) (Credentials, error) {
	var c Credentials
	sealed, _, err := getJSON[map[string][]byte](ctx, v.kv, credentialsKey(project))
	if err != nil {
		return c, notFound(err, "no credentials of project %q", project)
	}
	for name, value := range c.fields() {
		if sealed[name] == nil {
			continue
		}
		b, err := v.keys.Open(sealed[name], record(project, name))
		if err != nil {
			return Credentials{}, fmt.Errorf("opening %s of project %s: %w", name, project, err)
		}
		*value = secret.New(string(b))
	}
	return c, nil
}

func credentialsKey(project string) kv.Key { return kv.Key{Partition: "credentials", Sort: project} }

// record binds a sealed value to its place, so that it opens nowhere else.
func record(project, name string) string { return "project/" + project + "/" + name }
