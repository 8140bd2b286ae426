package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// PipelineAct is something a person does to a pipeline, from the wish to GitLab's
// answer.
type PipelineAct struct {
	ID       string    `json:"id"`
	Pipeline int64     `json:"pipeline"`
	Act      string    `json:"act" enum:"cancel,retry"`
	State    ActState  `json:"state" enum:"asked,done,refused"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
	Detail   string    `json:"detail,omitempty" doc:"Why it is not done, with the cure"`
	SentAt   time.Time `json:"-"` // when GitLab was last asked
	Seen     time.Time `json:"-"` // UpdatedAt of the pipeline before, by GitLab's clock
}

// ActState is how far an act has come.
type ActState string

// The states of an act.
const (
	ActAsked   ActState = "asked" // GitLab has not been heard to do it yet
	ActDone    ActState = "done"
	ActRefused ActState = "refused" // by GitLab, or by Ocim since it would do harm by now
)

// storedAct is an act with what the API does not show.
type storedAct struct {
	PipelineAct
	SentAt time.Time   `json:"sentAt,omitzero"`
	Seen   time.Time   `json:"seen,omitzero"`
	Audit  audit.Trail `json:"audit,omitempty"`
}

func (a storedAct) act() PipelineAct {
	act := a.PipelineAct
	act.SentAt, act.Seen = a.SentAt, a.Seen
	return act
}

// openAct points to an act that is not done.
type openAct struct {
	Pipeline int64  `json:"pipeline"`
	ID       string `json:"id"`
}

// actLife is how long an act may stay open at the most. Its entry among the open
// ones goes then, if whoever made it died before the act itself was stored.
const actLife = 30 * 24 * time.Hour

func actKey(cluster string, pipeline int64, id string) kv.Key {
	return kv.Key{Partition: partAction + cluster, Sort: padded(pipeline) + "#" + id}
}

func openActKey(cluster string, pipeline int64, id string) kv.Key {
	return kv.Key{Partition: partActing + cluster, Sort: padded(pipeline) + "#" + id}
}

// AddPipelineAct notes an act before it is carried out; fault.Conflict when there
// is one of that id.
func (s *Store) AddPipelineAct(ctx context.Context, cluster string, a PipelineAct, record Recorder) error {
	value, err := json.Marshal(storedAct{PipelineAct: a, SentAt: a.SentAt, Seen: a.Seen})
	if err != nil {
		return fmt.Errorf("encoding act %s: %w", a.ID, err)
	}
	// The index entry comes first: an act without one would be forgotten.
	open := openAct{Pipeline: a.Pipeline, ID: a.ID}
	if err := putJSON(ctx, s.kv, openActKey(cluster, a.Pipeline, a.ID), open, kv.Always, s.now().Add(actLife)); err != nil {
		return fmt.Errorf("indexing act %s: %w", a.ID, err)
	}
	return s.recorder(record)(ctx, kv.Item{Key: actKey(cluster, a.Pipeline, a.ID), Value: value}, kv.IfAbsent())
}

// PipelineAct reads one act; fault.NotFound when there is none.
func (s *Store) PipelineAct(ctx context.Context, cluster string, pipeline int64, id string) (PipelineAct, error) {
	a, _, err := getJSON[storedAct](ctx, s.kv, actKey(cluster, pipeline, id))
	return a.act(), notFound(err, "nobody did %s to pipeline %d", id, pipeline)
}

// ChangePipelineAct changes an act as ChangeOperation does an operation.
func (s *Store) ChangePipelineAct(ctx context.Context, cluster string, a PipelineAct, alter func(*PipelineAct) (bool, error)) (PipelineAct, error) {
	var result PipelineAct
	err := s.modify(ctx, actKey(cluster, a.Pipeline, a.ID), func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, fault.New(fault.NotFound, "nobody did %s to pipeline %d", a.ID, a.Pipeline)
		}
		var former storedAct
		if err := json.Unmarshal(old, &former); err != nil {
			return nil, fmt.Errorf("decoding act %s: %w", a.ID, err)
		}
		result = former.act()
		changed, err := alter(&result)
		if err != nil || !changed {
			return nil, err
		}
		return json.Marshal(storedAct{result, result.SentAt, result.Seen, former.Audit})
	})
	if err != nil {
		return PipelineAct{}, fmt.Errorf("changing act %s: %w", a.ID, err)
	}
	if result.State != ActAsked {
		return result, s.closeAct(ctx, cluster, result)
	}
	return result, nil
}

func (s *Store) closeAct(ctx context.Context, cluster string, a PipelineAct) error {
	if err := s.kv.Delete(ctx, openActKey(cluster, a.Pipeline, a.ID), kv.Always); err != nil {
		return fmt.Errorf("closing act %s: %w", a.ID, err)
	}
	return nil
}

// OpenPipelineActs lists a cluster's acts that GitLab has not been heard to do.
func (s *Store) OpenPipelineActs(ctx context.Context, cluster string) ([]PipelineAct, error) {
	index, _, err := queryJSON[openAct](ctx, s.kv, kv.Query{Partition: partActing + cluster, Limit: kv.MaxPage})
	if err != nil {
		return nil, fmt.Errorf("listing open acts of cluster %s: %w", cluster, err)
	}
	var open []PipelineAct
	for _, entry := range index {
		a, err := s.PipelineAct(ctx, cluster, entry.Pipeline, entry.ID)
		switch {
		case fault.Is(err, fault.NotFound): // whoever made the entry died, or is about to store the act
		case err != nil:
			return nil, err
		case a.State == ActAsked:
			open = append(open, a)
		default: // whoever ended it died before this
			if err := s.closeAct(ctx, cluster, a); err != nil {
				return nil, err
			}
		}
	}
	return open, nil
}

// PipelineActs lists what people did to a pipeline, oldest first, at most a
// hundred.
func (s *Store) PipelineActs(ctx context.Context, cluster string, pipeline int64) ([]PipelineAct, error) {
	stored, _, err := queryJSON[storedAct](ctx, s.kv, kv.Query{Partition: partAction + cluster, Prefix: padded(pipeline) + "#"})
	acts := make([]PipelineAct, len(stored))
	for i, a := range stored {
		acts[i] = a.act()
	}
	slices.SortStableFunc(acts, func(a, b PipelineAct) int { return a.At.Compare(b.At) })
	return acts, err
}
