package operation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/openedx"
)

// Target is one instance of the fleet.
type Target struct {
	Cluster  string `json:"cluster" maxLength:"60"`
	Instance string `json:"instance" maxLength:"60"`
}

// BulkRequest asks for one change to many instances.
type BulkRequest struct {
	Kind        fleet.OperationKind // update, archive or unarchive
	Targets     []Target
	Changes     []Change // update
	Reason      string
	Batch       int // instances of each wave after the first
	PauseAfter  int // failures after which it pauses
	PreviewHash string
	Key         string
	By          audit.Actor
}

// Bounds of a bulk change.
const (
	maxTargets     = 500
	maxBatch       = 50
	maxBulkChanges = 32 << 10 // bytes of the changes as JSON
)

func (r *BulkRequest) check() error {
	if r.Kind != fleet.Update && r.Kind != fleet.Archive && r.Kind != fleet.Unarchive {
		return fault.InvalidField("kind", "only update, archive and unarchive can be done to many instances at once")
	}
	if len(r.Targets) == 0 || len(r.Targets) > maxTargets {
		return fault.InvalidField("targets", "1 to %d instances are needed", maxTargets)
	}
	if r.Batch < 1 || r.Batch > maxBatch {
		return fault.InvalidField("batch", "must be 1 to %d", maxBatch)
	}
	if r.PauseAfter < 1 || r.PauseAfter > maxTargets {
		return fault.InvalidField("pauseAfter", "must be 1 to %d", maxTargets)
	}
	seen := map[Target]bool{}
	for i, t := range r.Targets {
		if seen[t] {
			return fault.InvalidField(fmt.Sprintf("targets.%d", i), "%s is named twice", t.Instance)
		}
		seen[t] = true
		one := r.one(t)
		if err := one.check(); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(r.Changes)
	if err != nil || len(raw) > maxBulkChanges {
		return fault.InvalidField("changes", "must have at most %d bytes as JSON", maxBulkChanges)
	}
	return nil
}

// one is the request for a single target.
func (r *BulkRequest) one(t Target) Request {
	return Request{Kind: r.Kind, Instance: t.Instance, Changes: r.Changes, Reason: r.Reason, By: r.By}
}

// keys tells what is changed without the values.
func (r *BulkRequest) keys() []string {
	var keys []string
	for _, c := range r.Changes {
		sign := "+"
		if c.Unset {
			sign = "-"
		}
		keys = append(keys, sign+c.File+": "+strings.Join(c.Path, "."))
	}
	return keys
}

// BulkPreview is what a bulk change would do, alike instances together.
type BulkPreview struct {
	Hash     string      `json:"hash" doc:"Send it as previewHash to start exactly this"`
	Warnings []Warning   `json:"warnings" doc:"Of the whole, and of its clusters"`
	Groups   []BulkGroup `json:"groups" doc:"The largest first"`
	Waves    [][]Target  `json:"waves" doc:"In the order they would start; what is blocked or unchanged is in none"`
}

// BulkGroup is instances that would change alike.
type BulkGroup struct {
	Targets  []Target           `json:"targets"`
	Files    []fleet.FileChange `json:"files" doc:"Of the first of them"`
	Effects  []openedx.Effect   `json:"effects"`
	Warnings []Warning          `json:"warnings"`
	Request  *GitLabRequest     `json:"request,omitempty" doc:"What GitLab will be asked for the first of them; updates of one cluster and one wave share a commit. Absent when they are left out, and for most groups of an unarchive that differ"`
	Skipped  bool               `json:"skipped" doc:"They would be left out: blocked, or nothing to change"`
}

// outlook is what would become of one target.
type outlook struct {
	target   Target
	files    []fleet.FileChange
	warnings []Warning
	skipped  bool
	shown    string
	actions  []grove.Action
	from     *reading
	tutor    int // major version, as far as it is known
}

// PreviewBulk thinks a bulk change through. Each cluster costs a constant number
// of calls, whatever the number of its instances.
func (s *Service) PreviewBulk(ctx context.Context, req BulkRequest) (BulkPreview, error) {
	outlooks, hash, err := s.lookAhead(ctx, req)
	if err != nil {
		return BulkPreview{}, err
	}
	out := BulkPreview{Hash: hash, Groups: []BulkGroup{}, Waves: [][]Target{}}
	if out.Warnings, err = s.warningsOf(ctx, req); err != nil {
		return BulkPreview{}, err
	}
	index := map[string]int{}
	var firsts []outlook // of each group
	for _, o := range outlooks {
		alike, err := digestOf(signature(o))
		if err != nil {
			return BulkPreview{}, err
		}
		i, known := index[alike]
		if !known {
			i = len(out.Groups)
			index[alike] = i
			firsts = append(firsts, o)
			out.Groups = append(out.Groups, BulkGroup{
				Files: append([]fleet.FileChange{}, o.files...), Effects: openedx.Effects(req.Kind, o.files, o.tutor),
				Warnings: append([]Warning{}, o.warnings...), Skipped: o.skipped,
			})
		}
		out.Groups[i].Targets = append(out.Groups[i].Targets, o.target)
	}
	for i, o := range firsts {
		if out.Groups[i].Request, err = s.requestFor(ctx, req, o, i); err != nil {
			return BulkPreview{}, err
		}
	}
	slices.SortStableFunc(out.Groups, func(a, b BulkGroup) int { return len(b.Targets) - len(a.Targets) })
	for _, t := range targets(outlooks, req.Batch) {
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

// warningsOf tells what a person should know of a bulk change besides its diffs.
func (s *Service) warningsOf(ctx context.Context, req BulkRequest) ([]Warning, error) {
	out := []Warning{}
	seen := map[string]bool{}
	for _, t := range req.Targets {
		if seen[t.Cluster] {
			continue
		}
		seen[t.Cluster] = true
		p := &prepared{}
		if err := s.warnOfQueue(ctx, p, t.Cluster); err != nil {
			return nil, err
		}
		for _, w := range p.warnings {
			w.Message = t.Cluster + ": " + w.Message
			out = append(out, w)
		}
	}
	p := &prepared{}
	p.warnOfData(req.Kind)
	return append(out, p.warnings...), nil
}

// mostRestored bounds the groups whose files are read to show the request: an
// unarchive takes several calls for each.
const mostRestored = 3

// requestFor shows what GitLab will be asked for a target, nil when nothing.
func (s *Service) requestFor(ctx context.Context, req BulkRequest, o outlook, group int) (*GitLabRequest, error) {
	if o.skipped || req.Kind == fleet.Unarchive && group >= mostRestored {
		return nil, nil
	}
	project := o.from.project
	if req.Kind == fleet.Unarchive {
		p, err := s.prepare(ctx, project, req.one(o.target), placeholder)
		if err != nil || p.refusal() != nil {
			return nil, err
		}
		return describeCall(project, p.call), nil
	}
	call, err := grove.Plan(project.Contract, grove.Request{
		Kind: req.Kind, Ref: project.DefaultBranch, Note: req.Reason, Actions: o.actions,
		Deployments: []fleet.Deployment{{Instance: o.target.Instance, ID: placeholder}},
	})
	if err != nil {
		return nil, err
	}
	return describeCall(project, signed(call, placeholder)), nil
}

// signature is what makes outlooks alike: the changed lines, whatever stands
// around them, and what warns.
func signature(o outlook) any {
	var files []any
	for _, f := range o.files {
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
	for _, w := range o.warnings {
		codes = append(codes, w.Code)
		if w.Code == fileProblem {
			codes = append(codes, w.Message)
		}
	}
	return []any{files, codes, o.skipped, openedx.Effects(fleet.Update, o.files, o.tutor)}
}

// lookAhead tells what would become of each target, and the hash of it all.
func (s *Service) lookAhead(ctx context.Context, req BulkRequest) ([]outlook, string, error) {
	if err := req.check(); err != nil {
		return nil, "", err
	}
	sources := map[string]*reading{}
	var all []outlook
	var shown []string
	for _, t := range req.Targets {
		r, known := sources[t.Cluster]
		if !known {
			var err error
			if r, err = s.read(ctx, t.Cluster, req.Kind == fleet.Update); err != nil {
				return nil, "", err
			}
			sources[t.Cluster] = r
		}
		o, err := s.outlookOf(ctx, r, req, t)
		if err != nil {
			return nil, "", err
		}
		all = append(all, o)
		shown = append(shown, fmt.Sprint(o.shown, o.skipped))
	}
	hash, err := digestOf(req.Kind, req.Targets, req.Changes, req.Reason, req.Batch, req.PauseAfter, shown)
	return all, hash, err
}

// reading is a cluster as a bulk change needs it.
type reading struct {
	project fleet.Project
	chunk   *fleet.Chunk
	files   map[string][]fleet.SourceFile // by instance
}

func (s *Service) read(ctx context.Context, cluster string, files bool) (*reading, error) {
	project, err := s.Fleet.Project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	r := &reading{project: project}
	if r.chunk, err = s.Fleet.Chunk(ctx, cluster); err != nil || !files {
		return r, err
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return nil, err
	}
	head, err := remote.Head(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := remote.Files(ctx, head.SHA)
	if err != nil {
		return nil, err
	}
	r.files = grove.Sort(sources).Instances
	return r, nil
}

func (s *Service) outlookOf(ctx context.Context, r *reading, req BulkRequest, t Target) (outlook, error) {
	o := outlook{target: t, from: r}
	p := &prepared{op: fleet.Operation{Cluster: t.Cluster, Instance: t.Instance}}
	if err := s.judge(ctx, p, r.chunk, req.Kind, t.Instance); err != nil {
		return o, err
	}
	if req.Kind == fleet.Archive {
		held, err := s.Fleet.Protection(ctx, t.Cluster, t.Instance)
		if err != nil {
			return o, err
		}
		if held.Protected {
			p.block(isProtected, "targets", "%s is protected by %s", t.Instance, held.By)
		}
	}
	if req.Kind == fleet.Update && p.refusal() == nil {
		if err := p.applyTo(r.files[t.Instance], req.Changes, t.Instance); err != nil {
			return o, err
		}
		if len(p.files) == 0 && p.refusal() == nil {
			p.block(unchanged, "targets", "%s is like this already", t.Instance)
		}
	}
	o.tutor = p.tutor()
	o.files, o.warnings, o.skipped = p.filesOf(t.Instance), p.warnings, p.refusal() != nil
	if req.Kind == fleet.Update && !o.skipped {
		for _, f := range p.files {
			o.actions = append(o.actions, f.action)
		}
		var err error
		o.shown, err = digestOf(o.files)
		return o, err
	}
	return o, nil
}

// lastCommit stands for the commit that last changed a file.
const lastCommit = "<the commit that last changed it>"

// applyTo is apply on files that were read already. A file that cannot be changed
// blocks its instance alone.
func (p *prepared) applyTo(files []fleet.SourceFile, changes []Change, instance string) error {
	for _, name := range []string{grove.ConfigFile, grove.GroveFile} {
		if !slices.ContainsFunc(changes, func(c Change) bool { return c.File == name }) {
			continue
		}
		now := fleet.SourceFile{Path: grove.InstanceFile(instance, name)}
		for _, f := range files {
			if f.Path == now.Path {
				now = f
				now.LastCommit = lastCommit // it exists; which commit is looked up when it is sent
			}
		}
		text, err := rewrite(now.Path, name, now.Text, changes)
		if err == nil && string(text) != string(now.Text) {
			err = p.put(now, text, "")
		}
		if err != nil {
			message := fault.Message(err)
			if !strings.Contains(message, now.Path) {
				message = now.Path + ": " + message
			}
			p.block(fileProblem, "targets", "%s", message)
		}
	}
	return nil
}

// targets deals outlooks into waves: the first that would change alone, then
// batches.
func targets(outlooks []outlook, batch int) []fleet.BulkTarget {
	var out []fleet.BulkTarget
	place := 0
	for _, o := range outlooks {
		t := fleet.BulkTarget{Cluster: o.target.Cluster, Instance: o.target.Instance, State: fleet.TargetWaiting, Shown: o.shown}
		if o.skipped {
			t.State = fleet.TargetSkipped
			for _, w := range o.warnings {
				if w.Blocking {
					t.Detail = w.Message
					break
				}
			}
		} else {
			if place > 0 {
				t.Wave = 1 + (place-1)/batch
			}
			place++
		}
		out = append(out, t)
	}
	return out
}

// StartBulk stores a bulk change and starts its first wave. The same request
// with the same key is done once; false is returned for a repetition.
func (s *Service) StartBulk(ctx context.Context, req BulkRequest) (fleet.Bulk, bool, error) {
	if err := req.check(); err != nil {
		return fleet.Bulk{}, false, err
	}
	sum, err := digestOf(req.Kind, req.Targets, req.Changes, req.Reason, req.Batch, req.PauseAfter, req.PreviewHash)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	once := fleetstore.Once{Key: req.By.Email + "#" + req.Key, Fingerprint: sum}
	if b, err := s.Fleet.BulkOnce(ctx, once); !fault.Is(err, fault.NotFound) {
		return b, false, err
	}
	outlooks, hash, err := s.lookAhead(ctx, req)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	if err := shown(req.PreviewHash, hash); err != nil {
		return fleet.Bulk{}, false, err
	}
	b := fleet.Bulk{
		ID: s.NewID(), State: fleet.BulkRunning, Kind: req.Kind, Keys: req.keys(), Reason: req.Reason, RequestedBy: req.By.Email,
		RequestedAt: s.Now(), Batch: req.Batch, PauseAfter: req.PauseAfter, Targets: targets(outlooks, req.Batch), By: req.By,
	}
	if !slices.ContainsFunc(b.Targets, func(t fleet.BulkTarget) bool { return t.State == fleet.TargetWaiting }) {
		return fleet.Bulk{}, false, fault.InvalidField("targets", "nothing would change in any of these instances").WithKind(fault.Conflict)
	}
	raw, err := json.Marshal(req.Changes)
	if err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("encoding the changes: %w", err)
	}
	// Not bound to the id: a request that is repeated gets the id of the first try.
	b.SealedFor = "bulk/" + once.Key
	if b.Sealed, err = s.Keys.Seal(raw, b.SealedFor); err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("sealing the changes: %w", err)
	}
	if once.Record, err = s.recorder(req.By, "bulk."+string(req.Kind), "bulk/"+b.ID, nil, map[string]any{
		"instances": len(req.Targets), "keys": b.Keys, "reason": req.Reason,
	}); err != nil {
		return fleet.Bulk{}, false, err
	}
	b, created, err := s.Fleet.AddBulk(ctx, b, once)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	if err := s.stepBulk(ctx, b.ID); err != nil {
		s.Log.Warn("bulk change not started yet", "bulk", b.ID, "err", err)
	}
	b, err = s.Fleet.Bulk(ctx, b.ID)
	return b, created, err
}

// What people do to a bulk change.
const (
	BulkPause  = "pause"
	BulkResume = "resume"
	BulkAbort  = "abort"
	BulkRetry  = "retry" // what failed
)

// ActOnBulk pauses, resumes, aborts or retries a bulk change.
func (s *Service) ActOnBulk(ctx context.Context, id, act string, by audit.Actor) (fleet.Bulk, error) {
	former, err := s.Fleet.Bulk(ctx, id)
	if err != nil {
		return fleet.Bulk{}, err
	}
	record, err := s.recorder(by, "bulk."+act, "bulk/"+id, map[string]any{"state": former.State}, nil)
	if err != nil {
		return fleet.Bulk{}, err
	}
	// Before, since a change that is not listed would be forgotten if this function
	// died; and after, since it may have been taken off the list meanwhile.
	if err := s.Fleet.OpenBulk(ctx, id); err != nil {
		return fleet.Bulk{}, err
	}
	_, err = s.Fleet.ChangeBulk(ctx, id, record, func(b *fleet.Bulk) (bool, error) { return actOn(b, act, by) })
	if err != nil {
		return fleet.Bulk{}, err
	}
	if err := s.Fleet.OpenBulk(ctx, id); err != nil {
		return fleet.Bulk{}, err
	}
	if err := s.stepBulk(ctx, id); err != nil {
		s.Log.Warn("bulk change not moved on yet", "bulk", id, "err", err)
	}
	return s.Fleet.Bulk(ctx, id)
}

func actOn(b *fleet.Bulk, act string, by audit.Actor) (bool, error) {
	wrong := func() (bool, error) {
		return false, fault.New(fault.Conflict, "A bulk change that is %s cannot be changed so", b.State)
	}
	switch act {
	case BulkPause:
		if b.State != fleet.BulkRunning {
			return wrong()
		}
		b.State, b.Detail = fleet.BulkPaused, "Paused by "+by.Email
	case BulkResume:
		if b.State != fleet.BulkPaused {
			return wrong()
		}
		b.State, b.Detail, b.Forgiven = fleet.BulkRunning, "", failures(b)
	case BulkAbort:
		if b.State != fleet.BulkRunning && b.State != fleet.BulkPaused {
			return wrong()
		}
		b.State, b.Detail = fleet.BulkAborted, "Aborted by "+by.Email
		for i := range b.Targets {
			if t := &b.Targets[i]; t.State == fleet.TargetWaiting {
				t.State, t.Detail = fleet.TargetSkipped, b.Detail
			}
		}
	case BulkRetry:
		if failures(b) == 0 {
			return false, fault.New(fault.Conflict, "Nothing failed")
		}
		for i := range b.Targets {
			if t := &b.Targets[i]; t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled {
				t.State, t.Detail, t.Group = fleet.TargetWaiting, "", ""
				t.Attempt++
			}
		}
		b.State, b.Detail, b.Forgiven = fleet.BulkRunning, "", 0
		b.EndedAt = time.Time{}
	default:
		return false, fault.InvalidField("act", "must be pause, resume, abort or retry")
	}
	return true, nil
}

func failures(b *fleet.Bulk) int {
	n := 0
	for _, t := range b.Targets {
		if t.State == fleet.TargetFailed || t.State == fleet.TargetCanceled {
			n++
		}
	}
	return n
}
