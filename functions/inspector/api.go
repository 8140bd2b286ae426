package function

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/secret"
)

// Deps is what the function needs.
type Deps struct {
	API     faas.Options
	Cluster *kube.Reader
	Secrets func() ([]secret.Value, error) // those that count at the moment
	Hosts   []string                       // that callers reach the gateway at; empty is not checked
	Now     func() time.Time
	Log     *slog.Logger
}

// New makes the function's handler.
func New(deps Deps) http.Handler {
	deps.API.Title = "Inspector"
	api := faas.NewAPI(deps.API)
	f := &inspector{Deps: deps, verifier: clusterfn.NewVerifier(deps.Secrets, deps.Now, deps.Hosts...)}

	get(api, f, "list-instances", "/v1/instances", "What the cluster runs, with health and reason", f.instances)
	get(api, f, "list-nodes", "/v1/nodes", "The cluster's machines and what they hold", ofCluster(f, func(s *kube.Snapshot) clusterfn.NodeList { return s.Nodes }))
	get(api, f, "list-events", "/v1/events", "Recent warnings of the whole cluster", ofCluster(f, func(s *kube.Snapshot) clusterfn.EventList { return s.Events }))
	get(api, f, "list-pods", "/v1/instances/{instance}/pods", "An instance's pods with their containers", ofInstance(f, func(v *kube.View) clusterfn.PodList { return v.Pods }))
	get(api, f, "get-replication", "/v1/instances/{instance}/replication", "An instance's Deployments and autoscalers", ofInstance(f, func(v *kube.View) clusterfn.Replication { return v.Replication }))
	get(api, f, "list-instance-events", "/v1/instances/{instance}/events", "Recent warnings about an instance", ofInstance(f, func(v *kube.View) clusterfn.EventList { return v.Events }))
	get(api, f, "get-log", "/v1/instances/{instance}/pods/{pod}/log", "The last lines of a container's log", f.log)
	return api
}

type inspector struct {
	Deps
	verifier *clusterfn.Verifier
}

// get adds a route. Public is what Ocim's users are to it: a route is only for
// who has the cluster's secret.
func get[I, O any](api *faas.API, f *inspector, id, path, summary string, handle func(context.Context, *I) (*O, error)) {
	faas.Register(api, faas.Public, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Middlewares: huma.Middlewares{f.authenticate},
	}, handle)
}

type answer[T any] struct{ Body T }

type instancesInput struct {
	Failing bool `query:"failing" doc:"Only instances that are degraded or failed"`
}

func (f *inspector) instances(ctx context.Context, in *instancesInput) (*answer[clusterfn.InstanceList], error) {
	s, err := f.Cluster.Cluster(ctx)
	if err != nil {
		return nil, err
	}
	list := s.Instances
	if in.Failing {
		list.Instances = slices.Clone(list.Instances) // the original is shared
		list.Instances = slices.DeleteFunc(list.Instances, func(i clusterfn.Instance) bool {
			return i.Health != clusterfn.Degraded && i.Health != clusterfn.Failed
		})
	}
	return &answer[clusterfn.InstanceList]{list}, nil
}

// ofCluster answers with a part of what the cluster runs.
func ofCluster[T any](f *inspector, part func(*kube.Snapshot) T) func(context.Context, *struct{}) (*answer[T], error) {
	return func(ctx context.Context, _ *struct{}) (*answer[T], error) {
		s, err := f.Cluster.Cluster(ctx)
		if err != nil {
			return nil, err
		}
		return &answer[T]{part(s)}, nil
	}
}

type instanceInput struct {
	Instance string `path:"instance" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" doc:"Namespace of the instance"`
}

// ofInstance answers with a part of what an instance runs.
func ofInstance[T any](f *inspector, part func(*kube.View) T) func(context.Context, *instanceInput) (*answer[T], error) {
	return func(ctx context.Context, in *instanceInput) (*answer[T], error) {
		v, err := f.Cluster.View(ctx, in.Instance)
		if err != nil {
			return nil, err
		}
		return &answer[T]{part(v)}, nil
	}
}

type logInput struct {
	Instance  string `path:"instance" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"`
	Pod       string `path:"pod" maxLength:"253" pattern:"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"`
	Container string `query:"container" maxLength:"63" pattern:"^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$" doc:"Empty is the pod's first"`
	Previous  bool   `query:"previous" doc:"Of the container before the last restart"`
	Lines     int    `query:"lines" minimum:"0" maximum:"2000" default:"200"`
}

func (f *inspector) log(ctx context.Context, in *logInput) (*answer[clusterfn.Log], error) {
	log, err := f.Cluster.Log(ctx, in.Instance, clusterfn.LogQuery{Pod: in.Pod, Container: in.Container, Previous: in.Previous, Lines: in.Lines})
	if err != nil {
		return nil, err
	}
	return &answer[clusterfn.Log]{log}, nil
}
