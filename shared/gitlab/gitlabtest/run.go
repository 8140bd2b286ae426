package gitlabtest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Statuses of pipelines and jobs, as GitLab spells them.
const (
	statusCreated   = "created"
	statusPending   = "pending"
	statusRunning   = "running"
	statusSuccess   = "success"
	statusFailed    = "failed"
	statusCanceling = "canceling"
	statusCanceled  = "canceled"
	statusSkipped   = "skipped"
)

const (
	startDelay  = time.Second     // from created to pending
	cancelDelay = 2 * time.Second // a runner takes that long to stop a job
)

type variable struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Type  string `json:"variable_type"`
}

// origin is the job that started a child pipeline.
type origin struct{ Pipeline, Job int }

type pipeline struct {
	ID, IID, Project      int
	Ref, SHA, BeforeSHA   string
	Source, Status        string
	YamlErrors            string // why it has no jobs
	UserID                int
	Vars                  []variable
	CreatedAt, UpdatedAt  time.Time
	StartedAt, FinishedAt *time.Time // a retry does not clear FinishedAt, as in GitLab
	Duration, QueuedFor   int        // seconds
	Parent                *origin
	Work                  work
	Jobs                  []*job
	NextAt                *time.Time // when it leaves created
}

type job struct {
	ID                              int
	Name, Stage, Status, Reason     string
	Retried, Bridge                 bool
	Child                           int // the pipeline a bridge started
	Effect                          effect
	CreatedAt                       time.Time
	QueuedAt, StartedAt, FinishedAt *time.Time
	NextAt                          *time.Time // when it moves next; nil waits for something else
	Wait, Run                       time.Duration
	Fails, Hangs                    bool
	Log                             string // in place of the usual end of the trace
	TraceBytes                      int64
	Targets                         []target
}

type jobAt struct {
	pipeline *pipeline
	job      *job
}

func final(status string) bool {
	return slices.Contains([]string{statusSuccess, statusFailed, statusCanceled, statusSkipped}, status)
}

func activeJob(status string) bool {
	return slices.Contains([]string{statusCreated, statusPending, statusRunning}, status)
}

func (p *pipeline) stages() []string {
	var out []string
	for _, j := range p.Jobs {
		if !slices.Contains(out, j.Stage) {
			out = append(out, j.Stage)
		}
	}
	return out
}

// latest gives the jobs that no retry replaced.
func (p *pipeline) latest() []*job {
	return slices.DeleteFunc(slices.Clone(p.Jobs), func(j *job) bool { return j.Retried })
}

// adopt registers a pipeline that was made or loaded.
func (s *Server) adopt(p *project, x *pipeline) {
	p.pipelines[x.ID] = x
	for _, j := range x.Jobs {
		s.jobIndex[j.ID] = jobAt{x, j}
	}
	if !final(x.Status) {
		s.active[x.ID] = x
	}
}

func (s *Server) savePipeline(x *pipeline) { s.store.mark(key("pipeline", x.Project, x.ID), x) }

// after gives the moment a duration of GitLab's time from another.
func (s *Server) after(at time.Time, d time.Duration) *time.Time {
	if !s.replaying {
		d = time.Duration(float64(d) / s.opts.Speed)
	}
	t := at.Add(d)
	return &t
}

// speedUp brings what is planned, in a real GitLab's time, to the server's speed.
func (s *Server) speedUp(now time.Time) {
	sooner := func(at *time.Time) *time.Time {
		if at == nil {
			return nil
		}
		t := now.Add(time.Duration(float64(at.Sub(now)) / s.opts.Speed))
		return &t
	}
	for _, x := range s.active {
		x.NextAt = sooner(x.NextAt)
		for _, j := range x.Jobs {
			j.NextAt = sooner(j.NextAt)
		}
		s.savePipeline(x)
	}
}

// newPipeline makes a pipeline and plans its first move.
func (s *Server) newPipeline(p *project, x pipeline, by *user) *pipeline {
	now := s.now()
	p.PipelineIID++
	x.ID, x.IID, x.Project = s.take(&s.ids.Pipeline), p.PipelineIID, p.ID
	x.Status, x.CreatedAt, x.UpdatedAt, x.UserID = statusCreated, now, now, by.ID
	x.NextAt = s.after(now, startDelay)
	for _, j := range x.Jobs {
		j.ID, j.Status, j.CreatedAt = s.take(&s.ids.Job), statusCreated, now
	}
	s.saveProject(p)
	s.adopt(p, &x)
	s.savePipeline(&x)
	return &x
}

