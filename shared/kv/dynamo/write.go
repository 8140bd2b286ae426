package dynamo

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Conditions on what is stored, where an expired item counts as absent.
const (
	isAbsent  = "(attribute_not_exists(#pk) OR #expires <= :now)"
	isExpired = "#expires <= :now"
	isCurrent = "(attribute_not_exists(#expires) OR #expires > :now)"
	notOurs   = "(attribute_not_exists(#nonce) OR #nonce <> :nonce)"
)

// maxRounds is how often a write restarts because the item expired or
// came into being between two steps.
const maxRounds = 4

func newNonce() []byte {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	return b
}

// Put implements kv.Store.
func (s *Store) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if err := contract.Item(item); err != nil {
		return kv.Item{}, err
	}
	if err := ctx.Err(); err != nil {
		return kv.Item{}, err
	}
	w := &write{store: s, key: item.Key, nonce: newNonce()}
	var err error
	switch v := cond.Version(); {
	case cond.Absent():
		err = w.replace(ctx, item, 1, isAbsent, attributes{":now": s.second()}, attrPartition, attrExpires)
		err = w.settle(ctx, err, "the item exists already")
	case v < 0:
		err = fault.New(fault.Conflict, "the item was never read")
	case v > 0:
		err = w.replace(ctx, item, v+1, "#version = :was AND "+isCurrent,
			attributes{":now": s.second(), ":was": number(v)}, attrVersion, attrExpires)
		err = w.settle(ctx, err, "the item was changed in the meantime")
	default:
		err = w.overwrite(ctx, item)
	}
	if err != nil {
		return kv.Item{}, err
	}
	item.Version, item.Expires = w.version, truncate(item.Expires)
	return item, nil
}

// Delete implements kv.Store.
func (s *Store) Delete(caller context.Context, key kv.Key, cond kv.Condition) error {
	if err := contract.Key(key); err != nil {
		return err
	}
	in := &dynamodb.DeleteItemInput{TableName: &s.table, Key: keyAttributes(key), ReturnConsumedCapacity: s.capacity()}
	switch v := cond.Version(); {
	case cond.Absent():
		in.ConditionExpression = aws.String(isAbsent)
		in.ExpressionAttributeNames = names(attrPartition, attrExpires)
		in.ExpressionAttributeValues = attributes{":now": s.second()}
	case v < 0:
		return fault.New(fault.Conflict, "the item was never read")
	case v > 0:
		in.ConditionExpression = aws.String("#version = :was AND " + isCurrent)
		in.ExpressionAttributeNames = names(attrVersion, attrExpires)
		in.ExpressionAttributeValues = attributes{":now": s.second(), ":was": number(v)}
	}
	ctx, cancel := s.bound(caller)
	defer cancel()
	var tries attempts
	out, err := s.client.DeleteItem(ctx, in, tries.watch)
	if err == nil {
		s.consumedWrite("DeleteItem", out.ConsumedCapacity)
		return nil
	}
	err = s.classify(caller, err)
	switch {
	case !errors.Is(err, errCondition):
		return err
	case tries.unsure && cond.Version() > 0:
		// A lost answer may have been ours; what is gone bears no nonce.
		return s.unknown()
	default:
		return fault.New(fault.Conflict, "the item was changed in the meantime")
	}
}

// unknown is a write whose outcome is unknown.
func (s *Store) unknown() error {
	return fault.New(fault.Unavailable, "the table %s lost an answer, the write may have happened", s.table)
}

// write is one Put on its way.
type write struct {
	store *Store
	key   kv.Key
	nonce []byte
	attempts
	version int64 // once it has succeeded
}

