package fleetstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/lease"
)

// storedFiles are files as they are kept.
type storedFiles struct {
	fleet.Files
	Fence int64 `json:"fence,omitempty"` // token of the lease under which they were written
	Gone  bool  `json:"gone,omitempty"`  // they left git; the item fences a paused process
	// Covers says that the first sync's files are still there, so that the item must stay.
	Covers bool `json:"covers,omitempty"`
}

// goneLife is how long the item of files that left git stays.
const goneLife = 90 * 24 * time.Hour

// SaveClusterFiles keeps the masked files that belong to the cluster itself. This and
// what follows is lease.ErrFenced when they were written under a later lease of the sync.
func (s *Store) SaveClusterFiles(ctx context.Context, cluster string, f fleet.Files) error {
	return s.saveFiles(ctx, cluster, clusterFilesKey(cluster), storedFiles{Files: f})
}

// ClusterFiles reads them; fault.NotFound before the first sync.
func (s *Store) ClusterFiles(ctx context.Context, cluster string) (fleet.Files, error) {
	f, err := s.files(ctx, clusterFilesKey(cluster), kv.Eventual())
	return f, kvjson.NotFound(err, "no files of cluster %q", cluster)
}

// SaveInstanceFiles keeps the masked files of one instance.
func (s *Store) SaveInstanceFiles(ctx context.Context, cluster, instance string, f fleet.Files) error {
	if err := s.saveFiles(ctx, cluster, instanceFilesKey(cluster, instance), storedFiles{Files: f}); err != nil {
		return err
	}
	return s.resetPage(ctx, cluster, instance)
}

// RemoveInstanceFiles forgets the files of an instance that left git.
func (s *Store) RemoveInstanceFiles(ctx context.Context, cluster, instance string) error {
	former, err := s.bundled(ctx, cluster, instance)
	if err != nil {
		return fmt.Errorf("reading files of instance %s: %w", instance, err)
	}
	gone := storedFiles{Gone: true, Covers: former != nil}
	if err := s.saveFiles(ctx, cluster, instanceFilesKey(cluster, instance), gone); err != nil {
		return err
	}
	return s.resetPage(ctx, cluster, instance)
}

// instanceFiles reads the files of one instance; nil when it is not in git.
func (s *Store) instanceFiles(ctx context.Context, cluster, instance string, opts ...kv.ReadOption) (*fleet.Files, error) {
	item, err := s.kv.Get(ctx, instanceFilesKey(cluster, instance), opts...)
	if fault.Is(err, fault.NotFound) {
		f, err := s.bundled(ctx, cluster, instance, opts...)
		if err != nil {
			return nil, fmt.Errorf("reading files of instance %s: %w", instance, err)
		}
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading files of instance %s: %w", instance, err)
	}
	if f := decodeCopy[storedFiles](ctx, s, item); !f.Gone && f.Commit != "" {
		return &f.Files, nil
	}
	return nil, nil
}

// saveFiles keeps files compressed in one item. Of what is too much for it the largest
// texts are left out, each with the reason, so that no file hides the others.
func (s *Store) saveFiles(ctx context.Context, cluster string, key kv.Key, f storedFiles) error {
	f.Fence = lease.TokenOf(ctx, SyncLease(cluster))
	value, err := s.codec.PackJSON(f)
	for err == nil && len(value) > kv.MaxValue && len(f.Files.Files) > 0 {
		f.Files.Files = lighter(f.Files.Files, len(value))
		value, err = s.codec.PackJSON(f)
	}
	if err != nil {
		return fmt.Errorf("encoding files %s/%s: %w", key.Partition, key.Sort, err)
	}
	err = kv.Update(ctx, s.kv, key, nil, func(item *kv.Item) (bool, error) {
		if err := lease.Fenced(decodeCopy[storedFiles](ctx, s, *item).Fence, f.Fence); err != nil {
			return false, err
		}
		if bytes.Equal(item.Value, value) {
			return false, nil
		}
		item.Value, item.Expires = value, time.Time{}
		if f.Gone && !f.Covers {
			item.Expires = s.now().Add(goneLife)
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("keeping files %s/%s: %w", key.Partition, key.Sort, err)
	}
	return nil
}

func (s *Store) files(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (fleet.Files, error) {
	item, err := s.kv.Get(ctx, key, opts...)
	if err != nil {
		return fleet.Files{}, err
	}
	f := decodeCopy[storedFiles](ctx, s, item)
	if f.Gone || f.Commit == "" {
		return fleet.Files{}, fault.New(fault.NotFound, "there are none")
	}
	return f.Files, nil
}

// lighter leaves out the largest texts until what took so many bytes should fit, at the
// same rate; when there are no texts, the second half of the files.
func lighter(files []fleet.File, bytes int) []fleet.File {
	total := 0
	for _, f := range files {
		total += len(f.Text)
	}
	if total == 0 {
		return files[:len(files)/2]
	}
	wanted := total * 9 / 10 * kv.MaxValue / bytes
	bySize := make([]int, len(files))
	for i := range files {
		bySize[i] = i
	}
	slices.SortStableFunc(bySize, func(a, b int) int { return cmp.Compare(len(files[b].Text), len(files[a].Text)) })
	out := slices.Clone(files)
	for _, i := range bySize {
		if total <= wanted {
			break
		}
		f := &out[i]
		total -= len(f.Text)
		f.Problems = append(slices.Clone(f.Problems), fleet.FileProblem{
			File: f.Path, Message: fmt.Sprintf("The file is too large to display (%d KiB). View it in GitLab.", len(f.Text)>>10),
		})
		f.Text = ""
	}
	return out
}

func clusterFilesKey(cluster string) kv.Key {
	return kv.Key{Partition: partFiles + cluster, Sort: "cluster"}
}

func instanceFilesKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partFiles + cluster, Sort: "instance#" + instance}
}