// due is the next thing to happen.
type due struct {
	at       time.Time
	pipeline *pipeline
	job      *job // nil: the pipeline itself
}

func (s *Server) earliest() (due, bool) {
	var first due
	consider := func(at *time.Time, x *pipeline, j *job) {
		if at != nil && (first.pipeline == nil || at.Before(first.at)) {
			first = due{*at, x, j}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.active)) {
		x := s.active[id]
		consider(x.NextAt, x, nil)
		for _, j := range x.Jobs {
			consider(j.NextAt, x, j)
		}
	}
	return first, first.pipeline != nil
}

func (s *Server) nextDue() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, found := s.earliest()
	return d.at, found
}

// runDue makes everything happen that is due by now.
func (s *Server) runDue(now time.Time) {
	_ = s.do(func() {
		if !s.closed {
			s.catchUp(now)
		}
	})
}

func (s *Server) catchUp(now time.Time) {
	for {
		d, found := s.earliest()
		if !found || d.at.After(now) {
			return
		}
		s.step(d)
	}
}

// step makes one thing happen, at its own time even when that is long past.
func (s *Server) step(d due) {
	outer := s.at
	s.at = d.at
	defer func() { s.at = outer }()
	x, j := d.pipeline, d.job
	if j == nil {
		x.NextAt = nil
		s.update(x, d.at)
		return
	}
	j.NextAt = nil
	switch j.Status {
	case statusPending:
		s.startJob(x, j, d.at)
	case statusRunning:
		s.endJob(x, j, d.at)
	case statusCanceling:
		j.Status, j.FinishedAt = statusCanceled, &d.at
	}
	s.update(x, d.at)
}

func (s *Server) startJob(x *pipeline, j *job, at time.Time) {
	j.Status, j.StartedAt = statusRunning, &at
	s.script(x, j)
	switch {
	case j.Bridge && s.projects[x.Project].Policy.BridgeFailure != "":
		j.Status, j.Reason, j.FinishedAt = statusFailed, s.projects[x.Project].Policy.BridgeFailure, &at
	case j.Bridge:
		s.startChild(x, j)
	case !j.Hangs:
		s.beginEffect(x, j)
		j.NextAt = s.after(at, j.Run)
	}
}

func (s *Server) endJob(x *pipeline, j *job, at time.Time) {
	if !j.Fails {
		s.endEffect(x, j, at)
	}
	j.Status, j.FinishedAt = statusSuccess, &at
	if j.Fails {
		j.Status, j.Reason = statusFailed, cmp.Or(j.Reason, "script_failure")
	}
}

// update moves jobs on whose turn has come, works out the pipeline's status
// and notifies whom it concerns.
func (s *Server) update(x *pipeline, at time.Time) {
	if x.NextAt == nil {
		s.enqueue(x, at)
	}
	before := x.Status
	x.Status = composite(x.latest())
	x.UpdatedAt = at
	if final(x.Status) {
		delete(s.active, x.ID)
	} else {
		s.active[x.ID] = x
	}
	if x.Status != before {
		if x.Status == statusRunning && x.StartedAt == nil {
			x.StartedAt, x.QueuedFor = &at, int(at.Sub(x.CreatedAt).Seconds())
		}
		if final(x.Status) {
			x.FinishedAt, x.Duration = &at, int(x.busy().Seconds())
		}
		s.pipelineHook(x)
	}
	s.savePipeline(x)
	if x.Status != before && x.Parent != nil {
		s.followChild(x, at)
	}
}

// enqueue goes through the stages: a stage starts when the ones before it
// succeeded, and is skipped when one of them failed.
func (s *Server) enqueue(x *pipeline, at time.Time) {
	var earlier []*job
	for _, stage := range x.stages() {
		sofar := statusSuccess
		if len(earlier) > 0 {
			sofar = composite(earlier)
		}
		for _, j := range x.latest() {
			if j.Stage != stage {
				continue
			}
			if j.Status == statusCreated {
				switch sofar {
				case statusSuccess:
					queued := at
					j.Status, j.QueuedAt, j.NextAt = statusPending, &queued, s.after(at, s.queueFor(x, j))
				case statusFailed, statusCanceled, statusSkipped:
					j.Status = statusSkipped
				}
			}
			earlier = append(earlier, j)
		}
	}
}

