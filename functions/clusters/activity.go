package function

import (
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/activity"
	"github.com/open-craft/ocim/shared/faas"
)

// ActivityFilter selects activity; an empty field selects all.
type ActivityFilter struct {
	Cluster  []string `query:"cluster,explode" maxItems:"100" doc:"Cluster ids"`
	Instance string   `query:"instance" maxLength:"100" doc:"Name of an instance"`
	Kind     []string `query:"kind,explode" maxItems:"9" enum:"lifecycle,pipeline,sync,health,online,drift,protection,note,tags"`
	To       []string `query:"to,explode" maxItems:"20" doc:"What it became, such as failed"`
}

// seenBy gives what keeps the activity that is selected and visible; nil is all
// clusters.
func (f ActivityFilter) seenBy(visible func(cluster string) bool) func(activity.Activity) bool {
	among := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	return func(a activity.Activity) bool {
		return (visible == nil || visible(a.Cluster)) && among(f.Cluster, a.Cluster) && among(f.Kind, a.Kind) &&
			among(f.To, a.To) && (f.Instance == "" || f.Instance == a.Instance)
	}
}

type listActivityInput struct {
	ActivityFilter
	IfNoneMatch string `header:"If-None-Match"`
	After       string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit       int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type listActivityOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Activity []activity.Activity `json:"activity"`
		Next     string              `json:"next,omitempty" doc:"Cursor of the following page; absent on the last. A page with one may be empty"`
	}
}

func (f *clusters) listActivity(ctx context.Context, in *listActivityInput) (*listActivityOutput, error) {
	snapshot, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	// What happened is written before its revision is published.
	etag, err := earlyTag(ctx, in.IfNoneMatch, snapshot.Revision, nil)
	if err != nil {
		return nil, err
	}
	out := &listActivityOutput{CacheControl: revalidate}
	visible, _ := sightOf(faas.PrincipalFrom(ctx))
	if out.Body.Activity, out.Body.Next, err = f.Activity.Page(ctx, in.seenBy(visible), in.After, in.Limit); err != nil {
		return nil, err
	}
	out.ETag, err = lateTag(etag, in.IfNoneMatch, out.Body)
	return out, err
}