// replace stores a plain item whole, at the version, if the condition holds;
// else it returns errCondition.
func (w *write) replace(caller context.Context, item kv.Item, version int64, cond string, values attributes, attrs ...string) error {
	s := w.store
	ctx, cancel := s.bound(caller)
	defer cancel()
	out, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 &s.table,
		Item:                      itemAttributes(item, version, w.nonce),
		ConditionExpression:       &cond,
		ExpressionAttributeNames:  names(attrs...),
		ExpressionAttributeValues: values,
		ReturnConsumedCapacity:    s.capacity(),
	}, w.watch)
	if err != nil {
		return s.classify(caller, err)
	}
	s.consumedWrite("PutItem", out.ConsumedCapacity)
	w.version = version
	return nil
}

// settle turns a failed condition into a conflict, unless it was this write itself
// that made the condition fail, in an attempt whose answer got lost.
func (w *write) settle(ctx context.Context, err error, conflict string) error {
	if !errors.Is(err, errCondition) {
		return err
	}
	if !w.unsure {
		return fault.New(fault.Conflict, "%s", conflict)
	}
	if done, err := w.done(ctx); err != nil || done {
		return err
	}
	return w.store.unknown()
}

// done reports whether the item is as this write left it.
func (w *write) done(ctx context.Context) (bool, error) {
	attrs, err := w.store.getItem(ctx, w.key, false)
	if err != nil {
		return false, err
	}
	nonce, ok := attrs[attrNonce].(*types.AttributeValueMemberB)
	if !ok || !bytes.Equal(nonce.Value, w.nonce) {
		return false, nil
	}
	return true, w.read(attrs)
}

// read takes the version from what is stored.
func (w *write) read(attrs attributes) error {
	var err error
	if w.version, err = integer(attrs, attrVersion); err != nil {
		return fault.Wrap(fault.Internal, err, "the table %s holds an item that is not ours", w.store.table)
	}
	return nil
}

// update runs an update expression. It returns errCondition if the condition does
// not hold.
func (w *write) update(caller context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) error {
	s := w.store
	ctx, cancel := s.bound(caller)
	defer cancel()
	in.TableName = &s.table
	in.Key = keyAttributes(w.key)
	in.ReturnValues = types.ReturnValueUpdatedNew
	in.ReturnConsumedCapacity = s.capacity()
	in.ExpressionAttributeValues[":nonce"] = binary(w.nonce)
	in.ExpressionAttributeValues[":one"] = number(1)
	in.ExpressionAttributeValues[":now"] = s.second()
	out, err := s.client.UpdateItem(ctx, in, append(opts, w.watch)...)
	if err != nil {
		return s.classify(caller, err)
	}
	s.consumedWrite("UpdateItem", out.ConsumedCapacity)
	return w.read(out.Attributes)
}

// overwrite stores a plain item whatever is there, in one request unless that has
// expired but is still stored.
func (w *write) overwrite(ctx context.Context, item kv.Item) error {
	set := "SET #version = if_not_exists(#version, :zero) + :one, #nonce = :nonce"
	remove := " REMOVE #count"
	values := attributes{":zero": number(0)}
	if len(item.Value) > 0 {
		set += ", #value = :value"
		values[":value"] = binary(item.Value)
	} else {
		remove += ", #value"
	}
	if e := contract.Seconds(item.Expires); e != 0 {
		set += ", #expires = :expires"
		values[":expires"] = number(e)
	} else {
		remove += ", #expires"
	}
	for range maxRounds {
		err := w.update(ctx, &dynamodb.UpdateItemInput{
			UpdateExpression:          aws.String(set + remove),
			ConditionExpression:       aws.String(isCurrent + " AND " + notOurs),
			ExpressionAttributeNames:  names(attrVersion, attrNonce, attrCount, attrValue, attrExpires),
			ExpressionAttributeValues: values,
		})
		if !errors.Is(err, errCondition) {
			return err
		}
		if w.unsure {
			if done, err := w.done(ctx); err != nil || done {
				return err
			}
		}
		err = w.replace(ctx, item, 1, isExpired, attributes{":now": w.store.second()}, attrExpires)
		if !errors.Is(err, errCondition) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "the item is written by too many at once")
}
