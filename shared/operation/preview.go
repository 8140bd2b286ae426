package operation

import (
	"cmp"
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/openedx"
)

// Preview is what an operation would do.
type Preview struct {
	Hash      string               `json:"hash,omitempty" doc:"Send it as previewHash to start exactly this; absent when something blocks"`
	Instances []string             `json:"instances" doc:"Instances that it touches; none is the whole cluster"`
	Files     []fleet.FileChange   `json:"files" doc:"Files that change; of a create those that Grove will make, with the overrides alone: what the cluster's defaults hold comes in addition"`
	Effects   []openedx.Effect     `json:"effects" doc:"What it will cause, the costliest first"`
	Request   *grove.GitLabRequest `json:"request,omitempty" doc:"Exactly what GitLab will be asked; absent when something blocks"`
	Warnings  []Warning            `json:"warnings"`
	Confirm   string               `json:"confirm,omitempty" doc:"What has to be typed to confirm it"`
	Estimate  *Estimate            `json:"estimate,omitempty"`
	Kind      fleet.OperationKind  `json:"kind" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
}

// Preview prepares a request without storing or sending anything. Wrong input is an
// error that names the field; what the current state forbids is a blocking warning.
func (s *Service) Preview(ctx context.Context, project fleet.Project, req Request) (Preview, error) {
	p, err := s.prepare(ctx, project, req, grove.PreviewDeploymentID)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Kind: req.Kind, Instances: append([]string{}, req.names()...), Warnings: append([]Warning{}, p.warnings...)}
	if req.Kind == fleet.Create {
		out.Instances = []string{p.op.Instance}
	}
	out.Files = p.detail().Files
	out.Effects = openedx.Effects(req.Kind, out.Files, p.tutor())
	switch req.Kind {
	case fleet.Delete:
		out.Confirm = p.op.Instance
	case fleet.Reprovision:
		out.Confirm = project.ID
	}
	if p.refusal() == nil {
		out.Hash, out.Request = p.hash, p.call.Describe(project)
	}
	if out.Estimate, err = s.EstimateOf(ctx, fleet.Operation{Cluster: project.ID, Kind: req.Kind, State: fleet.Requested}); err != nil {
		return Preview{}, err
	}
	return out, nil
}

// tutor returns the major version of Tutor that the instance runs; 0 when it is not known.
func (p *prepared) tutor() int {
	if p.row == nil {
		return 0
	}
	return cmp.Or(openedx.TutorMajor(p.row.Instance.Tutor), openedx.TutorMajor(p.row.Instance.Release))
}

// detail is the part of the plan that the history keeps.
func (p *prepared) detail() fleet.Detail {
	const most = 256 << 10 // bytes of all diffs
	d := fleet.Detail{Files: []fleet.FileChange{}}
	total := 0
	for _, f := range slices.Concat(p.files, p.pending) {
		c := f.describe()
		if total += len(c.Diff); total > most {
			c.Diff = ""
		}
		d.Files = append(d.Files, c)
	}
	return d
}

// Configuration reads an instance's files from GitLab, secrets masked, to be edited.
// The result's Commit is the BaseCommit of the edit; an empty ref is the head.
func (s *Service) Configuration(ctx context.Context, project fleet.Project, instance, ref string) (fleet.Files, error) {
	if err := grove.ValidateName(instance); err != nil {
		return fleet.Files{}, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return fleet.Files{}, err
	}
	if ref == "" {
		head, err := remote.Head(ctx)
		if err != nil {
			return fleet.Files{}, err
		}
		ref = head.SHA
	} else if !isSHA(ref) {
		return fleet.Files{}, fault.InvalidField("commit", "is not a commit")
	}
	sources, err := instanceFiles(ctx, remote, instance, ref)
	if err != nil {
		return fleet.Files{}, err
	}
	if len(sources) == 0 {
		return fleet.Files{}, fault.New(fault.NotFound, "There are no files of %s in commit %.8s", instance, ref)
	}
	return fleet.Files{Commit: ref, Files: grove.ReadInstance(project.ID, project.Contract, instance, sources).Files}, nil
}
