package function

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
)

// routeDamaged registers what shows stored items that can't be decoded: those of a cluster
// for its administrators, and those of none for administrators of all clusters.
func (f *syncer) routeDamaged(api *faas.API) {
	admin := faas.Need(identity.Administrator)
	faas.Register(api, admin, huma.Operation{
		OperationID: "list-damaged", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/damaged",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: faas.ScopeOfPath}},
		Summary:  "List a project's stored items that can't be decoded and are left out",
	}, func(ctx context.Context, in *listDamagedInput) (*listDamagedOutput, error) {
		return f.damagedOf(ctx, in.Cluster)
	})
	faas.Register(api, admin, huma.Operation{
		OperationID: "get-damaged", Method: http.MethodGet, Path: "/v1/clusters/{cluster}/damaged/{item}",
		Summary: "Read what is stored in such an item, with secrets masked",
	}, func(ctx context.Context, in *clusterDamagedInput) (*damagedOutput, error) {
		return f.damagedText(ctx, in.Cluster, in.Item)
	})
	faas.Register(api, admin, huma.Operation{
		OperationID: "act-on-damaged", Method: http.MethodPost, Path: "/v1/clusters/{cluster}/damaged/{item}",
		Summary: "Decode such an item once more, or discard it",
	}, func(ctx context.Context, in *actOnClusterDamagedInput) (*struct{}, error) {
		return nil, f.settleDamaged(ctx, in.Cluster, in.Item, in.Body.Action)
	})
	faas.Register(api, admin, huma.Operation{
		OperationID: "list-damaged-elsewhere", Method: http.MethodGet, Path: "/v1/damaged",
		Metadata: map[string]any{faas.Polled: faas.Poll{Scope: func(*http.Request) string { return scopeDamaged }}},
		Summary:  "List stored items of no project that can't be decoded and are left out",
	}, func(ctx context.Context, _ *struct{}) (*listDamagedOutput, error) {
		return f.damagedOf(ctx, "")
	})
	faas.Register(api, admin, huma.Operation{
		OperationID: "get-damaged-elsewhere", Method: http.MethodGet, Path: "/v1/damaged/{item}",
		Summary: "Read what is stored in such an item, with secrets masked",
	}, func(ctx context.Context, in *damagedInput) (*damagedOutput, error) {
		return f.damagedText(ctx, "", in.Item)
	})
	faas.Register(api, admin, huma.Operation{
		OperationID: "act-on-damaged-elsewhere", Method: http.MethodPost, Path: "/v1/damaged/{item}",
		Summary: "Decode such an item once more, or discard it",
	}, func(ctx context.Context, in *actOnDamagedInput) (*struct{}, error) {
		return nil, f.settleDamaged(ctx, "", in.Item, in.Body.Action)
	})
}

// damagedItem is a stored item that can't be decoded.
type damagedItem struct {
	ID          string    `json:"id"`
	Kind        string    `json:"kind" doc:"What it is, such as operation"`
	Key         string    `json:"key" doc:"Where it is stored"`
	Error       string    `json:"error" doc:"Why it can't be decoded"`
	FoundAt     time.Time `json:"foundAt"`
	Discardable bool      `json:"discardable" doc:"Nothing else depends on it"`
}

func damagedWords(d fleetstore.DamagedItem) damagedItem {
	return damagedItem{d.ID, d.Kind, d.Key, d.Error, d.FoundAt, d.Discardable}
}

type listDamagedInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

type listDamagedOutput struct {
	Body struct {
		Items []damagedItem `json:"items" nullable:"false"`
	}
}

type damagedInput struct {
	Item string `path:"item" maxLength:"60"`
}

type clusterDamagedInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Item    string `path:"item" maxLength:"60"`
}

type damagedOutput struct {
	Body struct {
		Item     damagedItem `json:"item"`
		Text     string      `json:"text,omitempty" doc:"The beginning of what is stored, with secrets masked; absent when it may hold secrets or is no text"`
		Complete bool        `json:"complete" doc:"The text is all that is stored"`
	}
}

type damagedAction struct {
	Action string `json:"action" enum:"retry,discard"`
}

type actOnDamagedInput struct {
	Item string `path:"item" maxLength:"60"`
	Body damagedAction
}

type actOnClusterDamagedInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Item    string `path:"item" maxLength:"60"`
	Body    damagedAction
}

func (f *syncer) damagedOf(ctx context.Context, cluster string) (*listDamagedOutput, error) {
	if err := f.exists(ctx, cluster); err != nil {
		return nil, err
	}
	items, err := f.Fleet.DamagedItems(ctx, cluster)
	if err != nil {
		return nil, err
	}
	out := new(listDamagedOutput)
	out.Body.Items = make([]damagedItem, len(items))
	for i, d := range items {
		out.Body.Items[i] = damagedWords(d)
	}
	return out, nil
}

// damagedText is recorded: even masked, an item shows more than the pages do.
func (f *syncer) damagedText(ctx context.Context, cluster, item string) (*damagedOutput, error) {
	d, err := f.damagedItem(ctx, cluster, item)
	if err != nil {
		return nil, err
	}
	if err := f.noting(ctx, "item.view", cluster, d.Key)(); err != nil {
		return nil, err
	}
	out := new(damagedOutput)
	out.Body.Item = damagedWords(d)
	out.Body.Text, out.Body.Complete = f.Fleet.Text(d)
	return out, nil
}

func (f *syncer) damagedItem(ctx context.Context, cluster, item string) (fleetstore.DamagedItem, error) {
	if err := f.exists(ctx, cluster); err != nil {
		return fleetstore.DamagedItem{}, err
	}
	return f.Fleet.DamagedItem(ctx, cluster, item)
}

func (f *syncer) settleDamaged(ctx context.Context, cluster, item, action string) error {
	d, err := f.damagedItem(ctx, cluster, item)
	if err != nil {
		return err
	}
	settle := f.Fleet.DiscardDamaged
	if action == "retry" {
		settle = f.Fleet.RetryDamaged
	}
	if err := settle(ctx, cluster, item, f.noting(ctx, "item."+action, cluster, d.Key)); err != nil {
		return err
	}
	return f.Fleet.Touch(ctx, cmp.Or(cluster, scopeDamaged))
}

// scopeDamaged is the scope of damaged items that are no project's.
const scopeDamaged = "*damaged"

// noting records what the caller is about to do: nothing is done without its entry.
func (f *syncer) noting(ctx context.Context, action, cluster, item string) func() error {
	return func() error { return f.Note(ctx, faas.ActorFrom(ctx), action, cluster, item) }
}
