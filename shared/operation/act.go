package operation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// What people do to pipelines.
const (
	actCancel = "cancel"
	actRetry  = "retry"
)

// actLimit is how long Ocim goes on asking GitLab for what a person wanted: later
// it would come as a surprise.
const actLimit = time.Hour

// CancelPipeline cancels a pipeline. Repeating it is harmless.
func (s *Service) CancelPipeline(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.act(ctx, project, fleet.PipelineAction{ID: s.NewID(), Pipeline: id, Action: actCancel, Reason: reason}, by)
}

// RetryPipeline runs a pipeline's failed and canceled jobs again, which reopens
// its operation. While another operation of the cluster runs it is
// fault.Conflict: the two would fight over the Terraform lock.
func (s *Service) RetryPipeline(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.act(ctx, project, fleet.PipelineAction{ID: s.NewID(), Pipeline: id, Action: actRetry, Reason: reason}, by)
}

// act notes what a person wants of a pipeline, then asks GitLab for it. When the
// function dies in between, or GitLab does not answer, the act stays open and
// advance carries it on. An act that is open already is joined, not repeated.
func (s *Service) act(ctx context.Context, project fleet.Project, act fleet.PipelineAction, by audit.Actor) (fleet.Pipeline, error) {
	if len([]rune(act.Reason)) > maxReason {
		return fleet.Pipeline{}, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	known, err := s.Fleet.Pipeline(ctx, project.ID, act.Pipeline)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	open, err := s.Fleet.OpenPipelineActions(ctx, project.ID)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	same := func(a fleet.PipelineAction) bool { return a.Pipeline == act.Pipeline && a.Action == act.Action }
	if i := slices.IndexFunc(open, same); i >= 0 {
		act = open[i]
		err = s.takeUp(ctx, project, remote, act)
	} else {
		err = s.begin(ctx, project, remote, known, act, by)
	}
	if err != nil {
		return fleet.Pipeline{}, err
	}
	// GitLab did it: what fails from here on is repaired by the next event or sync.
	if err := s.advance(ctx, project); err != nil {
		s.Log.Warn("operation of a pipeline not followed yet", "cluster", project.ID, "pipeline", act.Pipeline, "err", err)
	}
	return s.Fleet.Pipeline(ctx, project.ID, act.Pipeline)
}

// begin stores an act and asks GitLab for it.
func (s *Service) begin(ctx context.Context, project fleet.Project, remote Remote, known fleet.Pipeline, act fleet.PipelineAction, by audit.Actor) error {
	// What is stored may be old, and by its time one tells later what became of it.
	known, err := s.refresh(ctx, known, remote)
	if err != nil {
		return err
	}
	if err := s.mayAct(ctx, known, act.Action); err != nil {
		return err
	}
	instance := ""
	if len(known.Deployments) > 0 {
		instance = known.Deployments[0].Instance
	}
	act.State, act.By, act.At, act.Seen = fleet.ActionRequested, by.Email, s.Now(), known.UpdatedAt
	act.SentAt = act.At
	record, err := s.recorder(by, "pipeline."+act.Action, target(project.ID, instance), map[string]any{"status": known.Status},
		map[string]any{"pipeline": act.Pipeline, "reason": act.Reason})
	if err != nil {
		return err
	}
	if err := s.Fleet.AddPipelineAction(ctx, project.ID, act, record); err != nil {
		return err
	}
	return s.demand(ctx, project, remote, act)
}

// takeUp goes on with an act whose function may have died: it looks whether GitLab
// did it, and asks for it once more if not.
func (s *Service) takeUp(ctx context.Context, project fleet.Project, remote Remote, act fleet.PipelineAction) error {
	if s.Now().Sub(act.SentAt) < sendLimit {
		return fault.New(fault.Conflict, "GitLab is being asked for that just now; look again in a minute")
	}
	known, err := s.Fleet.Pipeline(ctx, project.ID, act.Pipeline)
	if err != nil {
		return s.failed(ctx, project, act, err)
	}
	now, err := s.refresh(ctx, known, remote)
	if err != nil {
		return s.failed(ctx, project, act, err)
	}
	if did(act, now) {
		return s.concluded(ctx, project, remote, act, now)
	}
	if s.Now().Sub(act.At) > actLimit {
		return s.failed(ctx, project, act, fault.New(fault.Conflict, "GitLab did not answer for too long; ask for it again"))
	}
	if err := s.mayAct(ctx, now, act.Action); err != nil {
		return s.failed(ctx, project, act, err)
	}
	former := act.SentAt
	act, err = s.Fleet.ChangePipelineAction(ctx, project.ID, act, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested || !a.SentAt.Equal(former) {
			return false, fault.New(fault.Conflict, "GitLab is being asked for that by another replica")
		}
		a.SentAt = s.Now()
		return true, nil
	})
	if err != nil {
		return err
	}
	return s.demand(ctx, project, remote, act)
}

// did reports whether a pipeline, as GitLab has it now, shows that an act was
// carried out.
func did(act fleet.PipelineAction, now fleet.Pipeline) bool {
	if act.Action == actCancel {
		return now.Status == fleet.StatusCanceled || now.Status == fleet.StatusCanceling
	}
	return now.Status.Moving() || now.UpdatedAt.After(act.Seen)
}

