package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/order"
)

// BulkPreview is what a bulk change would do, equal changes in one group. Its name is the
// API's.
type BulkPreview struct {
	Hash     string              `json:"hash" doc:"Send it as previewHash to start exactly this"`
	Warnings []operation.Warning `json:"warnings" doc:"About the bulk change and its clusters"`
	Groups   []BulkGroup         `json:"groups" doc:"Largest first"`
	Waves    [][]Target          `json:"waves" doc:"In the order they would start, without what is blocked or unchanged"`
	Estimate BulkEstimate        `json:"estimate"`
}

// BulkGroup is instances that would change equally.
type BulkGroup struct {
	Targets  []Target             `json:"targets"`
	Files    []fleet.FileChange   `json:"files" doc:"Of the first of them"`
	Effects  []openedx.Effect     `json:"effects"`
	Warnings []operation.Warning  `json:"warnings"`
	Request  *grove.GitLabRequest `json:"request,omitempty" doc:"Request to GitLab for the first of them; updates of one cluster and one wave share a commit. Absent when they are skipped, and for most groups of an unarchive that differ"`
	Skipped  bool                 `json:"skipped" doc:"Blocked, or nothing to change"`
}

// targetPreview is what would happen to one target.
type targetPreview struct {
	operation.TargetPreview
	target Target
	from   *operation.Snapshot
}

// Preview prepares a bulk change without storing or sending anything. Each cluster costs
// a constant number of calls to GitLab, independent of the number of its instances.
func (s *Service) Preview(ctx context.Context, req Request) (BulkPreview, error) {
	previews, hash, err := s.previewTargets(ctx, req)
	if err != nil {
		return BulkPreview{}, err
	}
	out := BulkPreview{Hash: hash, Groups: []BulkGroup{}, Waves: [][]Target{}}
	if out.Warnings, err = s.warnings(ctx, req, previews); err != nil {
		return BulkPreview{}, err
	}
	index := map[string]int{}
	seen := map[groupWarning]bool{}
	var firsts []targetPreview // of each group
	for _, o := range previews {
		alike, err := operation.Digest(signature(o))
		if err != nil {
			return BulkPreview{}, err
		}
		i, known := index[alike]
		if !known {
			i = len(out.Groups)
			index[alike] = i
			firsts = append(firsts, o)
			out.Groups = append(out.Groups, BulkGroup{
				Files: append([]fleet.FileChange{}, o.Files...), Effects: o.Effects,
				Warnings: append([]operation.Warning{}, o.Warnings...), Skipped: o.Blocked,
			})
			for _, w := range o.Warnings {
				seen[groupWarning{i, w}] = true
			}
		}
		g := &out.Groups[i]
		g.Targets = append(g.Targets, o.target)
		for _, w := range o.Warnings { // they name their instance
			if known := (groupWarning{i, w}); !w.Blocking && !seen[known] {
				seen[known] = true
				g.Warnings = append(g.Warnings, w)
			}
		}
	}
	for i, o := range firsts {
		if out.Groups[i].Request, err = s.requestFor(ctx, req, o, i); err != nil {
			return BulkPreview{}, err
		}
	}
	order.Sort(out.Groups, func(a, b BulkGroup) int { return len(b.Targets) - len(a.Targets) })
	targets := deal(previews, req.Canary, req.Batch)
	if out.Estimate, err = s.estimate(ctx, fleet.Bulk{Kind: req.Kind, Targets: targets}); err != nil {
		return BulkPreview{}, err
	}
	for _, t := range targets {
		if t.State == fleet.TargetSkipped {
			continue
		}
		for len(out.Waves) <= t.Wave {
			out.Waves = append(out.Waves, []Target{})
		}
		out.Waves[t.Wave] = append(out.Waves[t.Wave], Target{t.Cluster, t.Instance})
	}
	return out, nil
}

// warnings reports what the diffs do not show.
func (s *Service) warnings(ctx context.Context, req Request, previews []targetPreview) ([]operation.Warning, error) {
	out := []operation.Warning{}
	seen := map[string]bool{}
	for _, o := range previews {
		t := o.target
		if seen[t.Cluster] {
			continue
		}
		seen[t.Cluster] = true
		found, err := s.Operations.ClusterWarnings(ctx, t.Cluster)
		if err != nil {
			return nil, err
		}
		if !o.from.Observed() && waitsForHealth(req.Kind, req.IgnoreHealth) {
			found = append(found, operation.Warning{Code: operation.HealthUnknown, Message: "Ocim doesn't know the health of these instances, so waves don't wait for it"})
		}
		for _, w := range found {
			w.Message = t.Cluster + ": " + w.Message
			out = append(out, w)
		}
	}
	return append(out, operation.DataWarnings(req.Kind)...), nil
}

