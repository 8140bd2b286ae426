package operation

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/secret"
)

// maxCall is the size limit of a request to GitLab once unpacked: a commit of several files of
// the largest size, in base64.
const maxCall = 64 << 20

func pack(call grove.Call) ([]byte, error) {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if err := json.NewEncoder(w).Encode(call); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func unpack(data []byte) (grove.Call, error) {
	var call grove.Call
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return call, err
	}
	return call, json.NewDecoder(io.LimitReader(r, maxCall)).Decode(&call)
}

// seal puts the call into the operation, or beside it in parts when it is
// large. It is bound to the deployment id, which an operation keeps even when it
// is stored under the id of an attempt that died.
func (s *Service) seal(ctx context.Context, op *fleet.Operation, call grove.Call) error {
	plain, err := pack(call)
	if err != nil {
		return fmt.Errorf("encoding the request of operation %s: %w", op.ID, err)
	}
	n := max(1, (len(plain)+secret.MaxPlain-1)/secret.MaxPlain)
	parts := make([][]byte, n)
	for i := range parts {
		piece := plain[i*secret.MaxPlain : min((i+1)*secret.MaxPlain, len(plain))]
		if parts[i], err = s.Keys.Seal(piece, sealedFor(*op, i, n)); err != nil {
			return fmt.Errorf("sealing the request of operation %s: %w", op.ID, err)
		}
	}
	if n == 1 {
		op.Sealed = parts[0]
		return nil
	}
	op.SealedParts = n
	return s.Store.SaveSealed(ctx, op.Cluster, op.DeploymentID, parts)
}

func (s *Service) unseal(ctx context.Context, op fleet.Operation) (grove.Call, error) {
	parts := [][]byte{op.Sealed}
	if op.SealedParts > 0 {
		var err error
		if parts, err = s.Store.Sealed(ctx, op.Cluster, op.DeploymentID, op.SealedParts); err != nil {
			return grove.Call{}, fmt.Errorf("reading the request of operation %s: %w", op.ID, err)
		}
	}
	var plain []byte
	for i, part := range parts {
		piece, err := s.Keys.Open(part, sealedFor(op, i, len(parts)))
		if err != nil {
			return grove.Call{}, fmt.Errorf("opening the request of operation %s: %w", op.ID, err)
		}
		plain = append(plain, piece...)
	}
	call, err := unpack(plain)
	if err != nil {
		return call, fmt.Errorf("decoding the request of operation %s: %w", op.ID, err)
	}
	return call, nil
}

// discardSealed deletes the stored parts of a request that need not be sent any more.
// Parts that remain by accident expire.
func (s *Service) discardSealed(ctx context.Context, op fleet.Operation) {
	if op.SealedParts == 0 {
		return
	}
	if err := s.Store.ForgetSealed(ctx, op.Cluster, op.DeploymentID, op.SealedParts); err != nil {
		s.Log.WarnContext(ctx, "parts of a sent request remain until they expire", "operation", op.ID, "err", err)
	}
}

func sealedFor(op fleet.Operation, part, of int) string {
	return fmt.Sprintf("operation/%s/%s/%d/%d", op.Cluster, op.DeploymentID, part, of)
}
