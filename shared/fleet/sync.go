package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

const partSync = "sync" // sort: project id

// SyncRecord is what one sync leaves for the next.
type SyncRecord struct {
	Project string    `json:"project"`
	State   SyncState `json:"state"`
	// ReadFor is the project's UpdatedAt that the facts were read with: what an
	// operator overrides shows without a commit.
	ReadFor time.Time `json:"readFor,omitzero"`
	// PipelinesSince is GitLab's time up to which all pipelines are known.
	PipelinesSince time.Time `json:"pipelinesSince,omitzero"`
	// Locked is whether the token could read but not push. GitLab says so with the
	// head, of an archived project too.
	Locked bool `json:"locked,omitempty"`
	// Refusal is the last error that does not pass by itself, while it lasts.
	Refusal string `json:"refusal,omitempty"`
	// TurnedAt is when Refusal, Locked or SilentSince last changed: the checks of before
	// may be wrong by now.
	TurnedAt time.Time `json:"turnedAt,omitzero"`
	// Unheard are pipelines that ended and that no webhook has told of, yet, with when
	// that was found. SilentSince is when the first ended that none told of in time; zero
	// when they come.
	Unheard     map[int64]time.Time `json:"unheard,omitempty"`
	SilentSince time.Time           `json:"silentSince,omitzero"`
	// Watched are the pipelines that moved when they were last heard of.
	Watched map[int64]Watch `json:"watched,omitempty"`
	// Fence is the token of the lease under which this was found.
	Fence int64 `json:"fence,omitempty"`
	// Published is the version of the chunk that all replicas were told about.
	Published int64 `json:"published,omitempty"`
}

// Watch is what is known of a pipeline that moves, by Ocim's clock.
type Watch struct {
	Heard   time.Time `json:"heard"`            // when GitLab last told of it
	Missing time.Time `json:"missing,omitzero"` // since when GitLab says that there is none
}

// SyncRecord reads a project's record; a zero one before the first sync.
func (s *Store) SyncRecord(ctx context.Context, project string) (SyncRecord, error) {
	r, _, err := getJSON[SyncRecord](ctx, s.kv, kv.Key{Partition: partSync, Sort: project}, kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return SyncRecord{Project: project}, nil
	}
	return r, err
}

// SyncRecords reads the records of all projects, by project id.
func (s *Store) SyncRecords(ctx context.Context) (map[string]SyncRecord, error) {
	all := map[string]SyncRecord{}
	q := kv.Query{Partition: partSync, Limit: kv.MaxPage, Eventual: true}
	for {
		page, next, err := queryJSON[SyncRecord](ctx, s.kv, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			all[r.Project] = r
		}
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

// SaveSyncRecord keeps a project's record; ErrFenced when one was kept under a later lease.
// It first repeats what a replica that
// died may not have said: that the chunk changed.
func (s *Store) SaveSyncRecord(ctx context.Context, r SyncRecord) error {
	item, err := s.kv.Get(ctx, chunkKey(r.Project))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("reading cluster %s: %w", r.Project, err)
	}
	if item.Version != r.Published {
		if err := s.publish(ctx, r.Project); err != nil {
			return err
		}
		r.Published = item.Version
	}
	return s.modify(ctx, kv.Key{Partition: partSync, Sort: r.Project}, func(old []byte) ([]byte, error) {
		if old != nil {
			var kept SyncRecord
			if err := json.Unmarshal(old, &kept); err != nil {
				return nil, fmt.Errorf("decoding the sync record of %s: %w", r.Project, err)
			}
			if err := Fenced(kept.Fence, r.Fence); err != nil {
				return nil, err
			}
		}
		return json.Marshal(r)
	})
}
