package function

import (
	"context"
	"net/http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
)

func (f *auth) registerInvitations(api *faas.API) {
	admin, open := faas.Need(identity.Administrator), faas.Public.SameOrigin()
	faas.Register(api, admin, operation("list-invitations", http.MethodGet, "/v1/invitations", "List invitations, newest first"), f.invitations)
	faas.Register(api, admin, created(operation("invite", http.MethodPost, "/v1/invitations",
		"Invite an e-mail address; one that was invited before gets a new link")), f.invite)
	faas.Register(api, admin, operation("resend-invitation", http.MethodPost, "/v1/invitations/{invitation}/resend",
		"Send a new link in place of the old one"), f.resendInvitation)
	faas.Register(api, admin, operation("revoke-invitation", http.MethodPost, "/v1/invitations/{invitation}/revoke",
		"Make an invitation's link useless"), f.revokeInvitation)
	faas.Register(api, open, operation("look-up-invitation", http.MethodPost, "/v1/invitations/lookup",
		"Show what an invitation's link is good for"), f.lookUpInvitation)
	faas.Register(api, open, created(operation("redeem-invitation", http.MethodPost, "/v1/invitations/redeem",
		"Register by an invitation's link and log in")), f.redeemInvitation)
}

type invitationsOutput struct{ Body InvitationList }

func (f *auth) invitations(ctx context.Context, _ *struct{}) (*invitationsOutput, error) {
	list, err := f.Identity.Invitations(ctx)
	if err != nil {
		return nil, err
	}
	out := &invitationsOutput{Body: InvitationList{Invitations: []Invitation{}}}
	for _, i := range list {
		out.Body.Invitations = append(out.Body.Invitations, invitationOf(i))
	}
	return out, nil
}

type inviteInput struct {
	Body struct {
		Grants
		Email string `json:"email" maxLength:"254"`
	}
}

type invitationOutput struct{ Body Invitation }

func (f *auth) invite(ctx context.Context, in *inviteInput) (*invitationOutput, error) {
	if f.NoMail {
		return nil, errNoMail()
	}
	i, err := f.Identity.Invite(ctx, by(ctx), in.Body.Email, in.Body.domain())
	if err != nil {
		return nil, err
	}
	return &invitationOutput{Body: invitationOf(i)}, nil
}

type invitationInput struct {
	Invitation string `path:"invitation" maxLength:"26"`
}

func (f *auth) resendInvitation(ctx context.Context, in *invitationInput) (*invitationOutput, error) {
	if f.NoMail {
		return nil, errNoMail()
	}
	i, err := f.Identity.ResendInvitation(ctx, by(ctx), in.Invitation)
	if err != nil {
		return nil, err
	}
	return &invitationOutput{Body: invitationOf(i)}, nil
}

func (f *auth) revokeInvitation(ctx context.Context, in *invitationInput) (*struct{}, error) {
	return nil, f.Identity.RevokeInvitation(ctx, by(ctx), in.Invitation)
}

type lookUpInput struct {
	Visitor
	Body struct {
		Token secret.Value `json:"token" maxLength:"200"`
	}
}

type lookUpOutput struct{ Body InvitationState }

func (f *auth) lookUpInvitation(ctx context.Context, in *lookUpInput) (*lookUpOutput, error) {
	i, err := f.Identity.LookUpInvitation(ctx, in.domain(ctx), in.Body.Token)
	if err != nil {
		return nil, err
	}
	return &lookUpOutput{Body: InvitationState{Grants: grantsOf(i.Grants), Email: i.Email, State: i.State, ExpiresAt: i.Expires}}, nil
}

type redeemInvitationInput struct {
	Visitor
	Body struct {
		Token    secret.Value `json:"token" maxLength:"200"`
		Name     string       `json:"name" maxLength:"200"`
		Password secret.Value `json:"password" maxLength:"1024"`
	}
}

func (f *auth) redeemInvitation(ctx context.Context, in *redeemInvitationInput) (*signedInOutput, error) {
	s, err := f.Identity.RedeemInvitation(ctx, in.domain(ctx), in.Body.Token, in.Body.Name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return f.signedIn(s), nil
}
