package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/secret"
)

// wrongPassword is the only answer to a failed log-in.
func wrongPassword() error {
	return fault.New(fault.Unauthenticated, "The e-mail address or the password is wrong.")
}

// LogIn begins a session by e-mail address and password. Whatever is wrong, the
// answer is the same fault.Unauthenticated after the same work. Too many
// failures are fault.Limited, per network and per account; a browser that logged
// in to the account before has attempts of its own, whatever its network.
//
// Where a passkey is demanded, the right password alone is fault.Forbidden on
// "passkey": the passkey, or a recovery code, has to come with it.
func (s *Service) LogIn(ctx context.Context, v Visitor, email string, password secret.Value) (SignedIn, error) {
	return s.LogInWithCode(ctx, v, email, password, secret.Value{})
}

// LogInWithCode is LogIn with a recovery code, which is used up, in place of a passkey.
// Without a demand for a passkey, the code is left.
func (s *Service) LogInWithCode(ctx context.Context, v Visitor, email string, password, code secret.Value) (SignedIn, error) {
	if s.passwordsOff {
		return SignedIn{}, errPasswordsOff
	}
	email, err := parseEmail(email)
	if err != nil {
		email = nobody // an address without an account takes the same path
	}
	u, found, a, err := s.attemptOf(ctx, v, email)
	if err != nil {
		return SignedIn{}, err
	}
	match, err := s.passwords.matches(ctx, password.Reveal(), u.Password)
	if err != nil {
		return SignedIn{}, fmt.Errorf("check a password: %w", err)
	}
	if !found || !match || u.Disabled {
		if err := s.take(ctx, a); err != nil {
			return SignedIn{}, err
		}
		s.recordRefusal(ctx, v, email)
		return SignedIn{}, wrongPassword()
	}
	if s.demandsPasskey(u.user) {
		if err := s.take(ctx, a); err != nil {
			return SignedIn{}, err
		}
		return s.logInWithCode(ctx, v, u.user, code, a.permits)
	}
	// Others may have guessed meanwhile.
	keys := append(a.keys(), s.audit.Needs(u.Audit)...)
	read, err := s.readAll(ctx, keys...)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.allow(ctx, a, read); err != nil {
		return SignedIn{}, err
	}
	s.returnPermits(ctx, a.taken...)
	u.read = audit.NewRead(keys, read)
	return s.startFrom(ctx, v, &u, u.Generation, "password", s.now())
}

// attemptOf finds the user of an address and the permits that a try to log in needs, and
// refuses the try when there are none left. Whether or not there is such a user, it makes
// the same two reads.
func (s *Service) attemptOf(ctx context.Context, v Visitor, email string) (u readUser, found bool, a *attempt, err error) {
	a = &attempt{permits: []permit{{loginByAddress, network(v.Address)}, {loginByAccount, email}}}
	read, err := s.readAll(ctx, append(a.keys(), emailKey(email))...)
	if err != nil {
		return u, false, a, err
	}
	c := claim{User: nobody}
	item, claimed := read[emailKey(email)]
	if claimed {
		if c, err = kvjson.Decode[claim](item); err != nil {
			return u, false, a, fmt.Errorf("find an address: %w", err)
		}
	}
	byDevice := &attempt{permits: []permit{{loginByDevice, c.User + " " + deviceDigest(c.User, v.Device.Reveal())}}}
	of, err := s.readAll(ctx, append(byDevice.keys(), userKey(c.User))...)
	if err != nil {
		return u, false, a, err
	}
	item, found = of[userKey(c.User)]
	switch {
	case found:
		u.version = item.Version
		u.user, err = kvjson.Decode[user](item)
	case claimed: // a registration was interrupted before it was complete
		u.user, found, err = s.finishRegistration(ctx, email, c.User)
	}
	if err != nil {
		return u, false, a, fmt.Errorf("read a user: %w", err)
	}
	if found && u.isKnownDevice(v.Device.Reveal()) {
		// The failures of others, at the account or from the address, do not count here.
		a, read = byDevice, of
	}
	return u, found, a, s.allow(ctx, a, read)
}