// demand asks GitLab for an act.
func (s *Service) demand(ctx context.Context, project fleet.Project, remote Remote, act fleet.PipelineAction) error {
	do := remote.Cancel
	if act.Action == actRetry {
		do = remote.Retry
	}
	ctx = context.WithoutCancel(ctx) // who asked for it may have left the page
	limited, cancel := context.WithTimeout(ctx, sendLimit/2)
	defer cancel()
	report, err := do(limited, act.Pipeline)
	if err != nil {
		return s.failed(ctx, project, act, err)
	}
	return s.concluded(ctx, project, remote, act, report)
}

// failed notes why an act is not done: for good when GitLab or Ocim refused it, else
// for now.
func (s *Service) failed(ctx context.Context, project fleet.Project, act fleet.PipelineAction, cause error) error {
	if !certain(cause) {
		cause = byItself(cause)
	}
	_, err := s.Fleet.ChangePipelineAction(ctx, project.ID, act, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested {
			return false, nil
		}
		a.Detail = fault.Message(cause)
		if certain(cause) {
			a.State = fleet.ActionRefused
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("%w (and this could not be noted: %w)", cause, err)
	}
	return cause
}

// concluded takes in what GitLab made of an act. The act ends last, so whoever
// takes it up repeats what is missing.
func (s *Service) concluded(ctx context.Context, project fleet.Project, remote Remote, act fleet.PipelineAction, report fleet.Pipeline) error {
	known, err := s.Fleet.Pipeline(ctx, project.ID, act.Pipeline)
	if err != nil {
		return err
	}
	now, _, err := s.Fleet.RecordPipeline(ctx, known.With(report), fleet.Asked)
	if err != nil {
		return err
	}
	if err := s.followActed(ctx, project, remote, now); err != nil {
		return err
	}
	_, err = s.Fleet.ChangePipelineAction(ctx, project.ID, act, func(a *fleet.PipelineAction) (bool, error) {
		if a.State != fleet.ActionRequested {
			return false, nil
		}
		a.State, a.Detail = fleet.ActionDone, ""
		return true, nil
	})
	return err
}

// takeUpActs goes on with what was asked of a cluster's pipelines and not heard of
// since. One that fails does not keep the next from it.
func (s *Service) takeUpActs(ctx context.Context, project fleet.Project) error {
	open, err := s.Fleet.OpenPipelineActions(ctx, project.ID)
	if err != nil {
		return err
	}
	for _, act := range open {
		if s.Now().Sub(act.SentAt) < sendLimit {
			continue
		}
		remote, err := s.Open(ctx, project)
		if err != nil {
			err = s.failed(ctx, project, act, err)
		} else {
			err = s.takeUp(ctx, project, remote, act)
		}
		if err != nil {
			s.Log.Warn("pipeline not acted on yet", "cluster", project.ID, "pipeline", act.Pipeline, "act", act.Action, "err", err)
		}
	}
	return nil
}

// mayAct refuses what GitLab would not do or what would do harm.
func (s *Service) mayAct(ctx context.Context, p fleet.Pipeline, act string) error {
	if act == actCancel {
		if p.Status.Finished() {
			return fault.New(fault.Conflict, "Pipeline %d has ended already", p.ID)
		}
		return nil
	}
	if p.Status.Moving() {
		return fault.New(fault.Conflict, "Pipeline %d is still running", p.ID)
	}
	if (p.Status == fleet.StatusSuccess || p.Status == fleet.StatusSkipped) && !hasFailedJob(p) {
		return fault.New(fault.Conflict, "Pipeline %d has no failed or canceled job to run again", p.ID)
	}
	open, err := s.Fleet.OpenOperations(ctx, p.Cluster)
	if err != nil {
		return err
	}
	for _, op := range open {
		own := slices.Contains(op.Pipelines, p.ID) || slices.Contains(op.Pipelines, p.Parent)
		if op.State != fleet.Requested && !own {
			return fault.New(fault.Conflict, "%s of %s is running in this cluster; retry when it is done", op.Kind, subject(op))
		}
	}
	other, err := s.otherPipeline(ctx, p.Cluster, open)
	if err != nil {
		return err
	}
	if other != nil && other.ID != p.Parent && !isChildOf(p, *other) {
		return fault.New(fault.Conflict, "Pipeline %d is running in this cluster; retry when it is done", other.ID)
	}
	return nil
}

// hasFailedJob reports whether a retry has something to run: a pipeline may succeed in
// spite of a job that was allowed to fail.
func hasFailedJob(p fleet.Pipeline) bool {
	return slices.ContainsFunc(p.Stages, func(s fleet.Stage) bool {
		return slices.ContainsFunc(s.Jobs, func(j fleet.Job) bool {
			return j.Status == fleet.StatusFailed || j.Status == fleet.StatusCanceled
		})
	})
}

// followActed looks again at the operations that a pipeline belongs to; one that
// had ended is open again.
func (s *Service) followActed(ctx context.Context, project fleet.Project, remote Remote, p fleet.Pipeline) error {
	recent, _, err := s.Fleet.Operations(ctx, project.ID, "", estimatedFrom)
	if err != nil {
		return err
	}
	for _, op := range recent {
		if !slices.Contains(op.Pipelines, p.ID) && (p.Parent == 0 || !slices.Contains(op.Pipelines, p.Parent)) {
			continue
		}
		for _, id := range op.Pipelines { // GitLab reopened the parent or stopped the children too
			if id == p.ID {
				continue
			}
			known, err := s.Fleet.Pipeline(ctx, project.ID, id)
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
		if err := s.lookAgain(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

// refresh asks GitLab for a pipeline as it is now.
func (s *Service) refresh(ctx context.Context, known fleet.Pipeline, remote Remote) (fleet.Pipeline, error) {
	now, err := remote.Pipeline(ctx, known.ID)
	if err != nil {
		return known, err
	}
	now = known.With(now)
	_, _, err = s.Fleet.RecordPipeline(ctx, now, fleet.Asked)
	return now, err
}

// Protect sets or lifts an instance's protection.
func (s *Service) Protect(ctx context.Context, project fleet.Project, instance string, protected bool, reason string, by audit.Actor) (fleet.Protection, error) {
	if len([]rune(reason)) > maxReason {
		return fleet.Protection{}, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	row, err := s.row(ctx, project.ID, instance)
	if err != nil {
		return fleet.Protection{}, err
	}
	if row == nil {
		return fleet.Protection{}, fault.New(fault.NotFound, "There is no instance %s in this cluster", instance)
	}
	before, err := s.Fleet.Protection(ctx, project.ID, instance)
	if err != nil {
		return fleet.Protection{}, err
	}
	after := fleet.Protection{Instance: instance, Protected: protected, By: by.Email, At: s.Now(), Reason: reason}
	record, err := s.recorder(by, "instance.protection", target(project.ID, instance), before, after)
	if err != nil {
		return fleet.Protection{}, err
	}
	if err := s.Fleet.Protect(ctx, project.ID, after, record); err != nil {
		return fleet.Protection{}, err
	}
	return s.Fleet.Protection(ctx, project.ID, instance)
}

// SetContract checks and replaces a project's contract; nil brings the default
// back. Operations that wait were planned by the former contract and stay so.
func (s *Service) SetContract(ctx context.Context, project fleet.Project, c *fleet.Contract, by audit.Actor) (fleet.Project, error) {
	if c != nil {
		if _, err := TryContract(project, *c); err != nil {
			return project, err
		}
	}
	record, err := s.recorder(by, "project.contract", target(project.ID, ""), project.Contract, c)
	if err != nil {
		return project, err
	}
	return s.Fleet.ChangeProject(ctx, project.ID, record, func(p *fleet.Project) (bool, error) {
		p.Contract = c
		return true, nil
	})
}

// Sample is what one operation would send by a contract.
type Sample struct {
	Kind    fleet.OperationKind `json:"kind" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	Request *GitLabRequest      `json:"request"`
}

// TryContract checks a contract and shows what every operation would send by it,
// for an instance called example. Errors name the field.
func TryContract(project fleet.Project, c fleet.Contract) ([]Sample, error) {
	if err := grove.ValidateContract(c); err != nil {
		return nil, err
	}
	samples := []Sample{}
	for _, kind := range fleet.OperationKinds() {
		r := grove.Request{Kind: kind, Ref: project.DefaultBranch, Deployments: []fleet.Deployment{{Instance: "example", ID: placeholder}}}
		path := grove.InstanceFile("example", grove.ConfigFile)
		switch kind {
		case fleet.Create:
			r.Overrides = sampleSettings(c)
		case fleet.Update:
			r.Actions = []grove.Action{{Action: grove.UpdateFile, Path: path, LastCommit: "0000000"}}
		case fleet.Unarchive:
			r.Actions = []grove.Action{{Action: grove.CreateFile, Path: path}}
		case fleet.BuildImages:
			r.Repository, r.Branch = "https://github.com/openedx/edx-platform", "master"
		}
		if m, err := grove.MechanismOf(&c, kind); err == nil && m.By != grove.ByCommit && len(r.Actions) > 0 {
			return nil, fault.InvalidField("operations."+string(kind)+".by", "changes files, so it must be a commit")
		}
		call, err := grove.Plan(&c, r)
		if err != nil {
			return nil, fieldBelow("operations."+string(kind), err)
		}
		samples = append(samples, Sample{Kind: kind, Request: describeCall(project, signed(call, placeholder))})
	}
	return samples, nil
}

// sampleSettings are some that the contract's routes take.
func sampleSettings(c fleet.Contract) map[string]json.RawMessage {
	some := map[string]json.RawMessage{}
	for setting, value := range map[string]string{
		"LMS_HOST": `"example.org"`, "GROVE_CRON_JOBS": `[]`, "COMPREHENSIVE_THEME_NAME": `"example"`, "ENV_NAME": `"example"`,
	} {
		if grove.Takes(grove.RoutesOf(&c), setting) {
			some[setting] = json.RawMessage(value)
		}
	}
	return some
}
