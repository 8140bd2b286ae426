package identity

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// RedeemInvitation registers whom the link was sent to and logs them in. Of any
// number of uses at once exactly one succeeds. A link that was expired, used or
// revoked is fault.Conflict, an unknown one fault.NotFound.
func (s *Service) RedeemInvitation(ctx context.Context, v Visitor, token secret.Value, name string, password secret.Value) (SignedIn, error) {
	if s.passwordsOff {
		return SignedIn{}, fault.New(fault.Forbidden, "Passwords are switched off here. Sign in by the provider with the address that was invited.")
	}
	if err := s.takePermits(ctx, permit{linkByAddress, network(v.Address)}); err != nil {
		return SignedIn{}, err
	}
	inv, version, err := s.byToken(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if _, member, err := s.userByEmail(ctx, inv.Email); err != nil || member {
		return SignedIn{}, cmp.Or[error](err, errUsed)
	}
	if state := inv.view(s.now()).State; state != InvitationValid {
		return SignedIn{}, fault.New(fault.Conflict, "This invitation is %s. Ask for a new one.", state)
	}
	if name, err = cleanName(name); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.accept(ctx, password, inv.Email, name)
	if err != nil {
		return SignedIn{}, err
	}
	u, err := s.acceptInvitation(ctx, v, inv, version, user{Name: name, Password: hash})
	if err != nil {
		return SignedIn{}, err
	}
	return s.start(ctx, v, u.ID, u.Generation, "password", s.now())
}

var errUsed = fault.New(fault.Conflict, "This invitation was used. Log in instead.")

// acceptInvitation uses an invitation up for a new user, of whom the name and the way in
// are given. Marking it used decides; any later call can complete the rest.
func (s *Service) acceptInvitation(ctx context.Context, v Visitor, inv invitation, version int64, u user) (user, error) {
	// Everyone else who registers the same address gets the same id, so that only one
	// of them can become its user.
	var err error
	if u.ID, err = s.claimOrGet(ctx, emailKey(inv.Email), newID(s.now())); err != nil {
		return user{}, err
	}
	u.Email, u.Grants, u.Generation, u.Created = inv.Email, inv.Grants.Clone(), 1, s.now().UTC()
	inv.State, inv.Pending = InvitationUsed, &u
	e, err := entry(v.actor(u), "invitation.used", "invitation/"+inv.ID, nil, map[string]any{"user": u.ID, "email": u.Email})
	if err != nil {
		return user{}, err
	}
	err = s.save(ctx, invitationKey(inv.ID), inv, inv.kept(), kv.IfVersion(version), e)
	if fault.Is(err, fault.Conflict) {
		return user{}, errUsed
	}
	if err != nil {
		return user{}, fmt.Errorf("use an invitation: %w", err)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return u, s.createInvited(after, inv, version+1)
}

// createInvited writes the user that an invitation was used for, and is done with
// the invitation.
func (s *Service) createInvited(ctx context.Context, inv invitation, version int64) error {
	u := *inv.Pending
	e, err := entry(audit.Actor{UserID: u.ID, Email: u.Email}, "user.created", "user/"+u.ID, nil, audited(u))
	if err != nil {
		return err
	}
	if err := s.createUser(ctx, u, e); err != nil {
		return fmt.Errorf("register a user: %w", err)
	}
	inv.Pending = nil
	err = s.save(ctx, invitationKey(inv.ID), inv, inv.kept(), kv.IfVersion(version), nil)
	if fault.Is(err, fault.Conflict) {
		return nil // another call completed it
	}
	return err
}

// createUser writes a new user; one who administers all goes through the roster.
func (s *Service) createUser(ctx context.Context, u user, e *audit.Entry) error {
	if !u.administers() {
		return s.writeUser(ctx, u, e)
	}
	return retry(ctx, func() error {
		_, _, err := kvjson.Get[user](ctx, s.store, userKey(u.ID))
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return s.recordIntent(ctx, intent{UserID: u.ID, Create: &u, Grants: u.Grants, Entry: e}, true)
	})
}

// finishRegistration finishes a registration whose function died after it had claimed the
// address.
func (s *Service) finishRegistration(ctx context.Context, email, id string) (user, bool, error) {
	if _, err := s.IsSetUp(ctx); err != nil { // the first administrator, or one in the roster
		return user{}, false, err
	}
	inv, version, err := kvjson.Get[invitation](ctx, s.store, invitationKey(invitationID(email)))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return user{}, false, fmt.Errorf("read an invitation: %w", err)
	}
	if err == nil && inv.Pending != nil {
		if err := s.createInvited(ctx, inv, version); err != nil {
			return user{}, false, err
		}
	}
	u, _, err := kvjson.Get[user](ctx, s.store, userKey(id))
	if fault.Is(err, fault.NotFound) {
		return user{}, false, nil
	}
	return u, err == nil, err
}
