package operation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/trace"
)

// How long an accepted operation may go without a pipeline that deploys before
// it counts as failed. A pipeline that comes later still reopens it.
const (
	pipelineDue   = 15 * time.Minute // after a commit
	deploymentDue = 30 * time.Minute // after a trigger's pipeline succeeded
)

// Follow brings one operation up to date with its pipelines, also one that has ended: a
// retry reopens it.
func (s *Service) Follow(ctx context.Context, op fleet.Operation) error {
	if op.State == fleet.Requested {
		return nil
	}
	op, err := s.follow(ctx, op)
	if err != nil || op.State.Ended() {
		return err
	}
	return s.Store.ReopenOperation(ctx, op) // also when the replica that reopened it died
}

// follow derives an operation's state from its pipelines.
func (s *Service) follow(ctx context.Context, op fleet.Operation) (fleet.Operation, error) {
	ctx, end := trace.Work(ctx, op.Trace, "operation follow")
	defer end()
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return op, err
	}
	pipelines, duplicates := withoutDuplicates(op, pipelines)
	for i, p := range pipelines {
		known := p.Operation != "" && (p.Operation == op.Kind || op.Kind != fleet.Reprovision)
		if known && p.RequestedBy == op.RequestedBy || p.IsChild() {
			continue
		}
		if err := s.adopt(ctx, op, p); err != nil {
			return op, err
		}
		if !known {
			pipelines[i].Operation = op.Kind
		}
	}
	// A pipeline counts as missing only when a sync after its due time did not find it.
	record, err := s.Store.SyncRecord(ctx, op.Cluster)
	if err != nil {
		return op, err
	}
	gone := false
	if op.Kind == fleet.Archive || op.Kind == fleet.Delete {
		row, err := s.row(ctx, op.Cluster, op.Instance)
		if err != nil {
			return op, err
		}
		gone = row == nil || row.Digest == ""
	}
	op, err = s.Store.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		changed := acceptedByNow(o, s.Now())
		changed = progress(o, pipelines, s.Now()) || changed
		for _, id := range duplicates {
			changed = o.AddDuplicate(id) || changed
		}
		return overdue(o, pipelines, gone, record.State.SucceededAt, s.Now()) || changed, nil
	})
	if err != nil {
		return op, err
	}
	if op.State.Ended() {
		return op, s.Store.EndLease(ctx, slot(op.Cluster), op.ID)
	}
	return op, nil
}

// clockSkew is how far apart the clocks of replicas may be without being wrong.
const clockSkew = time.Minute

// acceptedByNow corrects a time of acceptance that is yet to come: the clock of the
// replica that stored it was wrong, and the operation would count as overdue only after
// it. It reports whether it did.
func acceptedByNow(o *fleet.Operation, now time.Time) bool {
	if !o.AcceptedAt.After(now.Add(clockSkew)) {
		return false
	}
	o.AcceptedAt = now
	return true
}

// progress moves an operation to the state its pipelines say. It reports
// whether anything changed. A withdrawn operation has no pipelines and stays.
func progress(o *fleet.Operation, pipelines []fleet.Pipeline, now time.Time) bool {
	changed := false
	for _, p := range pipelines {
		changed = o.AddPipeline(p.ID) || changed
	}
	sum := fleet.Deploying(pipelines)
	if sum == nil {
		return changed
	}
	state, detail := stateOf(sum.Status), pipelineDetail(sum.Status, sum.ID, reasonOf(*sum, pipelines))
	if state == o.State && detail == o.Detail || timedOut(o, pipelines) {
		return changed
	}
	o.State, o.Detail, o.EndedAt = state, detail, time.Time{}
	if state.Ended() {
		o.EndedAt = now
	}
	if o.RunningAt.IsZero() {
		o.RunningAt = runningSince(o, pipelines, now)
	}
	return true
}

