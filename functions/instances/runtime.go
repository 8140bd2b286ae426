package function

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/joblog"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/redact"
)

// registerRuntime adds the routes for what the cluster reports about an instance. Each
// part is requested separately, so that a failure of one does not affect the others.
func (f *instances) registerRuntime(api *faas.API) {
	faas.Register(api, faas.Need(identity.Viewer), route(http.MethodGet, instancePath+"/pods", "list-pods", "Get an instance's pods from the cluster"), f.pods)
	faas.Register(api, faas.Need(identity.Viewer), route(http.MethodGet, instancePath+"/replication", "get-replication", "Get an instance's autoscalers and replicas from the cluster"), f.replication)
	faas.Register(api, faas.Need(identity.Viewer), route(http.MethodGet, instancePath+"/events", "list-events", "Get recent warnings about an instance from the cluster"), f.events)
	faas.Register(api, faas.Need(access.ReadsPodLogs), route(http.MethodGet, instancePath+"/pods/{pod}/log", "get-pod-log", "Get the last lines of a container's log from the cluster"), f.log)
	faas.Register(api, faas.Need(identity.Operator), route(http.MethodGet, instancePath+"/job-reports", "list-job-reports", "List what Ocim keeps of an instance's jobs that failed or did not end, with the last lines of their logs"), f.jobReports)
}

// running opens the cluster of an instance that Ocim knows: a cluster runs more
// than instances, which this endpoint must not expose.
func (f *instances) running(ctx context.Context, in instanceInput) (*gateway.Cluster, error) {
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	if _, err := f.row(ctx, in.Cluster, in.Instance); err != nil {
		return nil, err
	}
	return f.Open(ctx, project)
}

func (f *instances) pods(ctx context.Context, in *instanceInput) (*body[clusterfn.PodList], error) {
	cluster, err := f.running(ctx, *in)
	if err != nil {
		return nil, err
	}
	return answer(cluster.Pods(ctx, in.Instance))
}

// runtimeDeployment has a name of its own in the API: a deployment there is an
// instance's part in a pipeline.
type runtimeDeployment clusterfn.Deployment

type replication struct {
	At          time.Time              `json:"at"`
	Deployments []runtimeDeployment    `json:"deployments" doc:"By name"`
	Autoscalers []clusterfn.Autoscaler `json:"autoscalers" doc:"By name"`
	Unread      []clusterfn.Unread     `json:"unread,omitempty"`
}

func (f *instances) replication(ctx context.Context, in *instanceInput) (*body[replication], error) {
	cluster, err := f.running(ctx, *in)
	if err != nil {
		return nil, err
	}
	r, err := cluster.Replication(ctx, in.Instance)
	out := replication{At: r.At, Deployments: []runtimeDeployment{}, Autoscalers: r.Autoscalers, Unread: r.Unread}
	for _, d := range r.Deployments {
		out.Deployments = append(out.Deployments, runtimeDeployment(d))
	}
	return answer(out, err)
}

func (f *instances) events(ctx context.Context, in *instanceInput) (*body[clusterfn.EventList], error) {
	cluster, err := f.running(ctx, *in)
	if err != nil {
		return nil, err
	}
	return answer(cluster.Events(ctx, in.Instance))
}

type podLogInput struct {
	Cluster   string `path:"cluster" maxLength:"60"`
	Instance  string `path:"instance" maxLength:"100"`
	Pod       string `path:"pod" maxLength:"253" pattern:"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"`
	Container string `query:"container" maxLength:"63" doc:"Absent is the pod's first"`
	Previous  bool   `query:"previous" doc:"Of the container before the last restart"`
	Lines     int    `query:"lines" minimum:"1" maximum:"2000" default:"200"`
}

// PodLog is a container's log. It is exported because huma passes over what is embedded
// and not.
type PodLog struct {
	clusterfn.Log
	FirstError int `json:"firstError,omitempty" doc:"Number of the line, from 1, that says first what went wrong; absent when none looks like an error"`
}

// withFirstError looks for an error as in the log of a job.
func withFirstError(log clusterfn.Log) PodLog {
	var finder joblog.Finder
	for _, l := range log.Lines {
		_, _ = io.WriteString(&finder, strings.ReplaceAll(l.Text, "\n", " ")+"\n") // it never fails
	}
	out := PodLog{Log: log}
	if found := finder.Found(); found != nil {
		out.FirstError = int(found.Line)
	}
	return out
}

func (f *instances) log(ctx context.Context, in *podLogInput) (*body[PodLog], error) {
	cluster, err := f.running(ctx, instanceInput{in.Cluster, in.Instance})
	if err != nil {
		return nil, err
	}
	if err := f.Viewed(ctx, faas.ActorFrom(ctx), "pod.log", "pod/"+in.Cluster+"/"+in.Instance+"/"+in.Pod); err != nil {
		return nil, err
	}
	log, err := cluster.Log(ctx, in.Instance, clusterfn.LogQuery{Pod: in.Pod, Container: in.Container, Previous: in.Previous, Lines: in.Lines})
	if err != nil {
		return nil, err
	}
	secrets, err := f.secrets(ctx, in.Cluster, in.Instance)
	if err != nil {
		return nil, err
	}
	for i := range log.Lines {
		log.Lines[i].Text = secrets.Mask(log.Lines[i].Text)
	}
	return answer(withFirstError(log), nil)
}

type jobReportsOutput struct {
	Body struct {
		Reports []fleet.JobReport `json:"reports" doc:"Newest first"`
	}
}

func (f *instances) jobReports(ctx context.Context, in *instanceInput) (*jobReportsOutput, error) {
	if _, err := f.row(ctx, in.Cluster, in.Instance); err != nil {
		return nil, err
	}
	out := new(jobReportsOutput)
	var err error
	if out.Body.Reports, err = f.Fleet.JobReports(ctx, in.Cluster, in.Instance); err != nil || len(out.Body.Reports) == 0 {
		return out, err
	}
	return out, f.Viewed(ctx, faas.ActorFrom(ctx), "pod.log", "pod/"+in.Cluster+"/"+in.Instance+"/"+out.Body.Reports[0].Job)
}

// maxDeployed is of how many recent pipelines the configuration counts: a pod runs with
// that of the last one, or while it is replaced with that of the one before.
const maxDeployed = 3

// secrets gives what masks an instance's secrets, as they are and as its pods have them.
func (f *instances) secrets(ctx context.Context, cluster, instance string) (*redact.Redactor, error) {
	project, err := f.project(ctx, cluster)
	if err != nil {
		return nil, err
	}
	page, err := f.Fleet.InstancePage(ctx, cluster, instance)
	if err != nil {
		return nil, err
	}
	var commits []string
	for _, p := range page.Pipelines {
		if len(commits) < maxDeployed && p.Operation != "" && !slices.Contains(commits, p.SHA) {
			commits = append(commits, p.SHA)
		}
	}
	return f.Redact(ctx, project, []string{instance}, commits...)
}
