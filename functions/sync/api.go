package function

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/installation"
	"github.com/open-craft/ocim/shared/lease"
	"github.com/open-craft/ocim/shared/notify"
)

// Store is the fleet's records as far as this function needs them.
type Store interface {
	DiscardEvent(ctx context.Context, cluster, key string, record func() error) error
	PoisonEvents(ctx context.Context, cluster, after string) ([]fleet.Event, string, error)
	RetryEvent(ctx context.Context, cluster, key string, record func() error) error
	DamagedItems(ctx context.Context, cluster string) ([]fleetstore.DamagedItem, error)
	DamagedItem(ctx context.Context, cluster, id string) (fleetstore.DamagedItem, error)
	Text(item fleetstore.DamagedItem) (text string, complete bool)
	RetryDamaged(ctx context.Context, cluster, id string, record func() error) error
	DiscardDamaged(ctx context.Context, cluster, id string, record func() error) error
	AcquireLease(ctx context.Context, name, holder string, life time.Duration) (lease.Lease, error)
	HoldLease(ctx context.Context, name, holder string, life time.Duration) (held context.Context, lease lease.Lease, stop func(), err error)
	Project(ctx context.Context, id string) (fleet.Project, error)
	Projects(ctx context.Context) ([]fleet.Project, error)
	Changes(ctx context.Context) (revision int64, unchanged func(scope string, since int64) bool, err error)
	Touch(ctx context.Context, scope string) error
	ForgetStrays(ctx context.Context) error
	ForgetDamaged(ctx context.Context) error
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
}

// Deps is what the function needs.
type Deps struct {
	API   faas.Options
	Fleet Store
	// Sync reads one project; fault.Conflict when that is being done already.
	Sync func(ctx context.Context, project string) error
	// SyncAll reads projects as far as they changed, and calls done once for each;
	// fault.Conflict for one that is being read already, fault.Limited for one that waits for
	// the next run.
	SyncAll func(ctx context.Context, projects []fleet.Project, done func(project fleet.Project, err error)) error
	// DueChecks gives the projects whose token and webhook are to be looked after; Check
	// does that.
	DueChecks func(ctx context.Context, projects []fleet.Project) ([]string, error)
	Check     func(ctx context.Context, project string) error
	// Observe asks a project's cluster what runs. What comes of it is kept, so an
	// error is for the log only.
	Observe func(ctx context.Context, project fleet.Project) error
	// Visit checks whether the sites of a project's instances answer.
	Visit func(ctx context.Context, project string) error
	// DueUsage gives the projects whose clusters are to be asked who uses them; Collect does
	// that.
	DueUsage func(ctx context.Context, projects []fleet.Project) ([]string, error)
	Collect  func(ctx context.Context, project string) error
	// Notify sends notifications about what happened.
	Notify func(ctx context.Context) error
	// Test sends a test by a person's subscription.
	Test func(ctx context.Context, owner, subscription string) (notify.Delivery, error)
	// Repair finishes the audit entries of functions that died, and gives how many.
	Repair func(ctx context.Context) (int, error)
	// Seal seals the end of the audit log, and gives the last sealed entry's place.
	Seal func(ctx context.Context) (int64, error)
	// Installation reports on Ocim itself, and looks after it.
	Installation *installation.Service
	// Configuration checks what is configured.
	Configuration func(ctx context.Context) []installation.Result
	// Measured receives what was measured, every few minutes; nil: nothing is measured.
	Measured func(installation.Report)
	// Apply applies a cluster's waiting events.
	Apply func(ctx context.Context, cluster string) error
	// Note records in the audit log what someone is about to do to an item of a cluster.
	Note  func(ctx context.Context, by access.Actor, action, cluster, item string) error
	NewID func() string
	Log   *slog.Logger
	// Limit is how long one run may take. What it does not reach, the next one begins with.
	Limit time.Duration
}

