package activity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

const partActivity = "activity" // sort: time + "#" + what happened

// activityLife is how long activity is kept.
const activityLife = 90 * 24 * time.Hour

// maxActivity bounds what one change of a cluster adds.
const maxActivity = 50

// Activity is something that happened to a cluster or an instance.
type Activity struct {
	At       time.Time `json:"at"`
	Cluster  string    `json:"cluster"`
	Instance string    `json:"instance,omitempty" doc:"Absent when it is about the cluster itself"`
	Kind     string    `json:"kind" enum:"lifecycle,pipeline,sync,health,online,drift,protection,note,tags"`
	From     string    `json:"from,omitempty" doc:"Lifecycle, pipeline status, health or online state before; the tags before"`
	To       string    `json:"to" doc:"Lifecycle, pipeline status, health, online state, failed and recovered of a sync, drifted, protected and unprotected, changed and removed of a note; of tags all that there are"`
	Pipeline int64     `json:"pipeline,omitempty"`
	By       string    `json:"by,omitempty" doc:"Who caused it: the requester in Ocim, else the author of the commit"`
	Rollback bool      `json:"rollback,omitempty" doc:"Whether a pipeline brings an earlier configuration back"`
	Detail   string    `json:"detail,omitempty"`
}

// The kinds of Activity.
const (
	ActivityLifecycle = "lifecycle"
	ActivityPipeline  = "pipeline"
	ActivitySync      = "sync"
	ActivityHealth    = "health"
	ActivityOnline    = "online"
	ActivityDrift     = "drift"

	// What people change in Ocim alone.
	ActivityProtection = "protection"
	ActivityNote       = "note"
	ActivityTags       = "tags"
)

// Log keeps activity in a kv.Store.
type Log struct {
	kv  kv.Store
	now func() time.Time
}

// New makes a Log; now is the clock.
func New(store kv.Store, now func() time.Time) *Log { return &Log{store, now} }

// Latest reads the newest activity of what keep (nil is all) wants. It may miss the last
// second's.
func (l *Log) Latest(ctx context.Context, keep func(Activity) bool, limit int) ([]Activity, error) {
	list, _, err := l.page(ctx, keep, "", limit, true)
	return list, err
}

// Page reads a page of the fleet's activity, newest first, of what keep (nil
// is all) wants. A page may hold fewer than limit, or nothing; only an empty cursor
// says that there is no more.
func (l *Log) Page(ctx context.Context, keep func(Activity) bool, after string, limit int) ([]Activity, string, error) {
	return l.page(ctx, keep, after, limit, after != "")
}

func (l *Log) page(ctx context.Context, keep func(Activity) bool, after string, limit int, eventual bool) ([]Activity, string, error) {
	list := []Activity{}
	for range maxActivityPages {
		page, next, err := kvjson.Query[Activity](ctx, l.kv, kv.Query{
			Partition: partActivity, After: after, Limit: limit - len(list), Reverse: true, Eventual: eventual,
		})
		if err != nil {
			return nil, "", err
		}
		for _, a := range page {
			if keep == nil || keep(a) {
				list = append(list, a)
			}
		}
		if after = next; after == "" || len(list) >= limit {
			break
		}
	}
	return list, after, nil
}

// maxActivityPages bounds how far one page looks for what is wanted.
const maxActivityPages = 10

