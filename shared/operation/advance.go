package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// How long an accepted operation may go without a pipeline that deploys before
// it counts as failed. A pipeline that comes later still reopens it.
const (
	pipelineDue   = 15 * time.Minute // after a commit
	deploymentDue = 30 * time.Minute // after a trigger's pipeline succeeded
)

// Advance brings a cluster's open operations up to date with its pipelines,
// looks again at those of the given deployment ids, and starts the next one if
// the cluster is free. Then it takes the next step of the bulk changes. It may
// be called at any time by any replica.
func (s *Service) Advance(ctx context.Context, project fleet.Project, deployments ...string) error {
	return errors.Join(s.advance(ctx, project, deployments...), s.advanceBulks(ctx))
}

func (s *Service) advance(ctx context.Context, project fleet.Project, deployments ...string) error {
	if err := s.takeUpActs(ctx, project); err != nil {
		return err
	}
	for _, id := range deployments {
		op, err := s.Fleet.OperationOf(ctx, project.ID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.lookAgain(ctx, op); err != nil {
			return err
		}
	}
	open, err := s.Fleet.OpenOperations(ctx, project.ID)
	if err != nil {
		return err
	}
	for i, op := range open {
		if op.State != fleet.Requested {
			if open[i], err = s.follow(ctx, op); err != nil {
				return err
			}
		}
		if err := s.show(ctx, op); err != nil {
			return err
		}
	}
	open = slices.DeleteFunc(open, func(op fleet.Operation) bool { return op.State.Ended() })
	if slices.ContainsFunc(open, func(op fleet.Operation) bool { return op.State != fleet.Requested }) {
		return nil
	}
	if wait, err := s.waitForOther(ctx, project.ID, open); err != nil || wait {
		return err
	}
	for _, op := range open {
		if ended, err := s.start(ctx, project, op); err != nil || !ended {
			return err
		}
	}
	return nil
}

// waitForOther reports whether the waiting operations have to wait on, since a
// pipeline deploys to the cluster that is of none of the open ones. The first
// of them says so.
func (s *Service) waitForOther(ctx context.Context, cluster string, open []fleet.Operation) (bool, error) {
	if len(open) == 0 || !open[0].SentAt.IsZero() { // the pipeline may be its own
		return false, nil
	}
	other, err := s.otherPipeline(ctx, cluster, open)
	if err != nil || other == nil {
		return false, err
	}
	_, err = s.Fleet.ChangeOperation(ctx, cluster, open[0].ID, func(o *fleet.Operation) (bool, error) {
		detail := waitsFor(*other)
		if o.State != fleet.Requested || o.Detail == detail {
			return false, nil
		}
		o.Detail = detail
		return true, nil
	})
	return true, err
}

// otherPipeline finds a pipeline that deploys to a cluster and is of none of its open
// operations: somebody committed, triggered or retried at GitLab itself. Such ones
// fight over the Terraform lock too. Nil when there is none.
func (s *Service) otherPipeline(ctx context.Context, cluster string, open []fleet.Operation) (*fleet.Pipeline, error) {
	recent, _, err := s.Fleet.Pipelines(ctx, cluster, "", recentPipelines)
	if err != nil {
		return nil, err
	}
	for i, p := range recent {
		deploys := p.Operation != "" || p.Source == "trigger"
		if p.IsChild() || !deploys || slices.ContainsFunc(open, func(op fleet.Operation) bool { return belongs(p, op) }) {
			continue
		}
		child := func(c fleet.Pipeline) bool { return c.IsChild() && c.Status.Moving() && isChildOf(c, p) }
		if p.Status.Moving() || slices.ContainsFunc(recent, child) {
			return &recent[i], nil
		}
	}
	return nil, nil
}

// waitsFor tells of a pipeline that an operation waits for and that is of none.
func waitsFor(p fleet.Pipeline) string {
	return fmt.Sprintf("Pipeline %d, which was started or retried at GitLab itself, runs in this cluster since %s; this starts when it is done",
		p.ID, fleet.Latest(p.CreatedAt, p.StartedAt).UTC().Format("2006-01-02 15:04 UTC"))
}

// lookAgain follows an operation that may have ended: a retry reopens it.
func (s *Service) lookAgain(ctx context.Context, op fleet.Operation) error {
	if op.State == fleet.Requested {
		return nil
	}
	op, err := s.follow(ctx, op)
	if err != nil || op.State.Ended() {
		return err
	}
	return s.Fleet.ReopenOperation(ctx, op) // also when whoever reopened it died
}

// start sends a waiting operation to GitLab. It reports whether that ended it,
// so that the next may go.
func (s *Service) start(ctx context.Context, project fleet.Project, op fleet.Operation) (bool, error) {
	// The operation itself holds the slot, so whichever replica goes on with it
	// may; only one replica at a time sends it, which SentAt arbitrates.
	lease, err := s.Fleet.AcquireLease(ctx, slot(op.Cluster), op.ID, slotLife)
	if fault.Is(err, fault.Conflict) {
		freed, err := s.freeSlot(ctx, op.Cluster)
		if err != nil || !freed {
			return false, err
		}
		lease, err = s.Fleet.AcquireLease(ctx, slot(op.Cluster), op.ID, slotLife)
		if fault.Is(err, fault.Conflict) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	} else if err != nil {
		return false, err
	}
	op, err = s.send(ctx, project, op)
	if err != nil || !op.State.Ended() {
		return false, err
	}
	return true, s.Fleet.ReleaseLease(ctx, lease)
}

// freeSlot gives back the slot of an operation that ended while its function
// died before it could.
func (s *Service) freeSlot(ctx context.Context, cluster string) (bool, error) {
	holder, err := s.Fleet.LeaseHolder(ctx, slot(cluster))
	if err != nil || holder == "" {
		return holder == "" && err == nil, err
	}
	op, err := s.Fleet.Operation(ctx, cluster, holder)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if err == nil && !op.State.Ended() {
		return false, nil
	}
	return true, s.Fleet.EndLease(ctx, slot(cluster), holder)
}

// slot names the lease that lets one operation of a cluster run at a time:
// pipelines of one cluster fight over the Terraform lock.
func slot(cluster string) string { return "slot#" + cluster }

// follow derives an operation's state from its pipelines.
func (s *Service) follow(ctx context.Context, op fleet.Operation) (fleet.Operation, error) {
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return op, err
	}
	for i, p := range pipelines {
		known := p.Operation != "" && (p.Operation == op.Kind || op.Kind != fleet.Reprovision)
		if known || p.IsChild() {
			continue
		}
		if err := s.adopt(ctx, op, p); err != nil {
			return op, err
		}
		pipelines[i].Operation = op.Kind
	}
	// What is not known yet is only missing once a sync after its time did not
	// find it.
	record, err := s.Fleet.SyncRecord(ctx, op.Cluster)
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
	op, err = s.Fleet.ChangeOperation(ctx, op.Cluster, op.ID, func(o *fleet.Operation) (bool, error) {
		changed := progress(o, pipelines, s.Now())
		return overdue(o, pipelines, gone, record.State.SucceededAt, s.Now()) || changed, nil
	})
	if err != nil {
		return op, err
	}
	if op.State.Ended() {
		return op, s.Fleet.EndLease(ctx, slot(op.Cluster), op.ID)
	}
	return op, nil
}

