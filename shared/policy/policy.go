package policy

import (
	"context"
	"encoding/json"
	"time"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/grove"
)

// Store holds the records that this package reads and changes.
type Store interface {
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	Protection(ctx context.Context, cluster, instance string) (fleet.Protection, error)
	Protect(ctx context.Context, cluster string, p fleet.Protection, record fleetstore.Recorder) error
	Annotation(ctx context.Context, cluster, instance string) (fleet.Annotation, error)
	Annotations(ctx context.Context, cluster string) (map[string]fleet.Annotation, error)
	Annotate(ctx context.Context, cluster, instance string, a fleet.Annotation, record fleetstore.Recorder) error
	Note(ctx context.Context, a activity.Activity) error
	ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	ChangeProject(ctx context.Context, id string, record fleetstore.Recorder, alter func(*fleet.Project) (bool, error)) (fleet.Project, error)
}

// Service changes protections, annotations and contracts.
type Service struct {
	Store Store
	Audit *audit.Log // nil: no audit log is kept
	Now   func() time.Time
}

// maxReason is the length limit of a reason, in characters.
const maxReason = 500

// Protect protects an instance from being archived, deleted or reprovisioned, or
// lifts that protection. fault.NotFound when the cluster has no such instance.
func (s *Service) Protect(ctx context.Context, project fleet.Project, instance string, protected bool, reason string, by audit.Actor) (fleet.Protection, error) {
	if len([]rune(reason)) > maxReason {
		return fleet.Protection{}, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	chunk, err := s.Store.Chunk(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fleet.Protection{}, err
	}
	if err != nil || chunk.Row(instance) == nil {
		return fleet.Protection{}, fault.New(fault.NotFound, "There is no instance %s in this cluster", instance)
	}
	before, err := s.Store.Protection(ctx, project.ID, instance)
	if err != nil {
		return fleet.Protection{}, err
	}
	after := fleet.Protection{Instance: instance, Protected: protected, By: by.Email, At: s.Now(), Reason: reason}
	record := s.Audit.Recorder(by, "instance.protection", audit.InstanceTarget(project.ID, instance), before, after)
	if err := s.Store.Protect(ctx, project.ID, after, record); err != nil {
		return fleet.Protection{}, err
	}
	if before.Protected != protected {
		to := map[bool]string{true: "protected", false: "unprotected"}[protected]
		err = s.Store.Note(ctx, activity.Activity{
			Cluster: project.ID, Instance: instance, Kind: activity.ActivityProtection, To: to, By: by.Email, Detail: reason,
		})
		if err != nil {
			return fleet.Protection{}, err
		}
	}
	return s.Store.Protection(ctx, project.ID, instance)
}

// SetContract checks and replaces a project's contract; nil restores the default.
// Operations that already wait were prepared by the former contract and keep it.
func (s *Service) SetContract(ctx context.Context, project fleet.Project, c *fleet.Contract, by audit.Actor) (fleet.Project, error) {
	if c != nil {
		if _, err := TryContract(project, *c); err != nil {
			return project, err
		}
	}
	record := s.Audit.Recorder(by, "project.contract", audit.InstanceTarget(project.ID, ""), project.Contract, c)
	return s.Store.ChangeProject(ctx, project.ID, record, func(p *fleet.Project) (bool, error) {
		p.Contract = c
		return true, nil
	})
}

// Sample is the request that one kind of operation sends by a contract.
type Sample struct {
	Kind    fleet.OperationKind  `json:"kind" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	Request *grove.GitLabRequest `json:"request"`
}

// TryContract checks a contract and returns what every kind of operation would send
// by it, for an instance called example. Errors name the field.
func TryContract(project fleet.Project, c fleet.Contract) ([]Sample, error) {
	if err := grove.ValidateContract(c); err != nil {
		return nil, err
	}
	samples := []Sample{}
	for _, kind := range fleet.OperationKinds() {
		field := "operations." + string(kind)
		r := sampleRequest(project, c, kind)
		if m, err := grove.MechanismOf(&c, kind); err == nil && m.By != grove.ByCommit && len(r.Actions) > 0 {
			return nil, fault.InvalidField(field+".by", "changes files, so it must be a commit")
		}
		call, err := grove.Plan(&c, r)
		if err != nil {
			return nil, fault.UnderField(field, err)
		}
		samples = append(samples, Sample{Kind: kind, Request: call.WithDeploymentID(grove.PreviewDeploymentID).Describe(project)})
	}
	return samples, nil
}

func sampleRequest(project fleet.Project, c fleet.Contract, kind fleet.OperationKind) grove.Request {
	r := grove.Request{
		Kind: kind, Ref: project.DefaultBranch,
		Deployments: []fleet.Deployment{{Instance: "example", ID: grove.PreviewDeploymentID}},
	}
	path := grove.InstanceFile("example", grove.ConfigFile)
	switch kind {
	case fleet.Create:
		r.Overrides = sampleOverrides(c)
	case fleet.Update:
		r.Actions = []grove.Action{{Action: grove.UpdateFile, Path: path, LastCommit: "0000000"}}
	case fleet.Unarchive:
		r.Actions = []grove.Action{{Action: grove.CreateFile, Path: path}}
	case fleet.BuildImages:
		r.Repository, r.Branch = "https://github.com/openedx/edx-platform", "master"
	}
	return r
}

// sampleOverrides are overrides that the contract's routes accept.
func sampleOverrides(c fleet.Contract) map[string]json.RawMessage {
	overrides := map[string]json.RawMessage{}
	for setting, value := range map[string]string{
		"LMS_HOST": `"example.org"`, "GROVE_CRON_JOBS": `[]`, "COMPREHENSIVE_THEME_NAME": `"example"`, "ENV_NAME": `"example"`,
	} {
		if grove.Takes(grove.RoutesOf(&c), setting) {
			overrides[setting] = json.RawMessage(value)
		}
	}
	return overrides
}
