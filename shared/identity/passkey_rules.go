package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/standing"
)

// RecoveryCodes is how many codes stand in for a passkey that is lost.
const RecoveryCodes = 10

// recoveryBytes is how much randomness is in a code: with fewer, someone with a copy of the
// store could try them all.
const recoveryBytes = 10

// ErrPasskeyDemanded says that the password, or the OIDC provider, alone does not open the
// account. Clients recognize it by its field.
var ErrPasskeyDemanded = fault.InvalidField("passkey", "Use your passkey, or enter a recovery code.").WithKind(fault.Forbidden)

// errPasswordsOff answers everything that needs a password.
var errPasswordsOff = fault.New(fault.Forbidden, "Passwords are switched off here. Use the sign-in provider or a passkey.")

// suspends reports whether the user's administrator rights wait until they have a
// passkey.
func (s *Service) suspends(u user) bool {
	return s.administratorsNeedPasskey && len(u.Passkeys) == 0 && isAdministrator(u.Grants)
}

func isAdministrator(g Grants) bool {
	return g.Global == Administrator || slices.Contains(slices.Collect(maps.Values(g.Clusters)), Administrator)
}

// demandsPasskey reports whether the user logs in only with a passkey or a recovery
// code.
func (s *Service) demandsPasskey(u user) bool {
	return len(u.Passkeys) > 0 && (u.PasskeyOnly || s.administratorsNeedPasskey && isAdministrator(u.Grants))
}

// effective returns what the user may do now.
func (u user) effective() Grants { return standing.Effective(u.Grants, u.Suspended) }

// hasPassword reports whether the user can prove who they are by a password.
func (s *Service) hasPassword(u user) bool { return u.Password != "" && !s.passwordsOff }

// ApplyPasskeyRule brings all users in line with whether administrators need a passkey,
// which may have changed since the last start.
func (s *Service) ApplyPasskeyRule(ctx context.Context) error {
	users, err := all[user](ctx, s.store, userPartition)
	if err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	for _, u := range users {
		if err := s.applyPasskeyRule(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) applyPasskeyRule(ctx context.Context, u user) error {
	if u.Suspended == s.suspends(u) {
		return nil
	}
	_, err := s.changeUser(ctx, u.ID, func(*user) (*audit.Entry, error) { return nil, nil }) // which does it
	return err
}

// PasskeyState is how a user logs in with passkeys.
type PasskeyState struct {
	Passkeys []Passkey `json:"passkeys" nullable:"false"` // oldest first
	Codes    int       `json:"recoveryCodes" doc:"How many are left"`
	Only     bool      `json:"only" doc:"The user chose that nothing else lets them in"`
	Demanded bool      `json:"demanded" doc:"The installation demands a passkey of this user"`
}

// Passkeys returns how a user logs in with passkeys.
func (s *Service) Passkeys(ctx context.Context, userID string) (PasskeyState, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return PasskeyState{}, err
	}
	stored, err := s.passkeysOf(ctx, u)
	if err != nil {
		return PasskeyState{}, err
	}
	return PasskeyState{
		Passkeys: views(stored), Codes: len(u.Recovery), Only: u.PasskeyOnly, Demanded: s.administratorsNeedPasskey && isAdministrator(u.Grants),
	}, nil
}

// SetPasskeyOnly says whether the caller's account opens to nothing but a passkey or a
// recovery code. It needs a recent proof, and a passkey.
func (s *Service) SetPasskeyOnly(ctx context.Context, by By, only bool) error {
	if err := s.requireProof(ctx, by); err != nil {
		return err
	}
	_, err := s.changeUser(ctx, by.UserID, func(u *user) (*audit.Entry, error) {
		if u.PasskeyOnly == only {
			return nil, errUnchanged
		}
		if len(u.Passkeys) == 0 {
			return nil, fault.New(fault.Conflict, "Add a passkey first.")
		}
		u.PasskeyOnly = only
		return entry(by.actor(), "passkey.only", "user/"+u.ID, map[string]bool{"only": !only}, map[string]bool{"only": only})
	})
	return err
}

// NewRecoveryCodes replaces the caller's recovery codes. It needs a recent proof, and
// a passkey.
func (s *Service) NewRecoveryCodes(ctx context.Context, by By) ([]secret.Value, error) {
	if err := s.requireProof(ctx, by); err != nil {
		return nil, err
	}
	codes, digests := recoveryCodes(by.UserID)
	_, err := s.changeUser(ctx, by.UserID, func(u *user) (*audit.Entry, error) {
		if len(u.Passkeys) == 0 {
			return nil, fault.New(fault.Conflict, "Add a passkey first.")
		}
		u.Recovery = digests
		return entry(by.actor(), "passkey.codes", "user/"+u.ID, nil, map[string]int{"codes": len(digests)})
	})
	return codes, err
}

// recoveryCodes makes codes for a user, and what is stored of them.
func recoveryCodes(userID string) (codes []secret.Value, digests []string) {
	for range RecoveryCodes {
		text := tokenEncoding.EncodeToString(randomBytes(recoveryBytes))
		codes = append(codes, secret.New(strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-")))
		digests = append(digests, recoveryDigest(userID, text))
	}
	return codes, digests
}

// recoveryDigest is what is stored of a code, however the person wrote it.
func recoveryDigest(userID, code string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	return digest("recovery", userID, plain)
}

// useRecoveryCode takes a code off u; one that is wrong or was used is an error.
func useRecoveryCode(code secret.Value) func(u *user) error {
	return func(u *user) error {
		sum := recoveryDigest(u.ID, code.Reveal())
		left := slices.DeleteFunc(slices.Clone(u.Recovery), func(d string) bool { return same(d, sum) })
		if len(left) == len(u.Recovery) {
			return fault.InvalidField("recoveryCode", "This recovery code is wrong or was used.")
		}
		u.Recovery = left
		return nil
	}
}
