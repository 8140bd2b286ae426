//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/refusal"
)

// Bounds of one listing of pipelines. The next sync goes on after maxPipelinePages;
// what is beyond the newest firstPipelinePages is history that GitLab keeps.
const (
	maxPipelinePages   = 20
	firstPipelinePages = 10
)

// maxJobPages bounds the jobs of one pipeline that are listed.
const maxJobPages = 10

// Pipelines reads the pipelines that changed since, children included, oldest
// change first. The zero time is for the newest thousand. A list has neither
// titles nor jobs, and not whether a ref is a tag.
func (p *Project) Pipelines(ctx context.Context, since time.Time) ([]fleet.Pipeline, error) {
	all, err := p.listPipelines(ctx, since, "")
	if err != nil {
		return nil, err
	}
	// GitLab leaves children out of a list unless asked for them alone. Where
	// nothing else moved, no child did.
	if len(all) == 0 {
		return all, nil
	}
	children, err := p.listPipelines(ctx, since, "parent_pipeline")
	if err != nil {
		return nil, err
	}
	all = append(all, children...)
	order.Sort(all, func(a, b fleet.Pipeline) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	return all, nil
}

func (p *Project) listPipelines(ctx context.Context, since time.Time, source string) ([]fleet.Pipeline, error) {
	// go-gitlab would cut the time to seconds, and the newest of them come again.
	var options struct {
		gogitlab.ListProjectPipelinesOptions
		UpdatedAfter string `url:"updated_after,omitempty"`
	}
	pages := maxPipelinePages
	options.OrderBy, options.Sort = new("updated_at"), new("asc")
	if since.IsZero() {
		options.Sort = new("desc")
		pages = firstPipelinePages
	} else {
		options.UpdatedAfter = since.UTC().Format(time.RFC3339Nano)
	}
	if source != "" {
		options.Source = &source
	}
	bodies, err := listAll[pipelineBody](ctx, p.Client, p.path("pipelines"), &options, &options.ListOptions, pages)
	if err != nil {
		return nil, translate(err, "listing pipelines")
	}
	all := make([]fleet.Pipeline, len(bodies))
	for i, b := range bodies {
		all[i] = b.pipeline()
	}
	return all, nil
}

// Pipeline reads one pipeline with its jobs, as they are now.
func (p *Project) Pipeline(ctx context.Context, id int64) (fleet.Pipeline, error) {
	return p.pipeline(ctx, id, false, 1)
}

// PipelineWithJobs reads one pipeline with all its jobs, those included that a
// retry replaced.
func (p *Project) PipelineWithJobs(ctx context.Context, id int64) (fleet.Pipeline, error) {
	return p.pipeline(ctx, id, true, maxJobPages)
}

func (p *Project) pipeline(ctx context.Context, id int64, retried bool, pages int) (fleet.Pipeline, error) {
	var found pipelineBody
	number := strconv.FormatInt(id, 10)
	if err := p.get(ctx, p.path("pipelines", number), nil, &found); err != nil {
		return fleet.Pipeline{}, translate(err, "reading pipeline %d", id)
	}
	out := found.pipeline()
	var options gogitlab.ListJobsOptions
	if retried {
		options.IncludeRetried = new(true)
	}
	jobs, err := p.jobs(ctx, number, "jobs", options, pages)
	if err != nil {
		return fleet.Pipeline{}, translate(err, "listing the jobs of pipeline %d", id)
	}
	if out.Status == fleet.StatusFailed {
		// Jobs that start other pipelines are in a list of their own. One that could
		// not start its pipeline has no log, only a reason.
		bridges, err := p.bridges(ctx, id)
		if err != nil {
			return fleet.Pipeline{}, err
		}
		out.Reason = cmp.Or(out.Reason, unstarted(jobs, bridges))
	}
	addJobs(&out.Stages, jobs)
	return out, nil
}

// jobs lists a pipeline's jobs or bridges, the oldest first as people read them.
func (p *Project) jobs(ctx context.Context, pipeline, kind string, options gogitlab.ListJobsOptions, pages int) ([]jobBody, error) {
	jobs, err := listAll[jobBody](ctx, p.Client, p.path("pipelines", pipeline, kind), &options, &options.ListOptions, pages)
	order.Sort(jobs, func(a, b jobBody) int { return cmp.Compare(a.ID, b.ID) })
	return jobs, err
}

// bridges lists the jobs of a pipeline that start others.
func (p *Project) bridges(ctx context.Context, id int64) ([]jobBody, error) {
	bridges, err := p.jobs(ctx, strconv.FormatInt(id, 10), "bridges", gogitlab.ListJobsOptions{}, 1)
	return bridges, translate(err, "listing the child pipelines of pipeline %d", id)
}

// unstarted says why a failed pipeline has no job whose log would explain it: a child
// pipeline could not be created, or GitLab ended it at once. Else it is empty.
func unstarted(jobs, bridges []jobBody) string {
	for _, b := range bridges {
		if b.childless() && b.FailureReason.Value != "" {
			return cutText("The job " + b.Name + " could not start its child pipeline: " + b.FailureReason.Value)
		}
	}
	if len(jobs) == 0 && len(bridges) == 0 {
		return "GitLab ended the pipeline before its first job. A limit on pipelines or jobs does this; GitLab's page of the pipeline names it"
	}
	return ""
}

// addJobs puts jobs, the oldest first, into their stages.
func addJobs(stages *[]fleet.Stage, jobs []jobBody) {
	newest := map[[2]string]int64{}
	for _, j := range jobs {
		newest[[2]string{j.Stage, j.Name}] = j.ID
	}
	for _, b := range jobs {
		j := b.job()
		j.Retried = newest[[2]string{b.Stage, b.Name}] != b.ID
		addJob(stages, b.Stage, j)
	}
}

// addJob puts a job into its stage; stages stand in the order of their first job.
func addJob(stages *[]fleet.Stage, stage string, job fleet.Job) {
	for i, s := range *stages {
		if s.Name == stage {
			(*stages)[i].Jobs = append(s.Jobs, job)
			return
		}
	}
	*stages = append(*stages, fleet.Stage{Name: stage, Jobs: []fleet.Job{job}})
}

// Trigger starts a pipeline with the project's trigger token. It is sent once.
func (p *Project) Trigger(ctx context.Context, t grove.Trigger) (fleet.Pipeline, error) {
	if p.trigger.IsZero() {
		return fleet.Pipeline{}, fault.New(fault.Upstream, "The project has no trigger token. An administrator has to enter one")
	}
	var made pipelineBody
	if err := p.start(ctx, grove.Call{Trigger: &t}, &made); err != nil {
		return fleet.Pipeline{}, p.translateRefusal(ctx, refusal.Trigger, err, "triggering a pipeline")
	}
	return made.pipeline(), nil
}

// Run starts a pipeline of the default branch with variables. It is sent once.
func (p *Project) Run(ctx context.Context, call grove.Pipeline) (fleet.Pipeline, error) {
	var made pipelineBody
	if err := p.start(ctx, grove.Call{Pipeline: &call}, &made); err != nil {
		return fleet.Pipeline{}, p.translateRefusal(ctx, refusal.Pipeline, err, "starting a pipeline of %s", call.Ref)
	}
	return made.pipeline(), nil
}

// FindPipeline looks for the newest pipeline of a source ("trigger" or "api")
// that changed since, carries all the variables and is not to be skipped;
// fault.NotFound when there is none.
func (p *Project) FindPipeline(ctx context.Context, since time.Time, source string, variables map[string]string, skip func(id int64) bool) (fleet.Pipeline, error) {
	pipelines, err := p.listPipelines(ctx, since, source)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	for _, found := range slices.Backward(pipelines) {
		if skip(found.ID) {
			continue
		}
		var has []struct {
			Key   string `json:"key"`
			Value string `json:"value"`
		}
		if err := p.get(ctx, p.path("pipelines", strconv.FormatInt(found.ID, 10), "variables"), nil, &has); err != nil {
			return fleet.Pipeline{}, translate(err, "reading the variables of pipeline %d", found.ID)
		}
		matching := 0
		for _, v := range has {
			if want, ok := variables[v.Key]; ok && want == v.Value {
				matching++
			}
		}
		if matching == len(variables) {
			return found, nil
		}
	}
	return fleet.Pipeline{}, fault.New(fault.NotFound, "No such pipeline was started")
}

// Cancel cancels what has not finished of a pipeline.
func (p *Project) Cancel(ctx context.Context, id int64) (fleet.Pipeline, error) {
	return p.change(ctx, id, "cancel", "canceling")
}

// Retry runs the failed and canceled jobs of a pipeline again. GitLab's own retry of a
// pipeline leaves its trigger jobs alone; those that have no child to retry are retried
// one by one, which takes GitLab 17.
func (p *Project) Retry(ctx context.Context, id int64) (fleet.Pipeline, error) {
	done, err := p.change(ctx, id, "retry", "retrying")
	if err != nil {
		return done, err
	}
	bridges, err := p.bridges(ctx, id)
	if err != nil {
		return done, err
	}
	bridges = slices.DeleteFunc(bridges, func(b jobBody) bool { return !b.childless() })
	for _, b := range bridges {
		_, err := p.call(ctx, http.MethodPost, p.path("jobs", strconv.FormatInt(b.ID, 10), "retry"), nil, nil)
		err = p.translateRefusal(ctx, refusal.Action, err, "retrying the job %s", b.Name)
		if fault.Is(err, fault.NotFound) {
			err = fault.Wrap(fault.Conflict, err, "GitLab before 17 cannot retry the job %s, which starts a child pipeline, for Ocim: retry it on the pipeline's page in GitLab", b.Name)
		}
		if err != nil {
			return done, err
		}
	}
	if len(bridges) == 0 {
		return done, nil
	}
	return p.Pipeline(ctx, id)
}

func (p *Project) change(ctx context.Context, id int64, what, doing string) (fleet.Pipeline, error) {
	var done pipelineBody
	_, err := p.call(ctx, http.MethodPost, p.path("pipelines", strconv.FormatInt(id, 10), what), nil, &done)
	if err != nil {
		return fleet.Pipeline{}, p.translateRefusal(ctx, refusal.Action, err, "%s pipeline %d", doing, id)
	}
	return done.pipeline(), nil
}
