package pipelineaction

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/operation"
)

// The actions.
const (
	Cancel = "cancel"
	Retry  = "retry"
)

// Limits of an action.
const (
	maxReason     = 500              // characters
	callLimit     = 15 * time.Second // longest that GitLab may take, from the mark on
	takeOverAfter = 45 * time.Second // without an answer; another replica then checks and sends
	maxAge        = time.Hour        // after which an action is not submitted again: it would come as a surprise
)

// Cancel cancels a pipeline. Repeating it is harmless.
func (s *Service) Cancel(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.Do(ctx, project, fleet.PipelineAction{ID: s.NewID(), Pipeline: id, Action: Cancel, Reason: reason}, by)
}

// Retry runs a pipeline's failed and canceled jobs again, or those of its child when only
// that failed, which reopens its operation. While another operation of the cluster runs it is
// fault.Conflict: the two would compete for the Terraform lock.
func (s *Service) Retry(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.Do(ctx, project, fleet.PipelineAction{ID: s.NewID(), Pipeline: id, Action: Retry, Reason: reason}, by)
}

// Do records an action, then submits it to GitLab. When the function dies in between, or
// GitLab does not answer, the action stays open and Resume continues it. An equal action
// that is already open is joined, not repeated.
func (s *Service) Do(ctx context.Context, project fleet.Project, action fleet.PipelineAction, by audit.Actor) (fleet.Pipeline, error) {
	if len([]rune(action.Reason)) > maxReason {
		return fleet.Pipeline{}, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	known, err := s.Store.Pipeline(ctx, project.ID, action.Pipeline)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	if action.Action == Retry {
		if known, err = s.retryTarget(ctx, known, remote); err != nil {
			return fleet.Pipeline{}, err
		}
		action.Pipeline = known.ID
	}
	open, err := s.Store.OpenPipelineActions(ctx, project.ID)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	same := func(a fleet.PipelineAction) bool { return a.Pipeline == action.Pipeline && a.Action == action.Action }
	if i := slices.IndexFunc(open, same); i >= 0 {
		action = open[i]
		err = s.resumeAction(ctx, project, remote, action)
	} else {
		err = s.begin(ctx, project, remote, known, action, by)
	}
	if err != nil {
		return fleet.Pipeline{}, err
	}
	// GitLab did it: whatever fails from here on is repaired by the next event or sync.
	if err := s.Operations.Advance(ctx, project); err != nil {
		s.Log.WarnContext(ctx, "operation of a pipeline not followed yet", "cluster", project.ID, "pipeline", action.Pipeline, "err", err)
	}
	return s.Store.Pipeline(ctx, project.ID, action.Pipeline)
}

// begin records an action and submits it to GitLab.
func (s *Service) begin(ctx context.Context, project fleet.Project, remote Remote, known fleet.Pipeline, action fleet.PipelineAction, by audit.Actor) error {
	// The stored state may be old, and its time decides later whether the action took effect.
	known, err := s.refresh(ctx, known, remote)
	if err != nil {
		return err
	}
	if err := s.checkAllowed(ctx, known, action.Action); err != nil {
		return err
	}
	instance := ""
	if len(known.Deployments) > 0 {
		instance = known.Deployments[0].Instance
	}
	action.State, action.By, action.Actor, action.At, action.Seen = fleet.ActionRequested, by.Email, by, s.Now(), known.UpdatedAt
	action.SentAt = action.At
	record := s.Audit.Recorder(by, "pipeline."+action.Action, audit.InstanceTarget(project.ID, instance), map[string]any{"status": known.Status},
		map[string]any{"pipeline": action.Pipeline, "reason": action.Reason})
	if err := s.Store.AddPipelineAction(ctx, project.ID, action, record); err != nil {
		return err
	}
	return s.submitAction(ctx, project, remote, action)
}

// resumeAction continues an action whose function may have died: it checks whether
// GitLab did it, and submits it again if not.
func (s *Service) resumeAction(ctx context.Context, project fleet.Project, remote Remote, action fleet.PipelineAction) error {
	if s.beingSent(action) {
		return fault.New(fault.Conflict, "This is being sent to GitLab right now; check again in a minute")
	}
	known, err := s.Store.Pipeline(ctx, project.ID, action.Pipeline)
	if err != nil {
		return s.recordActionError(ctx, project, action, err)
	}
	now, err := s.refresh(ctx, known, remote)
	if err != nil {
		return s.recordActionError(ctx, project, action, err)
	}
	if actionTookEffect(action, now) {
		return s.completeAction(ctx, project, remote, action, now)
	}
	if s.Now().Sub(action.At) > maxAge {
		return s.recordActionError(ctx, project, action, fault.New(fault.Conflict, "GitLab did not answer for an hour; request it again"))
	}
	if err := s.checkAllowed(ctx, now, action.Action); err != nil {
		return s.recordActionError(ctx, project, action, err)
	}
	if err := s.checkRequester(ctx, project, action); err != nil {
		return s.recordActionError(ctx, project, action, err)
	}
	former := action.SentAt
	action, err = s.Store.ChangePipelineAction(ctx, project.ID, action, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested || !a.SentAt.Equal(former) {
			return false, fault.New(fault.Conflict, "another replica is sending this to GitLab")
		}
		a.SentAt = s.Now()
		return true, nil
	})
	if err != nil {
		return err
	}
	return s.submitAction(ctx, project, remote, action)
}

