package dynamo

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Names of an item's attributes.
const (
	attrPartition = "pk"
	attrSort      = "sk"
	attrValue     = "value"   // absent when empty
	attrCount     = "count"   // a number instead of a value; releases before 2026-12 wrote these
	attrVersion   = "version" // 1 when created
	attrExpires   = "expires" // absent when never
	attrNonce     = "nonce"   // of the last write
)

type attributes = map[string]types.AttributeValue

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func binary(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func keyAttributes(k kv.Key) attributes {
	return attributes{attrPartition: text(k.Partition), attrSort: text(k.Sort)}
}

// itemAttributes gives a plain item whole.
func itemAttributes(it kv.Item, version int64, nonce []byte) attributes {
	a := keyAttributes(it.Key)
	a[attrVersion] = number(version)
	a[attrNonce] = binary(nonce)
	if len(it.Value) > 0 {
		a[attrValue] = binary(it.Value)
	}
	if e := contract.Seconds(it.Expires); e != 0 {
		a[attrExpires] = number(e)
	}
	return a
}

// names gives the placeholders of expressions, since some names are reserved:
// #value for value, and so on.
func names(attrs ...string) map[string]string {
	m := make(map[string]string, len(attrs))
	for _, a := range attrs {
		m["#"+a] = a
	}
	return m
}

// decode reads what is stored. live is false if nothing is or it has expired.
func (s *Store) decode(a attributes) (it kv.Item, live bool, err error) {
	if len(a) == 0 {
		return kv.Item{}, false, nil
	}
	pk, _ := a[attrPartition].(*types.AttributeValueMemberS)
	sk, _ := a[attrSort].(*types.AttributeValueMemberS)
	version, versionErr := integer(a, attrVersion)
	expires, expiresErr := integer(a, attrExpires)
	count, countErr := integer(a, attrCount)
	if pk == nil || sk == nil || version < 1 || versionErr != nil || expiresErr != nil || countErr != nil {
		return kv.Item{}, false, fault.New(fault.Internal, "the table %s holds an item that is not ours", s.table)
	}
	it = kv.Item{
		Key:     kv.Key{Partition: pk.Value, Sort: sk.Value},
		Version: version,
		Expires: contract.Time(expires),
		Value:   []byte{},
	}
	if _, counter := a[attrCount]; counter {
		it.Value = strconv.AppendInt(nil, count, 10)
	} else if v, ok := a[attrValue].(*types.AttributeValueMemberB); ok {
		it.Value = v.Value
	}
	return it, !contract.Expired(expires, s.now()), nil
}

// integer reads a number; an absent one is 0.
func integer(a attributes, name string) (int64, error) {
	v, ok := a[name]
	if !ok {
		return 0, nil
	}
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

// second is the present Unix second, as an expression compares it.
func (s *Store) second() types.AttributeValue { return number(s.now().Unix()) }

// truncate gives an expiry as it will be read.
func truncate(t time.Time) time.Time { return contract.Time(contract.Seconds(t)) }