// Note adds what a change of a chunk says, at the time when it happened as far as
// that is known. What was there from the beginning is no news, so a first chunk adds
// one entry at most.
func (l *Log) Note(ctx context.Context, before, after *fleet.Chunk) error {
	now := l.now().UTC()
	for i, a := range news(before, after) {
		if i == maxActivity {
			return nil
		}
		if a.At.IsZero() || a.At.After(now) {
			a.At = now
		}
		if now.Sub(a.At) >= activityLife {
			continue
		}
		a.Cluster = after.Cluster.ID
		if err := l.put(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// Add adds what happened just now.
func (l *Log) Add(ctx context.Context, a Activity) error {
	a.At = l.now()
	return l.put(ctx, a)
}

func (l *Log) put(ctx context.Context, a Activity) error {
	a.At = a.At.UTC()
	key := kv.Key{Partition: partActivity, Sort: fmt.Sprintf("%s#%s#%s#%s#%s",
		a.At.Format("2006-01-02T15:04:05.000000000"), a.Cluster, a.Instance, a.Kind, a.To)}
	if err := kvjson.Put(ctx, l.kv, key, a, kv.Always, a.At.Add(activityLife)); err != nil {
		return fmt.Errorf("noting activity of cluster %s: %w", a.Cluster, err)
	}
	return nil
}

func news(before, after *fleet.Chunk) []Activity {
	var list []Activity
	was := fleet.Cluster{}
	if before != nil {
		was = before.Cluster
	}
	now := after.Cluster
	if was.Lifecycle != now.Lifecycle {
		list = append(list, Activity{Kind: ActivityLifecycle, From: string(was.Lifecycle), To: string(now.Lifecycle)})
	}
	if was.Sync.Error != now.Sync.Error {
		a := Activity{Kind: ActivitySync, To: "failed", Detail: now.Sync.Error}
		if now.Sync.Error == "" {
			a.To = "recovered"
		}
		list = append(list, a)
	}
	if before == nil {
		return list
	}
	ofCluster := pipelineNews("", was.Pipeline, now.Pipeline)
	if was.Online.State != now.Online.State && !was.Online.At.IsZero() {
		list = append(list, Activity{Kind: ActivityOnline, From: was.Online.State, To: now.Online.State, Detail: now.Online.Reason})
	}
	for _, r := range after.Rows {
		i := r.Instance
		var old fleet.Instance
		if row := before.Row(i.Name); row != nil {
			old = row.Instance
		} else if was.Lifecycle == fleet.Pending && was.Sync.Commit == "" {
			continue // the first time that files were read
		}
		if old.Lifecycle != i.Lifecycle {
			list = append(list, Activity{Instance: i.Name, Kind: ActivityLifecycle, From: string(old.Lifecycle), To: string(i.Lifecycle), By: i.ChangedBy})
		}
		list = append(list, pipelineNews(i.Name, old.Pipeline, i.Pipeline)...)
		list = append(list, healthNews(i.Name, old.Health, i.Health)...)
		list = append(list, driftNews(old, i)...)
	}
	for _, a := range ofCluster {
		// What is said of an instance is not said of its cluster once more.
		if !slices.ContainsFunc(list, func(b Activity) bool { return b.Kind == a.Kind && b.Pipeline == a.Pipeline && b.To == a.To }) {
			list = append(list, a)
		}
	}
	return list
}

// pipelineNews reports that a pipeline ended.
func pipelineNews(instance string, was, now *fleet.PipelineSummary) []Activity {
	if now == nil || !now.Status.Finished() || was != nil && was.ID == now.ID && was.Status == now.Status {
		return nil
	}
	a := Activity{At: now.UpdatedAt, Instance: instance, Kind: ActivityPipeline, To: string(now.Status), Pipeline: now.ID, Detail: string(now.Operation), By: now.RequestedBy, Rollback: now.RolledBackTo != ""}
	if was != nil && was.ID == now.ID {
		a.From = string(was.Status)
	}
	return []Activity{a}
}

// healthNews reports a change of health. The first is no news; that nothing is known
// any more is the cluster's news, and so is that it is well again after that.
func healthNews(instance string, was, now fleet.HealthState) []Activity {
	if was.State == now.State || was.At.IsZero() || now.State == fleet.Unknown {
		return nil
	}
	if was.State == fleet.Unknown && (now.State == fleet.Healthy || now.State == fleet.Progressing) {
		return nil
	}
	return []Activity{{Instance: instance, Kind: ActivityHealth, From: string(was.State), To: string(now.State), Detail: now.Reason}}
}

// driftNews reports that an instance began to run otherwise than git says. That it does no
// more is no news: it may be deploying, or its cluster may not answer; and what is seen again
// once the cluster answers is none either.
func driftNews(was, now fleet.Instance) []Activity {
	if was.Drift != nil || now.Drift == nil || was.Health.State == fleet.Unknown {
		return nil
	}
	return []Activity{{At: now.Drift.At, Instance: now.Name, Kind: ActivityDrift, To: "drifted", Detail: now.Drift.Reason}}
}
