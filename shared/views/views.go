package views

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

const (
	partView        = "view#"        // + user; sort: view id
	partSharedView  = "view-shared"  // sort: view id
	partDefaultView = "view-default" // sort: user
)

// maxViews bounds the views of one person, and the shared ones.
const maxViews = 100

// View is a list with its filters, kept under a name.
type View struct {
	ID        string    `json:"id"`
	Name      string    `json:"name" minLength:"1" maxLength:"80"`
	Query     string    `json:"query" maxLength:"2000" doc:"Query of the list's URL, without the question mark" example:"provider=aws&health=failed"`
	Shared    bool      `json:"shared" doc:"Visible to everyone; otherwise only to its owner"`
	Owner     string    `json:"owner" doc:"User id"`
	OwnerName string    `json:"ownerName,omitempty"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Saved keeps views in a kv.Store.
type Saved struct {
	kv  kv.Store
	now func() time.Time
}

// New makes Saved; now is the clock.
func New(store kv.Store, now func() time.Time) *Saved { return &Saved{store, now} }

// Views reads a person's own views and the shared ones, and the id of the default
// one, if any.
func (s *Saved) Views(ctx context.Context, user string) (views []View, byDefault string, err error) {
	views = []View{}
	for _, partition := range []string{partView + user, partSharedView} {
		page, _, err := kvjson.Query[View](ctx, s.kv, kv.Query{Partition: partition, Limit: maxViews})
		if err != nil {
			return nil, "", fmt.Errorf("reading views: %w", err)
		}
		views = append(views, page...)
	}
	byDefault, _, err = kvjson.Get[string](ctx, s.kv, kv.Key{Partition: partDefaultView, Sort: user})
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return views, byDefault, err
}

// View finds one that a person has; fault.NotFound when there is none.
func (s *Saved) View(ctx context.Context, user, id string) (View, error) {
	for _, partition := range []string{partView + user, partSharedView} {
		v, _, err := kvjson.Get[View](ctx, s.kv, kv.Key{Partition: partition, Sort: id})
		if err == nil || !fault.Is(err, fault.NotFound) {
			return v, err
		}
	}
	return View{}, fault.New(fault.NotFound, "There is no such view.")
}

// SaveView keeps a view in place of a former one of its id. There are at most a
// hundred of a kind.
func (s *Saved) SaveView(ctx context.Context, v View) error {
	v.UpdatedAt = s.now()
	here, other := partView+v.Owner, partSharedView
	if v.Shared {
		here, other = other, here
	}
	page, err := s.kv.Query(ctx, kv.Query{Partition: here, Limit: maxViews})
	if err != nil {
		return fmt.Errorf("reading views: %w", err)
	}
	var item kv.Item
	if i := slices.IndexFunc(page.Items, func(item kv.Item) bool { return item.Sort == v.ID }); i >= 0 {
		item = page.Items[i]
	} else if len(page.Items) == maxViews {
		return fault.New(fault.Conflict, "There are %d views already. Delete one first.", maxViews)
	} else if item, err = s.kv.Get(ctx, kv.Key{Partition: other, Sort: v.ID}); err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("reading view %s: %w", v.ID, err)
	}
	item.Key = kv.Key{Partition: here, Sort: v.ID}
	if err := kvjson.Set(&item, v); err != nil {
		return err
	}
	if _, err := s.kv.Put(ctx, item, kv.Always); err != nil {
		return fmt.Errorf("saving view %s: %w", v.ID, err)
	}
	return s.kv.Delete(ctx, kv.Key{Partition: other, Sort: v.ID}, kv.Always)
}

// RemoveView removes a view.
func (s *Saved) RemoveView(ctx context.Context, v View) error {
	for _, partition := range []string{partView + v.Owner, partSharedView} {
		if err := s.kv.Delete(ctx, kv.Key{Partition: partition, Sort: v.ID}, kv.Always); err != nil {
			return fmt.Errorf("removing view %s: %w", v.ID, err)
		}
	}
	return nil
}

// SetDefaultView makes a view what a person sees first; an empty id makes none.
func (s *Saved) SetDefaultView(ctx context.Context, user, id string) error {
	key := kv.Key{Partition: partDefaultView, Sort: user}
	if id == "" {
		return s.kv.Delete(ctx, key, kv.Always)
	}
	return kvjson.Put(ctx, s.kv, key, id, kv.Always, kvjson.NoExpiry)
}

// Standing returns the filter of a view's query without the parts that change over time:
// health, pipelines, drift and whether the site answers. It chooses the same instances whether they are well or
// not. A query that cannot be read is fault.Invalid.
func (v View) Standing() (fleet.Filter, error) {
	q, err := url.ParseQuery(v.Query)
	if err != nil {
		return fleet.Filter{}, fault.InvalidField("query", "must be the query of a URL")
	}
	f := fleet.Filter{Name: q.Get("name"), Clusters: q["cluster"], Providers: q["provider"], Releases: q["release"]}
	f.Tags, f.Plugins, f.Tutors = q["tag"], q["plugin"], q["tutor"]
	for _, l := range q["lifecycle"] {
		f.Lifecycles = append(f.Lifecycles, fleet.Lifecycle(l))
	}
	for _, s := range q["setting"] {
		term, err := fleet.ParseSetting(s)
		if err != nil {
			return fleet.Filter{}, err
		}
		f.Settings = append(f.Settings, term)
	}
	return f, nil
}
