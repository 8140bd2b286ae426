package function

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/identity"
)

// Bounds of the overview's lists.
const (
	mostAttention = 50
	mostRunning   = 50
	mostActivity  = 20
)

type getOverviewOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         overview
}

// overview is the fleet at a glance.
type overview struct {
	Revision       int64               `json:"revision" doc:"Of the fleet; 0 for callers who do not see every cluster"`
	Clusters       int                 `json:"clusters"`
	Instances      int                 `json:"instances" doc:"Neither archived nor deleted"`
	Lifecycles     map[string]int      `json:"lifecycles"`
	Healths        map[string]int      `json:"healths" doc:"Of the instances that are neither archived nor deleted"`
	Pipelines      map[string]int      `json:"pipelines" doc:"By status of the latest pipeline, of the same instances"`
	Attention      []attention         `json:"attention" doc:"What needs attention, the worst first; at most fifty"`
	AttentionTotal int                 `json:"attentionTotal" doc:"How many reasons there are"`
	Running        []running           `json:"running" doc:"Pipelines at work, at most fifty"`
	Activity       []activity.Activity `json:"activity" doc:"What happened last"`
}

// attention is a reason to look at a cluster or an instance.
type attention struct {
	Cluster  string    `json:"cluster"`
	Instance string    `json:"instance,omitempty" doc:"Absent when it is about the cluster itself"`
	Reason   string    `json:"reason" enum:"sync,stale,offline,project,health,site,pipeline,files,drift"`
	Severity string    `json:"severity" enum:"failed,degraded"`
	Detail   string    `json:"detail"`
	NextStep string    `json:"nextStep,omitempty" doc:"What to do about it, where that is known"`
	Since    time.Time `json:"since,omitzero"`
	Pipeline int64     `json:"pipeline,omitempty"`
}

// running is a pipeline at work.
type running struct {
	Cluster  string                `json:"cluster"`
	Instance string                `json:"instance,omitempty"`
	Pipeline fleet.PipelineSummary `json:"pipeline"`
}

type getOverviewInput struct {
	IfNoneMatch string `header:"If-None-Match"`
}

func (f *clusters) getOverview(ctx context.Context, in *getOverviewInput) (*getOverviewOutput, error) {
	// What happened is written before its revision is published.
	snapshot, stale, etag, err := f.present(ctx, in.IfNoneMatch)
	if err != nil {
		return nil, err
	}
	who := faas.PrincipalFrom(ctx)
	visible, sight := sightOf(who)
	out := &getOverviewOutput{CacheControl: revalidate}
	o := &out.Body
	*o = overview{Revision: shownRevision(ctx, snapshot.Revision), Attention: []attention{}, Running: []running{}}
	all := fleet.Filter{Visible: visible, Sight: sight}
	page, err := snapshot.Find(all, fleet.Order{}, "", 1)
	if err != nil {
		return nil, err
	}
	o.Lifecycles = page.Facets.Lifecycles
	all.Lifecycles = []fleet.Lifecycle{fleet.Pending, fleet.Active}
	if page, err = snapshot.Find(all, fleet.Order{}, "", 1); err != nil {
		return nil, err
	}
	o.Instances, o.Healths, o.Pipelines = page.Total, page.Facets.Healths, page.Facets.Pipelines
	for _, c := range snapshot.Chunks {
		if visible == nil || visible(c.Cluster.ID) {
			o.Clusters++
			o.cluster(c, stale.ByID[c.Cluster.ID], f.Now())
		}
	}
	if err := o.instances(snapshot, all); err != nil {
		return nil, err
	}
	slices.SortStableFunc(o.Attention, func(a, b attention) int {
		return cmp.Or(-cmp.Compare(a.Severity, b.Severity), b.Since.Compare(a.Since), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Instance, b.Instance))
	})
	o.Attention = o.Attention[:min(len(o.Attention), mostAttention)]
	if o.Activity, err = f.Activity.Latest(ctx, ActivityFilter{}.seenBy(visible), mostActivity); err != nil {
		return nil, err
	}
	out.ETag, err = lateTag(etag, in.IfNoneMatch, o)
	return out, err
}

// sightOf returns what a user may see: nil is everything.
func sightOf(who identity.Principal) (visible func(string) bool, sight string) {
	if who.AllowedGlobally(identity.Viewer) {
		return nil, ""
	}
	return who.Sees, who.Grants.Fingerprint()
}

// add takes in a reason.
func (o *overview) add(a attention) {
	o.AttentionTotal++
	o.Attention = append(o.Attention, a)
}

// late says that something was not done for too long, or in the future: then a clock is wrong.
func (o *overview) late(cluster string, at, now time.Time, what string) {
	if fleet.Future(now, at) {
		o.add(attention{Cluster: cluster, Reason: "stale", Severity: "failed", Detail: what + " in the future: a clock is wrong.", Since: at})
		return
	}
	o.add(attention{Cluster: cluster, Reason: "stale", Severity: "degraded", Detail: what + " too long ago; is the schedule running?", Since: at})
}

