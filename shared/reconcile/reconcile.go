package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/lease"
	"github.com/open-craft/ocim/shared/openedx"
)

// Repository is a project's GitLab, as far as the fleet is read from it. Errors
// are faults whose message says the cure.
type Repository interface {
	// Describe reads the project itself: its path, address and default branch,
	// which is empty in an empty repository.
	Describe(ctx context.Context) (fleet.Project, error)
	// AtPath reads the project that has this one's last known path now; fault.NotFound
	// when none has.
	AtPath(ctx context.Context) (fleet.Project, error)
	// Head reads the newest commit of the default branch. One call.
	Head(ctx context.Context) (fleet.Head, error)
	// Files reads the files that describe the cluster and its instances at a
	// commit. The number of calls does not depend on how many there are.
	Files(ctx context.Context, sha string) ([]fleet.SourceFile, error)
	// Commits reads the newest commits of the default branch, newest first.
	Commits(ctx context.Context, limit int) ([]fleet.Commit, error)
	// Changed lists the files that a commit changed against its first parent; of a
	// very large commit the first only. A call per hundred files.
	Changed(ctx context.Context, sha string) ([]string, error)
	// Pipelines reads the pipelines that changed since, children included;
	// without titles and jobs. One call per hundred. The zero time is for the newest
	// thousand, however old they are.
	Pipelines(ctx context.Context, since time.Time) ([]fleet.Pipeline, error)
	// Pipeline reads one pipeline with its jobs.
	Pipeline(ctx context.Context, id int64) (fleet.Pipeline, error)
}

// Operations advances requested operations; the operation package implements it.
type Operations interface {
	// Advance brings the operations of a cluster up to date with its pipelines and
	// starts the next one when the cluster is free.
	// It also looks again at the operations of the given deployment ids, since a
	// retry reopens what had ended.
	Advance(ctx context.Context, project fleet.Project, deployments ...string) error
	// AdvanceIdle is Advance for a cluster without news, and without bulk changes.
	AdvanceIdle(ctx context.Context, project fleet.Project) error
	// EndOpen ends a cluster's open operations, whose project is gone, with a reason.
	EndOpen(ctx context.Context, cluster, reason string) error
	// AdvanceBulks advances the bulk changes of all clusters.
	AdvanceBulks(ctx context.Context) error
}

// Store is the fleet's records as far as reconciling needs them.
type Store interface {
	projectStore
	instanceStore
	pipelineStore
	eventStore
	leaseStore
}

type projectStore interface {
	Project(ctx context.Context, id string) (fleet.Project, error)
	ChangeProject(ctx context.Context, id string, record fleetstore.Recorder, alter func(*fleet.Project) (bool, error)) (fleet.Project, error)
	Health(ctx context.Context, project string) (fleet.ProjectHealth, error)
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	SaveSyncRecord(ctx context.Context, r fleet.SyncRecord) error
	ShowSync(ctx context.Context, p fleet.Project, state fleet.SyncState) error
	StoredSyncs(ctx context.Context) (map[string]fleetstore.StoredSync, error)
	ReplaceSyncRecord(ctx context.Context, r fleetstore.StoredSync) error
}

