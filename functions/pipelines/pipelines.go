package function

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/joblog"
	"github.com/open-craft/ocim/shared/redact"
)

// runningHold is how long a page shows the jobs of a pipeline that runs as they were. GitLab
// reports each new status of the pipeline itself, which is shown at once.
const runningHold = 10 * time.Second

func (f *pipelines) pipelineRoutes(api *faas.API) {
	const base = "/v1/clusters/{cluster}/pipelines"
	faas.Register(api, viewer(), polled(route(http.MethodGet, base, "list-pipelines", "List the cluster's pipelines, newest first"), faas.ScopeOfPath), inProject(f, f.listPipelines))
	faas.Register(api, viewer(), polled(asking(route(http.MethodGet, base+"/{pipeline}", "get-pipeline", "Show a pipeline with its jobs as GitLab has them, which is asked every ten seconds while it runs")), faas.ScopeOfPath), inProject(f, f.getPipeline))
	faas.Register(api, operator(), asking(route(http.MethodPost, base+"/{pipeline}/cancel", "cancel-pipeline", "Cancel a pipeline")), inProject(f, f.cancel))
	faas.Register(api, operator(), asking(route(http.MethodPost, base+"/{pipeline}/retry", "retry-pipeline", "Run a pipeline's failed and canceled jobs again")), inProject(f, f.retry))
	faas.Register(api, faas.Need(access.ReadsJobLogs), asking(route(http.MethodGet, base+"/{pipeline}/jobs/{job}/log", "get-job-log", "Read a part of a job's log")), inProject(f, f.jobLog))
	faas.Register(api, faas.Need(access.ReadsJobLogs), asking(route(http.MethodGet, base+"/{pipeline}/jobs/{job}/first-error", "get-job-first-error", "Extract the first error from a job's log")), inProject(f, f.firstError))
}

type pipelineList struct {
	Pipelines []fleet.Pipeline `json:"pipelines"`
	Next      string           `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
}

func (f *pipelines) listPipelines(ctx context.Context, _ fleet.Project, in *pageInput) (*body[pipelineList], error) {
	list, next, err := f.Fleet.Pipelines(ctx, in.Cluster, in.After, in.Limit)
	return answer(pipelineList{Pipelines: list, Next: next}, err)
}

type getPipelineInput struct {
	InCluster
	Pipeline int64 `path:"pipeline" minimum:"1"`
}

// pipelinePage is a pipeline with its jobs.
type pipelinePage struct {
	Pipeline fleet.Pipeline         `json:"pipeline"`
	Children []fleet.Pipeline       `json:"children" doc:"Pipelines that it started"`
	Actions  []fleet.PipelineAction `json:"actions" doc:"Actions taken on it, oldest first"`
	Failed   *failedJob             `json:"failed,omitempty" doc:"The first job that failed, of it or its children: the one to read"`
	Stale    string                 `json:"stale,omitempty" doc:"Why GitLab could not be asked; the rest is the last known state"`
}

type failedJob struct {
	Pipeline int64     `json:"pipeline"`
	Stage    string    `json:"stage"`
	Job      fleet.Job `json:"job"`
}

func (f *pipelines) getPipeline(ctx context.Context, project fleet.Project, in *getPipelineInput) (*body[pipelinePage], error) {
	known, err := f.Fleet.Pipeline(ctx, in.Cluster, in.Pipeline)
	if err != nil {
		return nil, err
	}
	page := pipelinePage{Pipeline: known}
	if page.Children, err = f.Fleet.ChildrenOf(ctx, known); err != nil {
		return nil, err
	}
	if page.Actions, err = f.Fleet.PipelineActions(ctx, in.Cluster, in.Pipeline); err != nil {
		return nil, err
	}
	now, err := f.Pipeline(ctx, project, in.Pipeline)
	if err != nil {
		page.Stale = fault.Message(err)
	} else {
		page.Pipeline = known.With(now)
	}
	if page.Stale != "" || !page.Pipeline.Status.Finished() || slices.ContainsFunc(page.Children, func(c fleet.Pipeline) bool { return !c.Status.Finished() }) {
		faas.HoldFor(ctx, runningHold) // GitLab may say something else then
	}
	page.Failed = firstFailed(append([]fleet.Pipeline{page.Pipeline}, page.Children...))
	return answer(page, nil)
}

// firstFailed finds the failed job that a person should read: the earliest that
// counts.
func firstFailed(list []fleet.Pipeline) *failedJob {
	var first *failedJob
	for _, p := range list {
		for _, s := range p.Stages {
			for _, j := range s.Jobs {
				if j.Status != fleet.StatusFailed || j.Retried || j.AllowFailure {
					continue
				}
				if first == nil || j.FinishedAt.Before(first.Job.FinishedAt) {
					first = &failedJob{Pipeline: p.ID, Stage: s.Name, Job: j}
				}
			}
		}
	}
	return first
}

type actionInput struct {
	InCluster
	Pipeline int64 `path:"pipeline" minimum:"1"`
	Body     struct {
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why, for the history"`
	}
}

func (f *pipelines) cancel(ctx context.Context, project fleet.Project, in *actionInput) (*body[fleet.Pipeline], error) {
	return answer(f.Actions.Cancel(ctx, project, in.Pipeline, in.Body.Reason, faas.ActorFrom(ctx)))
}

