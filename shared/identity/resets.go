package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// ResetLifetime is how long the link to a new password is good.
const ResetLifetime = 30 * time.Minute

// reset allows to set a new password once: it is good only while the password
// is the one of its generation.
type reset struct {
	UserID     string    `json:"userId"`
	Token      string    `json:"token"` // digest
	Generation int64     `json:"generation"`
	Expires    time.Time `json:"expires"`
}

func resetKey(id string) kv.Key { return kv.Key{Partition: "identity/reset/" + id, Sort: "reset"} }

// RequestReset sends a link to the account with the address, if there is one. The
// answer and the work are the same for an address without one. Beyond three
// mails, and one more each five minutes, an account gets none, and still the
// answer is the same; links that were sent before stay good.
func (s *Service) RequestReset(ctx context.Context, v Visitor, email string) error {
	if s.passwordsOff {
		return errPasswordsOff
	}
	if err := s.takePermits(ctx, permit{resetByAddress, network(v.Address)}); err != nil {
		return err
	}
	email, err := parseEmail(email)
	if err != nil {
		return err
	}
	u, found, err := s.userByEmail(ctx, email)
	if err != nil {
		return err
	}
	err = s.takePermits(ctx, permit{resetByAccount, email})
	if fault.Is(err, fault.Limited) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.now()
	id := newID(now)
	token := newToken(32)
	// A reset is stored even without an account, so that the time is the same.
	r := reset{UserID: nobody, Token: digest("reset", nobody, token), Expires: now.Add(ResetLifetime).UTC()}
	var mail *Mail
	if found && !u.Disabled {
		r.UserID, r.Token, r.Generation = u.ID, digest("reset", u.ID, token), u.Generation
		mail = &Mail{Kind: MailPasswordReset, To: u.Email, Link: s.link("reset", id+"."+token), Expires: r.Expires}
	}
	if err := s.save(ctx, resetKey(id), r, r.Expires.Add(time.Minute), kv.IfAbsent(), nil); err != nil {
		return fmt.Errorf("store a password reset: %w", err)
	}
	s.sendLater(ctx, mail)
	return nil
}

// errLink is the one answer to a link that is not good.
func errLink(cause string) error {
	return fault.Wrap(fault.NotFound, errors.New(cause), "This link is not valid any more. Ask for a new one.")
}

// RedeemReset sets a new password by the token of a link, once, and ends all
// sessions, API tokens, remembered browsers and the link to the OIDC provider.
// The result is for the browser to keep, as SignedIn.Device: with it
// the owner gets in even while strangers use up the account's attempts. A link
// that is expired, used or unknown is fault.NotFound.
func (s *Service) RedeemReset(ctx context.Context, v Visitor, token, password secret.Value) (secret.Value, error) {
	if s.passwordsOff {
		return secret.Value{}, errPasswordsOff
	}
	if err := s.takePermits(ctx, permit{linkByAddress, network(v.Address)}); err != nil {
		return secret.Value{}, err
	}
	id, plain, _ := strings.Cut(token.Reveal(), ".")
	if !isID(id) || len(plain) != 43 {
		return secret.Value{}, errLink("malformed")
	}
	r, _, err := kvjson.Get[reset](ctx, s.store, resetKey(id))
	if fault.Is(err, fault.NotFound) {
		return secret.Value{}, errLink("unknown")
	}
	if err != nil {
		return secret.Value{}, fmt.Errorf("read a password reset: %w", err)
	}
	if !same(r.Token, digest("reset", r.UserID, plain)) || !s.now().Before(r.Expires) {
		return secret.Value{}, errLink("wrong or expired")
	}
	u, err := s.user(ctx, r.UserID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return secret.Value{}, err
	}
	if err != nil || u.Disabled || u.Generation != r.Generation {
		return secret.Value{}, errLink("used")
	}
	hash, err := s.passwords.accept(ctx, password, u.Email, u.Name)
	if err != nil {
		return secret.Value{}, err
	}
	device := newToken(16)
	actor := audit.Actor{UserID: u.ID, Email: u.Email, Address: v.Address}
	err = s.setPassword(ctx, u.ID, newPassword{actor: actor, generation: r.Generation, hash: hash, device: device})
	if fault.Is(err, fault.Conflict) {
		return secret.Value{}, errLink("used")
	}
	return secret.New(device), err
}