// Bounds of a run.
const (
	atOnce       = 8                // clusters that are asked, or projects that are checked, at the same time
	projectLimit = 60 * time.Second // for one project
	notifyLimit  = 30 * time.Second // for notifying people
	notifyShare  = 5                // the part of a run that is kept for it: one fifth
	observeShare = 2                // the part after which no cluster waits for its project: one half
	leaseLife    = 20 * time.Second // how long a run that died keeps the next one away
	debounce     = 10 * time.Second // a run this soon after the last one does nothing
	measureEvery = 5 * time.Minute  // for the metrics
)

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title, deps.API.Changes = "Sync", deps.Fleet.Changes
	api := faas.NewAPI(deps.API)
	f := &syncer{Deps: deps}
	// Anyone can call a function behind the gateway, and cron-connector has no
	// credentials. So a run takes nothing in, reveals nothing about the fleet, and
	// cannot be made to happen more often than the debounce allows.
	faas.Register(api, faas.Public, huma.Operation{
		OperationID: "sync-all", Method: http.MethodPost, Path: "/", MaxBodyBytes: 1024,
		Metadata: map[string]any{faas.AnyQuery: true},
		Summary:  "Reconcile all projects; called on schedule",
	}, f.syncAll)
	faas.Register(api, faas.Need(identity.Operator), huma.Operation{
		Metadata:    map[string]any{faas.Cost: faas.AsksGitLab},
		OperationID: "sync-cluster", Method: http.MethodPost, Path: "/v1/clusters/{cluster}",
		Summary: "Reconcile one project now",
	}, f.syncOne)
	// It is here because only this function may send.
	faas.Register(api, faas.NeedSomewhere(identity.Viewer), huma.Operation{
		OperationID: "test-notification", Method: http.MethodPost, Path: "/v1/notifications/{subscription}/test",
		Summary: "Send a test by one of one's own subscriptions",
	}, f.test)
	f.routeInstallation(api)
	f.routeDamaged(api)
	return api
}

type syncer struct {
	Deps
	measuredAt time.Time // guarded by the lease of the run
}

type syncAllOutput struct {
	Body struct {
		Outcome string `json:"outcome" enum:"done,skipped" doc:"skipped: a run is under way or was a moment ago"`
	}
}

func (f *syncer) syncAll(ctx context.Context, _ *struct{}) (*syncAllOutput, error) {
	out := new(syncAllOutput)
	ctx, lease, stop, err := f.Fleet.HoldLease(ctx, "sync", f.NewID(), leaseLife)
	if fault.Is(err, fault.Conflict) {
		out.Body.Outcome = "skipped"
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	// Kept a little longer instead of given back: that is the debounce.
	defer func() {
		stop()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if _, err := f.Fleet.AcquireLease(ctx, "sync", lease.Holder, debounce); err != nil {
			f.Log.WarnContext(ctx, "sync lease not shortened", "err", err)
		}
	}()
	out.Body.Outcome = "done"
	return out, f.run(ctx, lease.Token)
}

// run reads all projects and asks their clusters. One that fails, or takes too long,
// does not block the others; its error is in its own record. The number of the run
// rises with each.
func (f *syncer) run(ctx context.Context, number int64) error {
	ctx, cancel := context.WithTimeout(ctx, f.Limit)
	defer cancel()
	if repaired, err := f.Repair(ctx); err != nil {
		f.Log.WarnContext(ctx, "audit entries not repaired", "err", err)
	} else if repaired > 0 {
		f.Log.InfoContext(ctx, "audit entries repaired", "count", repaired)
	}
	if _, err := f.Seal(ctx); err != nil {
		f.Log.ErrorContext(ctx, "audit log not sealed", "err", err)
	}
	if err := errors.Join(f.Fleet.ForgetStrays(ctx), f.Fleet.ForgetDamaged(ctx)); err != nil {
		f.Log.WarnContext(ctx, "what is left of removed projects, or damaged, not deleted", "err", err)
	}
	projects, err := f.Fleet.Projects(ctx)
	if err != nil {
		return err
	}
	projects = turned(projects, number)
	started := time.Now()
	// However long all this takes, notifications are sent.
	reading, stop := context.WithTimeout(ctx, f.Limit-f.Limit/notifyShare)
	defer stop()
	failed, waiting := f.readAll(reading, projects)
	f.eachDue(reading, projects, "project not checked", f.DueChecks, f.Check)
	f.notify(ctx)
	f.upkeep(ctx, projects, int(failed), time.Since(started))
	// Usage comes after all else, with the time that is left: nothing waits for it.
	f.eachDue(ctx, projects, "usage not collected", f.DueUsage, f.Collect)
	f.Log.InfoContext(ctx, "synced", "projects", len(projects), "failed", failed, "waiting", waiting, "took", time.Since(started).Round(time.Millisecond).String())
	return nil
}

// turned begins with other projects at each run, so that clusters that do not answer do not
// keep others waiting for ever.
func turned(projects []fleet.Project, number int64) []fleet.Project {
	if len(projects) == 0 {
		return projects
	}
	runs := number / 2 // the lease changes at the beginning and at the end of a run
	first := int(runs * atOnce % int64(len(projects)))
	return slices.Concat(projects[first:], projects[:first])
}

// readAll syncs projects, observes their clusters and checks their sites, and gives how many syncs failed and
// how many projects were not reached. A cluster's turn comes when its project was read, for
// there its instances are found, or when that takes too long: a GitLab that hangs hides no
// cluster.
func (f *syncer) readAll(ctx context.Context, projects []fleet.Project) (failed, waiting int64) {
	late, cancelLate := context.WithTimeout(ctx, f.Limit/observeShare)
	defer cancelLate()
	var failures, limited atomic.Int64
	var observing sync.WaitGroup
	clusters, visits := semaphore.NewWeighted(atOnce), semaphore.NewWeighted(atOnce)
	read := make(map[string]chan struct{}, len(projects))
	for _, p := range projects {
		wasRead := make(chan struct{}) // the map is still being filled
		read[p.ID] = wasRead
		observing.Go(func() {
			select {
			case <-wasRead:
			case <-late.Done():
			}
			if clusters.Acquire(ctx, 1) == nil {
				f.observe(ctx, p)
				clusters.Release(1)
			}
			if visits.Acquire(ctx, 1) == nil {
				f.visit(ctx, p.ID)
				visits.Release(1)
			}
		})
	}
	err := f.SyncAll(ctx, projects, func(p fleet.Project, err error) {
		defer close(read[p.ID])
		switch {
		case err == nil, fault.Is(err, fault.Conflict):
		case fault.Is(err, fault.Limited):
			limited.Add(1)
		default:
			failures.Add(1)
			f.Log.WarnContext(ctx, "project not synced", "project", p.ID, "err", err)
		}
	})
	if err != nil {
		f.Log.WarnContext(ctx, "projects not synced", "err", err)
	}
	cancelLate() // what was not read is observed all the same
	observing.Wait()
	return failures.Load(), limited.Load()
}

func (f *syncer) observe(ctx context.Context, project fleet.Project) {
	if err := f.Observe(ctx, project); err != nil {
		f.Log.WarnContext(ctx, "cluster not observed", "project", project.ID, "err", err)
	}
}

func (f *syncer) visit(ctx context.Context, project string) {
	if err := f.Visit(ctx, project); err != nil {
		f.Log.WarnContext(ctx, "sites not checked", "project", project, "err", err)
	}
}

// notify fails nothing: the next run sends what could not be sent.
func (f *syncer) notify(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, notifyLimit)
	defer cancel()
	if err := f.Notify(ctx); err != nil {
		f.Log.WarnContext(ctx, "notifications not sent", "err", err)
	}
}

