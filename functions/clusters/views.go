package function

import (
	"context"
	"net/url"
	"slices"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/identity"
)

type listViewsOutput struct {
	Body struct {
		Views   []fleet.View `json:"views"`
		Default string       `json:"default,omitempty" doc:"Id of the view that is shown first"`
	}
}

func (f *clusters) listViews(ctx context.Context, _ *struct{}) (*listViewsOutput, error) {
	views, byDefault, err := f.Fleet.Views(ctx, faas.PrincipalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	out := new(listViewsOutput)
	out.Body.Views = views
	if slices.ContainsFunc(views, func(v fleet.View) bool { return v.ID == byDefault }) {
		out.Body.Default = byDefault
	}
	return out, nil
}

// viewBody is what a person says of a view.
type viewBody struct {
	Name    string `json:"name" minLength:"1" maxLength:"80"`
	Query   string `json:"query" maxLength:"2000" doc:"Query of the list's URL, without the question mark" example:"provider=aws&health=failed"`
	Shared  bool   `json:"shared,omitempty" doc:"Give it to everybody; this needs the role operator somewhere"`
	Default *bool  `json:"default,omitempty" doc:"Whether it is what oneself sees first; absent leaves that as it is"`
}

type viewOutput struct {
	Body fleet.View
}

type addViewInput struct {
	Body viewBody
}

func (f *clusters) addView(ctx context.Context, in *addViewInput) (*viewOutput, error) {
	who := faas.PrincipalFrom(ctx)
	return f.saveView(ctx, who, fleet.View{ID: f.NewID(), Owner: who.UserID, OwnerName: who.Name}, in.Body)
}

type replaceViewInput struct {
	View string `path:"view" maxLength:"60"`
	Body viewBody
}

func (f *clusters) replaceView(ctx context.Context, in *replaceViewInput) (*viewOutput, error) {
	who := faas.PrincipalFrom(ctx)
	view, err := f.Fleet.View(ctx, who.UserID, in.View)
	if err != nil {
		return nil, err
	}
	// Choosing a shared view as one's default changes nothing of it.
	if same := view.Name == in.Body.Name && view.Query == in.Body.Query && view.Shared == in.Body.Shared; same {
		return &viewOutput{Body: view}, f.setDefault(ctx, who, view.ID, in.Body.Default)
	}
	if err := mayChange(who, view); err != nil {
		return nil, err
	}
	return f.saveView(ctx, who, view, in.Body)
}

func (f *clusters) saveView(ctx context.Context, who identity.Principal, view fleet.View, b viewBody) (*viewOutput, error) {
	if _, err := url.ParseQuery(b.Query); err != nil {
		return nil, fault.InvalidField("query", "must be the query of a URL")
	}
	if b.Shared && !operates(who) {
		return nil, fault.InvalidField("shared", "needs the role operator on a cluster").WithKind(fault.Forbidden)
	}
	view.Name, view.Query, view.Shared = b.Name, b.Query, b.Shared
	if err := f.Fleet.SaveView(ctx, view); err != nil {
		return nil, err
	}
	view.UpdatedAt = f.Now()
	return &viewOutput{Body: view}, f.setDefault(ctx, who, view.ID, b.Default)
}

func (f *clusters) setDefault(ctx context.Context, who identity.Principal, id string, wanted *bool) error {
	if wanted == nil {
		return nil
	}
	if *wanted {
		return f.Fleet.SetDefaultView(ctx, who.UserID, id)
	}
	_, byDefault, err := f.Fleet.Views(ctx, who.UserID)
	if err != nil || byDefault != id {
		return err
	}
	return f.Fleet.SetDefaultView(ctx, who.UserID, "")
}

func operates(who identity.Principal) bool {
	if who.AllowedGlobally(identity.Operator) {
		return true
	}
	for _, role := range who.Grants.Clusters {
		if role.AtLeast(identity.Operator) {
			return true
		}
	}
	return false
}

// mayChange lets the owner change a view, and administrators a shared one.
func mayChange(who identity.Principal, view fleet.View) error {
	if view.Owner == who.UserID || who.AllowedGlobally(identity.Administrator) {
		return nil
	}
	return fault.New(fault.Forbidden, "The view belongs to somebody else. Keep your own under another name.")
}

type removeViewInput struct {
	View string `path:"view" maxLength:"60"`
}

func (f *clusters) removeView(ctx context.Context, in *removeViewInput) (*struct{}, error) {
	who := faas.PrincipalFrom(ctx)
	view, err := f.Fleet.View(ctx, who.UserID, in.View)
	if err != nil {
		return nil, err
	}
	if err := mayChange(who, view); err != nil {
		return nil, err
	}
	return nil, f.Fleet.RemoveView(ctx, view)
}
