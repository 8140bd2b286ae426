package gitlab

import (
	"context"
	"slices"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
)

// Bounds of one listing of pipelines. The next sync goes on after maxPipelinePages;
// what is beyond the newest firstPipelinePages is history that GitLab keeps.
const (
	maxPipelinePages   = 20
	firstPipelinePages = 10
)

// Pipelines reads the pipelines that changed since, children included, oldest
// change first. The zero time is for the newest thousand. A list tells neither
// titles nor jobs.
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
	slices.SortStableFunc(all, func(a, b fleet.Pipeline) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	return all, nil
}

func (p *Project) listPipelines(ctx context.Context, since time.Time, source string) ([]fleet.Pipeline, error) {
	orderBy, sort, pages := "updated_at", "asc", maxPipelinePages
	opt := &gogitlab.ListProjectPipelinesOptions{
		ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}, OrderBy: &orderBy, Sort: &sort,
	}
	if since.IsZero() {
		sort, pages = "desc", firstPipelinePages
	} else {
		opt.UpdatedAfter = &since
	}
	if source != "" {
		opt.Source = &source
	}
	all := []fleet.Pipeline{}
	for range pages {
		list, answer, err := p.api.Pipelines.ListProjectPipelines(p.id, opt, gogitlab.WithContext(ctx))
		if err != nil {
			return nil, translate(err, "listing pipelines")
		}
		for _, i := range list {
			all = append(all, fleet.Pipeline{
				ID: int64(i.ID), IID: int64(i.IID), Status: fleet.PipelineStatus(i.Status), Source: i.Source, Ref: i.Ref,
				SHA: i.SHA, WebURL: i.WebURL, CreatedAt: at(i.CreatedAt), UpdatedAt: at(i.UpdatedAt),
			})
		}
		if answer.NextPage == 0 {
			break
		}
		opt.Page = answer.NextPage
	}
	return all, nil
}

// Pipeline reads one pipeline with its jobs.
func (p *Project) Pipeline(ctx context.Context, id int64) (fleet.Pipeline, error) {
	found, _, err := p.api.Pipelines.GetPipeline(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "reading pipeline %d", id)
	}
	out := pipeline(found)
	jobs, _, err := p.api.Jobs.ListPipelineJobs(p.id, int(id),
		&gogitlab.ListJobsOptions{ListOptions: gogitlab.ListOptions{PerPage: pageSize}}, gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "listing the jobs of pipeline %d", id)
	}
	// GitLab lists the newest job first; people read the oldest stage first.
	slices.SortFunc(jobs, func(a, b *gogitlab.Job) int { return a.ID - b.ID })
	for _, j := range jobs {
		addJob(&out.Stages, j.Stage, fleet.Job{
			ID: int64(j.ID), Name: j.Name, Status: fleet.PipelineStatus(j.Status),
			StartedAt: at(j.StartedAt), FinishedAt: at(j.FinishedAt), WebURL: j.WebURL,
		})
	}
	return out, nil
}

func pipeline(p *gogitlab.Pipeline) fleet.Pipeline {
	out := fleet.Pipeline{
		ID: int64(p.ID), IID: int64(p.IID), Status: fleet.PipelineStatus(p.Status), Source: p.Source, Ref: p.Ref, SHA: p.SHA,
		WebURL: p.WebURL, CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt), StartedAt: at(p.StartedAt), FinishedAt: at(p.FinishedAt),
	}
	if p.YamlErrors != "" {
		out.StatusDetail = p.YamlErrors
	} else if p.DetailedStatus != nil {
		out.StatusDetail = p.DetailedStatus.Label
	}
	return out
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

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Trigger starts a pipeline with the project's trigger token. It is sent once.
func (p *Project) Trigger(ctx context.Context, t grove.Trigger) (fleet.Pipeline, error) {
	if p.trigger.IsZero() {
		return fleet.Pipeline{}, fault.New(fault.Upstream, "The project has no trigger token; an administrator has to enter one")
	}
	var made gogitlab.Pipeline
	if err := p.send(ctx, grove.Call{Trigger: &t}, &made); err != nil {
		return fleet.Pipeline{}, p.refusedCall(ctx, refusal.Trigger, err, "triggering a pipeline")
	}
	return pipeline(&made), nil
}

// Run starts a pipeline of the default branch with variables. It is sent once.
func (p *Project) Run(ctx context.Context, call grove.Pipeline) (fleet.Pipeline, error) {
	var made gogitlab.Pipeline
	if err := p.send(ctx, grove.Call{Pipeline: &call}, &made); err != nil {
		return fleet.Pipeline{}, p.refusedCall(ctx, refusal.Pipeline, err, "starting a pipeline of %s", call.Ref)
	}
	return pipeline(&made), nil
}

// FindPipeline looks for the newest pipeline of a source ("trigger" or "api")
// that changed since, carries all the variables and is not to be skipped;
// fault.NotFound when there is none.
func (p *Project) FindPipeline(ctx context.Context, since time.Time, source string, variables map[string]string, skip func(id int64) bool) (fleet.Pipeline, error) {
	list, err := p.listPipelines(ctx, since, source)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if skip(list[i].ID) {
			continue
		}
		has, _, err := p.api.Pipelines.GetPipelineVariables(p.id, int(list[i].ID), gogitlab.WithContext(ctx))
		if err != nil {
			return fleet.Pipeline{}, translate(err, "reading the variables of pipeline %d", list[i].ID)
		}
		matching := 0
		for _, v := range has {
			if want, ok := variables[v.Key]; ok && want == v.Value {
				matching++
			}
		}
		if matching == len(variables) {
			return list[i], nil
		}
	}
	return fleet.Pipeline{}, fault.New(fault.NotFound, "no pipeline of that kind was started")
}

// Cancel cancels what has not finished of a pipeline.
func (p *Project) Cancel(ctx context.Context, id int64) (fleet.Pipeline, error) {
	done, _, err := p.api.Pipelines.CancelPipelineBuild(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "canceling pipeline %d", id)
	}
	return pipeline(done), nil
}

// Retry runs the failed and canceled jobs of a pipeline again.
func (p *Project) Retry(ctx context.Context, id int64) (fleet.Pipeline, error) {
	done, _, err := p.api.Pipelines.RetryPipelineBuild(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "retrying pipeline %d", id)
	}
	return pipeline(done), nil
}
