package fleetstore

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/order"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// storedAction is an action with what the API does not show.
type storedAction struct {
	fleet.PipelineAction
	SentAt time.Time   `json:"sentAt,omitzero"`
	Seen   time.Time   `json:"seen,omitzero"`
	Actor  audit.Actor `json:"actor,omitzero"`
	Audit  audit.Trail `json:"audit,omitempty"`
	Former string      `json:"act,omitempty"` // the action's name as releases before 2026-12 wrote it
}

func storeAction(a fleet.PipelineAction, trail audit.Trail) storedAction {
	return storedAction{PipelineAction: a, SentAt: a.SentAt, Seen: a.Seen, Actor: a.Actor, Audit: trail}
}

func (a storedAction) action() fleet.PipelineAction {
	action := a.PipelineAction
	action.SentAt, action.Seen, action.Actor = a.SentAt, a.Seen, a.Actor
	action.Action = cmp.Or(action.Action, a.Former)
	return action
}

// openAction points to an action that is not done.
type openAction struct {
	Pipeline int64  `json:"pipeline"`
	ID       string `json:"id"`
}

// actionLife is how long an action may stay open at the most. Its entry among the open
// ones goes then, if its process died before the action itself was stored.
const actionLife = 30 * 24 * time.Hour

func actionKey(cluster string, pipeline int64, id string) kv.Key {
	return kv.Key{Partition: partAction + cluster, Sort: padded(pipeline) + "#" + id}
}

func openActionKey(cluster string, pipeline int64, id string) kv.Key {
	return kv.Key{Partition: partActing + cluster, Sort: padded(pipeline) + "#" + id}
}

// AddPipelineAction notes an action before it is carried out; fault.Conflict when there
// is one of that id.
func (s *Store) AddPipelineAction(ctx context.Context, cluster string, a fleet.PipelineAction, record Recorder) error {
	item := kv.Item{Key: actionKey(cluster, a.Pipeline, a.ID)}
	if err := kvjson.Set(&item, storeAction(a, nil)); err != nil {
		return err
	}
	// The index entry comes first: an action without one would be forgotten.
	open := openAction{Pipeline: a.Pipeline, ID: a.ID}
	if err := kvjson.Put(ctx, s.kv, openActionKey(cluster, a.Pipeline, a.ID), open, kv.Always, s.now().Add(actionLife)); err != nil {
		return fmt.Errorf("indexing action %s: %w", a.ID, err)
	}
	if err := s.recorder(record)(ctx, item, kv.IfAbsent()); err != nil {
		return err
	}
	return s.Touch(ctx, cluster)
}

// PipelineAction reads one action; fault.NotFound when there is none.
func (s *Store) PipelineAction(ctx context.Context, cluster string, pipeline int64, id string) (fleet.PipelineAction, error) {
	a, _, err := kvjson.Get[storedAction](ctx, s.kv, actionKey(cluster, pipeline, id))
	return a.action(), kvjson.NotFound(err, "no action %q on pipeline %d", id, pipeline)
}

// ChangePipelineAction changes an action as ChangeOperation does an operation.
func (s *Store) ChangePipelineAction(ctx context.Context, cluster string, a fleet.PipelineAction, alter func(*fleet.PipelineAction) (bool, error)) (fleet.PipelineAction, error) {
	none := fault.New(fault.NotFound, "no action %q on pipeline %d", a.ID, a.Pipeline)
	result, _, err := changeRecord(ctx, s, actionKey(cluster, a.Pipeline, a.ID), nil, none, storedAction.action, alter,
		func(a fleet.PipelineAction, former storedAction) storedAction { return storeAction(a, former.Audit) })
	if err != nil {
		return fleet.PipelineAction{}, fmt.Errorf("changing action %s: %w", a.ID, err)
	}
	if result.State != fleet.ActionRequested {
		if err := s.closeAction(ctx, cluster, result); err != nil {
			return result, err
		}
	}
	return result, s.Touch(ctx, cluster)
}

func (s *Store) closeAction(ctx context.Context, cluster string, a fleet.PipelineAction) error {
	key := openActionKey(cluster, a.Pipeline, a.ID)
	for _, partition := range []string{key.Partition, formerActing + cluster} {
		if err := s.kv.Delete(ctx, kv.Key{Partition: partition, Sort: key.Sort}, kv.Always); err != nil {
			return fmt.Errorf("closing action %s: %w", a.ID, err)
		}
	}
	return nil
}

// OpenPipelineActions lists a cluster's actions that GitLab has not confirmed.
func (s *Store) OpenPipelineActions(ctx context.Context, cluster string) ([]fleet.PipelineAction, error) {
	var index []openAction
	for _, q := range []kv.Query{{Partition: partActing + cluster}, {Partition: formerActing + cluster, Eventual: true}} {
		some, err := kvjson.All[openAction](ctx, s.kv, q)
		if err != nil {
			return nil, fmt.Errorf("listing open actions of cluster %s: %w", cluster, err)
		}
		index = append(index, some...)
	}
	var open []fleet.PipelineAction
	for _, entry := range index {
		a, err := s.PipelineAction(ctx, cluster, entry.Pipeline, entry.ID)
		switch {
		case fault.Is(err, fault.NotFound): // its process died, or is about to store the action
		case err != nil:
			return nil, err
		case a.State == fleet.ActionRequested:
			open = append(open, a)
		default: // the process that ended it died before this
			if err := s.closeAction(ctx, cluster, a); err != nil {
				return nil, err
			}
		}
	}
	return open, nil
}

// PipelineActions lists what people did to a pipeline, oldest first, at most a
// hundred.
func (s *Store) PipelineActions(ctx context.Context, cluster string, pipeline int64) ([]fleet.PipelineAction, error) {
	stored, _, err := kvjson.Query[storedAction](ctx, s.kv, kv.Query{Partition: partAction + cluster, Prefix: padded(pipeline) + "#"})
	actions := make([]fleet.PipelineAction, len(stored))
	for i, a := range stored {
		actions[i] = a.action()
	}
	order.Sort(actions, func(a, b fleet.PipelineAction) int { return a.At.Compare(b.At) })
	return actions, err
}
