package fleetstore

import (
	"context"
	"fmt"
	"hash/fnv"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/lease"
)

// Bounds of files that are kept together.
const (
	bundles       = 128       // of a cluster
	maxBundle     = 128 << 10 // bytes of one; what is more is kept by instance
	bundlesAtOnce = 8
)

// storedBundle is the files of several instances as the first sync of their cluster found
// them, so that it does not write an item for each. Files that an instance has on its own
// count instead.
type storedBundle struct {
	Fence     int64                  `json:"fence,omitempty"`
	Instances map[string]fleet.Files `json:"instances"`
}

func bundleKey(cluster, instance string) kv.Key {
	h := fnv.New32a()
	_, _ = h.Write([]byte(instance)) // a hash never fails
	return kv.Key{Partition: partFiles + cluster, Sort: fmt.Sprintf("bundle#%03d", h.Sum32()%bundles)}
}

// SaveFirstFiles keeps the masked files of instances, many together unless some instance of
// the cluster has files of its own already. It is for the first sync of a cluster, if no
// other process can be writing its files: those that take over from one that died save the
// files of each instance.
func (s *Store) SaveFirstFiles(ctx context.Context, cluster string, files map[string]fleet.Files) error {
	own, err := s.kv.Query(ctx, kv.Query{Partition: partFiles + cluster, Prefix: instanceFilesKey(cluster, "").Sort, Limit: 1})
	if err != nil {
		return fmt.Errorf("listing files of cluster %s: %w", cluster, err)
	}
	if len(own.Items) > 0 {
		return s.saveEach(ctx, cluster, files)
	}
	byKey := map[kv.Key]map[string]fleet.Files{}
	for name, f := range files {
		key := bundleKey(cluster, name)
		if byKey[key] == nil {
			byKey[key] = map[string]fleet.Files{}
		}
		byKey[key][name] = f
	}
	group, writing := errgroup.WithContext(ctx)
	group.SetLimit(bundlesAtOnce)
	for key, some := range byKey {
		group.Go(func() error { return s.saveBundle(writing, cluster, key, some) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return s.resetKnownPages(ctx, cluster, files)
}

func (s *Store) saveBundle(ctx context.Context, cluster string, key kv.Key, files map[string]fleet.Files) error {
	bundle := storedBundle{Fence: lease.TokenOf(ctx, SyncLease(cluster)), Instances: files}
	value, err := s.codec.PackJSON(bundle)
	if err != nil {
		return fmt.Errorf("encoding files %s/%s: %w", key.Partition, key.Sort, err)
	}
	if len(value) > maxBundle {
		return s.saveEach(ctx, cluster, files)
	}
	_, err = s.kv.Put(ctx, kv.Item{Key: key, Value: value}, kv.IfAbsent())
	if fault.Is(err, fault.Conflict) { // of a first sync that began and did not end
		err = kv.Update(ctx, s.kv, key, nil, func(item *kv.Item) (bool, error) {
			if err := lease.Fenced(decodeCopy[storedBundle](ctx, s, *item).Fence, bundle.Fence); err != nil {
				return false, err
			}
			item.Value = value
			return true, nil
		})
	}
	if err != nil {
		return fmt.Errorf("keeping files %s/%s: %w", key.Partition, key.Sort, err)
	}
	return nil
}

func (s *Store) saveEach(ctx context.Context, cluster string, files map[string]fleet.Files) error {
	group, writing := errgroup.WithContext(ctx)
	group.SetLimit(bundlesAtOnce)
	for name, f := range files {
		group.Go(func() error { return s.SaveInstanceFiles(writing, cluster, name, f) })
	}
	return group.Wait()
}

// bundled finds the files of an instance among those of others; nil when they are not.
func (s *Store) bundled(ctx context.Context, cluster, instance string, opts ...kv.ReadOption) (*fleet.Files, error) {
	item, err := s.kv.Get(ctx, bundleKey(cluster, instance), opts...)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if f, ok := decodeCopy[storedBundle](ctx, s, item).Instances[instance]; ok {
		return &f, nil
	}
	return nil, nil
}

// takeFiles gives an instance the files that were read of it on its own, unless it has some:
// an open page reads them each time, and not those of others.
func (s *Store) takeFiles(ctx context.Context, cluster, instance string, files fleet.Files) error {
	value, err := s.codec.PackJSON(storedFiles{Files: files})
	if err != nil {
		return fmt.Errorf("encoding files of instance %s: %w", instance, err)
	}
	_, err = s.kv.Put(ctx, kv.Item{Key: instanceFilesKey(cluster, instance), Value: value}, kv.IfAbsent())
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.TooLarge) {
		return fmt.Errorf("keeping files of instance %s: %w", instance, err)
	}
	return nil
}

// resetKnownPages resets the pages that there are of some instances. A page that is made
// later is made of what is stored by then.
func (s *Store) resetKnownPages(ctx context.Context, cluster string, of map[string]fleet.Files) error {
	for item, err := range kv.Items(ctx, s.kv, kv.Query{Partition: partPage + cluster}) {
		if err != nil {
			return fmt.Errorf("listing pages of cluster %s: %w", cluster, err)
		}
		if _, ok := of[item.Sort]; ok {
			if err := s.resetPage(ctx, cluster, item.Sort); err != nil {
				return err
			}
		}
	}
	return nil
}
