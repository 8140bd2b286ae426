package operation

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// Remote is a project's GitLab, as far as operations are asked for there. What
// changes something there is sent once and never repeated by the
// implementation. What is not there is fault.NotFound.
type Remote interface {
	// Trigger starts a pipeline with variables and payload.
	Trigger(ctx context.Context, trigger grove.Trigger) (fleet.Pipeline, error)
	// Run starts a pipeline with variables.
	Run(ctx context.Context, call grove.Pipeline) (fleet.Pipeline, error)
	// Commit changes files in one step; fault.Conflict when one of them changed
	// since the commit that its action names.
	Commit(ctx context.Context, c grove.Commit) (fleet.Commit, error)
	// Cancel and Retry act on a whole pipeline. Repeating them is harmless.
	Cancel(ctx context.Context, pipeline int64) (fleet.Pipeline, error)
	Retry(ctx context.Context, pipeline int64) (fleet.Pipeline, error)

	// Pipeline reads one pipeline with its jobs.
	Pipeline(ctx context.Context, id int64) (fleet.Pipeline, error)
	// FindPipeline looks for a pipeline of a source that changed since and
	// carries all the variables.
	FindPipeline(ctx context.Context, since time.Time, source string, variables map[string]string, skip func(id int64) bool) (fleet.Pipeline, error)
	// CommitSaying looks for a commit, made since, whose message holds a text.
	CommitSaying(ctx context.Context, since time.Time, text string) (fleet.Commit, error)

	// Head is the newest commit of the default branch.
	Head(ctx context.Context) (fleet.Head, error)
	// File reads a file at a commit, with the commit that last changed it.
	File(ctx context.Context, path, ref string) (fleet.SourceFile, error)
	// Files reads what describes the cluster and its instances, in one call.
	Files(ctx context.Context, sha string) ([]fleet.SourceFile, error)
	// Folder lists the files below a folder at a commit.
	Folder(ctx context.Context, path, ref string) ([]string, error)
	// CommitsOf reads the newest commits that touch a path, newest first.
	CommitsOf(ctx context.Context, path string, most int) ([]fleet.Commit, error)
	// Between gives the commits that to has and from has not.
	Between(ctx context.Context, from, to string) ([]fleet.Commit, error)
}

// Service starts operations and moves them along.
type Service struct {
	Fleet *fleetstore.Store
	Keys  *secret.Keyring
	Audit *audit.Log // nil keeps no audit log
	Open  func(ctx context.Context, project fleet.Project) (Remote, error)
	Now   func() time.Time
	NewID func() string // sorts by time
	// NewDeploymentID gives a numeric string, never the same twice.
	NewDeploymentID func() (string, error)
	Log             *slog.Logger
}

// Bounds of an operation.
const (
	maxReason = 500              // characters
	slotLife  = 6 * time.Hour    // longest that one operation keeps its cluster
	sendLimit = 30 * time.Second // longest that a sending replica may take
)

// Start stores a wish and starts it if its cluster is free. The same request
// with the same key is done once; false is returned for a repetition. Errors
// name the field; fault.Conflict says that the state does not allow it, or
// (field previewHash) that it is not what was previewed any more.
func (s *Service) Start(ctx context.Context, project fleet.Project, req Request) (fleet.Operation, bool, error) {
	op, created, err := s.add(ctx, project, req)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	// From here on nothing gets lost: what fails now is done by the next event or
	// sync, and the stored operation says how it stands.
	if err := s.Advance(ctx, project); err != nil {
		s.Log.Warn("operation not started yet", "cluster", op.Cluster, "operation", op.ID, "err", err)
	}
	op, err = s.Fleet.Operation(ctx, op.Cluster, op.ID)
	return op, created, err
}

// add stores a wish.
func (s *Service) add(ctx context.Context, project fleet.Project, req Request) (fleet.Operation, bool, error) {
	if err := req.check(); err != nil {
		return fleet.Operation{}, false, err
	}
	sum, err := req.fingerprint(project.ID)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	once := fleetstore.Once{Key: req.By.Email + "#" + req.Key, Fingerprint: sum}
	// A repetition is answered before anything is checked: by then the name is
	// taken or the file changed, by the operation itself.
	if op, err := s.Fleet.OperationOnce(ctx, once); !fault.Is(err, fault.NotFound) {
		return op, false, err
	}
	deployment, err := s.NewDeploymentID()
	if err != nil {
		return fleet.Operation{}, false, err
	}
	p, err := s.prepare(ctx, project, req, deployment)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if err := p.refusal(); err != nil {
		return fleet.Operation{}, false, err
	}
	if err := p.confirmed(project, req); err != nil {
		return fleet.Operation{}, false, err
	}
	op := p.op
	op.ID, op.State, op.RequestedAt = s.NewID(), fleet.Requested, s.Now()
	if err := s.Fleet.SaveDetail(ctx, op.Cluster, op.DeploymentID, p.detail()); err != nil {
		return fleet.Operation{}, false, fmt.Errorf("storing what operation %s changes: %w", op.ID, err)
	}
	if err := s.seal(ctx, &op, p.call); err != nil {
		return fleet.Operation{}, false, err
	}
	if once.Record, err = s.recorder(req.By, "operation."+string(op.Kind), target(op.Cluster, op.Instance), p.before(), p.after()); err != nil {
		return fleet.Operation{}, false, err
	}
	op, created, err := s.Fleet.AddOperation(ctx, op, once)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	return op, created, s.show(ctx, op)
}

