package projects

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
)

// Removal says what a removal did and did not do.
type Removal struct {
	Removed  []string `json:"removed" doc:"What is gone"`
	Stays    []string `json:"stays" doc:"What is left as it was"`
	Warnings []string `json:"warnings,omitempty" doc:"What could not be removed and needs a hand"`
}

// removalLease is how long a removal that died keeps syncs away.
const removalLease = 20 * time.Second

// Remove takes a project out of Ocim; GitLab's repository and the cluster
// stay as they are. It can be repeated until it succeeds. GitLab not answering does
// not stop it: what is left there is in the warnings.
func (s *Service) Remove(ctx context.Context, id string, by audit.Actor) (Removal, error) {
	project, err := s.Fleet.Project(ctx, id)
	if err != nil {
		return Removal{}, err
	}
	ctx, lease, stop, err := s.Fleet.HoldLease(ctx, fleetstore.SyncLease(id), s.NewID(), removalLease)
	if fault.Is(err, fault.Conflict) {
		return Removal{}, fault.New(fault.Conflict, "The project is being read right now. Try again in a minute.")
	}
	if err != nil {
		return Removal{}, err
	}
	defer func() {
		stop()
		_ = s.Fleet.EndLease(context.WithoutCancel(ctx), lease.Name, lease.Holder) // otherwise it expires
	}()
	out := Removal{Stays: []string{
		"The GitLab project " + project.WebURL + " with its repository, pipelines and trigger token",
		"The cluster with all its instances and their data",
		"The audit log and the operation history",
		"The notes, tags, contacts and protections of its instances, for when it is added again",
	}}
	s.disconnect(ctx, project, &out)
	if err := s.Fleet.Forget(ctx, id); err != nil {
		return Removal{}, err
	}
	if err := s.Fleet.ForgetEvents(ctx, id); err != nil {
		return Removal{}, err
	}
	if err := s.Fleet.ForgetUsage(ctx, id); err != nil {
		return Removal{}, err
	}
	record, err := s.record(by, "project.removed", id, audited(project), nil)
	if err != nil {
		return Removal{}, err
	}
	if err := s.Vault.Forget(ctx, id); err != nil {
		return Removal{}, err
	}
	if err := s.Fleet.RemoveProject(ctx, project, record); err != nil {
		return Removal{}, fmt.Errorf("removing project %s: %w", id, err)
	}
	// An event that came meanwhile found the project and may have left something.
	if err := s.Fleet.Forget(ctx, id); err != nil {
		return Removal{}, err
	}
	out.Removed = append(out.Removed, "Its credentials, and all that Ocim had read of it")
	return out, nil
}

// disconnect takes away at GitLab what Ocim put there.
func (s *Service) disconnect(ctx context.Context, project fleet.Project, out *Removal) {
	warn := func(what string, err error) {
		out.Warnings = append(out.Warnings, what+" is still at GitLab; remove it in the project's settings: "+fault.Message(err))
	}
	_, remote, err := s.open(ctx, project.ID)
	if err != nil {
		warn("What Ocim installed", err)
		return
	}
	if err := remote.Unhook(ctx, project.GitLabID, s.WebhookAddress(project.ID)); err != nil {
		warn("The webhook", err)
	} else {
		out.Removed = append(out.Removed, "The webhook at GitLab")
	}
	if key := project.DeployKey; key != nil && key.GitLabID != 0 {
		if err := remote.RemoveKey(ctx, project.GitLabID, key.GitLabID); err != nil {
			warn("The deploy key "+key.Fingerprint, err)
		} else {
			out.Removed = append(out.Removed, "The deploy key at GitLab")
		}
	}
}
