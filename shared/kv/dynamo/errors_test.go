package dynamo_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

var key = kv.Key{Partition: "p", Sort: "s"}

// calls makes each kind of call.
func calls(ctx context.Context, s kv.Store) map[string]error {
	errs := map[string]error{}
	_, errs["Get"] = s.Get(ctx, key)
	_, errs["BatchGet"] = s.BatchGet(ctx, []kv.Key{key})
	_, errs["Put"] = s.Put(ctx, kv.Item{Key: key}, kv.Always)
	_, errs["Put IfAbsent"] = s.Put(ctx, kv.Item{Key: key}, kv.IfAbsent())
	_, errs["Put IfVersion"] = s.Put(ctx, kv.Item{Key: key}, kv.IfVersion(1))
	errs["Delete"] = s.Delete(ctx, key, kv.Always)
	_, errs["Query"] = s.Query(ctx, kv.Query{Partition: "p"})
	return errs
}

func TestAServerThatNeverServesIsUnavailable(t *testing.T) {
	for name, h := range map[string]harm{"throttles": throttle, "500": fail, "503": busy} {
		t.Run(name, func(t *testing.T) {
			way := &network{harm: always(h)}
			client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: "http://127.0.0.1:1", MaxAttempts: 3}, way.use)
			require.NoError(t, err)
			for call, err := range calls(t.Context(), dynamo.New(client, "t", dynamo.Options{})) {
				require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", call, err)
			}
			require.LessOrEqual(t, way.sent.Load(), int64(7*3+3), "attempts are bounded")
		})
	}
}

func TestNobodyListens(t *testing.T) {
	began := time.Now()
	s, err := dynamo.Connect(t.Context(), dynamo.Config{Table: "t", Endpoint: "http://127.0.0.1:1"}, dynamo.Options{})
	require.NoError(t, err)
	_, err = s.Put(t.Context(), kv.Item{Key: key}, kv.IfAbsent())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Less(t, time.Since(began), 2*time.Second)
}

func TestAServerThatIsSilent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel, never answers
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	cfg := dynamo.Config{Table: "t", Endpoint: "http://" + listener.Addr().String()}

	s, err := dynamo.Connect(t.Context(), cfg, dynamo.Options{Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	for call, err := range calls(t.Context(), s) {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", call, err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s, err = dynamo.Connect(ctx, cfg, dynamo.Options{})
	require.NoError(t, err)
	for call, err := range calls(ctx, s) {
		require.ErrorIs(t, err, context.DeadlineExceeded, call)
	}

	cfg.AttemptTimeout, cfg.MaxAttempts = 20*time.Millisecond, 2
	s, err = dynamo.Connect(t.Context(), cfg, dynamo.Options{Timeout: time.Minute})
	require.NoError(t, err)
	for call, err := range calls(t.Context(), s) {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", call, err)
	}
}

func TestConfiguration(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	for field, cfg := range map[string]dynamo.Config{
		"table":    {Region: "eu-west-1"},
		"region":   {Table: "t"},
		"endpoint": {Table: "t", Endpoint: "localhost:8000"},
	} {
		_, err := dynamo.Connect(t.Context(), cfg, dynamo.Options{})
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Equal(t, fault.Invalid, f.Kind)
		require.Equal(t, field, f.Field)
	}

	_, err := dynamo.Connect(t.Context(), dynamo.Config{Table: "t", Endpoint: "https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com"}, dynamo.Options{})
	require.ErrorContains(t, err, "region", "Amazon's own endpoint is production: nothing is made up")
	_, err = dynamo.Connect(t.Context(), dynamo.Config{Table: "t", Region: "eu-west-1"}, dynamo.Options{})
	require.NoError(t, err)

	local, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: "http://127.0.0.1:8000"})
	require.NoError(t, err)
	keys, err := local.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "none", keys.AccessKeyID)
	require.Equal(t, "us-east-1", local.Options().Region)

	t.Setenv("AWS_ACCESS_KEY_ID", "given")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "given")
	local, err = dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: "http://127.0.0.1:8000"})
	require.NoError(t, err)
	keys, err = local.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, "given", keys.AccessKeyID)
}

// partial is a server that gives only some of a batch at a time.
type partial struct {
	dynamo.API
	most int
}

func (p partial) BatchGetItem(
	ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options),
) (*dynamodb.BatchGetItemOutput, error) {
	some, rest := map[string]types.KeysAndAttributes{}, map[string]types.KeysAndAttributes{}
	for table, wanted := range in.RequestItems {
		all := wanted.Keys
		n := min(p.most, len(all))
		wanted.Keys = all[:n]
		some[table] = wanted
		if n < len(all) {
			wanted.Keys = all[n:]
			rest[table] = wanted
		}
	}
	if p.most == 0 {
		return &dynamodb.BatchGetItemOutput{UnprocessedKeys: rest}, nil
	}
	in.RequestItems = some
	out, err := p.API.BatchGetItem(ctx, in, opts...)
	if err == nil {
		out.UnprocessedKeys = rest
	}
	return out, err
}

