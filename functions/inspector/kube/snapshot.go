package kube

import (
	"cmp"
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
	"github.com/open-craft/ocim/shared/fault"
)

// parallel bounds how many lists run at once, and with them how many pages are
// in memory.
const parallel = 3

// placed is something with the namespace it is in.
type placed[T any] struct {
	namespace string
	selected  bool // its labels are an instance's
	value     T
}

// lists is what is read of a cluster or of one of its namespaces. It is valid without
// events and autoscalers, so their failure is reported in addition.
type lists struct {
	deployments, stateful, daemons []placed[clusterfn.Deployment]
	pods                           []placed[clusterfn.Pod]
	jobs                           []placed[clusterfn.Job]
	autoscalers                    []placed[clusterfn.Autoscaler]
	events                         []clusterfn.Event

	noStateful, noDaemons, noScalers, noEvents []clusterfn.Unread
}

// read lists every kind once; the lists are there when the group is done.
func (r *Reader) read(ctx context.Context, group *errgroup.Group, namespace string) *lists {
	l := &lists{}
	group.Go(func() error {
		l.stateful, l.noStateful = optional(ctx, r.statefulSets(namespace), "StatefulSets", place(r, statefulSetFrom))
		return nil
	})
	group.Go(func() error {
		l.daemons, l.noDaemons = optional(ctx, r.daemonSets(namespace), "DaemonSets", place(r, daemonSetFrom))
		return nil
	})
	group.Go(func() (err error) {
		l.pods, err = all(ctx, r.pods(namespace), place(r, podFrom))
		return err
	})
	group.Go(func() (err error) {
		l.deployments, err = all(ctx, r.deployments(namespace), place(r, deploymentFrom))
		return err
	})
	group.Go(func() (err error) {
		l.jobs, err = all(ctx, r.jobs(namespace), place(r, jobFrom))
		return err
	})
	group.Go(func() error {
		l.autoscalers, l.noScalers = optional(ctx, r.autoscalers(namespace), "autoscalers", place(r, autoscalerFrom))
		return nil
	})
	group.Go(func() error {
		l.events, l.noEvents = r.readEvents(ctx, namespace)
		return nil
	})
	return l
}

// workloads are the objects that keep pods running.
func (l *lists) workloads() []placed[clusterfn.Deployment] {
	return slices.Concat(l.deployments, l.stateful, l.daemons)
}

