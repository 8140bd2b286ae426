package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// External is what an OIDC provider vouches for.
type External struct {
	Issuer   string
	Subject  string
	Email    string
	Verified bool   // the provider checked that the address is the person's
	Name     string // may be empty
	Hosted   string // Google's "hd": the organization that owns the account
	// AuthTime is when the person last proved to the provider who they are; zero
	// when it did not say.
	AuthTime time.Time
}

const googleIssuer = "https://accounts.google.com"

// SignInExternal logs in a person whom an OIDC provider vouches for: the owner of a
// linked account; else, by verified address, an existing user, who is linked if
// the provider is the authority for the address, or a person who was invited or
// belongs to an allowed domain, for whom a user is created. A user whose address
// the provider has no authority for gets a *LinkRequired, all others
// fault.Forbidden.
func (s *Service) SignInExternal(ctx context.Context, v Visitor, x External) (SignedIn, error) {
	if err := s.takePermits(ctx, permit{loginByAddress, network(v.Address)}); err != nil {
		return SignedIn{}, err
	}
	email, err := parseEmail(x.Email)
	if err != nil || !x.Verified {
		return SignedIn{}, fault.New(fault.Forbidden, "The e-mail address of this account is not verified.")
	}
	if x.Issuer == "" || x.Subject == "" {
		return SignedIn{}, fault.New(fault.Forbidden, "This account cannot be identified uniquely.")
	}
	subject := digest("subject", x.Issuer, x.Subject)
	u, err := s.externalUser(ctx, v, x, email, subject)
	if err != nil {
		return SignedIn{}, err
	}
	if u.Disabled {
		return SignedIn{}, fault.New(fault.Forbidden, "This account is disabled. Ask an administrator.")
	}
	if s.demandsPasskey(u) {
		return SignedIn{}, ErrPasskeyDemanded
	}
	return s.start(ctx, v, u.ID, u.Generation, "google", x.AuthTime)
}

func (s *Service) externalUser(ctx context.Context, v Visitor, x External, email, subject string) (user, error) {
	c, _, err := kvjson.Get[claim](ctx, s.store, subjectKey(subject))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return user{}, fmt.Errorf("find a linked account: %w", err)
	}
	if err == nil {
		u, err := s.user(ctx, c.User)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return user{}, err
		}
		if err == nil && u.Subject == subject {
			return u, nil
		}
		// The link was begun and not finished: go on by address.
	}
	u, found, err := s.userByEmail(ctx, email)
	if err != nil {
		return user{}, err
	}
	if found && (u.Subject != "" || u.Disabled || s.isAuthority(x, email)) {
		return s.linkExternal(ctx, v.actor(u), u, subject)
	}
	if found {
		return user{}, s.requireLink(ctx, u, subject)
	}
	return s.registerExternal(ctx, v, x, email, subject)
}

// linkExternal ties a user to an account of the provider. An address that the
// provider gave to another person later does not open the first one's account.
func (s *Service) linkExternal(ctx context.Context, by audit.Actor, u user, subject string) (user, error) {
	if u.Disabled {
		return u, nil
	}
	other := fault.New(fault.Forbidden, "This user is linked to another account.")
	if u.Subject != "" && u.Subject != subject {
		return user{}, other
	}
	err := s.claimFor(ctx, subjectKey(subject), u.ID)
	if fault.Is(err, fault.Conflict) {
		return user{}, other
	}
	if err != nil {
		return user{}, err
	}
	linked := false
	u, err = s.changeUser(ctx, u.ID, func(u *user) (*audit.Entry, error) {
		linked = false
		switch u.Subject {
		case subject:
			return nil, errUnchanged
		case "":
			u.Subject, linked = subject, true
			return entry(by, "user.linked", "user/"+u.ID, nil, map[string]string{"email": u.Email})
		}
		return nil, other
	})
	if err == nil && linked {
		s.sendLater(ctx, &Mail{Kind: MailAccountLinked, To: u.Email, Address: by.Address, Link: s.baseURL + "/account"})
	}
	return u, err
}

// registerExternal creates a user for someone who was invited or has an address of an allowed domain.
func (s *Service) registerExternal(ctx context.Context, v Visitor, x External, email, subject string) (user, error) {
	strangers := fault.New(fault.Forbidden, "There is no account for %s. Ask an administrator for an invitation.", email)
	ready, err := s.IsSetUp(ctx)
	if err != nil {
		return user{}, err
	}
	if !ready {
		return user{}, fault.New(fault.Forbidden, "Ocim is not set up yet.")
	}
	name, err := cleanName(x.Name)
	if err != nil {
		name = email
	}
	inv, version, err := kvjson.Get[invitation](ctx, s.store, invitationKey(invitationID(email)))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return user{}, fmt.Errorf("read an invitation: %w", err)
	}
	if err == nil && inv.view(s.now()).State == InvitationValid {
		return s.acceptInvitation(ctx, v, inv, version, user{Name: name, Subject: subject})
	}
	_, domain, _ := strings.Cut(email, "@")
	role, allowed := s.domains[domain]
	if !allowed || !s.isAuthority(x, email) {
		return user{}, strangers
	}
	now := s.now().UTC()
	id, err := s.claimOrGet(ctx, emailKey(email), newID(now))
	if err != nil {
		return user{}, err
	}
	u := user{ID: id, Email: email, Name: name, Subject: subject, Grants: Grants{Global: role}, Generation: 1, Created: now}
	e, err := entry(v.actor(u), "user.created", "user/"+id, nil, audited(u))
	if err != nil {
		return user{}, err
	}
	if err := s.createUser(ctx, u, e); err != nil {
		return user{}, fmt.Errorf("create a user: %w", err)
	}
	if u, err = s.user(ctx, id); err != nil {
		return user{}, err
	}
	if u.Subject != subject {
		return user{}, strangers // the address was registered at the same moment
	}
	return u, nil
}
