package function

import (
	"context"
	"maps"
	"net/url"
	"slices"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/views"
)

type listViewsOutput struct {
	Body struct {
		Views   []views.View `json:"views"`
		Default string       `json:"default,omitempty" doc:"Id of the default view"`
	}
}

func (f *clusters) listViews(ctx context.Context, _ *struct{}) (*listViewsOutput, error) {
	list, byDefault, err := f.Fleet.Views(ctx, faas.PrincipalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	out := new(listViewsOutput)
	out.Body.Views = slices.DeleteFunc(list, func(v views.View) bool { return !seesView(faas.PrincipalFrom(ctx), v) })
	list = out.Body.Views
	if slices.ContainsFunc(list, func(v views.View) bool { return v.ID == byDefault }) {
		out.Body.Default = byDefault
	}
	return out, nil
}

// seesView reports whether the caller may see a view: their own, or a shared one
// that names no cluster that is hidden from them.
func seesView(who identity.Principal, v views.View) bool {
	if v.Owner == who.UserID {
		return true
	}
	q, err := url.ParseQuery(v.Query)
	return err == nil && !slices.ContainsFunc(q["cluster"], func(id string) bool { return !who.Sees(id) })
}

// view reads a view that the caller may see.
func (f *clusters) view(ctx context.Context, who identity.Principal, id string) (views.View, error) {
	v, err := f.Fleet.View(ctx, who.UserID, id)
	if err == nil && !seesView(who, v) {
		return views.View{}, fault.New(fault.NotFound, "There is no such view.")
	}
	return v, err
}

// viewBody is what a person says of a view.
type viewBody struct {
	Name    string `json:"name" minLength:"1" maxLength:"80"`
	Query   string `json:"query" maxLength:"2000" doc:"Query of the list's URL, without the question mark" example:"provider=aws&health=failed"`
	Shared  bool   `json:"shared,omitempty" doc:"Share it with everyone; this needs the operator role on a cluster"`
	Default *bool  `json:"default,omitempty" doc:"Whether it is what oneself sees first; absent leaves that as it is"`
}

type viewOutput struct {
	Body views.View
}

type addViewInput struct {
	Body viewBody
}

func (f *clusters) addView(ctx context.Context, in *addViewInput) (*viewOutput, error) {
	who := faas.PrincipalFrom(ctx)
	return f.saveView(ctx, who, views.View{ID: f.NewID(), Owner: who.UserID, OwnerName: who.Name}, in.Body)
}

type replaceViewInput struct {
	View string `path:"view" maxLength:"60"`
	Body viewBody
}

func (f *clusters) replaceView(ctx context.Context, in *replaceViewInput) (*viewOutput, error) {
	who := faas.PrincipalFrom(ctx)
	view, err := f.view(ctx, who, in.View)
	if err != nil {
		return nil, err
	}
	// Choosing a shared view as one's default changes nothing of it.
	if same := view.Name == in.Body.Name && view.Query == in.Body.Query && view.Shared == in.Body.Shared; same {
		return &viewOutput{Body: view}, f.setDefault(ctx, who, view.ID, in.Body.Default)
	}
	if err := requireOwner(who, view); err != nil {
		return nil, err
	}
	return f.saveView(ctx, who, view, in.Body)
}

func (f *clusters) saveView(ctx context.Context, who identity.Principal, view views.View, b viewBody) (*viewOutput, error) {
	if _, err := url.ParseQuery(b.Query); err != nil {
		return nil, fault.InvalidField("query", "must be the query of a URL")
	}
	if b.Shared && !operates(who) {
		return nil, fault.InvalidField("shared", "Sharing needs the operator role on a cluster.").WithKind(fault.Forbidden)
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
	roles := slices.Collect(maps.Values(who.Grants.Clusters))
	return slices.ContainsFunc(append(roles, who.Grants.Global), func(r identity.Role) bool { return r.AtLeast(identity.Operator) })
}

// requireOwner returns an error unless the caller owns the view or is an
// administrator of every cluster.
func requireOwner(who identity.Principal, view views.View) error {
	if view.Owner == who.UserID || who.AllowedGlobally(identity.Administrator) {
		return nil
	}
	return fault.New(fault.Forbidden, "This view belongs to another user. Save your own copy under a new name.")
}

type removeViewInput struct {
	View string `path:"view" maxLength:"60"`
}

func (f *clusters) removeView(ctx context.Context, in *removeViewInput) (*struct{}, error) {
	who := faas.PrincipalFrom(ctx)
	view, err := f.view(ctx, who, in.View)
	if err != nil {
		return nil, err
	}
	if err := requireOwner(who, view); err != nil {
		return nil, err
	}
	return nil, f.Fleet.RemoveView(ctx, view)
}
