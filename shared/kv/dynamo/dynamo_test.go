package dynamo_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// newTable makes a table of its own at the endpoint and a client for it.
func newTable(t testing.TB, endpoint string, change ...func(*dynamodb.Options)) (*dynamodb.Client, string) {
	t.Helper()
	cfg := dynamo.Config{Endpoint: endpoint, AttemptTimeout: 10 * time.Second} // the machine may be busy
	calm, err := dynamo.NewClient(t.Context(), cfg)
	require.NoError(t, err)
	table := "ocim-test-" + strings.ToLower(rand.Text())
	_, err = dynamo.CreateTable(t.Context(), calm, table)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := calm.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
	})
	client, err := dynamo.NewClient(t.Context(), cfg, change...)
	require.NoError(t, err)
	return client, table
}

// testContract also sees to it that no request is sent but those of API: no
// Scan, no transaction.
func testContract(t *testing.T, endpoint string, increments int) {
	var sent sync.Map
	way := &network{harm: func(r *http.Request) harm {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		sent.Store(op, true)
		return none
	}}
	client, table := newTable(t, endpoint, way.use)
	kvtest.Run(t, func(_ *testing.T, now func() time.Time) kv.Store {
		return dynamo.New(client, table, dynamo.Options{Now: now, Timeout: time.Minute})
	}, kvtest.Effort{Increments: increments, Operations: 50})
	ops := []string{}
	sent.Range(func(op, _ any) bool { ops = append(ops, op.(string)); return true })
	require.ElementsMatch(t, []string{"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"}, ops)
}

// The stand-in needs half a millisecond of a processor for each request, so 64 writers
// change an item 20 times each there, and 1,000 times elsewhere.
func TestContract(t *testing.T) {
	testContract(t, kvtest.Dynalite(t), 20)
}

// TestContractElsewhere runs the suite at the endpoint of OCIM_TEST_DYNAMODB_URL,
// for who has DynamoDB or another server that speaks its API. It takes minutes: DynamoDB
// itself writes an item at most a thousand times a second.
func TestContractElsewhere(t *testing.T) {
	endpoint := os.Getenv("OCIM_TEST_DYNAMODB_URL")
	if endpoint == "" {
		t.Log("OCIM_TEST_DYNAMODB_URL is not set: dynalite alone is tested")
		return
	}
	testContract(t, endpoint, 1000)
}
