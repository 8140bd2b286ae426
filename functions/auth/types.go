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
	ID           string    `json:"id"`
	Email        string    `json:"email"`
	Name         string    `json:"name"`
	Disabled     bool      `json:"disabled"`
	HasPassword  bool      `json:"hasPassword" doc:"False for a user who has none, or when passwords are switched off"`
	HasGoogle    bool      `json:"hasGoogle"`
	HasPasskey   bool      `json:"hasPasskey"`
	NeedsPasskey bool      `json:"needsPasskey,omitempty" doc:"What administrators may do waits until the user has a passkey"`
	CreatedAt    time.Time `json:"createdAt"`
	LastLoginAt  time.Time `json:"lastLoginAt,omitzero"`
}

func userOf(u identity.User) User {
	return User{
		Grants: grantsOf(u.Grants), ID: u.ID, Email: u.Email, Name: u.Name, Disabled: u.Disabled,
		HasPassword: u.HasPassword, HasGoogle: u.HasExternal, HasPasskey: u.HasPasskey, NeedsPasskey: u.NeedsPasskey, CreatedAt: u.Created, LastLoginAt: u.LastLogin,
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

// SessionList is the sessions that live.
type SessionList struct {
	Sessions []identity.Session `json:"sessions" nullable:"false"`
}

// TokenList is the API tokens that live.
type TokenList struct {
	Tokens []identity.Token `json:"tokens" nullable:"false"`
}

// NewToken is an API token with its secret, which no other answer holds.
type NewToken struct {
	Token  identity.Token `json:"token"`
	Secret string         `json:"secret"`
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

// mapped converts a list. The result is never nil, which JSON would write as null.
func mapped[A, B any](list []A, to func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = to(v)
	}
	return out
}
