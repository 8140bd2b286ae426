package identity

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/secret"
)

// Mailer sends mails to people. Send returns when the mail was handed over.
type Mailer interface {
	Send(ctx context.Context, mail Mail) error
}

// MailKind is what a mail is about.
type MailKind string

// The mails.
const (
	MailInvitation      MailKind = "invitation" // Link registers
	MailAlreadyMember   MailKind = "member"     // invited, but has an account; Link logs in
	MailPasswordReset   MailKind = "reset"      // Link sets a new password
	MailPasswordChanged MailKind = "changed"    // the password was changed; Link starts a reset
	MailTokenCreated    MailKind = "token"      // an API token was created; Link shows the account
	MailAccountLinked   MailKind = "linked"     // an account at the OIDC provider was linked; Link shows the account
	MailPasskeyCreated  MailKind = "passkey"    // a passkey was added; Link shows the account
	MailRecoveryUsed    MailKind = "recovery"   // a recovery code was used; Link shows the account
)

// Mail is what a mail has to say.
type Mail struct {
	Kind    MailKind
	To      string    // e-mail address
	By      string    // name of who invites
	Name    string    // of the API token or passkey
	Role    string    // what the invitation or the token allows, in words
	Address string    // network address that it was done from
	Link    string    // absolute URL; a secret in its fragment
	Expires time.Time // of the link; zero when it does not
}

// Config is what a Service needs. Store, Audit, Keys, BaseURL and Mailer are required.
type Config struct {
	Store   kv.Store
	Audit   *audit.Log
	Mailer  Mailer
	Keys    Read             // PEM bundle of private keys; the first signs, all verify
	Issuer  string           // of access tokens; empty is "ocim"
	BaseURL string           // of the pages, without a slash at the end
	Domains map[string]Role  // e-mail domains whose people enter by the OIDC provider, with the role they get
	Now     func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil is slog's default

	// WebAuthn is nil where passkeys cannot be used.
	WebAuthn WebAuthn
	// AdministratorsNeedPasskey suspends the rights of administrators without a passkey,
	// and refuses the others any other way to log in. It needs WebAuthn.
	AdministratorsNeedPasskey bool
	// PasswordsOff refuses passwords: people sign in by the OIDC provider or a passkey.
	PasswordsOff bool

	hashing *argon2id.Params // nil is standardHashing
}

// Service keeps people and their ways in. It is safe for concurrent use, by any
// number of replicas over one store.
type Service struct {
	store        kv.Store
	audit        *audit.Log
	mailer       Mailer
	keys         *keyring
	limits       *limit.Limiter
	passwords    *passwords
	issuer       string
	baseURL      string
	domains      map[string]Role
	now          func() time.Time
	logger       *slog.Logger
	pendingMails sync.WaitGroup // on their way
	mailSlots    chan struct{}

	webauthn                  WebAuthn // nil: passkeys cannot be used
	administratorsNeedPasskey bool
	passwordsOff              bool
}