type instanceStore interface {
	Chunk(ctx context.Context, cluster string) (*fleet.Chunk, error)
	ChangeChunk(ctx context.Context, cluster string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	ChangeRows(ctx context.Context, cluster string, names []string, alter func(*fleet.Chunk) (*fleet.Chunk, error)) error
	MarkSharedHosts(ctx context.Context) error
	Gather(ctx context.Context) (gathering context.Context, publish func() error)
	SaveClusterFiles(ctx context.Context, cluster string, f fleet.Files) error
	SaveFirstFiles(ctx context.Context, cluster string, files map[string]fleet.Files) error
	SaveInstanceFiles(ctx context.Context, cluster, instance string, f fleet.Files) error
	RemoveInstanceFiles(ctx context.Context, cluster, instance string) error
	Annotations(ctx context.Context, cluster string) (map[string]fleet.Annotation, error)
}

type pipelineStore interface {
	Pipeline(ctx context.Context, cluster string, id int64) (fleet.Pipeline, error)
	Pipelines(ctx context.Context, cluster, after string, limit int) ([]fleet.Pipeline, string, error)
	InstancePipelines(ctx context.Context, cluster, instance, after string, limit int) ([]fleet.Pipeline, string, error)
	Operations(ctx context.Context, cluster, after string, limit int) ([]fleet.Operation, string, error)
	RecordPipeline(ctx context.Context, report fleet.Pipeline, by fleet.Authority) (fleet.Pipeline, fleet.Freshness, error)
	RecordReports(ctx context.Context, reports []fleet.Pipeline, by fleet.Authority) (known fleetstore.Recorded, tied bool, err error)
}

type eventStore interface {
	PendingEvents(ctx context.Context, cluster, after string) (waiting []fleet.Event, notes []fleet.Unconfirmed, next string, err error)
	ForgetEvent(ctx context.Context, e fleet.Event) error
	PostponeEvent(ctx context.Context, e fleet.Event, poison bool) error
	KeepUnconfirmed(ctx context.Context, e fleet.Event) error
	UnconfirmedPipelines(ctx context.Context, cluster string) ([]fleet.Unconfirmed, error)
	Confirmed(ctx context.Context, note fleet.Unconfirmed) error
}

type leaseStore interface {
	HoldLease(ctx context.Context, name, holder string, life time.Duration) (held context.Context, lease lease.Lease, stop func(), err error)
	EndLease(ctx context.Context, name, holder string) error
	EndLeaseClean(ctx context.Context, name, holder string) error
}

// Reconciler reads projects into the fleet.
type Reconciler struct {
	Fleet Store
	Open  func(ctx context.Context, project fleet.Project) (Repository, error)
	// Glance gives what GitLab shows of many projects at once, by project id, and of their
	// pipelines since a time; without those that it shows nothing of.
	Glance     func(ctx context.Context, projects []fleet.Project, since time.Time) map[string]fleet.Glimpse
	Operations Operations
	Now        func() time.Time
	Log        *slog.Logger
}

// Bounds of one sync.
const (
	commitsRead       = 300             // newest commits that are looked at
	commitsFirst      = 1000            // by the first sync, for the titles of old pipelines
	overlap           = 2 * time.Minute // GitLab's clock may differ from itself between replicas
	leaseLife         = 20 * time.Second
	recentPerInstance = 30 // pipelines that decide an instance's state
	// hangs is how long a sync that was cut short must have taken to count as failed. Before
	// that it was not reached.
	hangs = 10 * time.Second
)

// Sync reads a project whole: waiting events, files when the head moved,
// pipelines that changed, operations. Two runs never overlap; a second one
// returns fault.Conflict. What failed is kept for the interface to show; that GitLab's
// limits left no room, or no time was left, is no failure but fault.Limited.
//
// A run that takes over from one that did not finish reads and writes everything again,
// so that its fencing token is on whatever the other one may still write when it wakes.
// holder must be used by no other run.
func (r *Reconciler) Sync(ctx context.Context, projectID, holder string) error {
	return r.sync(ctx, projectID, holder, nil)
}

// sync is Sync after a glance, if there was one.
func (r *Reconciler) sync(ctx context.Context, projectID, holder string, glimpse *fleet.Glimpse) error {
	project, err := r.Fleet.Project(ctx, projectID)
	if err != nil {
		return err
	}
	ctx, held, stop, err := r.Fleet.HoldLease(ctx, fleetstore.SyncLease(projectID), holder, leaseLife)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		stop()
		// The lease is given back even when ctx is over.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		end := r.Fleet.EndLease
		if done {
			end = r.Fleet.EndLeaseClean
		}
		if err := end(ctx, held.Name, holder); err != nil {
			r.Log.WarnContext(ctx, "lease not released", "project", projectID, "err", err)
		}
	}()
	record, err := r.Fleet.SyncRecord(ctx, projectID)
	if err != nil {
		return err
	}
	former := record
	record.State.TriedAt, record.Fence = r.Now(), held.Token
	syncErr := r.read(ctx, project, &record, held.Unclean)
	if err := r.endOfGone(ctx, &record, syncErr); err != nil {
		syncErr = errors.Join(syncErr, err)
	}
	if errors.Is(syncErr, lease.ErrFenced) || errors.Is(context.Cause(ctx), lease.ErrFenced) {
		return lease.ErrFenced // the process that continues records the result
	}
	if cutShort(ctx, syncErr, r.Now().Sub(record.State.TriedAt)) {
		syncErr = fault.Wrap(fault.Limited, syncErr, "%s", fault.Message(ErrNotReached))
	}
	r.conclude(&record, former, glimpse, syncErr)
	if held.Unclean || record.State.Error != former.State.Error || record.State.Commit != former.State.Commit || record.State.WaitingSince != former.State.WaitingSince {
		if err := r.Fleet.ShowSync(context.WithoutCancel(ctx), project, record.State); err != nil {
			return fmt.Errorf("showing how the sync of %s went: %w", projectID, err)
		}
	}
	if err := r.Fleet.SaveSyncRecord(context.WithoutCancel(ctx), record); err != nil {
		return fmt.Errorf("saving what the sync of %s found: %w", projectID, err)
	}
	if syncErr != nil {
		return fmt.Errorf("syncing project %s: %w", projectID, syncErr)
	}
	done = true
	return nil
}

