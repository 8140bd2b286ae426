package operation

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Undeployed are the commits to an instance that no successful pipeline has
// deployed yet.
type Undeployed struct {
	Since    string         `json:"since,omitempty" doc:"Commit that is deployed; absent when none is known"`
	Pipeline int64          `json:"pipeline,omitempty" doc:"Pipeline that deployed it"`
	Commits  []fleet.Commit `json:"commits" doc:"Newest first"`
	Partial  bool           `json:"partial" doc:"There are more than are listed"`
}

// maxUndeployed is how many commits are listed.
const maxUndeployed = 50

// Undeployed reads them from GitLab.
func (s *Service) Undeployed(ctx context.Context, project fleet.Project, instance string) (Undeployed, error) {
	out := Undeployed{Commits: []fleet.Commit{}}
	recent, _, err := s.Store.InstancePipelines(ctx, project.ID, instance, "", 100)
	if err != nil {
		return out, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return out, err
	}
	touching, err := remote.CommitsOf(ctx, "instances/"+instance, maxUndeployed)
	if err != nil {
		return out, err
	}
	last := lastDeployed(recent)
	if last == nil {
		out.Commits, out.Partial = touching, len(touching) == maxUndeployed
		return out, nil
	}
	out.Since, out.Pipeline = last.SHA, last.ID
	if len(touching) == 0 || touching[0].SHA == last.SHA {
		return out, nil
	}
	missing, err := remote.Between(ctx, last.SHA, project.DefaultBranch)
	if err != nil {
		return out, err
	}
	for _, c := range touching {
		if slices.ContainsFunc(missing, func(n fleet.Commit) bool { return n.SHA == c.SHA }) {
			out.Commits = append(out.Commits, c)
		}
	}
	out.Partial = len(out.Commits) == maxUndeployed
	return out, nil
}

// Deployed is the configuration that an instance was last deployed with.
type Deployed struct {
	Commit     string            // empty when none is known
	Pipeline   int64             // that deployed it
	Configured *grove.Configured // nil when it is not known, or the instance was not there then
}

// Deployed reads it from GitLab.
func (s *Service) Deployed(ctx context.Context, project fleet.Project, instance string) (Deployed, error) {
	recent, _, err := s.Store.InstancePipelines(ctx, project.ID, instance, "", 100)
	if err != nil {
		return Deployed{}, err
	}
	last := lastDeployed(recent)
	if last == nil {
		return Deployed{}, nil
	}
	out := Deployed{Commit: last.SHA, Pipeline: last.ID}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return out, err
	}
	sources, err := instanceFiles(ctx, remote, instance, last.SHA)
	if err != nil {
		return out, fmt.Errorf("reading what was deployed of %s: %w", instance, err)
	}
	if len(sources) > 0 {
		r := grove.ReadInstance(project.ID, project.Contract, instance, sources)
		out.Configured = &grove.Configured{Settings: r.Settings, Release: r.Instance.Release}
	}
	return out, nil
}

// lastDeployed finds the newest pipeline that deployed, with its children.
// recent is newest first.
func lastDeployed(recent []fleet.Pipeline) *fleet.Pipeline {
	for i, p := range recent {
		if p.IsChild() || p.Source == "trigger" || p.Operation == "" || p.Status != fleet.StatusSuccess {
			continue
		}
		family := []fleet.Pipeline{p}
		for _, c := range recent {
			if c.IsChild() && IsChildOf(c, p) {
				family = append(family, c)
			}
		}
		if sum := fleet.Deploying(family); sum != nil && sum.Status == fleet.StatusSuccess {
			return &recent[i]
		}
	}
	return nil
}
