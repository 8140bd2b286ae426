package vault

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// APITokens opens the API tokens of all projects, by project id. What does not open is
// left out: reading that project says why.
func (v *Vault) APITokens(ctx context.Context) (map[string]secret.Value, error) {
	tokens := map[string]secret.Value{}
	q := kv.Query{Partition: credentialsKey("").Partition, Limit: kv.MaxPage, Eventual: true}
	for {
		page, err := v.kv.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("listing the credentials: %w", err)
		}
		for _, item := range page.Items {
			sealed, err := kvjson.Decode[map[string]json.RawMessage](item)
			if err != nil {
				continue
			}
			const field = "apiToken"
			if c, err := v.open(item.Sort, map[string]json.RawMessage{field: sealed[field]}); err == nil && !c.APIToken.IsZero() {
				tokens[item.Sort] = c.APIToken
			}
		}
		if page.Next == "" {
			return tokens, nil
		}
		q.After = page.Next
	}
}
