package dynamo_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestGet_ReadsCountersOfEarlierReleases(t *testing.T) {
	client, table := newTable(t, kvtest.Dynalite(t))
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: key.Partition}, "sk": &types.AttributeValueMemberS{Value: key.Sort},
		"version": &types.AttributeValueMemberN{Value: "7"}, "count": &types.AttributeValueMemberN{Value: "-42"},
	}})
	require.NoError(t, err)
	s := dynamo.New(client, table, dynamo.Options{})
	item, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, kv.Item{Key: key, Version: 7, Value: []byte("-42")}, item)

	item, err = s.Put(t.Context(), kv.Item{Key: key, Value: []byte("plain")}, kv.Always)
	require.NoError(t, err)
	require.Equal(t, int64(8), item.Version)
	item, err = s.Get(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, "plain", string(item.Value))
}