// beingSent reports whether another replica may be calling GitLab right now.
func (s *Service) beingSent(action fleet.PipelineAction) bool {
	age := s.Now().Sub(action.SentAt)
	return age >= 0 && age < takeOverAfter
}

// checkRequester refuses to submit an action whose requester may not act there any more.
func (s *Service) checkRequester(ctx context.Context, project fleet.Project, action fleet.PipelineAction) error {
	if s.Requesters == nil {
		return nil
	}
	allowed, err := s.Requesters.Allowed(ctx, action.Actor, "", project.ID)
	if err != nil || allowed {
		return err
	}
	return fault.New(fault.Forbidden, "%s may no longer do this in %s. Another operator can request it again", action.By, project.ID)
}

// actionTookEffect reports whether a pipeline, as GitLab has it now, shows that an action
// was carried out.
func actionTookEffect(action fleet.PipelineAction, now fleet.Pipeline) bool {
	if action.Action == Cancel {
		return now.Status == fleet.StatusCanceled || now.Status == fleet.StatusCanceling
	}
	return now.Status.Moving() || now.UpdatedAt.After(action.Seen)
}

// submitAction sends an action to GitLab.
func (s *Service) submitAction(ctx context.Context, project fleet.Project, remote Remote, action fleet.PipelineAction) error {
	do := remote.Cancel
	if action.Action == Retry {
		do = remote.Retry
	}
	left := callLimit - s.Now().Sub(action.SentAt)
	if left <= 0 || left > callLimit { // the process was paused: another replica may be about to take over
		return &fault.Error{Kind: fault.Unavailable, Retried: true, Message: "Ocim was paused before it reached GitLab; it retries automatically"}
	}
	ctx = context.WithoutCancel(ctx) // detach from the client: finish even if it disconnects
	limited, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	report, err := do(limited, action.Pipeline)
	if err != nil {
		return s.recordActionError(ctx, project, action, err)
	}
	return s.completeAction(ctx, project, remote, action, report)
}

// recordActionError records why an action is not done. When GitLab or Ocim refused it,
// that ends the action; otherwise Resume submits it again.
func (s *Service) recordActionError(ctx context.Context, project fleet.Project, action fleet.PipelineAction, cause error) error {
	if !operation.IsDefinitive(cause) {
		cause = operation.WithAutoRetryNote(cause)
	}
	_, err := s.Store.ChangePipelineAction(ctx, project.ID, action, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested {
			return false, nil
		}
		a.Detail = fault.Message(cause)
		if operation.IsDefinitive(cause) {
			a.State = fleet.ActionRefused
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("%w (and this could not be recorded: %w)", cause, err)
	}
	return cause
}

// completeAction records the result of an action. The action itself is completed last,
// so a replica that resumes it repeats whatever is missing.
func (s *Service) completeAction(ctx context.Context, project fleet.Project, remote Remote, action fleet.PipelineAction, report fleet.Pipeline) error {
	known, err := s.Store.Pipeline(ctx, project.ID, action.Pipeline)
	if err != nil {
		return err
	}
	now, _, err := s.Store.RecordPipeline(ctx, known.With(report), fleet.FromAPI)
	if err != nil {
		return err
	}
	if err := s.followOperations(ctx, project, remote, now); err != nil {
		return err
	}
	_, err = s.Store.ChangePipelineAction(ctx, project.ID, action, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested {
			return false, nil
		}
		a.State, a.Detail = fleet.ActionDone, ""
		return true, nil
	})
	return err
}

// Resume continues a cluster's open actions. One that fails does not stop the others.
func (s *Service) Resume(ctx context.Context, project fleet.Project) error {
	open, err := s.Store.OpenPipelineActions(ctx, project.ID)
	if err != nil {
		return err
	}
	for _, action := range open {
		if s.beingSent(action) {
			continue
		}
		remote, err := s.Open(ctx, project)
		if err != nil {
			err = s.recordActionError(ctx, project, action, err)
		} else {
			err = s.resumeAction(ctx, project, remote, action)
		}
		if err != nil {
			s.Log.WarnContext(ctx, "pipeline action not completed yet", "cluster", project.ID, "pipeline", action.Pipeline, "action", action.Action, "err", err)
		}
	}
	return nil
}

// followOperations follows the operations that a pipeline belongs to; one that had ended
// is reopened.
func (s *Service) followOperations(ctx context.Context, project fleet.Project, remote Remote, p fleet.Pipeline) error {
	recent, _, err := s.Store.Operations(ctx, project.ID, "", recentOperations)
	if err != nil {
		return err
	}
	for _, op := range recent {
		if !slices.Contains(op.Pipelines, p.ID) && (p.Parent == 0 || !slices.Contains(op.Pipelines, p.Parent)) {
			continue
		}
		for _, id := range op.Pipelines { // GitLab reopened the parent or stopped the children, too
			if id == p.ID {
				continue
			}
			known, err := s.Store.Pipeline(ctx, project.ID, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := s.refresh(ctx, known, remote); err != nil {
				return err
			}
		}
		if err := s.Operations.Follow(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

// refresh reads a pipeline from GitLab.
func (s *Service) refresh(ctx context.Context, known fleet.Pipeline, remote Remote) (fleet.Pipeline, error) {
	now, err := remote.Pipeline(ctx, known.ID)
	if err != nil {
		return known, err
	}
	now = known.With(now)
	_, _, err = s.Store.RecordPipeline(ctx, now, fleet.FromAPI)
	return now, err
}
