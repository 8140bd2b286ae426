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

func (f *auth) invitations(ctx context.Context, _ *struct{}) (*body[InvitationList], error) {
	list, err := f.Identity.Invitations(ctx)
	return answer(InvitationList{mapped(list, invitationOf)}, err)
}

type inviteInput struct {
	Body struct {
		Grants
		Email string `json:"email" maxLength:"254"`
	}
}

func (f *auth) invite(ctx context.Context, in *inviteInput) (*body[Invitation], error) {
	if f.NoMail {
		return nil, errNoMail()
	}
	i, err := f.Identity.Invite(ctx, by(ctx), in.Body.Email, in.Body.domain())
	return answer(invitationOf(i), err)
}

type invitationInput struct {
	Invitation string `path:"invitation" maxLength:"26"`
}

func (f *auth) resendInvitation(ctx context.Context, in *invitationInput) (*body[Invitation], error) {
	if f.NoMail {
		return nil, errNoMail()
	}
	i, err := f.Identity.ResendInvitation(ctx, by(ctx), in.Invitation)
	return answer(invitationOf(i), err)
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

func (f *auth) lookUpInvitation(ctx context.Context, in *lookUpInput) (*body[InvitationState], error) {
	i, err := f.Identity.LookUpInvitation(ctx, in.domain(ctx), in.Body.Token)
	return answer(InvitationState{Grants: grantsOf(i.Grants), Email: i.Email, State: i.State, ExpiresAt: i.Expires}, err)
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
	return f.signedIn(f.Identity.RedeemInvitation(ctx, in.domain(ctx), in.Body.Token, in.Body.Name, in.Body.Password))
}