// New makes a Service. It fails when the keys cannot be read.
func New(c Config) (*Service, error) {
	s := &Service{
		store: c.Store, audit: c.Audit, mailer: c.Mailer, issuer: cmp.Or(c.Issuer, defaultIssuer), baseURL: strings.TrimSuffix(c.BaseURL, "/"),
		domains: c.Domains, now: c.Now, logger: c.Logger, mailSlots: make(chan struct{}, 8),
		webauthn: c.WebAuthn, administratorsNeedPasskey: c.AdministratorsNeedPasskey, passwordsOff: c.PasswordsOff,
	}
	if s.administratorsNeedPasskey && s.webauthn == nil {
		return nil, fault.New(fault.Internal, "administrators cannot be asked for passkeys where these cannot be used: Ocim needs an https address with a host name")
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.logger == nil {
		s.logger = slog.Default()
	}
	s.limits = limit.New(s.store, s.now)
	var err error
	if s.keys, err = newKeyring(c.Keys); err != nil {
		return nil, err
	}
	if _, err = s.keys.first(); err != nil {
		return nil, err
	}
	s.passwords = newPasswords(c.hashing)
	return s, nil
}

// Drain waits until the mails that are on their way are sent, or ctx ends.
func (s *Service) Drain(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		s.pendingMails.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendLater sends a mail after the answer, so that no one can infer from the time
// whether one was sent. A nil mail only takes a slot.
func (s *Service) sendLater(ctx context.Context, mail *Mail) {
	select {
	case s.mailSlots <- struct{}{}:
	default:
		s.logger.WarnContext(ctx, "too many mails at once; one was not sent")
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	s.pendingMails.Go(func() {
		defer func() { cancel(); <-s.mailSlots }()
		if mail == nil {
			return
		}
		if err := s.mailer.Send(ctx, *mail); err != nil {
			s.logger.ErrorContext(ctx, "a mail was not sent", "kind", mail.Kind, "error", err)
		}
	})
}

// Visitor is where a request comes from.
type Visitor struct {
	Address string       // network address, from a trusted source
	Agent   string       // User-Agent header
	Device  secret.Value // what SignedIn.Device gave this browser, or empty
}

func (v Visitor) actor(u user) audit.Actor {
	return audit.Actor{UserID: u.ID, Email: u.Email, Address: v.Address}
}

// By is the user who acts, on others or on their own account.
type By struct {
	Principal
	Address string
}

func (b By) actor() audit.Actor {
	return audit.Actor{UserID: b.UserID, Email: b.Email, TokenID: b.TokenID, Address: b.Address}
}

// User is a person as administrators and the person see them.
type User struct {
	ID          string
	Email       string
	Name        string
	Grants      Grants
	Disabled    bool
	HasPassword bool
	HasExternal bool // linked to an account at the OIDC provider
	HasPasskey  bool
	// NeedsPasskey says that what administrators may do waits until the user has a
	// passkey.
	NeedsPasskey bool
	Created      time.Time
	LastLogin    time.Time // zero is never
}

func (s *Service) view(u user) User {
	out := u.view()
	out.HasPassword = s.hasPassword(u)
	return out
}

func (u user) view() User {
	return User{
		ID: u.ID, Email: u.Email, Name: u.Name, Grants: u.Grants.Clone(), Disabled: u.Disabled,
		HasPassword: u.Password != "", HasExternal: u.Subject != "", HasPasskey: len(u.Passkeys) > 0, NeedsPasskey: u.Suspended, Created: u.Created, LastLogin: u.LastLogin,
	}
}

// entry makes an audit entry; before and after may be nil.
func entry(actor audit.Actor, action, target string, before, after any) (*audit.Entry, error) {
	e := &audit.Entry{Actor: actor, Action: action, Target: target}
	var err error
	e.Before, e.After, err = audit.Values(before, after)
	return e, err
}

// newID returns a ULID in lower case.
func newID(now time.Time) string {
	return strings.ToLower(ulid.MustNew(ulid.Timestamp(now), rand.Reader).String())
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// newToken returns n random bytes as base64url.
func newToken(n int) string { return base64.RawURLEncoding.EncodeToString(randomBytes(n)) }

// userByEmail returns the user with the address. Whether or not there is one, it makes
// the same two reads.
func (s *Service) userByEmail(ctx context.Context, email string) (u user, found bool, err error) {
	c, _, err := kvjson.Get[claim](ctx, s.store, emailKey(email))
	claimed := err == nil
	if fault.Is(err, fault.NotFound) {
		c, err = claim{User: nobody}, nil
	}
	if err != nil {
		return user{}, false, fmt.Errorf("find an address: %w", err)
	}
	u, err = s.user(ctx, c.User)
	switch {
	case err == nil:
		return u, true, nil
	case !fault.Is(err, fault.NotFound):
		return user{}, false, err
	case !claimed:
		return user{}, false, nil
	}
	// A registration was interrupted before it was complete.
	return s.finishRegistration(ctx, email, c.User)
}
