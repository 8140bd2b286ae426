package fleetstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// newest is how many pipelines and operations a Page has.
const newest = 20

// pageUnit is what one read unit buys, less what the item's key takes.
const pageUnit = 4096 - 256

// storedPage is a page as it is kept: large files stay apart, so that a change to one of
// its pipelines does not write them again.
type storedPage struct {
	fleet.Page
	Apart bool `json:"apart,omitempty"`
}

// InstancePage reads the page of an instance; an empty one when nothing is known of it.
// It may miss the last second's writes.
//
// The first reader after resetPage has emptied the item makes it. It is written
// only over the item that was there before its parts were read, so what is kept is never
// older than the last resetPage.
func (s *Store) InstancePage(ctx context.Context, cluster, instance string) (fleet.Page, error) {
	key := pageKey(cluster, instance)
	item, err := s.kv.Get(ctx, key, kv.Eventual())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fleet.Page{}, err
	}
	if len(item.Value) > 0 {
		page, err := s.openPage(ctx, cluster, instance, item.Value)
		if !errors.Is(err, kvjson.ErrDamaged) { // else it is made again
			return page, err
		}
	}
	item, err = s.kv.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		// A change to many instances at once finds only pages that are there.
		item, err = s.kv.Put(ctx, kv.Item{Key: key}, kv.IfAbsent())
	}
	if fault.Is(err, fault.Conflict) {
		return s.makePage(ctx, cluster, instance) // another reader keeps it
	}
	if err != nil {
		return fleet.Page{}, err
	}
	cond := kv.IfVersion(item.Version)
	page, err := s.makePage(ctx, cluster, instance)
	if err != nil {
		return fleet.Page{}, err
	}
	value, apart, err := s.packPage(page)
	if err != nil {
		return fleet.Page{}, fmt.Errorf("encoding the page of instance %s: %w", instance, err)
	}
	if apart {
		if err := s.takeFiles(ctx, cluster, instance, *page.Files); err != nil {
			return fleet.Page{}, err
		}
	}
	_, err = s.kv.Put(ctx, kv.Item{Key: key, Value: value}, cond)
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.TooLarge) {
		return fleet.Page{}, fmt.Errorf("keeping the page of instance %s: %w", instance, err)
	}
	return page, nil
}

// resetPage empties the page of an instance, so that the next reader makes it again. It
// follows each change to what is on the page, and is repeated with that change when a
// process died in between.
func (s *Store) resetPage(ctx context.Context, cluster, instance string) error {
	if instance == "" { // an operation on the cluster
		return nil
	}
	// A reader keeps an item before it reads the parts of a page, so where none is, none
	// holds what was before this change.
	_, err := s.kv.Get(ctx, pageKey(cluster, instance))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil {
		_, err = s.kv.Put(ctx, kv.Item{Key: pageKey(cluster, instance)}, kv.Always)
	}
	if err != nil {
		return fmt.Errorf("turning the page of instance %s: %w", instance, err)
	}
	return nil
}

// recorded follows each write of what is recorded of a cluster: pages that show it are read
// again. It is repeated with the write when a process died in between.
func (s *Store) recorded(ctx context.Context, cluster string, of []fleet.Deployment) error {
	if err := s.resetPages(ctx, cluster, of); err != nil {
		return err
	}
	return s.Touch(ctx, cluster)
}

func (s *Store) resetPages(ctx context.Context, cluster string, of []fleet.Deployment) error {
	for _, d := range of {
		if err := s.resetPage(ctx, cluster, d.Instance); err != nil {
			return err
		}
	}
	return nil
}

// makePage reads the parts of a page, as they are now.
func (s *Store) makePage(ctx context.Context, cluster, instance string) (fleet.Page, error) {
	var page fleet.Page
	var err error
	if page.Pipelines, _, err = s.InstancePipelines(ctx, cluster, instance, "", newest); err != nil {
		return fleet.Page{}, err
	}
	for i := range page.Pipelines {
		page.Pipelines[i].Stages = nil
	}
	if page.Operations, _, err = s.InstanceHistory(ctx, cluster, instance, "", newest); err != nil {
		return fleet.Page{}, err
	}
	for i := range page.Operations {
		o := &page.Operations[i]
		o.Sealed, o.SealedParts, o.SentAt = nil, 0, time.Time{}
	}
	page.Files, err = s.instanceFiles(ctx, cluster, instance)
	return page, err
}

func (s *Store) packPage(page fleet.Page) (packed []byte, apart bool, err error) {
	packed, err = s.codec.PackJSON(storedPage{Page: page})
	if err != nil || page.Files == nil || len(packed) <= pageUnit {
		return packed, false, err
	}
	page.Files = nil
	packed, err = s.codec.PackJSON(storedPage{page, true})
	return packed, true, err
}

func (s *Store) openPage(ctx context.Context, cluster, instance string, packed []byte) (fleet.Page, error) {
	var stored storedPage
	err := s.codec.UnpackJSON(packed, &stored)
	if err != nil {
		return fleet.Page{}, fmt.Errorf("decoding the page of instance %s: %w: %w", instance, kvjson.ErrDamaged, err)
	}
	if stored.Apart {
		stored.Files, err = s.instanceFiles(ctx, cluster, instance, kv.Eventual())
	}
	return stored.Page, err
}

func pageKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partPage + cluster, Sort: instance}
}
