// Package storesetup opens the key-value store that a function is configured with:
// DynamoDB, or an embedded file for one process.
package storesetup

import (
	"context"
	"fmt"

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
		return bolt.Open(s.StoreFile, bolt.Options{})
	}
	store, err := dynamo.Connect(ctx, dynamo.Config{Table: s.Table, Region: s.Region, Endpoint: s.DynamoDBURL}, dynamo.Options{})
	if err != nil {
		return nil, fmt.Errorf("connecting to the store: %w", err)
	}
	return store, nil
}
