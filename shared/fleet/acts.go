package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv"
)

// PipelineAct is something a person did to a pipeline.
type PipelineAct struct {
	ID       string    `json:"id"`
	Pipeline int64     `json:"pipeline"`
	Act      string    `json:"act" enum:"cancel,retry"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
}

// AddPipelineAct notes an act before it is carried out.
func (s *Store) AddPipelineAct(ctx context.Context, cluster string, a PipelineAct, record Recorder) error {
	value, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encoding act %s: %w", a.ID, err)
	}
	key := kv.Key{Partition: partAction + cluster, Sort: padded(a.Pipeline) + "#" + a.ID}
	return s.recorder(record)(ctx, kv.Item{Key: key, Value: value}, kv.IfAbsent())
}

// PipelineActs lists what people did to a pipeline, oldest first, at most a
// hundred.
func (s *Store) PipelineActs(ctx context.Context, cluster string, pipeline int64) ([]PipelineAct, error) {
	acts, _, err := queryJSON[PipelineAct](ctx, s.kv, kv.Query{Partition: partAction + cluster, Prefix: padded(pipeline) + "#"})
	return acts, err
}
