package operation

import (
	"context"
	"slices"

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

// CancelPipeline cancels a pipeline. Repeating it is harmless.
func (s *Service) CancelPipeline(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.act(ctx, project, id, actCancel, reason, by)
}

// RetryPipeline runs a pipeline's failed and canceled jobs again, which reopens
// its operation. While another operation of the cluster runs it is
// fault.Conflict: the two would fight over the Terraform lock.
func (s *Service) RetryPipeline(ctx context.Context, project fleet.Project, id int64, reason string, by audit.Actor) (fleet.Pipeline, error) {
	return s.act(ctx, project, id, actRetry, reason, by)
}

func (s *Service) act(ctx context.Context, project fleet.Project, id int64, act, reason string, by audit.Actor) (fleet.Pipeline, error) {
	if len([]rune(reason)) > maxReason {
		return fleet.Pipeline{}, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	known, err := s.Fleet.Pipeline(ctx, project.ID, id)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	if err := s.mayAct(ctx, known, act); err != nil {
		return fleet.Pipeline{}, err
	}
	instance := ""
	if len(known.Deployments) > 0 {
		instance = known.Deployments[0].Instance
	}
	note := fleet.PipelineAct{ID: s.NewID(), Pipeline: id, Act: act, By: by.Email, At: s.Now(), Reason: reason}
	record, err := s.recorder(by, "pipeline."+act, target(project.ID, instance), map[string]any{"status": known.Status}, note)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	if err := s.Fleet.AddPipelineAct(ctx, project.ID, note, record); err != nil {
		return fleet.Pipeline{}, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	do := remote.Cancel
	if act == actRetry {
		do = remote.Retry
	}
	report, err := do(ctx, id)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	report.Cluster, report.Parent = project.ID, known.Parent
	report.Operation, report.Deployments = known.Operation, known.Deployments
	now, _, err := s.Fleet.RecordPipeline(ctx, report, fleet.Asked)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	// GitLab did it: what fails from here on is repaired by the next event or sync.
	if err := s.followActed(ctx, project, remote, now); err != nil {
		s.Log.Warn("operation of a pipeline not followed yet", "cluster", project.ID, "pipeline", id, "err", err)
	}
	return now, nil
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
	return nil
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
			if err := s.refresh(ctx, project.ID, remote, id); err != nil {
				return err
			}
		}
		if err := s.lookAgain(ctx, op); err != nil {
			return err
		}
	}
	return s.advance(ctx, project)
}

// refresh asks GitLab for a pipeline as it is now.
func (s *Service) refresh(ctx context.Context, cluster string, remote Remote, id int64) error {
	known, err := s.Fleet.Pipeline(ctx, cluster, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now, err := remote.Pipeline(ctx, id)
	if err != nil {
		return err
	}
	_, _, err = s.Fleet.RecordPipeline(ctx, known.With(now), fleet.Asked)
	return err
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
