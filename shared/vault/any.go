package vault

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/kv"
)

// Any reports whether a store holds credentials of any project.
func Any(ctx context.Context, store kv.Store) (bool, error) {
	page, err := store.Query(ctx, kv.Query{Partition: credentialsKey("").Partition, Limit: 1})
	if err != nil {
		return false, fmt.Errorf("looking for credentials: %w", err)
	}
	return len(page.Items) > 0, nil
}