// composite works out one status from many, by GitLab's rules.
func composite(jobs []*job) string {
	has := func(of ...string) bool {
		return slices.ContainsFunc(jobs, func(j *job) bool { return slices.Contains(of, j.Status) })
	}
	only := func(of ...string) bool {
		return !slices.ContainsFunc(jobs, func(j *job) bool { return !slices.Contains(of, j.Status) })
	}
	switch {
	case only(statusSkipped):
		return statusSkipped
	case only(statusSuccess, statusSkipped):
		return statusSuccess
	case has(statusCanceling):
		return statusCanceling
	case only(statusCreated):
		return statusCreated
	case only(statusCanceled, statusSuccess, statusSkipped):
		return statusCanceled
	case only(statusPending, statusCreated, statusSkipped):
		return statusPending
	case has(statusRunning, statusPending, statusCreated):
		return statusRunning
	}
	return statusFailed
}

// busy is how long at least one job was running.
func (p *pipeline) busy() time.Duration {
	type span struct{ from, to time.Time }
	var spans []span
	for _, j := range p.Jobs {
		if j.StartedAt != nil && j.FinishedAt != nil {
			spans = append(spans, span{*j.StartedAt, *j.FinishedAt})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var total time.Duration
	var end time.Time
	for _, sp := range spans {
		if sp.from.Before(end) {
			sp.from = end
		}
		if sp.to.After(sp.from) {
			total += sp.to.Sub(sp.from)
			end = sp.to
		}
	}
	return total
}

// startChild starts the pipeline that a bridge generates.
func (s *Server) startChild(x *pipeline, bridge *job) {
	p := s.projects[x.Project]
	child := s.newPipeline(p, pipeline{
		Ref: x.Ref, SHA: x.SHA, BeforeSHA: x.BeforeSHA, Source: "parent_pipeline",
		Parent: &origin{x.ID, bridge.ID}, Work: x.Work, Jobs: childJobs(x.Work),
	}, s.users[x.UserID])
	bridge.Child = child.ID
}

// followChild lets a bridge show what became of its pipeline; a retried child
// reopens it, and with it the parent.
func (s *Server) followChild(child *pipeline, at time.Time) {
	parent := s.projects[child.Project].pipelines[child.Parent.Pipeline]
	bridge := s.jobIndex[child.Parent.Job].job
	if parent == nil || bridge == nil || bridge.Retried {
		return
	}
	status := child.Status
	if !final(status) {
		status = statusRunning
	}
	if bridge.Status == status {
		return
	}
	bridge.Status, bridge.FinishedAt, bridge.Reason = status, nil, ""
	if final(status) {
		bridge.FinishedAt = &at
		if status == statusFailed {
			bridge.Reason = "unknown_failure"
		}
	}
	s.update(parent, at)
}

// cancelPipeline stops what can be stopped, children included.
func (s *Server) cancelPipeline(x *pipeline, at time.Time) {
	if final(x.Status) {
		return
	}
	for _, j := range x.latest() {
		switch {
		case j.Bridge && j.Child != 0 && !final(j.Status):
			s.cancelPipeline(s.projects[x.Project].pipelines[j.Child], at)
		case j.Status == statusRunning:
			j.Status, j.NextAt = statusCanceling, s.after(at, cancelDelay)
		case activeJob(j.Status):
			j.Status, j.NextAt, j.FinishedAt = statusCanceled, nil, &at
		}
	}
	x.NextAt = nil
	s.update(x, at)
}

// retryPipeline runs what failed or was canceled once more, and what was
// skipped because of it. It leaves bridges alone: retryable_builds of
// app/models/ci/pipeline.rb holds builds only.
func (s *Server) retryPipeline(x *pipeline, at time.Time) {
	changed := false
	for _, j := range x.latest() {
		switch {
		case j.Status == statusSkipped:
			j.Status, j.FinishedAt, changed = statusCreated, nil, true
		case j.Bridge, j.Status != statusFailed && j.Status != statusCanceled:
		default:
			s.cloneJob(x, j, at)
			changed = true
		}
	}
	if changed {
		s.update(x, at)
	}
}

// cloneJob puts a new job in the place of one that is retried.
func (s *Server) cloneJob(x *pipeline, old *job, at time.Time) *job {
	old.Retried = true
	j := &job{
		ID: s.take(&s.ids.Job), Name: old.Name, Stage: old.Stage, Status: statusCreated,
		Bridge: old.Bridge, Effect: old.Effect, CreatedAt: at, Wait: old.Wait, Run: old.Run, Targets: old.Targets,
	}
	i := slices.Index(x.Jobs, old)
	x.Jobs = slices.Insert(x.Jobs, i+1, j)
	s.jobIndex[j.ID] = jobAt{x, j}
	return j
}
