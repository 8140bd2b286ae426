package reconcile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Bounds of the commits whose files Ocim requests because their message names no
// instance: by the first sync, and by a later one.
const (
	maxManualFirst = 60
	maxManualLater = 20
	changedAtOnce  = 4
)

// lastChange is the newest commit that names an instance or changed its files.
type lastChange struct {
	operation fleet.OperationKind // that it says; empty of a change by hand
	files     bool                // whether it changed files that describe the instance
	at        time.Time
	by        string
}

// readHistory finds what commits say of instances and, of those after the last head
// that was read, what was changed by hand.
func (r *Reconciler) readHistory(ctx context.Context, what reading, repo Repository, known *fleet.Chunk, last string) (map[string]lastChange, error) {
	first := known == nil || last == ""
	limit, manual := commitsRead, maxManualLater
	if first {
		limit, manual, last = commitsFirst, maxManualFirst, ""
	}
	commits, err := repo.Commits(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("listing commits: %w", err)
	}
	operations, _, err := r.Fleet.Operations(ctx, what.project.ID, "", operationsRead)
	if err != nil {
		return nil, fmt.Errorf("listing operations: %w", err)
	}
	nameRequesters(commits, operations)
	shas, root := manualCommits(after(commits, last), manual)
	return findLastChanges(commits, what, r.changed(ctx, repo, shas), root), nil
}

// nameRequesters makes those who requested an operation the authors of its commits: git
// names the user of Ocim's token, or Grove's.
func nameRequesters(commits []fleet.Commit, operations []fleet.Operation) {
	byCommit, byDeployment := map[string]string{}, map[fleet.Deployment]string{}
	for _, op := range operations {
		if op.Commit != "" {
			byCommit[op.Commit] = op.RequestedBy
		}
		for _, d := range op.All() {
			byDeployment[d] = op.RequestedBy
		}
	}
	for i := range commits {
		c := &commits[i]
		if by, ok := byCommit[c.SHA]; ok {
			c.Author = by
			continue
		}
		said := grove.ParseMessage(c.Message)
		for _, d := range said.Deployments {
			by, ok := byDeployment[d]
			if !ok && d.ID == "" {
				by, ok = requesterAt(operations, said.Operation, d.Instance, c.CreatedAt)
			}
			if ok {
				c.Author = by
			}
		}
	}
}

// Bounds of the time between an operation and the commit that Grove makes for it.
const (
	commitsEarlier = time.Minute // GitLab's clock is not ours
	commitsLater   = time.Hour
)

// requesterAt finds who requested what a commit of Grove without a deployment id says.
func requesterAt(operations []fleet.Operation, kind fleet.OperationKind, instance string, at time.Time) (string, bool) {
	for _, op := range operations { // newest first
		accepted := op.AcceptedAt
		if op.Kind == kind && op.Instance == instance && !accepted.IsZero() &&
			!at.Before(accepted.Add(-commitsEarlier)) && at.Before(accepted.Add(commitsLater)) {
			return op.RequestedBy, true
		}
	}
	return "", false
}

// manualCommits gives the newest commits whose message says nothing of instances; and the root
// commit, when all that came after it is known.
func manualCommits(commits []fleet.Commit, limit int) (shas []string, root string) {
	for _, c := range commits {
		switch said := grove.ParseMessage(c.Message); {
		case len(said.Deployments) > 0, said.Operation == fleet.BuildImages, said.Operation == fleet.Reprovision:
		case len(shas) == limit:
			return shas, ""
		case len(c.Parents) == 0:
			root = c.SHA
		default:
			shas = append(shas, c.SHA)
		}
	}
	return shas, root
}

// after gives the commits that are not behind the last head that was read; all, when
// it is not among them.
func after(commits []fleet.Commit, last string) []fleet.Commit {
	behind := map[string]bool{last: true}
	var list []fleet.Commit
	for _, c := range commits { // children come before their parents
		if !behind[c.SHA] {
			list = append(list, c)
			continue
		}
		for _, p := range c.Parents {
			behind[p] = true
		}
	}
	return list
}

// changed gives the files that commits changed. The rest does not wait for when something
// was changed: what GitLab does not report is left out.
func (r *Reconciler) changed(ctx context.Context, repo Repository, shas []string) map[string][]string {
	var group errgroup.Group
	group.SetLimit(changedAtOnce)
	found := make([][]string, len(shas))
	for i, sha := range shas {
		group.Go(func() (err error) {
			if found[i], err = repo.Changed(ctx, sha); err != nil {
				r.Log.WarnContext(ctx, "files of a commit not read", "commit", sha, "err", err)
			}
			return nil
		})
	}
	_ = group.Wait()
	files := map[string][]string{}
	for i, sha := range shas {
		files[sha] = found[i]
	}
	return files
}

// findLastChanges finds the last change of each instance. The root commit, if it is given,
// counts as a change of every instance without a later one.
func findLastChanges(commits []fleet.Commit, what reading, changed map[string][]string, root string) map[string]lastChange {
	last := map[string]lastChange{}
	for _, c := range slices.Backward(commits) {
		if c.SHA == root {
			for name := range what.instances {
				last[name] = lastChange{at: c.CreatedAt, by: c.Author}
			}
		}
		said := grove.ParseMessage(c.Message)
		for _, d := range said.Deployments {
			last[d.Instance] = lastChange{operation: said.Operation, at: c.CreatedAt, by: c.Author}
		}
		for _, path := range changed[c.SHA] {
			name, _, ok := grove.InstancePath(path)
			if !ok || grove.ValidateName(name) != nil {
				continue
			}
			_, there := what.instances[name]
			if was := last[name]; !there && was.left() {
				continue // a merge brings along what an operation took away
			}
			last[name] = lastChange{files: grove.Wanted(path) || last[name].files, at: c.CreatedAt, by: c.Author}
		}
	}
	return last
}

// left reports whether an operation took the instance out of git.
func (t lastChange) left() bool { return t.operation == fleet.Archive || t.operation == fleet.Delete }

// gone makes tombstones of the instances that left git, as its commits say or
// as the former chunk remembers.
func gone(what reading, old *fleet.Chunk) []fleet.Row {
	var rows []fleet.Row
	tombstone := func(name string, as fleet.Lifecycle, at time.Time, by string) {
		rows = append(rows, fleet.Row{Instance: fleet.Instance{
			Cluster: what.project.ID, Name: name, Lifecycle: as, ChangedAt: at, ChangedBy: by,
			Health: fleet.HealthState{State: fleet.Unknown, Reason: "Not in git any more"},
		}})
	}
	known := map[string]bool{}
	for name, t := range what.lastChanges {
		_, there := what.instances[name]
		switch {
		case there:
			continue
		case t.operation == fleet.Archive:
			tombstone(name, fleet.Archived, t.at, t.by)
		case t.operation == fleet.Delete, t.files:
			tombstone(name, fleet.Deleted, t.at, t.by)
		default:
			continue
		}
		known[name] = true
	}
	if old == nil {
		return rows
	}
	for _, row := range old.Rows {
		i := row.Instance
		if _, there := what.instances[i.Name]; there || known[i.Name] {
			continue
		}
		switch {
		case row.Digest != "": // it was in git until now, and no commit says why it left
			tombstone(i.Name, fleet.Deleted, what.head.CreatedAt, what.head.Author)
		case i.Lifecycle == fleet.Archived || i.Lifecycle == fleet.Deleted:
			tombstone(i.Name, i.Lifecycle, i.ChangedAt, i.ChangedBy)
		}
	}
	return rows
}
