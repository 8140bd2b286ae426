package operation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Estimate is how long an operation will take, by earlier ones of its kind.
type Estimate struct {
	Seconds int       `json:"seconds" doc:"From GitLab's acceptance to the end, typically"`
	Runs    int       `json:"runs" doc:"Earlier operations that this is the median of; 0 is a guess"`
	Percent int       `json:"percent" minimum:"0" maximum:"100" doc:"How much of it has passed; never 100 before the end"`
	DoneAt  time.Time `json:"doneAt,omitzero" doc:"When it will be done; absent before GitLab accepted it"`
}

// estimatedFrom is how many of the cluster's operations are looked through.
const estimatedFrom = 100

// guess is how long a kind takes where there is no experience yet.
func guess(kind fleet.OperationKind) time.Duration {
	switch kind {
	case fleet.Create, fleet.Unarchive:
		return 25 * time.Minute
	case fleet.BuildImages:
		return 20 * time.Minute
	case fleet.Reprovision, fleet.Archive, fleet.Delete:
		return 8 * time.Minute
	}
	return 5 * time.Minute
}

// EstimateOf tells how far an operation is. Nil when it has ended.
func (s *Service) EstimateOf(ctx context.Context, op fleet.Operation) (*Estimate, error) {
	if op.State.Ended() {
		return nil, nil
	}
	recent, _, err := s.Fleet.Operations(ctx, op.Cluster, "", estimatedFrom)
	if err != nil {
		return nil, err
	}
	e := estimate(op, recent, s.Now())
	return &e, nil
}

// estimate takes the median of the successful operations of the kind.
func estimate(op fleet.Operation, recent []fleet.Operation, now time.Time) Estimate {
	var took []time.Duration
	for _, o := range recent {
		if o.Kind == op.Kind && o.State == fleet.Succeeded && !o.AcceptedAt.IsZero() && o.EndedAt.After(o.AcceptedAt) {
			took = append(took, o.EndedAt.Sub(o.AcceptedAt))
		}
	}
	typical := guess(op.Kind)
	if len(took) > 0 {
		slices.Sort(took)
		typical = took[len(took)/2]
	}
	e := Estimate{Seconds: int(typical.Seconds()), Runs: len(took)}
	if op.AcceptedAt.IsZero() {
		return e
	}
	passed := now.Sub(op.AcceptedAt)
	e.Percent = min(99, max(0, int(100*passed/typical)))
	e.DoneAt = op.AcceptedAt.Add(max(typical, passed))
	return e
}

// Undeployed are the commits to an instance that no successful pipeline has
// deployed yet.
type Undeployed struct {
	Since    string         `json:"since,omitempty" doc:"Commit that is deployed; absent when none is known"`
	Pipeline int64          `json:"pipeline,omitempty" doc:"Pipeline that deployed it"`
	Commits  []fleet.Commit `json:"commits" doc:"Newest first"`
	Partial  bool           `json:"partial" doc:"There are more than are listed"`
}

// mostUndeployed bounds the commits that are listed.
const mostUndeployed = 50

// Undeployed finds them, by asking GitLab.
func (s *Service) Undeployed(ctx context.Context, project fleet.Project, instance string) (Undeployed, error) {
	out := Undeployed{Commits: []fleet.Commit{}}
	recent, _, err := s.Fleet.InstancePipelines(ctx, project.ID, instance, "", 100)
	if err != nil {
		return out, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return out, err
	}
	touching, err := remote.CommitsOf(ctx, "instances/"+instance, mostUndeployed)
	if err != nil {
		return out, err
	}
	last := lastDeployed(recent)
	if last == nil {
		out.Commits, out.Partial = touching, len(touching) == mostUndeployed
		return out, nil
	}
	out.Since, out.Pipeline = last.SHA, last.ID
	if len(touching) == 0 || touching[0].SHA == last.SHA {
		return out, nil
	}
	news, err := remote.Between(ctx, last.SHA, project.DefaultBranch)
	if err != nil {
		return out, err
	}
	for _, c := range touching {
		if slices.ContainsFunc(news, func(n fleet.Commit) bool { return n.SHA == c.SHA }) {
			out.Commits = append(out.Commits, c)
		}
	}
	out.Partial = len(out.Commits) == mostUndeployed
	return out, nil
}

// Deployed is what an instance was deployed with last.
type Deployed struct {
	Commit     string            // empty when none is known
	Pipeline   int64             // that deployed it
	Configured *grove.Configured // nil when it is not known, or the instance was not there then
}

// Deployed finds it, by asking GitLab.
func (s *Service) Deployed(ctx context.Context, project fleet.Project, instance string) (Deployed, error) {
	recent, _, err := s.Fleet.InstancePipelines(ctx, project.ID, instance, "", 100)
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
	var sources []fleet.SourceFile
	for _, name := range grove.InstanceFiles() {
		f, err := fetch(ctx, remote, grove.InstanceFile(instance, name), last.SHA)
		if err != nil {
			return out, fmt.Errorf("reading what was deployed of %s: %w", instance, err)
		}
		if f.LastCommit != "" {
			sources = append(sources, f)
		}
	}
	if len(sources) > 0 {
		r := grove.ReadInstance(project.ID, instance, sources)
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
			if c.IsChild() && isChildOf(c, p) {
				family = append(family, c)
			}
		}
		if sum := fleet.Deploying(family); sum != nil && sum.Status == fleet.StatusSuccess {
			return &recent[i]
		}
	}
	return nil
}
