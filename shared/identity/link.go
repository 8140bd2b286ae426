package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// LinkLifetime is how long a sign-in waits for the password of the account that it
// is to be linked to.
const LinkLifetime = 10 * time.Minute

// LinkRequired says that an account with the address exists, and that its owner
// has to log in before the provider's account is linked to it. It is of kind
// fault.Forbidden.
type LinkRequired struct {
	// Token is for the browser to keep and to pass to Link.
	Token secret.Value
}

// Error says what to do.
func (*LinkRequired) Error() string { return errLinkRequired.Message }

// Unwrap returns the fault.
func (*LinkRequired) Unwrap() error { return errLinkRequired }

var errLinkRequired = fault.New(fault.Forbidden, "An account with this address exists. Log in with its password to link the two.")

// pendingLink is a sign-in that waits for the account's password.
type pendingLink struct {
	UserID  string    `json:"userId"`
	Token   string    `json:"token"` // digest
	Subject string    `json:"subject"`
	Expires time.Time `json:"expires"`
}

func pendingLinkKey(id string) kv.Key { return kv.Key{Partition: "identity/link/" + id, Sort: "link"} }

// isAuthority reports whether the provider decides who owns the address. Anyone
// can create a Google account with an address of any domain: that the domain's
// organization owns the account is what "hd" says. Another provider is the
// authority for the domains that it is configured for.
func (s *Service) isAuthority(x External, email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	if x.Issuer == googleIssuer {
		return domain == "gmail.com" || domain == "googlemail.com" || strings.EqualFold(x.Hosted, domain)
	}
	_, trusted := s.domains[domain]
	return trusted
}

// requireLink keeps a sign-in until its owner proves that the account is theirs.
func (s *Service) requireLink(ctx context.Context, u user, subject string) error {
	now := s.now()
	id := newID(now)
	token := newToken(32)
	p := pendingLink{UserID: u.ID, Token: digest("link", id, token), Subject: subject, Expires: now.Add(LinkLifetime).UTC()}
	if err := s.save(ctx, pendingLinkKey(id), p, p.Expires, kv.IfAbsent(), nil); err != nil {
		return fmt.Errorf("store a sign-in: %w", err)
	}
	return &LinkRequired{Token: secret.New(id + "." + token)}
}

// Link links the provider's account of a LinkRequired to the caller, who must have
// proved recently who they are.
func (s *Service) Link(ctx context.Context, by By, token secret.Value) (User, error) {
	if err := s.requireProof(ctx, by); err != nil {
		return User{}, err
	}
	expired := fault.New(fault.NotFound, "This sign-in has expired. Start again.")
	id, plain, _ := strings.Cut(token.Reveal(), ".")
	if !isID(id) || len(plain) != 43 {
		return User{}, expired
	}
	p, _, err := kvjson.Get[pendingLink](ctx, s.store, pendingLinkKey(id))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return User{}, fmt.Errorf("read a sign-in: %w", err)
	}
	if err != nil || !same(p.Token, digest("link", id, plain)) || p.UserID != by.UserID || !s.now().Before(p.Expires) {
		return User{}, expired
	}
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return User{}, err
	}
	if u, err = s.linkExternal(ctx, by.actor(), u, p.Subject); err != nil {
		return User{}, err
	}
	if err := s.store.Delete(ctx, pendingLinkKey(id), kv.Always); err != nil {
		s.logger.WarnContext(ctx, "a finished sign-in was left to expire", "error", err)
	}
	return s.view(u), nil
}
