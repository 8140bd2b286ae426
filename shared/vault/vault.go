package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// Credentials are what Ocim uses a project with. They are sealed before they
// reach the store and never leave the backend.
type Credentials struct {
	APIToken      secret.Value
	TriggerToken  secret.Value
	WebhookSecret secret.Value
	// FormerWebhookSecret is accepted beside it while a rotation reaches GitLab
	// and for a while after: before RotatedAt it is the coming one.
	FormerWebhookSecret secret.Value
	RotatedAt           time.Time // when the last rotation ended; zero while one is under way
	GatewayUser         secret.Value
	GatewayPassword     secret.Value
	InspectorSecret     secret.Value // shared with the cluster's inspector
	DeployKey           secret.Value // private part, in OpenSSH's PEM form
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
		"inspectorSecret":     &c.InspectorSecret,
		"deployKey":           &c.DeployKey,
	}
}

// Vault keeps credentials sealed in the store.
type Vault struct {
	kv   kv.Store
	keys *secret.Keyring
	now  func() time.Time
}

// NewVault makes a Vault that seals with keys.
func New(store kv.Store, keys *secret.Keyring) *Vault {
	return &Vault{kv: store, keys: keys, now: time.Now}
}

// By gives the Vault with another clock.
func (v *Vault) By(now func() time.Time) *Vault { return &Vault{kv: v.kv, keys: v.keys, now: now} }

// formerLife is how long a webhook secret is accepted after its rotation: GitLab may
// still be sending with it.
const formerLife = time.Hour

// Save replaces a project's credentials.
func (v *Vault) Save(ctx context.Context, project string, c Credentials) error {
	_, err := v.Change(ctx, project, nil, func(held *Credentials) error {
		*held = c
		return nil
	})
	return err
}

// rotatedAt is the name of a value in a sealed record that is no secret.
const rotatedAt = "rotatedAt"

// Change lets alter change a project's credentials, writing with record, and gives
// them as they became. There need not be any yet.
func (v *Vault) Change(ctx context.Context, project string, record kv.WriteFunc, alter func(*Credentials) error) (Credentials, error) {
	var c Credentials
	err := v.update(ctx, credentialsKey(project), record, func(item kv.Item) (map[string]json.RawMessage, error) {
		sealed, err := kvjson.Decode[map[string]json.RawMessage](item)
		if err != nil {
			return nil, err
		}
		if c, err = v.open(project, sealed); err != nil {
			return nil, err
		}
		before := c
		if err := alter(&c); err != nil {
			return nil, err
		}
		if item.Version > 0 && c == before {
			return nil, nil
		}
		next := map[string]json.RawMessage{}
		maps.Copy(next, sealed) // with its audit entries, and what a later release keeps there
		delete(next, rotatedAt)
		for name, value := range c.fields() {
			if value.IsZero() {
				delete(next, name)
				continue
			}
			b, err := v.keys.Seal([]byte(value.Reveal()), at(project, name))
			if err != nil {
				return nil, fmt.Errorf("sealing %s of project %s: %w", name, project, err)
			}
			if next[name], err = json.Marshal(b); err != nil {
				return nil, fmt.Errorf("encoding %s of project %s: %w", name, project, err)
			}
		}
		if !c.RotatedAt.IsZero() {
			if next[rotatedAt], err = json.Marshal(c.RotatedAt); err != nil {
				return nil, fmt.Errorf("encoding the rotation of project %s: %w", project, err)
			}
		}
		return next, nil
	})
	return c, err
}

// Credentials opens a project's credentials; fault.NotFound when there are none.
func (v *Vault) Credentials(ctx context.Context, project string) (Credentials, error) {
	sealed, _, err := kvjson.Get[map[string]json.RawMessage](ctx, v.kv, credentialsKey(project))
	if err != nil {
		return Credentials{}, kvjson.NotFound(err, "no credentials of project %q", project)
	}
	c, err := v.open(project, sealed)
	if err == nil && c == (Credentials{}) {
		err = fault.New(fault.NotFound, "no credentials of project %q", project)
	}
	return c, err
}

// Forget removes a project's credentials.
func (v *Vault) Forget(ctx context.Context, project string) error {
	item, err := v.kv.Get(ctx, credentialsKey(project))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the credentials of project %s: %w", project, err)
	}
	var carried struct {
		Audit audit.Trail `json:"audit"`
	}
	if err := json.Unmarshal(item.Value, &carried); err != nil {
		return fmt.Errorf("decoding the credentials of project %s: %w", project, err)
	}
	// The entries it carries may not be in the log yet.
	return kvjson.Put(ctx, v.kv, credentialsKey(project), carried, kv.IfVersion(item.Version), v.now().Add(removedLife))
}

func (v *Vault) open(project string, sealed map[string]json.RawMessage) (Credentials, error) {
	var c Credentials
	for name, value := range c.fields() {
		if sealed[name] == nil {
			continue
		}
		var b []byte
		if err := json.Unmarshal(sealed[name], &b); err != nil {
			return Credentials{}, fmt.Errorf("decoding %s of project %s: %w", name, project, err)
		}
		b, err := v.keys.Open(b, at(project, name))
		if err != nil {
			return Credentials{}, fmt.Errorf("opening %s of project %s: %w", name, project, err)
		}
		*value = secret.New(string(b))
	}
	if at := sealed[rotatedAt]; at != nil {
		if err := json.Unmarshal(at, &c.RotatedAt); err != nil {
			return Credentials{}, fmt.Errorf("decoding the rotation of project %s: %w", project, err)
		}
		if v.now().Sub(c.RotatedAt) > formerLife {
			c.FormerWebhookSecret = secret.Value{}
		}
	}
	return c, nil
}

func credentialsKey(project string) kv.Key { return kv.Key{Partition: "credentials", Sort: project} }

// at binds a sealed value to its place, so that it opens nowhere else.
func at(project, name string) string { return "project/" + project + "/" + name }

// removedLife is how long the audit entries of removed credentials stay: until they
// are in the log for certain.
const removedLife = 24 * time.Hour

func (v *Vault) update(ctx context.Context, key kv.Key, write kv.WriteFunc, change func(item kv.Item) (map[string]json.RawMessage, error)) error {
	return kv.Update(ctx, v.kv, key, write, func(item *kv.Item) (bool, error) {
		next, err := change(*item)
		if err != nil || next == nil {
			return false, err
		}
		return true, kvjson.Set(item, next)
	})
}

// Any reports whether a store holds credentials of any project.
func Any(ctx context.Context, store kv.Store) (bool, error) {
	page, err := store.Query(ctx, kv.Query{Partition: credentialsKey("").Partition, Limit: 1})
	if err != nil {
		return false, fmt.Errorf("looking for credentials: %w", err)
	}
	return len(page.Items) > 0, nil
}

// APITokens opens the API tokens of all projects, by project id. What does not open is
// left out: reading that project says why.
func (v *Vault) APITokens(ctx context.Context) (map[string]secret.Value, error) {
	tokens := map[string]secret.Value{}
	err := v.each(ctx, true, func(item kv.Item, stored map[string]json.RawMessage) error {
		const field = "apiToken"
		if c, err := v.open(item.Sort, map[string]json.RawMessage{field: stored[field]}); err == nil && !c.APIToken.IsZero() {
			tokens[item.Sort] = c.APIToken
		}
		return nil
	})
	return tokens, err
}
