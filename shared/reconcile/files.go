package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/lease"
	"github.com/open-craft/ocim/shared/operation"
)

// reading is a repository at one commit, understood.
type reading struct {
	project     fleet.Project
	head        fleet.Commit
	cluster     grove.ClusterReading
	instances   map[string]instanceReading // by name
	lastChanges map[string]lastChange      // by the names of instances, also of those that left
}

type instanceReading struct {
	grove.InstanceReading
	digest string
}

// readFiles brings the cluster and its instances up to the head commit; all is whether it
// writes also the files that did not change.
func (r *Reconciler) readFiles(ctx context.Context, project fleet.Project, repo Repository, head fleet.Commit, record *fleet.SyncRecord, all bool) error {
	sources, err := repo.Files(ctx, head.SHA)
	if err != nil {
		return fmt.Errorf("reading the files at %s: %w", head.SHA, err)
	}
	if len(sources) == 0 {
		// Also what a repository gives that lost its content by accident, or a token
		// that lost its rights: nothing is taken for deleted.
		return fault.New(fault.Invalid, "The branch %s has neither cluster.yml nor instances/; is %s a Grove repository?",
			project.DefaultBranch, project.Path)
	}
	known, err := r.Fleet.Chunk(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	what, err := understand(ctx, project, head, sources)
	if err != nil {
		return err
	}
	if what.lastChanges, err = r.readHistory(ctx, what, repo, known, record.State.Commit); err != nil {
		return err
	}
	if err := r.saveFiles(ctx, what, known, all); err != nil {
		return err
	}
	pending, err := r.pendingCreates(ctx, project.ID)
	if err != nil {
		return err
	}
	return r.Fleet.ChangeChunk(ctx, project.ID, func(old *fleet.Chunk) (*fleet.Chunk, error) {
		if old != nil {
			if err := lease.Fenced(old.Fence, record.Fence); err != nil {
				return nil, err
			}
		}
		chunk, err := r.build(ctx, what, old, pending)
		if err == nil {
			chunk.Fence = record.Fence
		}
		return chunk, err
	})
}

// understand reads all files. Of a large repository that takes a while, so a canceled
// context ends it between two instances.
func understand(ctx context.Context, project fleet.Project, head fleet.Commit, sources []fleet.SourceFile) (reading, error) {
	sorted := grove.Sort(sources)
	what := reading{
		project: project, head: head,
		cluster: grove.ReadCluster(project, sorted.Cluster), instances: map[string]instanceReading{},
	}
	what.cluster.Cluster.Problems = append(what.cluster.Cluster.Problems, sorted.Problems...)
	for name, files := range sorted.Instances {
		if err := ctx.Err(); err != nil {
			return reading{}, err
		}
		in := grove.ReadInstance(project.ID, project.Contract, name, files)
		what.instances[name] = instanceReading{in, digest(in.Files)}
	}
	return what, nil
}

// digest identifies the visible content of files.
func digest(files []fleet.File) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00%d\x00%s", f.Path, len(f.Text), f.Text)
		for _, p := range f.Problems {
			fmt.Fprintf(h, "\x00%d %d %s", p.Line, p.Column, p.Message)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// manyInstances is from how many instances on the first sync of a cluster keeps their files
// together.
const manyInstances = 32

// savesAtOnce bounds the writes of files at the same time.
const savesAtOnce = 8

// saveFiles keeps the masked files of the cluster and of the instances whose
// files changed, and forgets those of instances that left.
func (r *Reconciler) saveFiles(ctx context.Context, what reading, former *fleet.Chunk, all bool) error {
	if err := r.Fleet.SaveClusterFiles(ctx, what.project.ID, fleet.Files{Commit: what.head.SHA, Files: what.cluster.Files}); err != nil {
		return fmt.Errorf("saving files of cluster %s: %w", what.project.ID, err)
	}
	known := map[string]string{}
	for name := range what.lastChanges {
		known[name] = ""
	}
	if former != nil {
		for _, row := range former.Rows {
			known[row.Instance.Name] = row.Digest
		}
	}
	if former == nil && !all && len(what.instances) >= manyInstances {
		files := map[string]fleet.Files{}
		for name, in := range what.instances {
			files[name] = fleet.Files{Commit: what.head.SHA, Files: in.Files}
			known[name] = in.digest
		}
		if err := r.Fleet.SaveFirstFiles(ctx, what.project.ID, files); err != nil {
			return fmt.Errorf("saving files of the instances of %s: %w", what.project.ID, err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(savesAtOnce)
	for name, in := range what.instances {
		if !all && known[name] == in.digest {
			continue
		}
		group.Go(func() error {
			files := fleet.Files{Commit: what.head.SHA, Files: in.Files}
			if err := r.Fleet.SaveInstanceFiles(ctx, what.project.ID, name, files); err != nil {
				return fmt.Errorf("saving files of instance %s: %w", name, err)
			}
			return nil
		})
	}
	for name, digest := range known {
		if _, ok := what.instances[name]; ok || !all && digest == "" {
			continue
		}
		group.Go(func() error {
			if err := r.Fleet.RemoveInstanceFiles(ctx, what.project.ID, name); err != nil {
				return fmt.Errorf("forgetting files of instance %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// pendingCreates finds, for each instance, the newest request to create it that has
// neither succeeded nor been abandoned.
func (r *Reconciler) pendingCreates(ctx context.Context, cluster string) (map[string]fleet.Operation, error) {
	recent, _, err := r.Fleet.Operations(ctx, cluster, "", operationsRead)
	if err != nil {
		return nil, fmt.Errorf("listing operations: %w", err)
	}
	pending := map[string]fleet.Operation{}
	seen := map[string]bool{}
	for _, op := range recent {
		if seen[op.Instance] {
			continue
		}
		seen[op.Instance] = true
		if op.Kind == fleet.Create && op.State != fleet.Succeeded && op.State != fleet.Canceled {
			pending[op.Instance] = op
		}
	}
	return pending, nil
}

// operationsRead is how many operations are looked through for pending.
const operationsRead = 200

// build makes the chunk of what was read. From the old one it takes only what
// git does not say.
func (r *Reconciler) build(ctx context.Context, what reading, old *fleet.Chunk, pending map[string]fleet.Operation) (*fleet.Chunk, error) {
	chunk := &fleet.Chunk{Cluster: what.cluster.Cluster, Settings: what.cluster.Settings}
	chunk.Cluster.Lifecycle = fleet.Active
	chunk.Cluster.Online = fleet.Online{State: "unknown"}
	if old != nil {
		chunk.Cluster.Online, chunk.Cluster.NotInGit, chunk.Cluster.Sync = old.Cluster.Online, old.Cluster.NotInGit, old.Cluster.Sync
	}
	checked, err := r.Fleet.Health(ctx, what.project.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the checks of %s: %w", what.project.ID, err)
	}
	chunk.Cluster.Troubles = checked.Troubles(r.Now())
	if err := r.showClusterPipeline(ctx, &chunk.Cluster); err != nil {
		return nil, err
	}
	show := func(row *fleet.Row) error { return r.showInstancePipeline(ctx, row) }
	if old == nil {
		known, _, err := r.Fleet.Pipelines(ctx, what.project.ID, "", 1)
		if err != nil {
			return nil, fmt.Errorf("listing pipelines of cluster %s: %w", what.project.ID, err)
		}
		if len(known) == 0 {
			show = func(row *fleet.Row) error { setPipeline(row, nil); return nil }
		}
	}
	add := func(row fleet.Row, former *fleet.Row) error {
		if !keepPipeline(&row, former) {
			if err := show(&row); err != nil {
				return err
			}
		}
		chunk.SetRow(row)
		return nil
	}
	for name, in := range what.instances {
		row := fleet.Row{Instance: in.Instance, Settings: in.Settings, Digest: in.digest}
		i := &row.Instance
		i.Lifecycle = fleet.Active
		i.Health = fleet.HealthState{State: fleet.Unknown}
		former := formerRow(old, name)
		if former != nil && former.Digest != "" {
			i.Health, i.ChangedAt, i.ChangedBy = former.Instance.Health, former.Instance.ChangedAt, former.Instance.ChangedBy
			i.Drift, row.Compared, i.Site = former.Instance.Drift, former.Compared, former.Instance.Site
			grove.SetSharedHosts(&row, grove.SharedHosts(*former)) // until SyncAll compares all again
		}
		if t, ok := what.lastChanges[name]; ok && !t.at.Before(i.ChangedAt) {
			i.ChangedAt, i.ChangedBy = t.at, t.by
		}
		if err := add(row, former); err != nil {
			return nil, err
		}
	}
	for _, row := range gone(what, old) {
		if err := add(row, formerRow(old, row.Instance.Name)); err != nil {
			return nil, err
		}
	}
	for name, op := range pending {
		row := chunk.Row(name)
		if row != nil && (row.Digest != "" || row.Instance.ChangedAt.After(op.RequestedAt)) {
			continue
		}
		pending := operation.PendingRow(op)
		if err := r.showInstancePipeline(ctx, &pending); err != nil {
			return nil, err
		}
		chunk.SetRow(pending)
	}
	annotations, err := r.Fleet.Annotations(ctx, what.project.ID)
	if err != nil {
		return nil, err
	}
	chunk.Annotate(annotations)
	return chunk, nil
}

// keepPipeline takes over the pipeline that an instance shows already, so that a commit
// costs no read for each instance of its cluster: whatever records a pipeline also shows
// it, and does so again when it was cut short. A pending row is one of an operation.
func keepPipeline(row, former *fleet.Row) bool {
	if former == nil || former.Instance.Lifecycle == fleet.Pending {
		return false
	}
	setPipeline(row, former.Instance.Pipeline)
	return true
}

func formerRow(chunk *fleet.Chunk, name string) *fleet.Row {
	if chunk == nil {
		return nil
	}
	return chunk.Row(name)
}