// runningSince returns when an operation began to run. For a pipeline first seen after it
// ended, GitLab's times provide the start; zero means that it never ran.
func runningSince(o *fleet.Operation, pipelines []fleet.Pipeline, now time.Time) time.Time {
	if o.State == fleet.Running {
		return now
	}
	since := time.Time{}
	for _, p := range pipelines {
		began := p.StartedAt
		if began.IsZero() && p.Status == fleet.StatusSuccess {
			began = p.CreatedAt // lists of pipelines lack the start time
		}
		if !began.IsZero() && (since.IsZero() || began.Before(since)) {
			since = began
		}
	}
	if since.IsZero() || !o.State.Ended() {
		return time.Time{}
	}
	// GitLab's clock is not ours.
	return slices.MinFunc([]time.Time{fleet.Latest(since, o.AcceptedAt), now}, time.Time.Compare)
}

// overdue ends an operation that GitLab accepted and then did nothing about.
func overdue(o *fleet.Operation, pipelines []fleet.Pipeline, gone bool, synced, now time.Time) bool {
	if o.State.Ended() || o.State == fleet.Requested {
		return false
	}
	end := func(state fleet.OperationState, detail string) bool {
		o.State, o.Detail, o.EndedAt = state, detail, now
		return true
	}
	if len(pipelines) == 0 && synced.Sub(o.AcceptedAt) > pipelineDue {
		return end(fleet.Broken, fmt.Sprintf("GitLab created no pipeline for the commit within %d minutes: check that CI/CD is enabled and that .gitlab-ci.yml runs on this branch",
			int(pipelineDue.Minutes())))
	}
	trigger := triggerWithoutChild(pipelines)
	if trigger == nil || trigger.Status != fleet.StatusSuccess || synced.Sub(fleet.Latest(trigger.UpdatedAt, trigger.FinishedAt)) <= deploymentDue {
		return false
	}
	if gone {
		return end(fleet.Succeeded, "")
	}
	return end(fleet.Broken, fmt.Sprintf("Pipeline %d accepted the request, but no deploying pipeline followed within %d minutes: read its log",
		trigger.ID, int(deploymentDue.Minutes())))
}

// timedOut reports whether an operation ended because no pipeline followed. Timed-out
// operations stay failed until a pipeline appears.
func timedOut(o *fleet.Operation, pipelines []fleet.Pipeline) bool {
	p := triggerWithoutChild(pipelines)
	return o.State.Ended() && p != nil && p.Status == fleet.StatusSuccess
}

// triggerWithoutChild returns the trigger's pipeline while no other followed it, else
// nil.
func triggerWithoutChild(pipelines []fleet.Pipeline) *fleet.Pipeline {
	if len(pipelines) != 1 || pipelines[0].Source != "trigger" {
		return nil
	}
	return &pipelines[0]
}

func stateOf(status fleet.PipelineStatus) fleet.OperationState {
	switch status {
	case fleet.StatusSuccess:
		return fleet.Succeeded
	case fleet.StatusFailed, fleet.StatusDeleted:
		return fleet.Broken
	case fleet.StatusCanceled, fleet.StatusSkipped:
		return fleet.Canceled
	case fleet.StatusCreated, fleet.StatusPending, fleet.StatusWaitingForResource, fleet.StatusPreparing, fleet.StatusScheduled:
		return fleet.Accepted
	}
	return fleet.Running
}

// reasonOf returns why the pipeline that determines an operation's state failed, or a
// child of it, where no job's log explains it; else it is empty.
func reasonOf(sum fleet.PipelineSummary, pipelines []fleet.Pipeline) string {
	for _, p := range pipelines {
		if p.Status == fleet.StatusFailed && p.Reason != "" && (p.ID == sum.ID || p.Parent == sum.ID) {
			return p.Reason
		}
	}
	return ""
}

func pipelineDetail(status fleet.PipelineStatus, id int64, reason string) string {
	switch status {
	case fleet.StatusFailed:
		if reason != "" {
			return fmt.Sprintf("Pipeline %d failed: %s", id, reason)
		}
		return fmt.Sprintf("Pipeline %d failed: read the log of its first failed job, then retry it", id)
	case fleet.StatusDeleted:
		return fmt.Sprintf("Pipeline %d was deleted at GitLab before it finished: check what it deployed, then request it again", id)
	case fleet.StatusCanceled:
		return fmt.Sprintf("Pipeline %d was canceled", id)
	case fleet.StatusSkipped:
		return fmt.Sprintf("GitLab skipped pipeline %d", id)
	case fleet.StatusManual:
		return fmt.Sprintf("Pipeline %d waits for a manual job to be started in GitLab", id)
	}
	return ""
}
