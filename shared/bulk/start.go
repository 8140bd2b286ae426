package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/operation"
)

// Start records a bulk change and starts its canary. The same request with the same key is
// carried out once; false is returned for a repetition.
func (s *Service) Start(ctx context.Context, req Request) (fleet.Bulk, bool, error) {
	if err := req.check(); err != nil {
		return fleet.Bulk{}, false, err
	}
	sum, err := operation.Digest(req.Kind, req.Targets, req.Changes, req.Reason, req.Batch, req.PauseAfter, req.Canary, req.IgnoreHealth, req.PreviewHash)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	once := fleetstore.Once{Key: req.By.Email + "#" + req.Key, Fingerprint: sum}
	if b, err := s.Store.BulkOnce(ctx, once); !fault.Is(err, fault.NotFound) {
		return b, false, err
	}
	previews, hash, err := s.previewTargets(ctx, req)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	if err := operation.VerifyPreviewHash(req.PreviewHash, hash); err != nil {
		return fleet.Bulk{}, false, err
	}
	b := fleet.Bulk{
		ID: s.NewID(), State: fleet.BulkRunning, Kind: req.Kind, Keys: req.keys(), Values: req.values(), Reason: req.Reason, RequestedBy: req.By.Email,
		RequestedAt: s.Now(), Batch: req.Batch, PauseAfter: req.PauseAfter, IgnoreHealth: req.IgnoreHealth,
		Targets: deal(previews, req.Canary, req.Batch), By: req.By,
	}
	estimate, err := s.estimate(ctx, b)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	b.Seconds = estimate.Seconds
	if !slices.ContainsFunc(b.Targets, func(t fleet.BulkTarget) bool { return t.State == fleet.TargetWaiting }) {
		return fleet.Bulk{}, false, fault.InvalidField("targets", "nothing would change in any of these instances").WithKind(fault.Conflict)
	}
	raw, err := json.Marshal(req.Changes)
	if err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("encoding the changes: %w", err)
	}
	// Not bound to the id: a repeated request gets the id of the first attempt.
	b.SealedFor = "bulk/" + once.Key
	if b.Sealed, err = s.Keys.Seal(raw, b.SealedFor); err != nil {
		return fleet.Bulk{}, false, fmt.Errorf("sealing the changes: %w", err)
	}
	once.Record = s.Audit.Recorder(req.By, "bulk."+string(req.Kind), "bulk/"+b.ID, nil, map[string]any{
		"instances": len(req.Targets), "keys": b.Keys, "values": b.Values, "reason": req.Reason,
	})
	b, created, err := s.Store.AddBulk(ctx, b, once)
	if err != nil {
		return fleet.Bulk{}, false, err
	}
	if err := s.step(ctx, b.ID); err != nil {
		s.Log.WarnContext(ctx, "bulk change not started yet", "bulk", b.ID, "err", err)
	}
	b, err = s.Store.Bulk(ctx, b.ID)
	return b, created, err
}