// recentPipelines is how many pipelines are looked through for an operation's.
const recentPipelines = 50

// pipelinesOf lists the pipelines that belong to an operation.
func (s *Service) pipelinesOf(ctx context.Context, op fleet.Operation) ([]fleet.Pipeline, error) {
	var near []fleet.Pipeline
	var err error
	if op.Instance == "" {
		near, _, err = s.Fleet.Pipelines(ctx, op.Cluster, "", recentPipelines)
	} else {
		near, _, err = s.Fleet.InstancePipelines(ctx, op.Cluster, op.Instance, "", recentPipelines)
	}
	if err != nil {
		return nil, err
	}
	for _, id := range op.Pipelines {
		if slices.ContainsFunc(near, func(p fleet.Pipeline) bool { return p.ID == id }) {
			continue
		}
		p, err := s.Fleet.Pipeline(ctx, op.Cluster, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		near = append(near, p)
	}
	var own []fleet.Pipeline
	for _, p := range near {
		if !p.IsChild() && belongs(p, op) {
			own = append(own, p)
		}
	}
	parents := own
	for _, p := range near {
		if p.IsChild() && slices.ContainsFunc(parents, func(q fleet.Pipeline) bool { return isChildOf(p, q) }) {
			own = append(own, p)
		}
	}
	return own, nil
}

// belongs tells by the commit or the deployment id; where Grove's commit carries
// none, by the kind and the time.
func belongs(p fleet.Pipeline, op fleet.Operation) bool {
	if slices.Contains(op.Pipelines, p.ID) || op.Commit != "" && p.SHA == op.Commit && p.Source == "push" {
		return true
	}
	if p.Source == "api" {
		return false // it runs on whatever commit is the head, whose message is not about it
	}
	for _, d := range p.Deployments {
		if d.ID != "" && slices.Contains(op.All(), d) {
			return true
		}
		if d.Instance == op.Instance && d.ID == "" && p.Operation == op.Kind &&
			!op.AcceptedAt.IsZero() && !p.CreatedAt.Before(op.AcceptedAt.Add(-time.Minute)) {
			return true
		}
	}
	return false
}

// isChildOf tells by the parent; where only a list told of the child, by the
// commit.
func isChildOf(p, parent fleet.Pipeline) bool {
	if p.Parent != 0 {
		return p.Parent == parent.ID
	}
	return p.SHA == parent.SHA && p.ID > parent.ID && parent.Source != "trigger"
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
	state, detail := stateOf(sum.Status), about(sum.Status, sum.ID)
	if state == o.State && detail == o.Detail || wasOverdue(o, pipelines) {
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

// runningSince tells when an operation began to run. One that is first heard of when
// it is over did so too, as GitLab's times tell; zero is one that never did.
func runningSince(o *fleet.Operation, pipelines []fleet.Pipeline, now time.Time) time.Time {
	if o.State == fleet.Running {
		return now
	}
	since := time.Time{}
	for _, p := range pipelines {
		began := p.StartedAt
		if began.IsZero() && p.Status == fleet.StatusSuccess {
			began = p.CreatedAt // lists of pipelines do not tell the start
		}
		if !began.IsZero() && (since.IsZero() || began.Before(since)) {
			since = began
		}
	}
	if since.IsZero() || !o.State.Ended() {
		return time.Time{}
	}
	// GitLab's clock is not ours.
	return earlier(fleet.Latest(since, o.AcceptedAt), now)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
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
		return end(fleet.Broken, fmt.Sprintf("GitLab made no pipeline for the commit within %d minutes: see whether CI/CD is on and .gitlab-ci.yml takes this branch",
			int(pipelineDue.Minutes())))
	}
	trigger := lone(pipelines)
	if trigger == nil || trigger.Status != fleet.StatusSuccess || synced.Sub(fleet.Latest(trigger.UpdatedAt, trigger.FinishedAt)) <= deploymentDue {
		return false
	}
	if gone {
		return end(fleet.Succeeded, "")
	}
	return end(fleet.Broken, fmt.Sprintf("Pipeline %d took the request, but no pipeline that deploys followed within %d minutes: read its log",
		trigger.ID, int(deploymentDue.Minutes())))
}

// wasOverdue keeps what ended for want of a pipeline as it is until there is
// one.
func wasOverdue(o *fleet.Operation, pipelines []fleet.Pipeline) bool {
	p := lone(pipelines)
	return o.State.Ended() && p != nil && p.Status == fleet.StatusSuccess
}

// lone gives the trigger's pipeline while nothing followed it, else nil.
func lone(pipelines []fleet.Pipeline) *fleet.Pipeline {
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

func about(status fleet.PipelineStatus, id int64) string {
	switch status {
	case fleet.StatusFailed:
		return fmt.Sprintf("Pipeline %d failed: read the log of its first failed job, then retry it", id)
	case fleet.StatusDeleted:
		return fmt.Sprintf("Pipeline %d was deleted at GitLab before it ended: see whether what it did is live, then ask for it again", id)
	case fleet.StatusCanceled:
		return fmt.Sprintf("Pipeline %d was canceled", id)
	case fleet.StatusSkipped:
		return fmt.Sprintf("GitLab skipped pipeline %d", id)
	case fleet.StatusManual:
		return fmt.Sprintf("Pipeline %d waits for somebody to start a manual job in GitLab", id)
	}
	return ""
}
