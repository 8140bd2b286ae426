package setup

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/kelseyhightower/envconfig"
	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/secret"
)

// Load fills a function's Config from the environment. An error names the
// variable.
func Load(config any) error {
	if err := envconfig.Process("ocim", config); err != nil {
		return fault.Wrap(fault.Internal, err, "reading the configuration")
	}
	return nil
}

// Base is what every function is configured with.
type Base struct {
	SecretsDir     string   `envconfig:"SECRETS_DIR" default:"/var/openfaas/secrets" desc:"folder of the secret files"`
	TrustedProxies []string `envconfig:"TRUSTED_PROXIES" desc:"networks whose X-Forwarded-For counts, such as 10.0.0.0/8"`
}

// Secrets gives the folder of the secret files.
func (b Base) Secrets() *secret.Directory { return secret.NewDirectory(b.SecretsDir) }

// API gives what a function's API is made with.
func (b Base) API(auth faas.Authenticator) (faas.Options, error) {
	opts := faas.Options{Authenticator: auth}
	for _, s := range b.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return opts, fault.Wrap(fault.Internal, err, "OCIM_TRUSTED_PROXIES: %q is not a network", s)
		}
		opts.TrustedProxies = append(opts.TrustedProxies, p)
	}
	return opts, nil
}

// Store says where the key-value store is.
type Store struct {
	Table       string `envconfig:"TABLE" default:"ocim" desc:"DynamoDB table"`
	Region      string `envconfig:"DYNAMODB_REGION" desc:"AWS region; empty is AWS's own configuration"`
	DynamoDBURL string `envconfig:"DYNAMODB_URL" desc:"address of another server that speaks DynamoDB's API"`
	StoreFile   string `envconfig:"STORE_FILE" desc:"file of an embedded store instead of DynamoDB; for one process"`
}

// Open connects to the store. It reaches nothing yet: an unreachable store shows
// at the first call.
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

// NewID gives an id that sorts by time.
func NewID() string { return ulid.Make().String() }

// Now is the clock of the functions.
func Now() time.Time { return time.Now().UTC() }