func (o *overview) cluster(chunk *fleet.Chunk, stale fleetview.Stale, now time.Time) {
	c := chunk.Cluster
	switch {
	case c.Sync.Error != "":
		o.add(attention{Cluster: c.ID, Reason: "sync", Severity: "failed", Detail: c.Sync.Error, Since: stale.GitAt})
	case !stale.GitAt.IsZero():
		o.late(c.ID, stale.GitAt, now, "The project was last read")
	case !stale.HealthAt.IsZero() && c.Online.State == "online":
		o.late(c.ID, stale.HealthAt, now, "The cluster last reported")
	}
	if c.Online.State == "offline" {
		o.add(attention{Cluster: c.ID, Reason: "offline", Severity: "failed", Detail: c.Online.Reason, Since: c.Online.At})
	}
	for _, t := range c.Troubles {
		o.add(attention{Cluster: c.ID, Reason: "project", Severity: t.Severity, Detail: t.Detail, NextStep: t.Cure, Since: t.Since})
	}
	for _, p := range failures(chunk) {
		o.add(attention{Cluster: c.ID, Reason: "pipeline", Severity: "failed", Detail: pipelineFailed(p), Since: p.UpdatedAt, Pipeline: p.ID})
	}
	if n := len(c.Problems); n > 0 {
		o.add(attention{Cluster: c.ID, Reason: "files", Severity: "degraded", Detail: problem(c.Problems)})
	}
	if p := c.Pipeline; p != nil && p.Status.Moving() {
		o.Running = append(o.Running, running{Cluster: c.ID, Pipeline: *p})
	}
}

// failures are the cluster's latest pipelines that failed and that none of its
// instances reports: those about the cluster itself, or about deleted instances.
func failures(chunk *fleet.Chunk) []*fleet.PipelineSummary {
	var list []*fleet.PipelineSummary
	add := func(p *fleet.PipelineSummary) {
		if p == nil || p.Status != fleet.StatusFailed || len(list) > 0 && list[0].ID == p.ID {
			return
		}
		reported := slices.ContainsFunc(chunk.Rows, func(r fleet.Row) bool {
			i := r.Instance
			return (i.Lifecycle == fleet.Pending || i.Lifecycle == fleet.Active) && i.Pipeline != nil && i.Pipeline.ID == p.ID
		})
		if !reported {
			list = append(list, p)
		}
	}
	add(chunk.Cluster.Pipeline)
	add(chunk.Cluster.OwnPipeline)
	return list
}

func pipelineFailed(p *fleet.PipelineSummary) string { return fmt.Sprintf("Pipeline %d failed.", p.ID) }

func problem(list []fleet.FileProblem) string {
	p := list[0]
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d:%d", p.Line, p.Column)
	}
	s += ": " + p.Message
	if len(list) > 1 {
		s += fmt.Sprintf(" (and %d more)", len(list)-1)
	}
	return s
}

// instances adds what the instances that still are say, the latest change first.
func (o *overview) instances(snapshot *fleetview.Snapshot, all fleet.Filter) error {
	find := func(narrow func(*fleet.Filter), most int) (fleet.InstancePage, error) {
		f := all
		narrow(&f)
		return snapshot.Find(f, fleet.Order{By: fleet.SortChanged, Descending: true}, "", most)
	}
	for _, reason := range []struct {
		narrow   func(*fleet.Filter)
		describe func(fleet.Instance) attention
	}{
		{func(f *fleet.Filter) { f.Healths = []fleet.Health{fleet.Failed, fleet.Degraded} }, func(i fleet.Instance) attention {
			return attention{
				Reason: "health", Severity: string(i.Health.State), Since: i.Health.At,
				Detail: cmp.Or(i.Health.Reason, "The cluster says so."), NextStep: i.Health.NextStep,
			}
		}},
		{func(f *fleet.Filter) { f.Sites = []fleet.SiteState{fleet.SiteDown, fleet.SiteDegraded} }, func(i fleet.Instance) attention {
			severity := "degraded"
			if i.Site.State == fleet.SiteDown {
				severity = "failed"
			}
			return attention{Reason: "site", Severity: severity, Since: i.Site.At, Detail: i.Site.Reason, NextStep: i.Site.NextStep}
		}},
		{func(f *fleet.Filter) { f.Pipelines = []string{string(fleet.StatusFailed)} }, func(i fleet.Instance) attention {
			return attention{
				Reason: "pipeline", Severity: "failed", Since: i.Pipeline.UpdatedAt, Pipeline: i.Pipeline.ID,
				Detail: pipelineFailed(i.Pipeline),
			}
		}},
		{func(f *fleet.Filter) { f.Broken = true }, func(i fleet.Instance) attention {
			return attention{Reason: "files", Severity: "degraded", Detail: problem(i.Problems), Since: i.ChangedAt}
		}},
		{func(f *fleet.Filter) { f.Drifts = []string{fleet.Drifted} }, func(i fleet.Instance) attention {
			return attention{
				Reason: "drift", Severity: "degraded", Detail: i.Drift.Reason + ".", Since: i.Drift.At,
				NextStep: "An update brings it back to what git says.",
			}
		}},
	} {
		page, err := find(reason.narrow, mostAttention)
		if err != nil {
			return err
		}
		o.AttentionTotal += page.Total
		for _, i := range page.Instances {
			a := reason.describe(i)
			a.Cluster, a.Instance = i.Cluster, i.Name
			o.Attention = append(o.Attention, a)
		}
	}
	page, err := find(func(f *fleet.Filter) {
		for _, s := range fleet.MovingStatuses() {
			f.Pipelines = append(f.Pipelines, string(s))
		}
	}, mostRunning)
	if err != nil {
		return err
	}
	o.run(page.Instances)
	return nil
}

// run adds running pipelines. A pipeline that is both an instance's and its cluster's
// latest is listed once.
func (o *overview) run(instances []fleet.Instance) {
	of := map[[2]any]bool{}
	for _, i := range instances {
		of[[2]any{i.Cluster, i.Pipeline.ID}] = true
	}
	o.Running = slices.DeleteFunc(o.Running, func(r running) bool { return of[[2]any{r.Cluster, r.Pipeline.ID}] })
	for _, i := range instances {
		o.Running = append(o.Running, running{i.Cluster, i.Name, *i.Pipeline})
	}
	o.Running = o.Running[:min(len(o.Running), mostRunning)]
}
