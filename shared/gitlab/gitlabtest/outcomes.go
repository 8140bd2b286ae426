package gitlabtest

import (
	"cmp"
	"slices"
	"time"
)

// Outcome scripts what becomes of jobs when they start. Empty fields of the
// match fit everything; without an Outcome a job succeeds in its usual time.
type Outcome struct {
	Project  int
	Source   string // of the pipeline: push, trigger, api, parent_pipeline
	Instance string // one that the pipeline is about
	Stage    string
	Job      string // name
	Times    int    // how many jobs; 0 is one, -1 all

	Fail       bool
	Log        string        // the lines before the end of the trace
	Hang       bool          // stay running until FinishJob or a cancel
	Queue      time.Duration // wait so long for a runner, in place of some seconds
	Run        time.Duration // in place of the usual time
	TraceBytes int64         // at least this long a trace, made as it is read
}

// Script arms an outcome. Of several that match, the one armed first applies.
func (s *Server) Script(o Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addOutcome(o)
}

func (s *Server) addOutcome(o Outcome) {
	o.Times = cmp.Or(o.Times, 1)
	s.outcomes = append(s.outcomes, &o)
}

func (o *Outcome) matches(x *pipeline, j *job) bool {
	fits := func(want, got string) bool { return want == "" || want == got }
	return o.Times != 0 &&
		(o.Project == 0 || o.Project == x.Project) &&
		fits(o.Source, x.Source) && fits(o.Stage, j.Stage) && fits(o.Job, j.Name) &&
		(o.Instance == "" || slices.ContainsFunc(x.Work.Targets, func(t target) bool { return t.Name == o.Instance }))
}

// queueFor is how long a job waits for a runner.
func (s *Server) queueFor(x *pipeline, j *job) time.Duration {
	for _, o := range s.outcomes {
		if o.Queue > 0 && o.matches(x, j) {
			return o.Queue
		}
	}
	return j.Wait
}

// script applies the outcome that is meant for a job.
func (s *Server) script(x *pipeline, j *job) {
	i := slices.IndexFunc(s.outcomes, func(o *Outcome) bool { return o.matches(x, j) })
	if i < 0 {
		return
	}
	o := s.outcomes[i]
	if o.Times > 0 {
		o.Times--
	}
	j.Fails, j.Log, j.Hangs, j.TraceBytes = o.Fail, o.Log, o.Hang, o.TraceBytes
	if o.Run > 0 {
		j.Run = o.Run
	}
}

// FinishJob ends a running job now, such as one that hangs. It reports
// whether there was one.
func (s *Server) FinishJob(id int, success bool) bool {
	found := false
	_ = s.do(func() {
		at := s.jobIndex[id]
		if found = at.job != nil && at.job.Status == statusRunning && !at.job.Bridge; !found {
			return
		}
		at.job.NextAt, at.job.Fails = nil, !success
		s.endJob(at.pipeline, at.job, s.now())
		s.update(at.pipeline, s.now())
	})
	s.poke()
	return found
}
