package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// API is what a store needs of a client.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Options of a store; the zero Options are those for production.
type Options struct {
	Now     func() time.Time // clock for expiry; time.Now if nil
	Timeout time.Duration    // of one call with its repetitions, beside the context's; 5 s if 0

	// OnCapacity, if not nil, receives what each successful request consumed:
	// read and write capacity units of the operation, such as "GetItem". It must
	// be safe for concurrent use.
	OnCapacity func(op string, rcu, wcu float64)
}

// Store is a kv.Store in a table.
type Store struct {
	client     API
	table      string
	now        func() time.Time
	timeout    time.Duration
	onCapacity func(op string, rcu, wcu float64)
}

var _ kv.Store = (*Store)(nil)

// New makes a store in a table that CreateTable made. Repetitions after a failure
// are the client's to decide; NewClient makes one that suits.
func New(client API, table string, opts Options) *Store {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Timeout <= 0 {
		opts.Timeout = 5 * time.Second
	}
	return &Store{client: client, table: table, now: opts.Now, timeout: opts.Timeout, onCapacity: opts.OnCapacity}
}

// Get implements kv.Store.
func (s *Store) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	if err := contract.Key(key); err != nil {
		return kv.Item{}, err
	}
	attrs, err := s.getItem(ctx, key, kv.Options(opts).Eventual)
	if err != nil {
		return kv.Item{}, err
	}
	it, live, err := s.decode(attrs)
	if err != nil {
		return kv.Item{}, err
	}
	if !live {
		return kv.Item{}, fault.New(fault.NotFound, "the item does not exist")
	}
	return it, nil
}

// getItem gives what is stored at key, expired or not; nothing if absent.
func (s *Store) getItem(caller context.Context, key kv.Key, eventual bool) (attributes, error) {
	ctx, cancel := s.bound(caller)
	defer cancel()
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:              &s.table,
		Key:                    keyAttributes(key),
		ConsistentRead:         aws.Bool(!eventual),
		ReturnConsumedCapacity: s.capacity(),
	})
	if err != nil {
		return nil, s.classify(caller, err)
	}
	s.consumedRead("GetItem", out.ConsumedCapacity)
	return out.Item, nil
}

// BatchGet implements kv.Store.
func (s *Store) BatchGet(caller context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	if err := contract.Keys(keys); err != nil {
		return nil, err
	}
	if caller.Err() != nil || len(keys) == 0 {
		return []kv.Item{}, caller.Err()
	}
	ctx, cancel := s.bound(caller)
	defer cancel()
	wanted := types.KeysAndAttributes{ConsistentRead: aws.Bool(!kv.Options(opts).Eventual)}
	for _, k := range keys {
		wanted.Keys = append(wanted.Keys, keyAttributes(k))
	}
	found := make(map[kv.Key]kv.Item, len(keys))
	for fruitless := 0; len(wanted.Keys) > 0; {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{s.table: wanted},
			ReturnConsumedCapacity: s.capacity(),
		})
		if err != nil {
			return nil, s.classify(caller, err)
		}
		for i := range out.ConsumedCapacity {
			s.consumedRead("BatchGetItem", &out.ConsumedCapacity[i])
		}
		for _, attrs := range out.Responses[s.table] {
			it, live, err := s.decode(attrs)
			if err != nil {
				return nil, err
			}
			if live {
				found[it.Key] = it
			}
		}
		left := out.UnprocessedKeys[s.table].Keys
		if len(left) > 0 && len(left) == len(wanted.Keys) {
			if fruitless++; fruitless == maxFruitless {
				return nil, fault.New(fault.Unavailable, "the table %s is overloaded", s.table)
			}
			if err := sleep(ctx, backoff(fruitless)); err != nil {
				return nil, s.classify(caller, err)
			}
		}
		wanted.Keys = left
	}
	items := make([]kv.Item, 0, len(found))
	for _, k := range keys {
		if it, ok := found[k]; ok {
			items = append(items, it)
		}
	}
	return items, nil
}

// maxFruitless is how often a batch may come back without one item.
const maxFruitless = 6

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// bound limits one call to the server, with its repetitions.
func (s *Store) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.timeout)
}

func (s *Store) capacity() types.ReturnConsumedCapacity {
	if s.onCapacity == nil {
		return types.ReturnConsumedCapacityNone
	}
	return types.ReturnConsumedCapacityTotal
}

func (s *Store) consumedRead(op string, c *types.ConsumedCapacity) {
	if s.onCapacity != nil && c != nil {
		s.onCapacity(op, aws.ToFloat64(c.CapacityUnits), 0)
	}
}

func (s *Store) consumedWrite(op string, c *types.ConsumedCapacity) {
	if s.onCapacity != nil && c != nil {
		s.onCapacity(op, 0, aws.ToFloat64(c.CapacityUnits))
	}
}
