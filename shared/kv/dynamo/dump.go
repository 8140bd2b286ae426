package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// scanner is the part of DynamoDB that only Each needs; functions have no permission
// for it.
type scanner interface {
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// Each calls take for every item of the table that has not expired. It reads the table
// page by page, so nothing may write meanwhile.
func (s *Store) Each(ctx context.Context, take func(kv.Item) error) error {
	client, ok := s.client.(scanner)
	if !ok {
		return fault.New(fault.Internal, "this client cannot scan a table")
	}
	in := &dynamodb.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: s.capacity()}
	for {
		page, cancel := s.bound(ctx)
		out, err := client.Scan(page, in)
		cancel()
		if err != nil {
			return s.classify(ctx, err)
		}
		s.consumedRead("Scan", out.ConsumedCapacity)
		for _, attrs := range out.Items {
			it, live, err := s.decode(attrs)
			if err != nil {
				return err
			}
			if !live {
				continue
			}
			if err := take(it); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Load stores an item with its version. It returns fault.Conflict if there is any item
// at its key.
func (s *Store) Load(caller context.Context, e kv.Item) error {
	if err := contract.Key(e.Key); err != nil {
		return err
	}
	ctx, cancel := s.bound(caller)
	defer cancel()
	attrs := keyAttributes(e.Key)
	attrs[attrVersion] = number(e.Version)
	if seconds := contract.Seconds(e.Expires); seconds != 0 {
		attrs[attrExpires] = number(seconds)
	}
	if len(e.Value) > 0 {
		attrs[attrValue] = binary(e.Value)
	}
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: attrs, ConditionExpression: aws.String("attribute_not_exists(#pk)"),
		ExpressionAttributeNames: names(attrPartition), ReturnConsumedCapacity: s.capacity(),
	})
	var exists *types.ConditionalCheckFailedException
	if errors.As(err, &exists) {
		return fault.Wrap(fault.Conflict, err, "the item exists")
	}
	if err != nil {
		return s.classify(caller, err)
	}
	return nil
}
