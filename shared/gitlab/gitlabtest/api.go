package gitlabtest

import (
	"net/http"
	"time"
)

// routes registers everything the server answers.
func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.authRoutes()
	s.projectRoutes()
	s.repositoryRoutes()
	s.commitRoutes()
	s.pipelineRoutes()
	s.jobRoutes()
	s.triggerRoutes()
	s.hookRoutes()
	s.keyRoutes()
	s.graphqlRoutes()
	s.policyRoutes()
}

// AddToken adds an access token and gives its value.
func (s *Server) AddToken(spec TokenSpec) (value string) {
	_ = s.do(func() { value = s.addToken(spec) })
	return value
}

// AddProject adds a project. It panics when the number or path is taken.
func (s *Server) AddProject(spec ProjectSpec) (info ProjectInfo) {
	_ = s.do(func() { info = s.addProject(spec) })
	return info
}

// AddTriggerToken adds a pipeline trigger token to a project and gives its
// value; an empty value makes one. Adding a value again changes nothing.
func (s *Server) AddTriggerToken(project int, value string) (token string) {
	_ = s.do(func() { token = s.addTrigger(s.mustProject(project), value, "").Token })
	return token
}

// AddHook adds a webhook to a project and gives its number.
func (s *Server) AddHook(project int, spec HookSpec) (id int) {
	_ = s.do(func() { id = s.addHook(s.mustProject(project), spec).ID })
	return id
}

// Commit makes a commit, as a person pushing would, and gives its id.
func (s *Server) Commit(project int, spec CommitSpec) (sha string) {
	_ = s.do(func() { sha = s.commit(s.mustProject(project), spec) })
	s.poke()
	return sha
}

// DeletePipeline deletes a pipeline and its children, as an owner of the project
// does. It reports whether there was one.
func (s *Server) DeletePipeline(project, id int) (found bool) {
	_ = s.do(func() {
		var x *pipeline
		if x, found = s.mustProject(project).pipelines[id]; found {
			s.deletePipeline(s.projects[project], x)
		}
	})
	return found
}

// File gives a file's content on the default branch, and whether it exists.
func (s *Server) File(project int, path string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.mustProject(project)
	return p.fileAt(p.Branch, path)
}

// Batch makes history: what it does happens at a time of its own choosing,
// sends no webhooks and is written at once when it ends.
type Batch struct{ s *Server }

// Batch runs f with everything locked; f may only use its argument. What is under
// way when it ends goes on at the server's speed.
func (s *Server) Batch(f func(*Batch)) error {
	err := s.do(func() {
		s.replaying, s.at = true, s.wall()
		defer func() { s.replaying, s.at = false, time.Time{} }()
		f(&Batch{s})
		s.speedUp(s.at)
	})
	s.poke()
	return err
}

// At sets the time of what follows, which must not go back. Whatever
// pipelines have to do until then happens first.
func (b *Batch) At(t time.Time) {
	t = t.UTC().Truncate(time.Millisecond)
	b.s.catchUp(t)
	b.s.at = t
}

// Now gives the time that At set, at first the present.
func (b *Batch) Now() time.Time { return b.s.at }

// AddUser adds a person and gives their number.
func (b *Batch) AddUser(spec UserSpec) int { return b.s.addUser(spec).ID }

// AddProject is Server.AddProject.
func (b *Batch) AddProject(spec ProjectSpec) ProjectInfo { return b.s.addProject(spec) }

// Commit is Server.Commit, at the batch's time.
func (b *Batch) Commit(project int, spec CommitSpec) string {
	return b.s.commit(b.s.mustProject(project), spec)
}

// Trigger starts a trigger pipeline with variables and top-level payload
// keys, and gives its number.
func (b *Batch) Trigger(project int, variables map[string]string, payload map[string]any) int {
	return b.s.startTrigger(b.s.mustProject(project), "", variables, payload, b.s.addUser(groveBot)).ID
}

// Script is Server.Script.
func (b *Batch) Script(o Outcome) { b.s.addOutcome(o) }

// Cancel cancels every pipeline of a project that is not finished.
func (b *Batch) Cancel(project int) {
	for _, x := range b.s.unfinished(project) {
		b.s.cancelPipeline(x, b.s.at)
	}
}