// target names what an audit entry is about.
func target(cluster, instance string) string {
	if instance == "" {
		return "cluster/" + cluster
	}
	return "cluster/" + cluster + "/instance/" + instance
}

// recorder writes an item with its audit entry.
func (s *Service) recorder(by audit.Actor, action, target string, before, after any) (fleetstore.Recorder, error) {
	if s.Audit == nil {
		return nil, nil
	}
	entry := audit.Entry{Actor: by, Action: action, Target: target}
	var err error
	if entry.Before, entry.After, err = audit.Values(before, after); err != nil {
		return nil, err
	}
	return func(ctx context.Context, item kv.Item, cond kv.Condition) error {
		e := entry
		e.Operation = item.Sort
		_, err := s.Audit.Put(ctx, item, cond, e)
		return err
	}, nil
}

// Withdraw takes back an operation that waits for its turn. One that GitLab may
// have heard of is fault.Conflict.
func (s *Service) Withdraw(ctx context.Context, project fleet.Project, id string, by audit.Actor) (fleet.Operation, error) {
	former, err := s.Fleet.Operation(ctx, project.ID, id)
	if err != nil {
		return fleet.Operation{}, err
	}
	record, err := s.recorder(by, "operation.withdrawn", target(project.ID, former.Instance), nil, nil)
	if err != nil {
		return fleet.Operation{}, err
	}
	// The row goes first, or it would stay if this function died: Advance brings
	// that of an open operation back.
	if former.Kind == fleet.Create && waiting(former) {
		if err := s.hide(ctx, former); err != nil {
			return fleet.Operation{}, err
		}
	}
	op, err := s.Fleet.ChangeOperationBy(ctx, project.ID, id, record, func(o *fleet.Operation) (bool, error) {
		switch {
		case o.State == fleet.Canceled && o.AcceptedAt.IsZero():
			return false, nil
		case o.State != fleet.Requested:
			return false, fault.New(fault.Conflict, "GitLab has accepted it already; cancel its pipeline instead")
		case !o.SentAt.IsZero():
			return false, fault.New(fault.Conflict, "It is being sent to GitLab just now; wait a minute, then cancel its pipeline")
		}
		o.State, o.EndedAt, o.Sealed, o.SealedParts, o.Detail = fleet.Canceled, s.Now(), nil, 0, "Withdrawn by "+by.Email
		return true, nil
	})
	if err != nil {
		return fleet.Operation{}, err
	}
	s.unsealed(ctx, former)
	if op.Kind == fleet.Create { // it may have been shown again meanwhile
		err = s.hide(ctx, op)
	}
	if later := s.Advance(ctx, project); later != nil {
		s.Log.Warn("next operation not started yet", "cluster", op.Cluster, "err", later)
	}
	return op, err
}

// hide removes the row of an instance that was never made.
func (s *Service) hide(ctx context.Context, op fleet.Operation) error {
	return s.Fleet.ChangeChunk(ctx, op.Cluster, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil
		}
		for i, row := range chunk.Rows {
			if row.Instance.Name == op.Instance && row.Digest == "" && row.Instance.Lifecycle == fleet.Pending {
				chunk.Rows = append(chunk.Rows[:i], chunk.Rows[i+1:]...)
				return chunk, nil
			}
		}
		return nil, nil
	})
}

// show keeps the row of an instance that is being created up to date until git
// has it.
func (s *Service) show(ctx context.Context, op fleet.Operation) error {
	if op.Kind != fleet.Create {
		return nil
	}
	return s.Fleet.ChangeChunk(ctx, op.Cluster, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, fault.New(fault.Conflict, "cluster %s has not been read from GitLab yet", op.Cluster)
		}
		if row := chunk.Row(op.Instance); row != nil && row.Digest != "" {
			return nil, nil
		}
		row := PendingRow(op)
		pipelines, err := s.pipelinesOf(ctx, op)
		if err != nil {
			return nil, err
		}
		row.Instance.Pipeline = fleet.Deploying(pipelines)
		chunk.SetRow(row)
		return chunk, nil
	})
}

// PendingRow is the row of an instance that was asked for and is not in git.
func PendingRow(op fleet.Operation) fleet.Row {
	return fleet.Row{Instance: fleet.Instance{
		Cluster: op.Cluster, Name: op.Instance, Lifecycle: fleet.Pending,
		Health:    fleet.HealthState{State: fleet.Unknown, Reason: "Not deployed yet"},
		ChangedAt: op.RequestedAt,
	}}
}
