package operation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/secret"
)

// Remote is a project's GitLab, as far as operations are asked for there.
type Remote interface {
	// Trigger starts a pipeline with variables and payload. It is never repeated
	// by the implementation.
	Trigger(ctx context.Context, trigger grove.Trigger) (fleet.Pipeline, error)
	// Triggered looks for a pipeline that was triggered since with a variable of
	// that value; fault.NotFound when there is none.
	Triggered(ctx context.Context, since time.Time, variable, value string) (fleet.Pipeline, error)
}

// Service starts operations and moves them along.
type Service struct {
	Fleet *fleet.Store
	Keys  *secret.Keyring
	Open  func(ctx context.Context, project fleet.Project) (Remote, error)
	Now   func() time.Time
	NewID func() string // sorts by time
	// NewDeploymentID gives a numeric string, never the same twice.
	NewDeploymentID func() (string, error)
	Log             *slog.Logger
}

// Bounds of an operation.
const (
	maxOverrides = 48 << 10         // bytes of overrides as JSON; they are sealed whole
	maxReason    = 500              // characters
	slotLife     = 6 * time.Hour    // longest that one operation keeps its cluster
	sendLimit    = 30 * time.Second // longest that a sending replica may take
)

// CreateRequest asks for a new instance.
type CreateRequest struct {
	Cluster     string
	Instance    string
	Overrides   map[string]json.RawMessage // Tutor and Grove keys to values
	Reason      string
	RequestedBy string
	Key         string // idempotency key
}

// Create stores the wish for a new instance and starts it if its cluster is
// free. The same request with the same key is done once; false is returned for
// a repetition. Errors name the field: instance, overrides.KEY, reason.
func (s *Service) Create(ctx context.Context, project fleet.Project, req CreateRequest) (fleet.Operation, bool, error) {
	if len(req.Reason) > maxReason {
		return fleet.Operation{}, false, fault.InvalidField("reason", "must have at most %d characters", maxReason)
	}
	sum, err := s.fingerprint(req)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	once := fleet.Once{Key: req.RequestedBy + "#" + req.Key, Fingerprint: sum}
	// A repetition is answered before the name is checked: by then the name is
	// taken, by the operation itself.
	if op, err := s.Fleet.OperationOnce(ctx, once); !fault.Is(err, fault.NotFound) {
		return op, false, err
	}
	deployment, err := s.NewDeploymentID()
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if err := grove.ValidateName(req.Instance); err != nil {
		return fleet.Operation{}, false, err
	}
	// Grove names the instance by the slug; anything else would be lost sight of.
	req.Instance = grove.Slugify(req.Instance)
	op := fleet.Operation{
		ID: s.NewID(), Cluster: project.ID, Instance: req.Instance, Kind: fleet.Create, State: fleet.Requested,
		DeploymentID: deployment, Reason: req.Reason, RequestedBy: req.RequestedBy, RequestedAt: s.Now(),
	}
	call, err := grove.Plan(project.Contract, grove.Request{
		Kind: op.Kind, Ref: project.DefaultBranch, Overrides: req.Overrides,
		Deployments: []fleet.Deployment{{Instance: op.Instance, ID: op.DeploymentID}},
	})
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if err := s.nameIsFree(ctx, project.ID, op.Instance); err != nil {
		return fleet.Operation{}, false, err
	}
	if op.Sealed, err = s.seal(op, call); err != nil {
		return fleet.Operation{}, false, err
	}
	op, created, err := s.Fleet.AddOperation(ctx, op, once)
	if err != nil {
		return fleet.Operation{}, false, err
	}
	if err := s.show(ctx, op); err != nil {
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

func (s *Service) fingerprint(req CreateRequest) (string, error) {
	overrides, err := json.Marshal(req.Overrides)
	if err != nil {
		return "", fault.InvalidField("overrides", "cannot be written as JSON: %v", err)
	}
	if len(overrides) > maxOverrides {
		return "", fault.InvalidField("overrides", "must have at most %d bytes as JSON, not %d", maxOverrides, len(overrides))
	}
	b, err := json.Marshal([]any{fleet.Create, req.Cluster, req.Instance, req.Reason, json.RawMessage(overrides)})
	if err != nil {
		return "", fmt.Errorf("encoding request: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// nameIsFree refuses a name that Grove would fail on, or worse.
func (s *Service) nameIsFree(ctx context.Context, cluster, name string) error {
	chunk, err := s.Fleet.Chunk(ctx, cluster)
	if err != nil {
		return err
	}
	slug := grove.Slugify(name)
	for _, row := range chunk.Rows {
		i := row.Instance
		if grove.Slugify(i.Name) != slug {
			continue
		}
		switch {
		case i.Lifecycle == fleet.Active, row.Digest != "":
			return fault.InvalidField("instance", "clashes with the instance %s of this cluster; choose another name", i.Name).WithKind(fault.Conflict)
		case i.Lifecycle == fleet.Pending:
			open, err := s.isOpen(ctx, cluster, i.Name)
			if err != nil {
				return err
			}
			if open {
				return fault.InvalidField("instance", "%s is being created already", i.Name).WithKind(fault.Conflict)
			}
		case i.Lifecycle == fleet.Archived:
			return fault.InvalidField("instance", "%s is archived in this cluster; unarchive it or choose another name", i.Name).WithKind(fault.Conflict)
		case s.Now().Sub(i.ChangedAt) < grove.DeleteGrace:
			return fault.InvalidField("instance", "%s was deleted less than %d minutes ago; creating it now would cancel the deletion halfway",
				i.Name, int(grove.DeleteGrace.Minutes())).WithKind(fault.Conflict)
		}
	}
	return nil
}

func (s *Service) isOpen(ctx context.Context, cluster, instance string) (bool, error) {
	open, err := s.Fleet.OpenOperations(ctx, cluster)
	if err != nil {
		return false, err
	}
	for _, op := range open {
		if op.Instance == instance {
			return true, nil
		}
	}
	return false, nil
}

// show keeps the row of an instance that is being created up to date until git
// has it.
func (s *Service) show(ctx context.Context, op fleet.Operation) error {
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

func (s *Service) seal(op fleet.Operation, call grove.Call) ([]byte, error) {
	plain, err := json.Marshal(call)
	if err != nil {
		return nil, fmt.Errorf("encoding the request of operation %s: %w", op.ID, err)
	}
	sealed, err := s.Keys.Seal(plain, sealedFor(op))
	if err != nil {
		return nil, fmt.Errorf("sealing the request of operation %s: %w", op.ID, err)
	}
	return sealed, nil
}

func (s *Service) unseal(op fleet.Operation) (grove.Call, error) {
	var call grove.Call
	plain, err := s.Keys.Open(op.Sealed, sealedFor(op))
	if err != nil {
		return call, fmt.Errorf("opening the request of operation %s: %w", op.ID, err)
	}
	if err := json.Unmarshal(plain, &call); err != nil {
		return call, fmt.Errorf("decoding the request of operation %s: %w", op.ID, err)
	}
	return call, nil
}

func sealedFor(op fleet.Operation) string { return "operation/" + op.Cluster + "/" + op.ID }
