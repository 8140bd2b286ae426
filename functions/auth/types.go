package function

import (
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/identity"
)

// State is what the log-in page offers.
type State struct {
	SetUp     bool `json:"setUp" doc:"False while there is no administrator yet"`
	Google    bool `json:"google" doc:"Whether sign-in by the OIDC provider is offered"`
	Passwords bool `json:"passwords" doc:"False when people only sign in by the OIDC provider or a passkey"`
	Passkeys  bool `json:"passkeys" doc:"Whether passkeys can be used here"`
	Mail      bool `json:"mail" doc:"Whether Ocim can send mail; without it, invitations and password resets are unavailable"`
}

// Grants is a role everywhere, and roles on certain clusters.
type Grants struct {
	Role     identity.Role            `json:"role,omitempty" enum:"viewer,operator,administrator" doc:"On every cluster; absent when only certain clusters are granted"`
	Clusters map[string]identity.Role `json:"clusters,omitempty" doc:"Role by cluster id, in addition"`
}

func (g Grants) domain() identity.Grants {
	return identity.Grants{Global: g.Role, Clusters: g.Clusters}
}

func grantsOf(g identity.Grants) Grants { return Grants{Role: g.Global, Clusters: g.Clusters} }

// User is a person.
type User struct {
	Grants
	ID           string     `json:"id"`
	Email        string     `json:"email"`
	Name         string     `json:"name"`
	Disabled     bool       `json:"disabled"`
	HasPassword  bool       `json:"hasPassword" doc:"False for a user who has none, or when passwords are switched off"`
	HasGoogle    bool       `json:"hasGoogle"`
	HasPasskey   bool       `json:"hasPasskey"`
	NeedsPasskey bool       `json:"needsPasskey,omitempty" doc:"What administrators may do waits until the user has a passkey"`
	CreatedAt    time.Time  `json:"createdAt"`
	LastLoginAt  *time.Time `json:"lastLoginAt,omitempty"`
}

func userOf(u identity.User) User {
	return User{
		Grants: grantsOf(u.Grants), ID: u.ID, Email: u.Email, Name: u.Name, Disabled: u.Disabled,
		HasPassword: u.HasPassword, HasGoogle: u.HasExternal, HasPasskey: u.HasPasskey, NeedsPasskey: u.NeedsPasskey, CreatedAt: u.Created, LastLoginAt: maybe(u.LastLogin),
	}
}

// SignedIn is what a browser works with until the access token expires.
type SignedIn struct {
	AccessToken string    `json:"accessToken"`
	ExpiresAt   time.Time `json:"expiresAt"`
	User        User      `json:"user"`
}

// UserList is all users.
type UserList struct {
	Users []User `json:"users" nullable:"false"`
}

// Session is a browser that a user is logged in with.
type Session struct {
	ID         string    `json:"id"`
	Current    bool      `json:"current" doc:"Whether this call was made in it"`
	Device     string    `json:"device" example:"Firefox on Linux"`
	Address    string    `json:"address"`
	Method     string    `json:"method" enum:"password,google,passkey,recovery"`
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt" doc:"To within ten minutes"`
	ExpiresAt  time.Time `json:"expiresAt" doc:"Unless it is used earlier"`
}

// SessionList is the sessions that live.
type SessionList struct {
	Sessions []Session `json:"sessions" nullable:"false"`
}

// Token is an API token, without its secret.
type Token struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Role       identity.Role `json:"role" enum:"viewer,operator,administrator"`
	Clusters   []string      `json:"clusters" nullable:"false" doc:"Cluster ids; empty means wherever the owner has the role"`
	CreatedAt  time.Time     `json:"createdAt"`
	ExpiresAt  time.Time     `json:"expiresAt"`
	LastUsedAt *time.Time    `json:"lastUsedAt,omitempty" doc:"To within ten minutes"`
	LastFrom   string        `json:"lastFrom,omitempty" doc:"Network address of the last use"`
}

func tokenOf(t identity.APIToken) Token {
	clusters := t.Scope.Clusters
	if clusters == nil {
		clusters = []string{}
	}
	return Token{
		ID: t.ID, Name: t.Name, Role: t.Scope.Role, Clusters: clusters,
		CreatedAt: t.Created, ExpiresAt: t.Expires, LastUsedAt: maybe(t.LastUsed), LastFrom: t.LastFrom,
	}
}

// TokenList is the API tokens that live.
type TokenList struct {
	Tokens []Token `json:"tokens" nullable:"false"`
}

// WaysIn is what lets a user in, besides their password and their sessions.
type WaysIn struct {
	Tokens             []Token   `json:"tokens" nullable:"false"`
	RememberedBrowsers int       `json:"rememberedBrowsers" doc:"Browsers that have log-in attempts of their own"`
	Passkeys           []Passkey `json:"passkeys" nullable:"false"`
	Linked             bool      `json:"linked" doc:"Whether an account at the OIDC provider is linked"`
}

// NewToken is an API token with its secret, which no other answer holds.
type NewToken struct {
	Token  Token  `json:"token"`
	Secret string `json:"secret"`
}

// Invitation lets the owner of an address register.
type Invitation struct {
	Grants
	ID        string                   `json:"id"`
	Email     string                   `json:"email"`
	State     identity.InvitationState `json:"state" enum:"valid,expired,used,revoked"`
	InvitedBy string                   `json:"invitedBy" doc:"E-mail address"`
	CreatedAt time.Time                `json:"createdAt"`
	ExpiresAt time.Time                `json:"expiresAt"`
}

func invitationOf(i identity.Invitation) Invitation {
	return Invitation{
		Grants: grantsOf(i.Grants), ID: i.ID, Email: i.Email, State: i.State, InvitedBy: i.By,
		CreatedAt: i.Created, ExpiresAt: i.Expires,
	}
}

// InvitationList is all invitations.
type InvitationList struct {
	Invitations []Invitation `json:"invitations" nullable:"false"`
}

// InvitationState is what the link of an invitation shows.
type InvitationState struct {
	Grants
	Email     string                   `json:"email"`
	State     identity.InvitationState `json:"state" enum:"valid,expired,used,revoked"`
	ExpiresAt time.Time                `json:"expiresAt"`
}

// AuditPage is a part of the audit log, newest first.
type AuditPage struct {
	Entries []audit.Entry `json:"entries" nullable:"false"`
	Next    string        `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
}

func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
