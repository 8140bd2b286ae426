package function

import (
	"context"
	"net/http"
	"slices"

	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
)

func (f *pipelines) bulkRoutes(api *faas.API) {
	const base = "/v1/bulk-changes"
	start := route(http.MethodPost, base, "start-bulk-change", "Change many instances, in waves")
	start.DefaultStatus = http.StatusAccepted
	faas.Register(api, faas.NeedSomewhere(identity.Operator), start, f.startBulk)
	faas.Register(api, faas.NeedSomewhere(identity.Operator), asking(route(http.MethodPost, base+"/preview", "preview-bulk-change", "Show what a bulk change would do, grouping identical instances")), f.previewBulk)
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), polled(route(http.MethodGet, base, "list-bulk-changes", "List the bulk changes, newest first"), bulkScope), f.listBulks)
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), polled(route(http.MethodGet, base+"/{bulk}", "get-bulk-change", "Show a bulk change with its instances"), bulkScope), f.getBulk)
	faas.Register(api, faas.NeedSomewhere(identity.Operator), route(http.MethodPost, base+"/{bulk}/{action}", "act-on-bulk-change", "Pause, resume, abort or retry a bulk change"), f.doOnBulk)
}

func bulkScope(*http.Request) string { return fleetstore.ScopeBulks }

// BulkRequest is the bulk change that a caller requests.
type BulkRequest bulk.Request

// by returns the request as the caller makes it, if they may.
func (w BulkRequest) by(ctx context.Context) (bulk.Request, error) {
	w.By = faas.ActorFrom(ctx)
	return bulk.Request(w), requireOperator(ctx, clustersOf(w.Targets))
}

func clustersOf(targets []bulk.Target) []string {
	var ids []string
	for _, t := range targets {
		ids = append(ids, t.Cluster)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// requireOperator returns an error unless the caller is an operator of every
// cluster, all of which the caller named. A cluster that the caller may not see
// does not exist for them.
func requireOperator(ctx context.Context, clusters []string) error {
	p := faas.PrincipalFrom(ctx)
	for _, id := range clusters {
		if !p.Sees(id) {
			return fault.InvalidField("targets", "There is no cluster %s.", id).WithKind(fault.NotFound)
		}
		if !p.Allowed(identity.Operator, id) {
			return fault.InvalidField("targets", "You need the operator role on the cluster %s.", id).WithKind(fault.Forbidden)
		}
	}
	return nil
}

type startBulkInput struct {
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" pattern:"^[A-Za-z0-9_-]+$" doc:"Chosen by the caller; the same key never starts a second one"`
	Body           struct {
		BulkRequest
		PreviewHash string `json:"previewHash" minLength:"1" maxLength:"64" doc:"Hash of the preview that was confirmed; the request fails if the change would do anything else"`
	}
}

type startBulkOutput struct {
	Status int
	Body   fleet.Bulk
}

func (f *pipelines) startBulk(ctx context.Context, in *startBulkInput) (*startBulkOutput, error) {
	req, err := in.Body.by(ctx)
	if err != nil {
		return nil, err
	}
	req.Key, req.PreviewHash = in.IdempotencyKey, in.Body.PreviewHash
	b, created, err := f.Bulks.Start(ctx, req)
	if err != nil {
		return nil, err
	}
	out := &startBulkOutput{Status: http.StatusAccepted, Body: b}
	if !created {
		out.Status = http.StatusOK
	}
	return out, nil
}

type previewBulkInput struct {
	Body BulkRequest
}

func (f *pipelines) previewBulk(ctx context.Context, in *previewBulkInput) (*body[bulk.BulkPreview], error) {
	req, err := in.Body.by(ctx)
	if err != nil {
		return nil, err
	}
	return answer(f.Bulks.Preview(ctx, req))
}

type listBulksInput struct {
	After string `query:"after" maxLength:"1000" doc:"Cursor of a page"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type listBulksOutput struct {
	Body struct {
		BulkChanges []fleet.Bulk `json:"bulkChanges"`
		Next        string       `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
	}
}

func (f *pipelines) listBulks(ctx context.Context, in *listBulksInput) (*listBulksOutput, error) {
	out := new(listBulksOutput)
	out.Body.Next, out.Body.BulkChanges = in.After, []fleet.Bulk{}
	// What the caller may not see neither shows nor makes a page shorter.
	for range maxHiddenPages {
		list, next, err := f.Fleet.Bulks(ctx, out.Body.Next, in.Limit-len(out.Body.BulkChanges))
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			if b = visible(ctx, b); len(b.Targets) > 0 {
				out.Body.BulkChanges = append(out.Body.BulkChanges, b)
			}
		}
		if out.Body.Next = next; next == "" || len(out.Body.BulkChanges) == in.Limit {
			break
		}
	}
	return out, nil
}

// maxHiddenPages bounds how many pages are read for one, when the caller may not
// see what they hold.
const maxHiddenPages = 20

// visible removes the targets that the caller may not see.
func visible(ctx context.Context, b fleet.Bulk) fleet.Bulk {
	p := faas.PrincipalFrom(ctx)
	b.Targets = slices.DeleteFunc(slices.Clone(b.Targets), func(t fleet.BulkTarget) bool { return !p.Sees(t.Cluster) })
	return b
}

type bulkInput struct {
	Bulk string `path:"bulk" maxLength:"60"`
}

func (f *pipelines) getBulk(ctx context.Context, in *bulkInput) (*body[fleet.Bulk], error) {
	b, err := f.Fleet.Bulk(ctx, in.Bulk)
	if err != nil {
		return nil, err
	}
	if b = visible(ctx, b); len(b.Targets) == 0 {
		return nil, fault.New(fault.NotFound, "no bulk change %q", in.Bulk)
	}
	return answer(b, nil)
}

type bulkActionInput struct {
	Bulk   string `path:"bulk" maxLength:"60"`
	Action string `path:"action" enum:"pause,resume,abort,retry"`
}

func (f *pipelines) doOnBulk(ctx context.Context, in *bulkActionInput) (*body[fleet.Bulk], error) {
	seen, err := f.getBulk(ctx, &bulkInput{Bulk: in.Bulk})
	if err != nil {
		return nil, err
	}
	whole, err := f.Fleet.Bulk(ctx, in.Bulk)
	if err != nil {
		return nil, err
	}
	p := faas.PrincipalFrom(ctx)
	for _, t := range whole.Targets {
		if !p.Allowed(identity.Operator, t.Cluster) {
			// Which cluster is missing is not for the caller to know.
			return nil, fault.New(fault.Forbidden, "You need the operator role on every cluster of this bulk change. Ask an administrator.")
		}
	}
	return answer(f.Bulks.Do(ctx, seen.Body.ID, in.Action, faas.ActorFrom(ctx)))
}
