package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Query implements kv.Store. It requests one item more than wanted, which distinguishes
// the last page from the one before, and goes on while expired items, which
// the server counts, leave the page short.
func (s *Store) Query(caller context.Context, q kv.Query) (kv.Page, error) {
	limit, after, err := contract.Query(q)
	if err != nil {
		return kv.Page{}, err
	}
	ctx, cancel := s.bound(caller)
	defer cancel()

	in := &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    aws.String("#pk = :pk"),
		FilterExpression:          aws.String("attribute_not_exists(#expires) OR #expires > :now"),
		ExpressionAttributeNames:  names(attrPartition, attrExpires),
		ExpressionAttributeValues: attributes{":pk": text(q.Partition), ":now": s.second()},
		ScanIndexForward:          aws.Bool(!q.Reverse),
		ConsistentRead:            aws.Bool(!q.Eventual),
		ReturnConsumedCapacity:    s.capacity(),
	}
	if q.Prefix != "" {
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :prefix)")
		in.ExpressionAttributeNames["#sk"] = attrSort
		in.ExpressionAttributeValues[":prefix"] = text(q.Prefix)
	}
	if after != "" {
		in.ExclusiveStartKey = keyAttributes(kv.Key{Partition: q.Partition, Sort: after})
	}

	var page kv.Page
	size := 0
	for round := 0; ; round++ {
		missing := limit + 1 - len(page.Items)
		if size >= kv.MaxPageBytes {
			missing = 1
		}
		// Doubling gets past many expired items in few requests.
		in.Limit = aws.Int32(int32(min(missing<<min(round, 10), 2*kv.MaxPage)))
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return kv.Page{}, s.classify(caller, err)
		}
		s.consumedRead("Query", out.ConsumedCapacity)
		for _, attrs := range out.Items {
			it, live, err := s.decode(attrs)
			if err != nil {
				return kv.Page{}, err
			}
			if !live {
				continue
			}
			if len(page.Items) == limit || size >= kv.MaxPageBytes {
				page.Next = contract.Cursor(q, page.Items[len(page.Items)-1].Sort)
				return page, nil
			}
			page.Items = append(page.Items, it)
			size += len(it.Value)
		}
		if len(out.LastEvaluatedKey) == 0 {
			return page, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