// logInWithCode goes on after the right password of a user who needs more than that.
func (s *Service) logInWithCode(ctx context.Context, v Visitor, u user, code secret.Value, permits []permit) (SignedIn, error) {
	if code.IsZero() {
		return SignedIn{}, ErrPasskeyDemanded
	}
	in, err := s.start(ctx, v, u.ID, u.Generation, "recovery", s.now(), useRecoveryCode(code))
	if fault.Is(err, fault.Invalid) {
		s.recordRefusal(ctx, v, u.Email)
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.returnPermits(ctx, permits...)
	s.sendLater(ctx, &Mail{Kind: MailRecoveryUsed, To: u.Email, Address: v.Address, Link: s.baseURL + "/account"})
	return in, nil
}

// recordRefusal notes a failed log-in in the audit log, whether or not the account
// exists. Beyond refusalsRecorded, only the function's own log has it.
func (s *Service) recordRefusal(ctx context.Context, v Visitor, email string) {
	err := s.takePermits(ctx, permit{refusalsRecorded, "all"})
	if err == nil {
		// What is no address may be a password in the wrong field.
		if email == nobody {
			email = ""
		}
		err = s.audit.Note(ctx, newID(s.now()), time.Hour, audit.Entry{
			Actor: audit.Actor{Email: email, Address: v.Address}, Action: "session.refused", Target: "session",
		})
	}
	if err != nil {
		s.logger.WarnContext(ctx, "a failed log-in is not in the audit log", "address", v.Address, "error", err)
	}
}

// deviceLength is that of what a browser keeps: 16 random bytes as base64url.
const deviceLength = 22

func deviceDigest(userID, device string) string { return digest("device", userID, device) }

// isKnownDevice reports whether the browser logged in as the user before.
func (u user) isKnownDevice(device string) bool {
	if len(device) != deviceLength {
		return false
	}
	sum, known := deviceDigest(u.ID, device), false
	for _, d := range u.Devices {
		known = same(d, sum) || known
	}
	return known
}

func (u *user) rememberDevice(device string) {
	u.Devices = last(append(u.Devices, deviceDigest(u.ID, device)), maxDevices)
}

// Me returns a user as they are now.
func (s *Service) Me(ctx context.Context, userID string) (User, error) {
	u, err := s.user(ctx, userID)
	return s.view(u), err
}

// Rename changes the caller's own name, 1 to 200 bytes.
func (s *Service) Rename(ctx context.Context, by By, name string) (User, error) {
	name, err := cleanName(name)
	if err != nil {
		return User{}, err
	}
	u, err := s.changeUser(ctx, by.UserID, func(u *user) (*audit.Entry, error) {
		before := map[string]string{"name": u.Name}
		if u.Name == name {
			return nil, errUnchanged
		}
		u.Name = name
		return entry(by.actor(), "user.renamed", "user/"+u.ID, before, map[string]string{"name": name})
	})
	return s.view(u), err
}

// ChangePassword changes the caller's own password, or sets the first one of
// a user who only used the OIDC provider (then current is ignored, and the
// sign-in must be recent). All other sessions end. Unless keepAccess is true, API
// tokens, remembered browsers and the link to the OIDC provider end, too. The
// result is for the browser to keep, as SignedIn.Device.
func (s *Service) ChangePassword(ctx context.Context, by By, current, password secret.Value, keepAccess bool) (secret.Value, error) {
	if s.passwordsOff {
		return secret.Value{}, errPasswordsOff
	}
	limited := permit{passwordByAccount, by.UserID}
	if err := s.takePermits(ctx, limited); err != nil {
		return secret.Value{}, err
	}
	u, err := s.user(ctx, by.UserID)
	if err != nil {
		return secret.Value{}, err
	}
	if u.Password == "" {
		if err := s.requireProof(ctx, by); err != nil {
			return secret.Value{}, err
		}
	} else {
		match, err := s.passwords.matches(ctx, current.Reveal(), u.Password)
		if err != nil {
			return secret.Value{}, fmt.Errorf("check a password: %w", err)
		}
		if !match {
			return secret.Value{}, fault.InvalidField("current", "The current password is wrong.")
		}
	}
	hash, err := s.passwords.accept(ctx, password, u.Email, u.Name)
	if err != nil {
		return secret.Value{}, err
	}
	s.returnPermits(ctx, limited)
	device := newToken(16)
	err = s.setPassword(ctx, u.ID, newPassword{
		actor: by.actor(), generation: u.Generation, hash: hash, keepSession: by.SessionID, device: device, keepAccess: keepAccess,
	})
	return secret.New(device), err
}

// newPassword is how a password is set.
type newPassword struct {
	actor       audit.Actor
	generation  int64 // that the user must still have
	hash        string
	keepSession string // the one session that goes on; may be empty
	device      string // the browser that is remembered from now on
	keepAccess  bool   // leaves API tokens, remembered browsers and the link as they are
}

// setPassword stores a hash, ends the other sessions and ways in, and mails the
// owner.
func (s *Service) setPassword(ctx context.Context, id string, p newPassword) error {
	var ended, revoked []string
	u, err := s.changeUser(ctx, id, func(u *user) (*audit.Entry, error) {
		if u.Disabled || u.Generation != p.generation {
			return nil, fault.New(fault.Conflict, "The password was changed in the meantime.")
		}
		u.Password = p.hash
		u.Generation++
		ended = slices.DeleteFunc(slices.Clone(u.Sessions), isSession(p.keepSession))
		u.Sessions = slices.DeleteFunc(u.Sessions, func(id string) bool { return id != p.keepSession })
		revoked = nil
		if !p.keepAccess {
			revoked = u.revokeWaysIn()
		}
		u.rememberDevice(p.device)
		return entry(p.actor, "user.password", "user/"+id, nil, map[string]any{"revokedTokens": revoked, "keptAccess": p.keepAccess})
	})
	if err != nil {
		return err
	}
	s.discard(ctx, "session", sessionKey, id, ended)
	s.discard(ctx, "token", tokenKey, id, revoked)
	s.sendLater(ctx, &Mail{Kind: MailPasswordChanged, To: u.Email, Link: s.baseURL + "/reset"})
	return nil
}
