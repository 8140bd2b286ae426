package gitlabtest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

func (s *Server) jobRoutes() {
	const base = "/api/v4/projects/{id}/jobs/{job}"
	read := need{scope: readAPI, level: Reporter}
	act := need{scope: writeAPI, level: Developer, write: true}
	s.route("GET "+base+"/trace", read, onJob(func(c *call, at jobAt) reply {
		if at.job.Bridge {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		return c.traceReply(at)
	}))
	// A retried bridge starts another child; the former one stays as it is. The API
	// does that since 17 (lib/api/ci/jobs.rb).
	s.route("POST "+base+"/retry", act, onJob(func(c *call, at jobAt) reply {
		if at.job.Bridge && c.s.olderThan(17, 0) {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		if at.job.Retried || !final(at.job.Status) || at.job.Status == statusSkipped {
			return refuse(http.StatusForbidden, "403 Forbidden - Job is not retryable")
		}
		j := c.s.retryJob(at, c.now)
		return created(c.s.showJob(c.project, jobAt{at.pipeline, j}))
	}))
}

// retryJob runs a job once more, and what was skipped because of it.
func (s *Server) retryJob(at jobAt, now time.Time) *job {
	j := s.cloneJob(at.pipeline, at.job, now)
	for _, later := range at.pipeline.latest() {
		if later.Status == statusSkipped {
			later.Status = statusCreated
		}
	}
	s.update(at.pipeline, now)
	return j
}

// RetryTriggerJobs retries the trigger jobs of a pipeline, as a person does on its page.
func (s *Server) RetryTriggerJobs(project, pipeline int) {
	_ = s.do(func() {
		x := s.mustProject(project).pipelines[pipeline]
		for _, j := range x.latest() {
			if j.Bridge {
				s.retryJob(jobAt{x, j}, s.now())
			}
		}
	})
	s.poke()
}

// onJob finds the job of the path.
func onJob(h func(*call, jobAt) reply) handler {
	return func(c *call) reply {
		at := c.s.jobIndex[c.pathInt("job")]
		if at.job == nil || at.pipeline.Project != c.project.ID {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		return h(c, at)
	}
}

func (c *call) jobs(x *pipeline) reply    { return c.listJobs(x, false) }
func (c *call) bridges(x *pipeline) reply { return c.listJobs(x, true) }

func (c *call) listJobs(x *pipeline, bridges bool) reply {
	retried, _ := c.flag("include_retried")
	var found []jobAt
	for _, j := range x.Jobs {
		if j.Bridge == bridges && (retried || !j.Retried) {
			found = append(found, jobAt{x, j})
		}
	}
	slices.SortFunc(found, func(a, b jobAt) int { return b.job.ID - a.job.ID })
	return list(c, found, func(at jobAt) any { return c.s.showJob(c.project, at) })
}

// seconds gives how long a job ran and waited; nil where it did not yet.
func (j *job) seconds(now time.Time) (ran, queued any) {
	if j.QueuedAt != nil {
		end := now
		if j.StartedAt != nil {
			end = *j.StartedAt
		}
		queued = end.Sub(*j.QueuedAt).Seconds()
	}
	if j.StartedAt != nil {
		end := now
		if j.FinishedAt != nil {
			end = *j.FinishedAt
		}
		ran = end.Sub(*j.StartedAt).Seconds()
	}
	return ran, queued
}

func (s *Server) showJob(p *project, at jobAt) any {
	x, j := at.pipeline, at.job
	ran, queued := j.seconds(s.now())
	m := map[string]any{
		"id": j.ID, "status": j.Status, "stage": j.Stage, "name": j.Name, "ref": x.Ref, "tag": false, "coverage": nil,
		"allow_failure": false, "created_at": stamp(j.CreatedAt), "started_at": stampPtr(j.StartedAt),
		"finished_at": stampPtr(j.FinishedAt), "erased_at": nil, "duration": ran, "queued_duration": queued,
		"user": s.showUser(s.users[x.UserID]), "commit": s.showCommit(p, p.repo.commits[x.SHA]),
		"pipeline": s.showPipelineInfo(p, x), "project": map[string]any{"ci_job_token_scope_enabled": false},
		"web_url": fmt.Sprintf("%s/%s/-/jobs/%d", s.base, p.Path, j.ID),
	}
	if j.Reason != "" {
		m["failure_reason"] = j.Reason
	}
	if j.Bridge {
		m["downstream_pipeline"] = nil
		if child := p.pipelines[j.Child]; child != nil {
			m["downstream_pipeline"] = s.showPipelineInfo(p, child)
		}
		return m
	}
	m["artifacts"], m["artifacts_expire_at"], m["tag_list"], m["archived"], m["runner"] = []any{}, nil, []string{}, false, nil
	return m
}