func TestTable(t *testing.T) {
	client, table := newTable(t, kvtest.Dynalite(t))
	ctx := t.Context()

	t.Run("is made once", func(t *testing.T) {
		supported, err := dynamo.CreateTable(ctx, client, table)
		require.NoError(t, err)
		require.False(t, supported, "dynalite has no time to live")
	})
	t.Run("does not exist", func(t *testing.T) {
		for call, err := range calls(ctx, dynamo.New(client, "other", dynamo.Options{})) {
			require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", call, err)
			require.ErrorContains(t, err, "the table other does not exist", call)
		}
	})
	t.Run("holds something else", func(t *testing.T) {
		for _, attrs := range []map[string]types.AttributeValue{
			{},
			{"version": &types.AttributeValueMemberS{Value: "1"}},
			{"version": &types.AttributeValueMemberN{Value: "1.5"}},
			{"version": &types.AttributeValueMemberN{Value: "1"}, "expires": &types.AttributeValueMemberS{Value: "x"}},
		} {
			attrs["pk"] = &types.AttributeValueMemberS{Value: "foreign"}
			attrs["sk"] = &types.AttributeValueMemberS{Value: "s"}
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: attrs})
			require.NoError(t, err)
			_, err = dynamo.New(client, table, dynamo.Options{}).Get(ctx, kv.Key{Partition: "foreign", Sort: "s"})
			require.Equal(t, fault.Internal, fault.KindOf(err), "%v", err)
		}
	})
	t.Run("gives batches in parts", func(t *testing.T) {
		var keys []kv.Key
		for _, sort := range []string{"c", "a", "b", "e", "d"} {
			k := kv.Key{Partition: "batch", Sort: sort}
			keys = append(keys, k)
			_, err := dynamo.New(client, table, dynamo.Options{}).Put(ctx, kv.Item{Key: k, Value: []byte(sort)}, kv.Always)
			require.NoError(t, err)
		}
		got, err := dynamo.New(partial{client, 2}, table, dynamo.Options{}).BatchGet(ctx, keys)
		require.NoError(t, err)
		require.Len(t, got, len(keys))
		for i, it := range got {
			require.Equal(t, keys[i], it.Key)
		}
		_, err = dynamo.New(partial{client, 0}, table, dynamo.Options{}).BatchGet(ctx, keys)
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	})
	t.Run("bills little", func(t *testing.T) { testCapacity(t, client, table) })
}

// testCapacity pins what calls consume, by dynalite's count.
func testCapacity(t *testing.T, client dynamo.API, table string) {
	ctx := t.Context()
	var rcu, wcu float64
	var ops []string
	s := dynamo.New(client, table, dynamo.Options{OnCapacity: func(op string, r, w float64) {
		ops, rcu, wcu = append(ops, op), rcu+r, wcu+w
	}})
	want := func(name string, wantRCU, wantWCU float64, wantOps ...string) {
		t.Helper()
		require.Equal(t, wantOps, ops, name)
		require.InDelta(t, wantRCU, rcu, 0.01, name)
		require.InDelta(t, wantWCU, wcu, 0.01, name)
		ops, rcu, wcu = nil, 0, 0
	}
	small := kv.Item{Key: kv.Key{Partition: "cost", Sort: "a"}, Value: make([]byte, 800)}
	require.NoError(t, second(s.Put(ctx, small, kv.IfAbsent())))
	want("create", 0, 1, "PutItem")
	require.NoError(t, second(s.Put(ctx, small, kv.IfVersion(1))))
	want("change", 0, 1, "PutItem")
	require.NoError(t, second(s.Put(ctx, small, kv.Always)))
	want("overwrite", 0, 1, "UpdateItem")
	require.NoError(t, second(s.Get(ctx, small.Key)))
	want("get", 1, 0, "GetItem")
	require.NoError(t, second(s.Get(ctx, small.Key, kv.Eventual())))
	want("eventual get", 0.5, 0, "GetItem")
	require.NoError(t, second(s.BatchGet(ctx, []kv.Key{small.Key}, kv.Eventual())))
	want("batch get", 0.5, 0, "BatchGetItem")
	require.NoError(t, second(s.Query(ctx, kv.Query{Partition: "cost", Eventual: true})))
	want("query", 0.5, 0, "Query")
	require.NoError(t, s.Delete(ctx, small.Key, kv.IfVersion(3)))
	want("delete", 0, 1, "DeleteItem")
}

func second[T any](_ T, err error) error { return err }