func (f *pipelines) retry(ctx context.Context, project fleet.Project, in *actionInput) (*body[fleet.Pipeline], error) {
	return answer(f.Actions.Retry(ctx, project, in.Pipeline, in.Body.Reason, faas.ActorFrom(ctx)))
}

// maxLogPart bounds one part of a log.
const maxLogPart = 1 << 20

type logInput struct {
	InCluster
	Pipeline int64 `path:"pipeline" minimum:"1"`
	Job      int64 `path:"job" minimum:"1"`
	From     int64 `query:"from" minimum:"0" default:"0" doc:"Offset of the first byte"`
	Limit    int64 `query:"limit" minimum:"1" maximum:"1048576" default:"262144" doc:"Bytes at most"`
}

// logPart is a part of a job's log. Offsets count the bytes of the log as the
// runner wrote it.
type logPart struct {
	From int64  `json:"from"`
	Next int64  `json:"next" doc:"Offset of the next part; while the job runs, request it again later"`
	Size int64  `json:"size" doc:"Size of the whole log so far"`
	Text string `json:"text" doc:"With the runner's colors and section marks. Secrets of the instances are masked; what is not UTF-8 is replaced"`
	More bool   `json:"more" doc:"There is more now"`
}

func (f *pipelines) jobLog(ctx context.Context, project fleet.Project, in *logInput) (*body[logPart], error) {
	job, err := f.logOf(ctx, project, in.Pipeline, in.Job)
	if err != nil {
		return nil, err
	}
	limit := min(in.Limit, maxLogPart)
	lead := int64(job.secrets.Lead(in.From))
	read, err := f.JobLog(ctx, project, in.Job, in.From-lead, lead+limit+int64(job.secrets.Trail()))
	if err != nil {
		return nil, err
	}
	grows := !job.status.Finished()
	text, n := job.secrets.MaskPart(redact.Part{
		Text: read.Bytes, Lead: int(min(lead, int64(len(read.Bytes)))), Limit: int(limit),
		Grows: grows && read.From+int64(len(read.Bytes)) >= read.Size,
	})
	out := logPart{From: in.From, Next: in.From + int64(n), Size: read.Size, Text: strings.ToValidUTF8(text, "\uFFFD")}
	// What waits for the rest of a value comes once the log has grown.
	out.More = n > 0 && out.Next < read.Size && (!grows || in.From+limit < read.Size)
	return answer(out, nil)
}

// loggedJob is a job whose log may be read, with what masks it.
type loggedJob struct {
	status  fleet.PipelineStatus
	secrets *redact.Redactor
}

// logOf prepares reading a job's log and records who does. The pipeline must be the
// cluster's and the job the pipeline's: job ids are GitLab-wide, so a job that is not
// checked could be one of another project that the token can read.
func (f *pipelines) logOf(ctx context.Context, project fleet.Project, pipeline, job int64) (loggedJob, error) {
	p, err := f.Fleet.Pipeline(ctx, project.ID, pipeline)
	if err != nil {
		return loggedJob{}, err
	}
	found := jobOf(p, job)
	if found == nil { // it may have begun since the pipeline was last read
		now, err := f.Pipeline(ctx, project, pipeline)
		if err != nil {
			return loggedJob{}, err
		}
		if found = jobOf(now, job); found == nil {
			return loggedJob{}, fault.New(fault.NotFound, "This pipeline has no such job.")
		}
	}
	if err := f.Viewed(ctx, faas.ActorFrom(ctx), "job.log", fmt.Sprintf("job/%s/%d", project.ID, job)); err != nil {
		return loggedJob{}, err
	}
	instances, err := f.Fleet.InstancesOf(ctx, p)
	if err != nil {
		return loggedJob{}, err
	}
	secrets, err := f.Redact(ctx, project, instances, p.SHA)
	return loggedJob{found.Status, secrets}, err
}

func jobOf(p fleet.Pipeline, id int64) *fleet.Job {
	for _, s := range p.Stages {
		if i := slices.IndexFunc(s.Jobs, func(j fleet.Job) bool { return j.ID == id }); i >= 0 {
			return &s.Jobs[i]
		}
	}
	return nil
}

type errorInput struct {
	InCluster
	Pipeline int64 `path:"pipeline" minimum:"1"`
	Job      int64 `path:"job" minimum:"1"`
}

// jobError is the first error of a job.
type jobError struct {
	Found *joblog.FirstError `json:"found,omitempty" doc:"Absent when nothing looks like an error"`
	Size  int64              `json:"size" doc:"Of the log that was looked through, in bytes"`
}

func (f *pipelines) firstError(ctx context.Context, project fleet.Project, in *errorInput) (*body[jobError], error) {
	job, err := f.logOf(ctx, project, in.Pipeline, in.Job)
	if err != nil {
		return nil, err
	}
	finder := joblog.Finder{Mask: job.secrets.Mask}
	// A log that is too large to be read whole may have shown its error by then.
	err = f.CopyLog(ctx, project, in.Job, &finder)
	found := finder.Found()
	if err != nil && (found == nil || !fault.Is(err, fault.TooLarge)) {
		return nil, err
	}
	return answer(jobError{Found: found, Size: finder.Size()}, nil)
}