// cutShort reports whether a sync failed because the time for it was over before it had
// any. One that had is a GitLab that hangs.
func cutShort(ctx context.Context, err error, took time.Duration) bool {
	return err != nil && ctx.Err() != nil && took < hangs
}

// conclude puts into the record how a sync went.
func (r *Reconciler) conclude(record *fleet.SyncRecord, former fleet.SyncRecord, glimpse *fleet.Glimpse, syncErr error) {
	if fault.Is(syncErr, fault.Limited) {
		commit := record.State.Commit
		record.State = former.State // it stays next in line
		record.State.Commit = commit
		if record.State.WaitingSince.IsZero() {
			record.State.WaitingSince = r.Now()
		}
		return
	}
	record.State.Error, record.State.WaitingSince = "", time.Time{}
	if syncErr != nil {
		record.State.Error = fault.Message(syncErr)
	} else {
		record.State.SucceededAt = record.State.TriedAt
		record.Glanced.ReadAt = record.State.TriedAt
		if glimpse != nil {
			record.Glanced = glimpse.Keep(record.PipelinesSince, record.State.TriedAt)
		}
	}
	if !fault.Is(syncErr, fault.Unavailable) && !fault.Is(syncErr, fault.Limited) {
		record.Refusal = record.State.Error
	}
	if record.Refusal != former.Refusal || record.Locked != former.Locked || record.MissedSince != former.MissedSince {
		record.ChangedAt = record.State.TriedAt
	}
}

// read does what Sync does; all is whether it writes also what is not new.
func (r *Reconciler) read(ctx context.Context, project fleet.Project, record *fleet.SyncRecord, all bool) error {
	// Events first: one that comes later than the head is read waits for the
	// next run, so a push is never taken for read when it was not.
	if err := r.applyWaiting(ctx, project); err != nil {
		return err
	}
	repo, err := r.Open(ctx, project)
	if err != nil {
		return err
	}
	head, err := repo.Head(ctx)
	if fault.Is(err, fault.NotFound) || err == nil && renamed(project, head.Commit) {
		if project, err = r.follow(ctx, project, repo); err != nil {
			return err
		}
		if repo, err = r.Open(ctx, project); err != nil {
			return err
		}
		head, err = repo.Head(ctx)
	}
	if err != nil {
		return fmt.Errorf("reading the head of %s: %w", project.DefaultBranch, err)
	}
	record.Locked = head.Locked
	if all || head.SHA != record.State.Commit || !project.UpdatedAt.Equal(record.ReadFor) || record.ReadBy != openedx.Version() {
		if err := r.readFiles(ctx, project, repo, head.Commit, record, all); err != nil {
			return err
		}
		record.State.Commit, record.ReadFor, record.ReadBy = head.SHA, project.UpdatedAt, openedx.Version()
	}
	reports, deployments, err := r.readPipelines(ctx, project, repo, record)
	if err != nil {
		return err
	}
	takenBack, err := r.confirm(ctx, project, repo, reports)
	if err != nil {
		return err
	}
	found, err := r.pollStalled(ctx, project, repo, record)
	if err != nil {
		return err
	}
	return r.Operations.Advance(ctx, project, slices.Concat(deployments, takenBack, found)...)
}

// renamed reports whether a commit's address says that the project is elsewhere.
func renamed(project fleet.Project, head fleet.Commit) bool {
	return project.WebURL != "" && head.WebURL != "" && !strings.HasPrefix(head.WebURL, project.WebURL+"/")
}

// follow takes over what GitLab says of a project that was renamed, moved or
// emptied, or whose default branch is another one.
func (r *Reconciler) follow(ctx context.Context, project fleet.Project, repo Repository) (fleet.Project, error) {
	now, err := repo.Describe(ctx)
	if fault.Is(err, fault.NotFound) {
		return project, whyGone(ctx, project, repo, err)
	}
	if err != nil {
		return project, fmt.Errorf("reading the project: %w", err)
	}
	if now.DefaultBranch == "" {
		return project, fault.New(fault.Invalid, "The repository of %s is empty now. Push it again, or remove the project here; nothing is taken for deleted", now.Path)
	}
	return r.Fleet.ChangeProject(ctx, project.ID, nil, func(p *fleet.Project) (bool, error) {
		if !p.UpdatedAt.Equal(project.UpdatedAt) {
			return false, nil // what was read may be older than this change; the next sync follows
		}
		return p.Follow(now), nil
	})
}
