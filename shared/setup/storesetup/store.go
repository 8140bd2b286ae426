// Package storesetup opens the table of DynamoDB that functions share.
package storesetup

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
)

// Store says where the table is.
type Store struct {
	Table       string `envconfig:"TABLE" default:"ocim" desc:"Name of the DynamoDB table."`
	Region      string `envconfig:"DYNAMODB_REGION" desc:"AWS region of the table. Empty: that of the AWS configuration."`
	DynamoDBURL string `envconfig:"DYNAMODB_URL" desc:"Address of another server with DynamoDB's API."`
}

// Open opens the table without a call: one that does not answer shows at the first use.
func (s Store) Open(ctx context.Context) (kv.Store, error) {
	store, err := dynamo.Connect(ctx, dynamo.Config{Table: s.Table, Region: s.Region, Endpoint: s.DynamoDBURL}, dynamo.Options{OnCapacity: countUnits})
	if err != nil {
		return nil, fmt.Errorf("connecting to the store: %w", err)
	}
	return Metered(store), nil
}

// Ready returns fault.Unavailable if the store does not answer.
func Ready(ctx context.Context, store kv.Store) error {
	_, err := store.Get(ctx, kv.Key{Partition: "ready", Sort: "ready"}, kv.Eventual())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.Unavailable, err, "The store does not answer.")
	}
	return nil
}
