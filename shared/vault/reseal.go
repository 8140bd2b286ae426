package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// Keys counts the stored credentials by the id of the key that they are sealed with.
func (v *Vault) Keys(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := v.each(ctx, false, func(_ kv.Item, stored map[string]json.RawMessage) error {
		for _, value := range sealedOf(stored) {
			counts[secret.SealedWith(value)]++
		}
		return nil
	})
	return counts, err
}

// Reseal seals with the current key all credentials that another key sealed, and returns
// how many. Those of one project that can't be opened keep no other from it.
func (v *Vault) Reseal(ctx context.Context) (int, error) {
	done := 0
	var failed error
	err := v.each(ctx, false, func(item kv.Item, stored map[string]json.RawMessage) error {
		if !slices.ContainsFunc(slices.Collect(maps.Values(sealedOf(stored))), v.keys.NeedsReseal) {
			return nil
		}
		n, err := v.resealProject(ctx, item.Sort)
		done += n
		if err != nil && ctx.Err() == nil {
			failed = errors.Join(failed, fmt.Errorf("project %s: %w", item.Sort, err))
			return nil
		}
		return err
	})
	return done, errors.Join(err, failed)
}

func (v *Vault) resealProject(ctx context.Context, project string) (done int, err error) {
	err = v.update(ctx, credentialsKey(project), nil, func(item kv.Item) (map[string]json.RawMessage, error) {
		done = 0
		stored, err := kvjson.Decode[map[string]json.RawMessage](item)
		if err != nil {
			return nil, err
		}
		for name, value := range sealedOf(stored) {
			next, err := v.keys.Reseal(value, at(project, name))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if next == nil {
				continue
			}
			if stored[name], err = json.Marshal(next); err != nil {
				return nil, fmt.Errorf("encoding %s: %w", name, err)
			}
			done++
		}
		if done == 0 {
			return nil, nil
		}
		return stored, nil
	})
	return done, err
}

// sealedOf returns the sealed values of a record by their names.
func sealedOf(stored map[string]json.RawMessage) map[string][]byte {
	out := map[string][]byte{}
	for name := range new(Credentials).fields() {
		var value []byte
		if stored[name] != nil && json.Unmarshal(stored[name], &value) == nil {
			out[name] = value
		}
	}
	return out
}

// each visits the credentials of all projects.
func (v *Vault) each(ctx context.Context, eventual bool, visit func(item kv.Item, stored map[string]json.RawMessage) error) error {
	for item, err := range kv.Items(ctx, v.kv, kv.Query{Partition: credentialsKey("").Partition, Eventual: eventual}) {
		if err != nil {
			return fmt.Errorf("reading the credentials: %w", err)
		}
		stored, err := kvjson.Decode[map[string]json.RawMessage](item)
		if err != nil {
			continue // what can't be read has no key
		}
		if err := visit(item, stored); err != nil {
			return err
		}
	}
	return nil
}
