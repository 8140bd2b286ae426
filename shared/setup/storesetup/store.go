// Package storesetup opens the key-value store that a function is configured with:
// DynamoDB, or an embedded file for one process.
package storesetup

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
)

// Store says where the key-value store is.
type Store struct {
	Table       string `envconfig:"TABLE" default:"ocim" desc:"Name of the DynamoDB table."`
	Region      string `envconfig:"DYNAMODB_REGION" desc:"AWS region of the table. Empty: that of the AWS configuration."`
	DynamoDBURL string `envconfig:"DYNAMODB_URL" desc:"Address of another server with DynamoDB's API."`
	StoreFile   string `envconfig:"STORE_FILE" desc:"File of an embedded store, used instead of DynamoDB by a single process."`
}

// Open opens the store. It does not connect to DynamoDB yet: an unreachable store
// shows at the first call.
func (s Store) Open(ctx context.Context) (kv.Store, error) {
	if s.StoreFile != "" {
		store, err := bolt.Open(s.StoreFile, bolt.Options{})
		if err != nil {
			return nil, err
		}
		return Metered(store), nil
	}
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