// readCluster lists every kind once.
func (r *Reader) readCluster(ctx context.Context) (*Snapshot, error) {
	var namespaces []namespace
	var nodes []clusterfn.Node
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	l := r.read(ctx, group, everywhere)
	group.Go(func() (err error) {
		namespaces, err = all(ctx, r.namespaces(), r.namespaceFrom)
		return err
	})
	group.Go(func() (err error) {
		nodes, err = all(ctx, r.nodes(), nodeFrom)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}

	now := r.now()
	facts := map[string]*diagnose.Facts{}
	instances := map[string]bool{}
	for _, n := range namespaces {
		facts[n.name] = &diagnose.Facts{Name: n.name, CreatedAt: n.createdAt, DeletedAt: n.deletedAt}
		instances[n.name] = n.selected
	}
	requested := map[string]clusterfn.Resources{}
	share(facts, instances, l.workloads(), func(f *diagnose.Facts, d clusterfn.Deployment) { f.Deployments = append(f.Deployments, d) })
	share(facts, instances, l.autoscalers, func(f *diagnose.Facts, a clusterfn.Autoscaler) { f.Autoscalers = append(f.Autoscalers, a) })
	share(facts, instances, l.jobs, func(f *diagnose.Facts, j clusterfn.Job) { f.Jobs = append(f.Jobs, j) })
	share(facts, instances, l.pods, func(f *diagnose.Facts, p clusterfn.Pod) {
		f.Pods = append(f.Pods, p)
		if p.Node != "" && p.Phase != "Succeeded" && p.Phase != "Failed" {
			requested[p.Node] = requested[p.Node].Add(p.Requests).Add(clusterfn.Resources{Pods: 1})
		}
	})
	for _, e := range l.events {
		if f := facts[e.Instance]; f != nil {
			f.Events = append(f.Events, e)
		}
	}

	s := &Snapshot{
		Instances: clusterfn.InstanceList{At: now, Instances: []clusterfn.Instance{}, Scaling: len(l.noScalers) == 0, Unread: slices.Concat(l.noEvents, l.noScalers, l.noStateful, l.noDaemons)},
		Nodes:     clusterfn.NodeList{At: now, Nodes: nodes},
	}
	for name, f := range facts {
		if instances[name] {
			s.Instances.Instances = append(s.Instances.Instances, diagnose.Instance(f, now))
		}
	}
	slices.SortFunc(s.Instances.Instances, func(a, b clusterfn.Instance) int { return cmp.Compare(a.Name, b.Name) })
	for i := range nodes {
		nodes[i].Requested = requested[nodes[i].Name]
	}
	slices.SortFunc(nodes, func(a, b clusterfn.Node) int { return cmp.Compare(a.Name, b.Name) })
	events := slices.DeleteFunc(l.events, func(e clusterfn.Event) bool { return e.Instance != "" && !instances[e.Instance] })
	s.Events = clusterfn.EventList{At: now, Events: newest(events), Unread: l.noEvents}
	return s, nil
}

// share gives each object to its namespace, and makes that an instance if the
// object's labels say so.
func share[T any](facts map[string]*diagnose.Facts, instances map[string]bool, objects []placed[T], give func(*diagnose.Facts, T)) {
	for _, o := range objects {
		f := facts[o.namespace]
		if f == nil {
			continue // its namespace came or went between the lists
		}
		instances[o.namespace] = instances[o.namespace] || o.selected
		give(f, o.value)
	}
}

// readView lists every kind once in one namespace.
func (r *Reader) readView(ctx context.Context, instance string) (*View, error) {
	var n corev1.Namespace
	if err := r.client.read(ctx, "/api/v1/namespaces/"+instance, nil, &n); err != nil {
		err = translate(err, "get namespaces")
		if fault.Is(err, fault.NotFound) {
			return nil, noInstance()
		}
		return nil, err
	}
	home, _ := r.namespaceFrom(&n)
	group, ctx := errgroup.WithContext(ctx)
	l := r.read(ctx, group, instance)
	if err := group.Wait(); err != nil {
		return nil, err
	}

	now := r.now()
	facts := &diagnose.Facts{Name: instance, CreatedAt: home.createdAt, DeletedAt: home.deletedAt, Events: l.events}
	is := map[string]bool{instance: home.selected}
	byName := map[string]*diagnose.Facts{instance: facts}
	share(byName, is, l.workloads(), func(f *diagnose.Facts, d clusterfn.Deployment) { f.Deployments = append(f.Deployments, d) })
	share(byName, is, l.pods, func(f *diagnose.Facts, p clusterfn.Pod) { f.Pods = append(f.Pods, p) })
	if !is[instance] { // neither its own labels nor those of what runs in it
		return nil, noInstance()
	}
	share(byName, is, l.jobs, func(f *diagnose.Facts, j clusterfn.Job) { f.Jobs = append(f.Jobs, j) })
	share(byName, is, l.autoscalers, func(f *diagnose.Facts, a clusterfn.Autoscaler) { f.Autoscalers = append(f.Autoscalers, a) })
	diagnose.Instance(facts, now)
	slices.SortFunc(facts.Pods, func(a, b clusterfn.Pod) int {
		return cmp.Or(cmp.Compare(a.Workload, b.Workload), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(facts.Deployments, func(a, b clusterfn.Deployment) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(facts.Autoscalers, func(a, b clusterfn.Autoscaler) int { return cmp.Compare(a.Name, b.Name) })
	return &View{
		Pods:        clusterfn.PodList{At: now, Pods: orEmpty(facts.Pods)},
		Replication: clusterfn.Replication{At: now, Deployments: orEmpty(facts.Deployments), Autoscalers: orEmpty(facts.Autoscalers), Unread: slices.Concat(l.noScalers, l.noStateful, l.noDaemons)},
		Events:      clusterfn.EventList{At: now, Events: newest(l.events), Unread: l.noEvents},
	}, nil
}

// optional is all for kinds that the rest does not need: their failure is reported in
// addition. An inspector whose account has older rights keeps working this way.
func optional[T, R any](ctx context.Context, s source[T], kind string, from func(*T) (R, bool)) ([]R, []clusterfn.Unread) {
	list, err := all(ctx, s, from)
	if err != nil {
		return nil, []clusterfn.Unread{{Kind: kind, Reason: fault.Message(err)}}
	}
	return list, nil
}

func (r *Reader) readEvents(ctx context.Context, namespace string) ([]clusterfn.Event, []clusterfn.Unread) {
	events, more, err := collect(ctx, r.warnings(namespace), eventFrom)
	switch {
	case err != nil:
		return nil, []clusterfn.Unread{{Kind: "events", Reason: fault.Message(err)}}
	case more:
		return events, []clusterfn.Unread{{Kind: "events", Reason: "The cluster has too many warnings; some are left out."}}
	}
	return events, nil
}

// newest returns the newest events, at most as many as are reported.
func newest(events []clusterfn.Event) []clusterfn.Event {
	slices.SortStableFunc(events, func(a, b clusterfn.Event) int { return b.At.Compare(a.At) })
	return orEmpty(events[:min(len(events), clusterfn.MaxEvents)])
}

// orEmpty makes a list of none that JSON shows as one.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// place keeps with an object where it is and whether it marks an instance.
func place[T, R any](r *Reader, from func(*T) (R, bool)) func(*T) (placed[R], bool) {
	return func(o *T) (placed[R], bool) {
		meta, _ := any(o).(metav1.Object) // every typed object is one
		value, ok := from(o)
		return placed[R]{meta.GetNamespace(), r.selector.Matches(labels.Set(meta.GetLabels())), value}, ok
	}
}

// namespaceFrom keeps what counts of a namespace.
func (r *Reader) namespaceFrom(n *corev1.Namespace) (namespace, bool) {
	out := namespace{name: n.Name, selected: r.selector.Matches(labels.Set(n.Labels)), createdAt: n.CreationTimestamp.Time}
	if n.DeletionTimestamp != nil {
		out.deletedAt = n.DeletionTimestamp.Time
	}
	return out, true
}