// eachDue does something for the projects for which it is due. A failure is for the log.
func (f *syncer) eachDue(ctx context.Context, projects []fleet.Project, failed string, find func(context.Context, []fleet.Project) ([]string, error), do func(context.Context, string) error) {
	due, err := find(ctx, projects)
	if err != nil {
		f.Log.WarnContext(ctx, failed, "err", err)
		return
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, project := range due {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil // the next run does it
			}
			ctx, cancel := context.WithTimeout(ctx, projectLimit)
			defer cancel()
			if err := do(ctx, project); err != nil {
				f.Log.WarnContext(ctx, failed, "project", project, "err", err)
			}
			return nil
		})
	}
	_ = group.Wait()
}

type syncOneInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

type syncOneOutput struct {
	Body fleet.SyncState
}

func (f *syncer) syncOne(ctx context.Context, in *syncOneInput) (*syncOneOutput, error) {
	project, err := f.Fleet.Project(ctx, in.Cluster)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, faas.NoSuchCluster()
		}
		return nil, err
	}
	reading, cancel := context.WithTimeout(ctx, projectLimit)
	defer cancel()
	// What went wrong is in the state that is answered.
	if err := f.Sync(reading, in.Cluster); err != nil {
		f.Log.WarnContext(ctx, "project not synced", "project", in.Cluster, "err", err)
	}
	f.observe(ctx, project)
	f.visit(ctx, in.Cluster)
	if err := f.Fleet.Touch(ctx, in.Cluster); err != nil { // its pages show when it was read
		return nil, err
	}
	record, err := f.Fleet.SyncRecord(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	return &syncOneOutput{Body: record.State}, nil
}

type testInput struct {
	Subscription string `path:"subscription" maxLength:"60"`
}

type testOutput struct {
	Body notify.Delivery
}

func (f *syncer) test(ctx context.Context, in *testInput) (*testOutput, error) {
	d, err := f.Test(ctx, faas.PrincipalFrom(ctx).UserID, in.Subscription)
	if err != nil {
		return nil, err
	}
	return &testOutput{Body: d}, nil
}
