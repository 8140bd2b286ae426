package identity

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/standing"
)

// maxTokenLifetime is the longest an API token can be good for.
const maxTokenLifetime = 366 * 24 * time.Hour

// tokenSeen is how exactly the last use of an API token is known.
const tokenSeen = 10 * time.Minute

// tokenMoved is how soon a use from another address is recorded.
const tokenMoved = time.Minute

// Token is one of a user's API tokens, without its secret.
type Token struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Role     Role      `json:"role" enum:"viewer,operator,administrator"`
	Clusters []string  `json:"clusters" nullable:"false" doc:"Cluster ids; empty means wherever the owner has the role"`
	Created  time.Time `json:"createdAt"`
	Expires  time.Time `json:"expiresAt"`
	LastUsed time.Time `json:"lastUsedAt,omitzero" doc:"To within ten minutes"` // zero is never
	LastFrom string    `json:"lastFrom,omitempty" doc:"Network address of the last use"`
}

// apiToken is the item of an API token. It counts only while its owner's item
// lists its id; except for LastUsed it never changes.
type apiToken struct {
	kvjson.Rest
	ID       string      `json:"id"`
	UserID   string      `json:"userId"`
	Name     string      `json:"name"`
	Secret   string      `json:"secret"` // digest
	Scope    Scope       `json:"scope"`
	Created  time.Time   `json:"created"`
	Expires  time.Time   `json:"expires"`
	LastUsed time.Time   `json:"lastUsed,omitzero"`
	LastFrom string      `json:"lastFrom,omitempty"`
	Audit    audit.Trail `json:"audit,omitempty"`
}

func (t apiToken) view() Token {
	return Token{
		ID: t.ID, Name: t.Name, Role: t.Scope.Role, Clusters: append([]string{}, t.Scope.Clusters...),
		Created: t.Created, Expires: t.Expires, LastUsed: t.LastUsed, LastFrom: t.LastFrom,
	}
}

func tokenPartition(user string) string { return "identity/token/" + user }

func tokenKey(user, id string) kv.Key { return standing.TokenKey(user, id) }

// The text of an API token: the prefix, the owner's and the token's id, 256
// random bits and a checksum, all in digits and small letters, so that scanners
// find one that leaked and a mistyped one costs no read.
const (
	tokenPrefix   = "ocim_"
	idLength      = 26
	secretLength  = 52
	sumLength     = 7
	tokenLength   = len(tokenPrefix) + 2*idLength + secretLength + sumLength
	tokenAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
)

var tokenEncoding = base32.NewEncoding(tokenAlphabet).WithPadding(base32.NoPadding)

func checksum(s string) string {
	return tokenEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s))))
}

// parseAPIToken takes the text apart; it says nothing about whether it is good.
func parseAPIToken(s string) (userID, id, plain string, ok bool) {
	if len(s) != tokenLength || !strings.HasPrefix(s, tokenPrefix) {
		return "", "", "", false
	}
	body, sum := s[:tokenLength-sumLength], s[tokenLength-sumLength:]
	if checksum(body) != sum {
		return "", "", "", false
	}
	body = body[len(tokenPrefix):]
	userID, id, plain = body[:idLength], body[idLength:2*idLength], body[2*idLength:]
	return userID, id, plain, isID(userID) && isID(id)
}

func tokenDigest(userID, id, plain string) string { return digest("api token", userID, id, plain) }

// CreateToken creates an API token of the caller's own and returns its text, which
// is not stored. It needs a recent proof of who the caller is, its scope must be
// within the caller's grants (fault.Forbidden), and it lives at most 366 days. A
// mail notifies the owner.
func (s *Service) CreateToken(ctx context.Context, by By, name string, scope Scope, expires time.Time) (Token, secret.Value, error) {
	none := secret.Value{}
	if err := s.takePermits(ctx, permit{createTokenByAccount, by.UserID}); err != nil {
		return Token{}, none, err
	}
	if err := s.requireProof(ctx, by); err != nil {
		return Token{}, none, err
	}
	name, err := cleanName(name)
	if err != nil {
		return Token{}, none, err
	}
	now := s.now().UTC()
	if err := scope.CheckFor(by.Grants); err != nil {
		return Token{}, none, err
	}
	if expires = expires.UTC().Truncate(time.Second); !expires.After(now) || expires.Sub(now) > maxTokenLifetime {
		return Token{}, none, fault.InvalidField("expiresAt", "Choose a time within the next 366 days.")
	}
	id := newID(now)
	plain := tokenEncoding.EncodeToString(randomBytes(32))
	t := apiToken{
		ID: id, UserID: by.UserID, Name: name, Secret: tokenDigest(by.UserID, id, plain),
		Scope: scope, Created: now, Expires: expires,
	}
	if err := s.save(ctx, tokenKey(by.UserID, id), t, t.Expires, kv.IfAbsent(), nil); err != nil {
		return Token{}, none, fmt.Errorf("store an API token: %w", err)
	}
	live, err := s.liveTokens(ctx, by.UserID)
	if err != nil {
		return Token{}, none, err
	}
	u, err := s.changeUser(ctx, by.UserID, func(u *user) (*audit.Entry, error) {
		// The grants may have changed since the request was admitted.
		if err := scope.CheckFor(u.Grants); err != nil {
			return nil, err
		}
		if u.Disabled {
			return nil, notSignedIn(errors.New("disabled"))
		}
		u.Tokens = slices.DeleteFunc(u.Tokens, func(id string) bool { return !live[id] })
		if len(u.Tokens) >= maxTokens {
			return nil, fault.New(fault.Conflict, "You have %d API tokens, the maximum. Revoke one first.", maxTokens)
		}
		u.Tokens = append(u.Tokens, id)
		return entry(by.actor(), "token.created", "user/"+u.ID, nil, map[string]any{"token": id, "name": name, "scope": scope, "expires": expires})
	})
	if err != nil {
		_ = s.store.Delete(ctx, tokenKey(by.UserID, id), kv.Always)
		return Token{}, none, err
	}
	s.sendLater(ctx, &Mail{
		Kind: MailTokenCreated, To: u.Email, Name: name, Role: scope.Describe(), Address: by.Address, Link: s.baseURL + "/account", Expires: expires,
	})
	text := tokenPrefix + by.UserID + id + plain
	return t.view(), secret.New(text + checksum(text)), nil
}

// liveTokens returns the ids of a user's tokens that have not expired.
func (s *Service) liveTokens(ctx context.Context, userID string) (map[string]bool, error) {
	stored, err := all[apiToken](ctx, s.store, tokenPartition(userID))
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	live := map[string]bool{}
	for _, t := range stored {
		live[t.ID] = s.now().Before(t.Expires)
	}
	return live, nil
}

// Tokens returns the user's API tokens that live, the newest first.
func (s *Service) Tokens(ctx context.Context, userID string) ([]Token, error) {
	u, err := s.user(ctx, userID)
	if err != nil {
		return nil, err
	}
	return s.tokensOf(ctx, u)
}

func (s *Service) tokensOf(ctx context.Context, u user) ([]Token, error) {
	stored, err := all[apiToken](ctx, s.store, tokenPartition(u.ID))
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	out := []Token{}
	for _, t := range stored {
		if slices.Contains(u.Tokens, t.ID) && s.now().Before(t.Expires) {
			out = append(out, t.view())
		}
	}
	order.Sort(out, func(a, b Token) int { return b.Created.Compare(a.Created) })
	return out, nil
}
