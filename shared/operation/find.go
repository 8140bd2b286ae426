package operation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// find searches GitLab for what an earlier attempt may have created.
func (s *Service) find(ctx context.Context, remote Remote, op fleet.Operation, call grove.Call) (answer, error) {
	since := s.searchSince(op)
	if call.Commit != nil {
		// Its message names the deployment, so any attempt's commit is the right one.
		if op.RequestedAt.Before(since) {
			since = op.RequestedAt.Add(-maxSkew)
		}
		c, err := remote.CommitSaying(ctx, since, op.DeploymentID)
		return answer{commit: &c}, err
	}
	source, variables := "trigger", map[string]string(nil)
	if call.Pipeline != nil {
		source, variables = "api", call.Pipeline.Variables
	} else if call.Trigger != nil {
		variables = call.Trigger.Variables
	}
	others, err := s.Store.InstanceOperations(ctx, op.Cluster, op.Instance, 20)
	if err != nil {
		return answer{}, err
	}
	taken := func(id int64) bool {
		return slices.ContainsFunc(others, func(o fleet.Operation) bool { return o.ID != op.ID && slices.Contains(o.Pipelines, id) })
	}
	p, err := remote.FindPipeline(ctx, since, source, identifyingVariables(variables, op.DeploymentID), taken)
	return answer{pipeline: &p}, err
}

const (
	maxSkew  = time.Minute    // GitLab's clock may differ
	lookBack = 24 * time.Hour // where no time that was noted can be right
)

// searchSince says from when on GitLab is searched: since the last attempt, or since what is
// known when the clock was wrong that noted its time.
func (s *Service) searchSince(op fleet.Operation) time.Time {
	for _, at := range []time.Time{op.SentAt, op.RequestedAt} {
		if !fleet.Future(s.Now(), at) {
			return at.Add(-maxSkew)
		}
	}
	return s.Now().Add(-lookBack)
}

// identifyingVariables selects the variables that carry the deployment id; the contract
// chooses their names. Where none does, all of them together identify the pipeline.
func identifyingVariables(variables map[string]string, deployment string) map[string]string {
	found := map[string]string{}
	for name, value := range variables {
		if strings.Contains(value, deployment) {
			found[name] = value
		}
	}
	if len(found) == 0 {
		return variables
	}
	return found
}
