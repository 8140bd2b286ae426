package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// ProofLifetime is how long after proving who they are a person may do what a
// stolen session must not: create API tokens, grant roles, add ways to log in.
const ProofLifetime = 10 * time.Minute

// errConfirm asks the caller to prove again who they are. Clients recognize it by
// its field.
func errConfirm(message string) error {
	return fault.InvalidField("confirmation", "%s", message).WithKind(fault.Forbidden)
}

// requireProof returns an error unless the caller proved who they are within
// ProofLifetime. API tokens prove nothing about a person.
func (s *Service) requireProof(ctx context.Context, by By) error {
	if by.SessionID == "" {
		return fault.New(fault.Forbidden, "An API token can't do this. Log in.")
	}
	n, _, err := kvjson.Get[session](ctx, s.store, sessionKey(by.UserID, by.SessionID))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("read a session: %w", err)
	}
	if age := s.now().Sub(n.Proved); err == nil && age <= ProofLifetime && age >= -skew {
		return nil
	}
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return err
	}
	switch {
	case s.hasPassword(u):
	case len(u.Passkeys) > 0:
		return errConfirm("Confirm with your passkey to continue.")
	default:
		return errConfirm("Sign in again to continue.")
	}
	return errConfirm("Confirm your password to continue.")
}

// Confirm records that the caller proved who they are by their password. A wrong
// password is fault.Invalid on "password"; too many are fault.Limited.
func (s *Service) Confirm(ctx context.Context, by By, password secret.Value) error {
	if s.passwordsOff {
		return errPasswordsOff
	}
	limited := permit{passwordByAccount, by.UserID}
	if err := s.takePermits(ctx, limited); err != nil {
		return err
	}
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return err
	}
	match, err := s.passwords.matches(ctx, password.Reveal(), u.Password)
	if err != nil {
		return fmt.Errorf("check a password: %w", err)
	}
	if !match {
		return fault.InvalidField("password", "The password is wrong.")
	}
	s.returnPermits(ctx, limited)
	return s.recordProof(ctx, by)
}

// recordProof notes in the caller's session that they proved who they are now.
func (s *Service) recordProof(ctx context.Context, by By) error {
	return retry(ctx, func() error {
		n, version, err := kvjson.Get[session](ctx, s.store, sessionKey(by.UserID, by.SessionID))
		if err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		n.Proved = s.now().UTC()
		return raced(s.save(ctx, sessionKey(by.UserID, n.ID), n, n.ends(), kv.IfVersion(version), nil))
	})
}