// maxRestored is how many groups of an unarchive show their request: each takes several
// calls to GitLab.
const maxRestored = 3

// requestFor returns the request that GitLab would receive for a target; nil when there is
// none.
func (s *Service) requestFor(ctx context.Context, req Request, o targetPreview, group int) (*grove.GitLabRequest, error) {
	if req.Kind == fleet.Unarchive && group >= maxRestored {
		return nil, nil
	}
	return s.Operations.TargetRequest(ctx, o.from, req.one(o.target), o.TargetPreview)
}

// signature is equal for equal changes: the changed lines, without their context, and the
// warnings.
func signature(o targetPreview) any {
	var files []any
	for _, f := range o.Files {
		var lines []string
		_, diff, _ := strings.Cut(f.Diff, "\n@@")
		for line := range strings.Lines(diff) {
			if line[0] == '+' || line[0] == '-' {
				lines = append(lines, line)
			}
		}
		files = append(files, []any{strings.TrimPrefix(f.Path, "instances/"+o.target.Instance), f.Action, lines, f.Keys, f.Secrets})
	}
	var codes []string
	for _, w := range o.Warnings {
		codes = append(codes, w.Code)
		if w.Code == operation.FileProblem {
			codes = append(codes, w.Message)
		}
	}
	return []any{files, codes, o.Blocked, o.Effects}
}

// previewTargets previews each target, and returns the hash of the bulk change.
func (s *Service) previewTargets(ctx context.Context, req Request) ([]targetPreview, string, error) {
	if err := req.check(); err != nil {
		return nil, "", err
	}
	snapshots := map[string]*operation.Snapshot{}
	var all []targetPreview
	var digests []string
	work := 0
	for i, t := range req.Targets {
		if err := ctx.Err(); err != nil { // what follows may only compute
			return nil, "", err
		}
		snap, known := snapshots[t.Cluster]
		if !known {
			var err error
			if snap, err = s.Operations.Snapshot(ctx, t.Cluster, req.Kind == fleet.Update); err != nil {
				return nil, "", err
			}
			snapshots[t.Cluster] = snap
		}
		p, err := s.Operations.PreviewTarget(ctx, snap, req.one(t))
		if err != nil {
			return nil, "", err
		}
		if work += p.Work; work > maxWork {
			return nil, "", fault.InvalidField("targets", "This bulk change has to read more than %d MB of configuration, which is the limit: the first %d of %d instances reach it. Choose fewer instances or make fewer changes at once",
				maxWork>>20, i+1, len(req.Targets))
		}
		all = append(all, targetPreview{p, t, snap})
		digests = append(digests, fmt.Sprint(p.Digest, p.Blocked))
	}
	warnOfSharedHosts(all)
	hash, err := operation.Digest(req.Kind, req.Targets, req.Changes, req.Reason, req.Batch, req.PauseAfter, req.Canary, req.IgnoreHealth, digests)
	return all, hash, err
}

// groupWarning is a warning as one group shows it.
type groupWarning struct {
	group   int
	warning operation.Warning
}

// warnOfSharedHosts warns of hosts that the bulk change gives to several targets.
func warnOfSharedHosts(all []targetPreview) {
	given := map[string]int{}
	for _, o := range all {
		for _, host := range o.Hosts {
			given[host]++
		}
	}
	for i := range all {
		for _, host := range all[i].Hosts {
			if n := given[host]; n > 1 {
				all[i].Warnings = append(all[i].Warnings, operation.Warning{
					Code: operation.FileProblem, Field: "targets", Message: fmt.Sprintf("This gives the host %s to %d instances; each needs its own.", host, n),
				})
			}
		}
	}
}

// deal assigns targets to waves: the canary, which is the first that would change unless
// the request names one that would, then batches.
func deal(previews []targetPreview, canary *Target, batch int) []fleet.BulkTarget {
	first := slices.IndexFunc(previews, func(o targetPreview) bool { return !o.Blocked })
	if canary != nil {
		if i := slices.IndexFunc(previews, func(o targetPreview) bool { return o.target == *canary && !o.Blocked }); i >= 0 {
			first = i
		}
	}
	out := []fleet.BulkTarget{}
	place := 0 // among the targets after the canary
	for i, o := range previews {
		t := fleet.BulkTarget{Cluster: o.target.Cluster, Instance: o.target.Instance, State: fleet.TargetWaiting, Shown: o.Digest, Before: o.Health}
		switch {
		case o.Blocked:
			t.State = fleet.TargetSkipped
			for _, w := range o.Warnings {
				if w.Blocking {
					t.Detail = w.Message
					break
				}
			}
		case i != first:
			t.Wave = 1 + place/batch
			place++
		}
		out = append(out, t)
	}
	return out
}
