package function

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/usage"
)

// refreshLimit is how long a refresh waits for GitLab, and for a usage report; a
// cluster has ten seconds for the rest.
const refreshLimit = 20 * time.Second

// refreshed is an instance after GitLab and its cluster were asked again.
type refreshed struct {
	InstanceDetails
	GitLab  source `json:"gitlab" doc:"How asking GitLab went"`
	Cluster source `json:"cluster" doc:"How asking the cluster went"`
	Site    source `json:"site" doc:"How checking its site went, which is read when that was checked or is not to be"`
	Usage   source `json:"usage" doc:"How asking the cluster's usage report went. It is asked once a minute at most; within that, how it went the last time"`
}

// source is one of those that were asked. What failed leaves what is known as it
// was.
type source struct {
	Outcome string    `json:"outcome" enum:"read,busy,failed,unset" doc:"busy: it is being read already; unset: it cannot be asked as it is set up"`
	Error   string    `json:"error,omitempty" doc:"Why it could not be read, with the cure"`
	AsOf    time.Time `json:"asOf,omitzero" doc:"How old is what is known of it; absent before the first time"`
}

func (f *instances) refresh(ctx context.Context, in *instanceInput) (*body[refreshed], error) {
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	var out refreshed
	bounded, cancel := context.WithTimeout(ctx, refreshLimit)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { out.GitLab = outcome(f.Sync(bounded, project.ID)) })
	all.Go(func() { out.Usage = outcome(f.Collect(bounded, project.ID)) })
	all.Go(func() {
		_, err := f.Open(ctx, project)
		if err == nil {
			err = f.Observe(ctx, project.ID)
		}
		out.Cluster = outcome(err)
	})
	all.Go(func() { out.Site = outcome(f.Visit(bounded, project.ID, in.Instance)) })
	all.Wait()
	if err := f.Segments.Touch(ctx, in.Cluster); err != nil { // its pages show when it was read
		return nil, err
	}
	f.ages.Refresh(in.Cluster)
	page, err := f.get(ctx, in)
	if err != nil {
		return nil, err
	}
	usage, err := f.Fleet.UsageState(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out.InstanceDetails = page.Body
	out.GitLab.AsOf, out.Cluster.AsOf, out.Usage.AsOf = page.Body.Sync.SucceededAt, page.Body.ObservedAt, usage.CollectedAt
	return answer(out, nil)
}

func outcome(err error) source {
	switch {
	case err == nil:
		return source{Outcome: "read"}
	case fault.Is(err, fault.Conflict):
		return source{Outcome: "busy"}
	case errors.Is(err, health.ErrNoInspector), errors.Is(err, usage.ErrNoReport):
		return source{Outcome: "unset", Error: fault.Message(err)}
	case errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) == fault.Internal:
		return source{Outcome: "failed", Error: "The request timed out."}
	}
	return source{Outcome: "failed", Error: fault.Message(err)}
}
