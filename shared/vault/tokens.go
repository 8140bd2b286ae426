package vault

import (
	"context"
	"encoding/json"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

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
