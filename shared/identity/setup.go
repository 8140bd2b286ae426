package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/secret"
)

// SetupLink returns the link that makes the first administrator; it is empty once
// there is one. All replicas give the same link while the signing key stays.
func (s *Service) SetupLink(ctx context.Context) (secret.Value, error) {
	done, err := s.IsSetUp(ctx)
	if err != nil || done {
		return secret.Value{}, err
	}
	k, err := s.keys.first()
	if err != nil {
		return secret.Value{}, err
	}
	token, err := k.setupToken()
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(s.link("setup", token)), nil
}

// link makes the address of a page with a secret in the fragment, which
// browsers send to no one.
func (s *Service) link(page, token string) string { return s.baseURL + "/" + page + "#" + token }

// SetUp makes the first administrator and logs them in. Of any number who try
// at once exactly one succeeds; the others get fault.Conflict. A wrong token is
// fault.Forbidden, wrong input fault.Invalid.
func (s *Service) SetUp(ctx context.Context, v Visitor, token secret.Value, email, name string, password secret.Value) (SignedIn, error) {
	if err := s.takePermits(ctx, permit{linkByAddress, network(v.Address)}); err != nil {
		return SignedIn{}, err
	}
	done, err := s.IsSetUp(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	if done {
		return SignedIn{}, errAlreadySetUp
	}
	if s.passwordsOff {
		return SignedIn{}, fault.New(fault.Forbidden, "The first administrator needs a password. Switch passwords on, and off again once the administrator signs in another way.")
	}
	if err := s.isSetupToken(token); err != nil {
		return SignedIn{}, err
	}
	if email, err = parseEmail(email); err != nil {
		return SignedIn{}, err
	}
	if name, err = cleanName(name); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.passwords.accept(ctx, password, email, name)
	if err != nil {
		return SignedIn{}, err
	}
	now := s.now()
	id := newID(now)
	u := user{
		ID: id, Email: email, Name: name, Password: hash, Grants: Grants{Global: Administrator},
		Generation: 1, AccessSeq: 1, Created: now.UTC(),
	}
	e, err := entry(audit.Actor{UserID: id, Email: email, Address: v.Address}, "user.created", "user/"+id, nil, audited(u))
	if err != nil {
		return SignedIn{}, err
	}
	r := roster{Seq: 1, Administrators: []string{id}, Intent: &intent{Seq: 1, UserID: id, Create: &u, Grants: u.Grants, Entry: e}}
	err = s.save(ctx, rosterKey, r, time.Time{}, kv.IfAbsent(), nil)
	if fault.Is(err, fault.Conflict) {
		return SignedIn{}, errAlreadySetUp
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("set up: %w", err)
	}
	if _, err := s.IsSetUp(ctx); err != nil { // carries the intent out
		return SignedIn{}, err
	}
	return s.start(ctx, v, id, 1, "password", s.now())
}

var errAlreadySetUp = fault.New(fault.Conflict, "Ocim is set up already. Log in, or ask an administrator for an invitation.")

func (s *Service) isSetupToken(token secret.Value) error {
	keys, err := s.keys.all()
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.private == nil {
			continue
		}
		want, err := k.setupToken()
		if err != nil {
			return err
		}
		if same(digest("setup", want), digest("setup", token.Reveal())) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "This set-up link is not right. The log of the auth function shows the one that is.")
}

// auditedUser is what the audit log keeps of a user.
type auditedUser struct {
	Email    string `json:"email"`
	Grants   Grants `json:"grants"`
	Disabled bool   `json:"disabled"`
	// RevokedTokens are the API tokens that ended with the change.
	RevokedTokens []string `json:"revokedTokens,omitempty"`
}

func audited(u user) auditedUser {
	return auditedUser{Email: u.Email, Grants: u.Grants, Disabled: u.Disabled}
}
