package kvtest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
)

// Meter adds up the read units that a store consumed.
type Meter struct {
	mu  sync.Mutex
	rcu float64
}

// Take gives the read units since the last Take.
func (m *Meter) Take() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.rcu
	m.rcu = 0
	return taken
}

func (m *Meter) count(_ string, rcu, _ float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rcu += rcu
}

// Metered gives a test an empty store on a DynamoDB stand-in of its own, with what it
// consumes.
func Metered(t testing.TB) (kv.Store, *Meter) {
	t.Helper()
	cfg := dynamo.Config{Table: "metered", Endpoint: Dynalite(t), Region: "us-east-1", AttemptTimeout: 20 * time.Second}
	t.Setenv("AWS_ACCESS_KEY_ID", "none")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "none")
	client, err := dynamo.NewClient(t.Context(), cfg)
	require.NoError(t, err)
	_, err = dynamo.CreateTable(t.Context(), client, cfg.Table)
	require.NoError(t, err)
	m := new(Meter)
	return dynamo.New(client, cfg.Table, dynamo.Options{OnCapacity: m.count, Timeout: time.Minute}), m
}
