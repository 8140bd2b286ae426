package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/secret"
)

// invitationLifetime is how long an invitation is good.
const invitationLifetime = 7 * 24 * time.Hour

// invitationKept is how long an invitation that came to nothing can be looked
// up, so that its link still says why.
const invitationKept = 90 * 24 * time.Hour

// InvitationState is what became of an invitation.
type InvitationState string

// The states.
const (
	InvitationValid   InvitationState = "valid"
	InvitationExpired InvitationState = "expired"
	InvitationUsed    InvitationState = "used"
	InvitationRevoked InvitationState = "revoked" // or replaced by a newer link
)

// Invitation lets the owner of an address register.
type Invitation struct {
	ID      string
	Email   string
	Grants  Grants
	By      string // e-mail address of who invited
	State   InvitationState
	Created time.Time
	Expires time.Time
}

// invitation is the one item of an address: inviting again replaces it.
type invitation struct {
	kvjson.Rest
	ID      string          `json:"id"`
	Email   string          `json:"email"`
	Grants  Grants          `json:"grants"`
	By      string          `json:"by"`
	Token   string          `json:"token"`         // digest
	Old     []string        `json:"old,omitempty"` // digests of links that a newer one replaced
	State   InvitationState `json:"state"`         // never expired, which follows from the time
	Created time.Time       `json:"created"`
	Expires time.Time       `json:"expires"`
	Pending *user           `json:"pending,omitempty"` // who registered, until their item is written
	Audit   audit.Trail     `json:"audit,omitempty"`
}

const invitationPartition = "identity/invitation"

// maxOld bounds how many replaced links still say that they were replaced.
const maxOld = 5

func invitationKey(id string) kv.Key { return kv.Key{Partition: invitationPartition, Sort: id} }

// invitationID is the same for the same address, so there is one at most.
func invitationID(email string) string { return digest("invitation of", email)[:26] }

func (i invitation) view(now time.Time) Invitation {
	out := Invitation{ID: i.ID, Email: i.Email, Grants: i.Grants.Clone(), By: i.By, State: i.State, Created: i.Created, Expires: i.Expires}
	if out.State == InvitationValid && !now.Before(i.Expires) {
		out.State = InvitationExpired
	}
	return out
}

func (i invitation) kept() time.Time { return i.Expires.Add(invitationKept) }

// Invite sends a link to register. An address that was invited before gets a
// new link in place of the old one. One that has an account gets a mail that
// says so; the answer is the same.
func (s *Service) Invite(ctx context.Context, by By, email string, grants Grants) (Invitation, error) {
	if err := s.mayInvite(ctx, by); err != nil {
		return Invitation{}, err
	}
	email, err := parseEmail(email)
	if err != nil {
		return Invitation{}, err
	}
	if err := grants.Validate(); err != nil {
		return Invitation{}, err
	}
	_, member, err := s.userByEmail(ctx, email)
	if err != nil {
		return Invitation{}, err
	}
	id := invitationID(email)
	var inv invitation
	var token string
	err = retry(ctx, func() error {
		before, version, err := kvjson.Get[invitation](ctx, s.store, invitationKey(id))
		cond := kv.IfVersion(version)
		if fault.Is(err, fault.NotFound) {
			cond, err = kv.IfAbsent(), nil
		}
		if err != nil {
			return fmt.Errorf("read an invitation: %w", err)
		}
		if before.Pending != nil {
			if err := s.createInvited(ctx, before, version); err != nil {
				return err
			}
			return errRaced
		}
		now := s.now().UTC()
		inv = invitation{
			ID: id, Email: email, Grants: grants.Clone(), By: by.Email, State: InvitationValid,
			Created: now, Expires: now.Add(invitationLifetime), Audit: before.Audit,
		}
		token = inv.renew(before)
		e, err := entry(by.actor(), "invitation.created", "invitation/"+id, nil, map[string]any{"email": email, "grants": grants})
		if err != nil {
			return err
		}
		return raced(s.save(ctx, invitationKey(id), inv, inv.kept(), cond, e))
	})
	if err != nil {
		return Invitation{}, err
	}
	return inv.view(s.now()), s.sendInvitation(ctx, inv, token, by, member)
}

// mayInvite refuses who invites too often, or has not proved lately who they are.
func (s *Service) mayInvite(ctx context.Context, by By) error {
	if err := s.takePermits(ctx, permit{inviteByAccount, by.UserID}, permit{inviteByAddress, network(by.Address)}); err != nil {
		return err
	}
	return s.requireProof(ctx, by)
}

// renew returns the invitation a new token and remembers the ones before.
func (i *invitation) renew(before invitation) string {
	token := newToken(32)
	if before.Token != "" {
		i.Old = last(append(slices.Clone(before.Old), before.Token), maxOld)
	}
	i.Token = invitationDigest(i.Email, token)
	return token
}

func invitationDigest(email, token string) string { return digest("invitation", email, token) }

