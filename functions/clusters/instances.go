package function

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/identity"
)

type listInstancesInput struct {
	IfNoneMatch string   `header:"If-None-Match"`
	Name        string   `query:"name" maxLength:"100" doc:"Part of the instance's name"`
	Cluster     []string `query:"cluster,explode" maxItems:"100" doc:"Cluster ids"`
	Provider    []string `query:"provider,explode" maxItems:"20"`
	Release     []string `query:"release,explode" maxItems:"50"`
	Lifecycle   []string `query:"lifecycle,explode" maxItems:"4" enum:"pending,active,archived,deleted"`
	Health      []string `query:"health,explode" maxItems:"5" enum:"healthy,progressing,degraded,failed,unknown"`
	Pipeline    []string `query:"pipeline,explode" maxItems:"20" doc:"Statuses of the latest pipeline; none is without one"`
	Drift       []string `query:"drift,explode" maxItems:"1" enum:"drifted" doc:"Only instances that do not run as they were deployed"`
	Site        []string `query:"site,explode" maxItems:"4" enum:"up,degraded,down,unknown" doc:"Whether the site answers"`
	Tag         []string `query:"tag,explode" maxItems:"20" doc:"Tags of the instance or its cluster"`
	Plugin      []string `query:"plugin,explode" maxItems:"20" doc:"Tutor plugins that are enabled"`
	Tutor       []string `query:"tutor,explode" maxItems:"20" doc:"Versions of Tutor"`
	Column      []string `query:"column,explode" maxItems:"6" doc:"Settings whose values are given with the instances"`
	Setting     []string `query:"setting,explode" maxItems:"10" doc:"KEY, KEY=value, KEY~text or free text over the configuration"`
	Problems    bool     `query:"problems" doc:"Only instances whose files have problems"`
	Sort        string   `query:"sort" enum:"name,cluster,release,health,pipeline,changed" default:"name"`
	Descending  bool     `query:"descending"`
	After       string   `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit       int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listInstancesOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         instancePage
}

// instancePage is a page of the list with the age of what it says.
type instancePage struct {
	fleet.InstancePage
	Stale  map[string]fleetview.Stale              `json:"stale,omitempty" doc:"By cluster of the page, what is known of it for too long"`
	Values map[string]map[string]map[string]string `json:"values,omitempty" doc:"By cluster, instance and setting, the values of the columns; without those that are not set or are secret"`
}

func (f *clusters) listInstances(ctx context.Context, in *listInstancesInput) (*listInstancesOutput, error) {
	filter, err := in.filter(faas.PrincipalFrom(ctx))
	if err != nil {
		return nil, err
	}
	snapshot, stale, etag, err := f.present(ctx, in.IfNoneMatch)
	if err != nil {
		return nil, err
	}
	page, err := snapshot.Find(filter, fleet.Order{By: in.Sort, Descending: in.Descending}, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	page.Revision = shownRevision(ctx, page.Revision)
	out := &listInstancesOutput{CacheControl: revalidate, Body: instancePage{
		InstancePage: page, Stale: map[string]fleetview.Stale{},
	}}
	for _, i := range page.Instances {
		if old, is := stale.ByID[i.Cluster]; is {
			out.Body.Stale[i.Cluster] = old
		}
	}
	if len(in.Column) > 0 {
		out.Body.Values = columns(snapshot, page.Instances, in.Column)
	}
	out.ETag, err = lateTag(etag, in.IfNoneMatch, out.Body)
	return out, err
}

// columns gives the values of settings of some instances.
func columns(snapshot *fleetview.Snapshot, instances []fleet.Instance, keys []string) map[string]map[string]map[string]string {
	out := map[string]map[string]map[string]string{}
	for _, i := range instances {
		values := snapshot.Values(i.Cluster, i.Name, keys)
		if len(values) == 0 {
			continue
		}
		if out[i.Cluster] == nil {
			out[i.Cluster] = map[string]map[string]string{}
		}
		out[i.Cluster][i.Name] = values
	}
	return out
}

type suggestSettingsInput struct {
	Key   string `query:"key" maxLength:"200" doc:"Whose values to suggest; absent suggests keys"`
	Text  string `query:"text" maxLength:"200" doc:"Part of the key or value"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"12"`
}

type suggestSettingsOutput struct {
	Body struct {
		Suggestions []fleet.Suggestion `json:"suggestions" nullable:"false"`
	}
}

func (f *clusters) suggestSettings(ctx context.Context, in *suggestSettingsInput) (*suggestSettingsOutput, error) {
	snapshot, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	visible, _ := sightOf(faas.PrincipalFrom(ctx))
	out := new(suggestSettingsOutput)
	out.Body.Suggestions = snapshot.Suggest(visible, in.Key, in.Text, in.Limit)
	return out, nil
}

func (in *listInstancesInput) filter(who identity.Principal) (fleet.Filter, error) {
	filter := fleet.Filter{
		Name: in.Name, Clusters: in.Cluster, Providers: in.Provider, Releases: in.Release,
		Lifecycles: as[fleet.Lifecycle](in.Lifecycle), Healths: as[fleet.Health](in.Health),
		Pipelines: in.Pipeline, Drifts: in.Drift, Broken: in.Problems,
		Sites: as[fleet.SiteState](in.Site), Tags: in.Tag, Plugins: in.Plugin, Tutors: in.Tutor,
	}
	filter.Visible, filter.Sight = sightOf(who)
	for i, s := range in.Setting {
		term, err := fleet.ParseSetting(s)
		if err != nil {
			return filter, fault.InvalidField(fmt.Sprintf("setting[%d]", i), "%s", fault.Message(err))
		}
		filter.Settings = append(filter.Settings, term)
	}
	return filter, nil
}

func as[T ~string](in []string) []T {
	out := make([]T, len(in))
	for i, s := range in {
		out[i] = T(s)
	}
	return out
}

// revalidate lets a browser keep an answer but ask each time whether it holds.
const revalidate = "private, no-cache"

// present gives the fleet as it is, what is stale of it, and the earlyTag of an answer of both.
func (f *clusters) present(ctx context.Context, known string) (*fleetview.Snapshot, *fleetview.StaleClusters, string, error) {
	snapshot, err := f.replica.Snapshot(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	stale, err := f.ages.Stale(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	etag, err := earlyTag(ctx, known, snapshot.Revision, stale)
	return snapshot, stale, etag, err
}

// earlyTag tags an answer before it is made, with the fleet's revision, and returns an error
// when the caller has it already. It is empty for callers who don't see every cluster: the
// revision also changes with what is hidden from them. Their answers get a lateTag.
func earlyTag(ctx context.Context, known string, revision int64, stale *fleetview.StaleClusters, times ...time.Time) (string, error) {
	if !seesAll(ctx) {
		return "", nil
	}
	etag := faas.ETag(revisionName(ctx, revision, stale, times...))
	return etag, faas.NotModified(known, etag)
}

// lateTag tags an answer that has no earlyTag, with a sum of the answer itself.
func lateTag(etag, known string, body any) (string, error) {
	if etag != "" {
		return etag, nil
	}
	name, err := sum(body)
	if err != nil {
		return "", err
	}
	etag = faas.ETag(name)
	return etag, faas.NotModified(known, etag)
}

func sum(body any) (string, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encoding an answer: %w", err)
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:12]), nil
}

// seesAll reports whether no cluster is hidden from the caller.
func seesAll(ctx context.Context) bool {
	return faas.PrincipalFrom(ctx).AllowedGlobally(identity.Viewer)
}

// shownRevision is the fleet's revision for callers who see all of it, else 0.
func shownRevision(ctx context.Context, revision int64) int64 {
	if !seesAll(ctx) {
		return 0
	}
	return revision
}

// revisionName names what a caller who sees every cluster gets of a revision: a change of
// their grants or of what is stale changes it too. It begins with the revision.
func revisionName(ctx context.Context, revision int64, stale *fleetview.StaleClusters, times ...time.Time) string {
	tag := strconv.FormatInt(revision, 36) + "-" + faas.PrincipalFrom(ctx).Grants.Fingerprint()
	if stale != nil {
		tag += "-" + stale.Tag
	}
	for _, t := range times {
		tag += "-" + strconv.FormatInt(t.UnixMilli(), 36)
	}
	return tag
}