func (s *Service) sendInvitation(ctx context.Context, inv invitation, token string, by By, member bool) error {
	name := cmp.Or(by.Name, by.Email)
	mail := Mail{
		Kind: MailInvitation, To: inv.Email, By: name, Role: inv.Grants.Describe(),
		Link: s.link("register", inv.ID+"."+token), Expires: inv.Expires,
	}
	if member {
		mail = Mail{Kind: MailAlreadyMember, To: inv.Email, By: name, Link: s.baseURL + "/login"}
	}
	if err := s.mailer.Send(ctx, mail); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The invitation is stored, but the mail could not be sent. Resend it later.")
	}
	return nil
}

// Invitations returns all invitations, the newest first.
func (s *Service) Invitations(ctx context.Context) ([]Invitation, error) {
	stored, err := all[invitation](ctx, s.store, invitationPartition)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	out := make([]Invitation, 0, len(stored))
	for _, i := range stored {
		out = append(out, i.view(s.now()))
	}
	order.Sort(out, func(a, b Invitation) int { return b.Created.Compare(a.Created) })
	return out, nil
}

// ResendInvitation sends a new link, good for another seven days, in place of
// the old one. Of an invitation that was used or revoked it is fault.Conflict.
func (s *Service) ResendInvitation(ctx context.Context, by By, id string) (Invitation, error) {
	if err := s.mayInvite(ctx, by); err != nil {
		return Invitation{}, err
	}
	var token string
	inv, err := s.changeInvitation(ctx, id, func(i *invitation) (*audit.Entry, error) {
		if i.State != InvitationValid {
			return nil, fault.New(fault.Conflict, "This invitation was %s.", i.State)
		}
		before := map[string]any{"expires": i.Expires}
		i.Expires = s.now().UTC().Add(invitationLifetime)
		token = i.renew(*i)
		return entry(by.actor(), "invitation.resent", "invitation/"+id, before, map[string]any{"email": i.Email, "expires": i.Expires})
	})
	if err != nil {
		return Invitation{}, err
	}
	_, member, err := s.userByEmail(ctx, inv.Email)
	if err != nil {
		return Invitation{}, err
	}
	return inv.view(s.now()), s.sendInvitation(ctx, inv, token, by, member)
}

// RevokeInvitation makes the link useless. One that was used is fault.Conflict.
func (s *Service) RevokeInvitation(ctx context.Context, by By, id string) error {
	_, err := s.changeInvitation(ctx, id, func(i *invitation) (*audit.Entry, error) {
		switch i.State {
		case InvitationUsed:
			return nil, fault.New(fault.Conflict, "This invitation was used. Disable the user instead.")
		case InvitationRevoked:
			return nil, errUnchanged
		}
		i.State = InvitationRevoked
		return entry(by.actor(), "invitation.revoked", "invitation/"+id, map[string]any{"email": i.Email, "grants": i.Grants}, nil)
	})
	return err
}

func (s *Service) changeInvitation(ctx context.Context, id string, change func(*invitation) (*audit.Entry, error)) (invitation, error) {
	noSuch := fault.New(fault.NotFound, "There is no such invitation.")
	if len(id) != 26 {
		return invitation{}, noSuch
	}
	var inv invitation
	err := retry(ctx, func() error {
		var version int64
		var err error
		if inv, version, err = kvjson.Get[invitation](ctx, s.store, invitationKey(id)); err != nil {
			return err
		}
		e, err := change(&inv)
		if err != nil {
			return err
		}
		return raced(s.save(ctx, invitationKey(id), inv, inv.kept(), kv.IfVersion(version), e))
	})
	if fault.Is(err, fault.NotFound) {
		return invitation{}, noSuch
	}
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return inv, err
}

// byToken returns the invitation of a link.
func (s *Service) byToken(ctx context.Context, token secret.Value) (invitation, int64, error) {
	id, plain, _ := strings.Cut(token.Reveal(), ".")
	if len(id) != 26 || len(plain) != 43 {
		return invitation{}, 0, errLink("malformed")
	}
	inv, version, err := kvjson.Get[invitation](ctx, s.store, invitationKey(id))
	if fault.Is(err, fault.NotFound) {
		return invitation{}, 0, errLink("unknown")
	}
	if err != nil {
		return invitation{}, 0, fmt.Errorf("read an invitation: %w", err)
	}
	sum := invitationDigest(inv.Email, plain)
	if same(inv.Token, sum) {
		return inv, version, nil
	}
	if slices.ContainsFunc(inv.Old, func(old string) bool { return same(old, sum) }) {
		inv.State = InvitationRevoked
		return inv, version, nil
	}
	return invitation{}, 0, errLink("wrong")
}

// LookUpInvitation returns the invitation of a link, and whether it can still be
// used. An unknown link is fault.NotFound.
func (s *Service) LookUpInvitation(ctx context.Context, v Visitor, token secret.Value) (Invitation, error) {
	if err := s.takePermits(ctx, permit{linkByAddress, network(v.Address)}); err != nil {
		return Invitation{}, err
	}
	inv, _, err := s.byToken(ctx, token)
	if err != nil {
		return Invitation{}, err
	}
	_, member, err := s.userByEmail(ctx, inv.Email)
	if err != nil {
		return Invitation{}, err
	}
	out := inv.view(s.now())
	if member {
		out.State = InvitationUsed
	}
	return out, nil
}
