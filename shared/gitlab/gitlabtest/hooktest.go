package gitlabtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// slowRoute registers a handler that sends a webhook and so must run without
// the lock; only the checks before it are made under it.
func (s *Server) slowRoute(pattern string, n need, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		c := &call{s: s, r: r}
		bad := c.read()
		passed := false
		if bad == nil {
			var rp reply
			if err := s.do(func() {
				rp = s.answer(c, n, func(*call) reply { passed = true; return noContent() })
			}); err != nil {
				rp, passed = refuse(http.StatusInternalServerError, "500 Internal Server Error"), false
			}
			if passed {
				after := h(c)
				for k, v := range rp.header {
					after = after.with(k, v[0])
				}
				rp = after
			}
			bad = &rp
		}
		s.sign(w, c)
		s.send(w, r, *bad)
	})
}

// testHook sends an example event at once and says how it went.
func (c *call) testHook() reply {
	s := c.s
	var d *Delivery
	var bad *reply
	_ = s.do(func() { d, bad = c.exampleEvent() })
	if bad != nil {
		return *bad
	}
	s.out.mu.Lock()
	s.out.next++
	d.ID = s.out.next
	s.out.log = append(s.out.log, d)
	s.out.mu.Unlock()
	s.out.send(d)
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if d.Err != "" {
		return refuse(http.StatusUnprocessableEntity, "Hook execution failed: "+d.Err)
	}
	if d.Status < 200 || d.Status > 299 {
		return refuse(http.StatusUnprocessableEntity, cmp.Or(d.Answer, fmt.Sprintf("Hook execution failed: %d", d.Status)))
	}
	return created(map[string]any{"message": "201 Created"})
}

func (c *call) exampleEvent() (*Delivery, *reply) {
	fail := func(rp reply) (*Delivery, *reply) { return nil, &rp }
	p := c.project
	h := p.hooks[c.pathInt("hook")]
	if h == nil {
		return fail(notFound("Hook"))
	}
	if p.Policy.SilentMode {
		return fail(refuse(http.StatusUnprocessableEntity, "Silent mode enabled"))
	}
	if c.s.olderThanMinor(16, 11) {
		return fail(reply{status: http.StatusNotFound, body: map[string]any{"error": "404 Not Found"}})
	}
	d := &Delivery{Project: p.ID, Hook: h.ID, URL: h.URL, Key: uuid.NewString(), EventUUID: uuid.NewString()}
	head := p.repo.resolve(p.Branch)
	var last *pipeline
	for _, x := range p.pipelines {
		if last == nil || x.ID > last.ID {
			last = x
		}
	}
	var payload any
	switch kind := c.r.PathValue("trigger"); {
	case kind == "push_events" && head != nil:
		d.Event, payload = "Push Hook", c.s.pushPayload(p, p.Branch, cmp.Or(append(slices.Clone(head.Parents), "")[0]), head, c.user)
	case kind == "pipeline_events" && last != nil:
		d.Event, payload = "Pipeline Hook", c.s.pipelinePayload(p, last)
	case kind == "job_events" && last != nil:
		d.Event, payload = "Job Hook", c.s.jobPayload(p, last, last.Jobs[0])
	case kind == "pipeline_events" || kind == "job_events":
		return fail(refuse(http.StatusUnprocessableEntity, "Ensure the project has CI "+map[string]string{"pipeline_events": "pipelines", "job_events": "jobs"}[kind]+"."))
	case kind == "push_events":
		return fail(refuse(http.StatusUnprocessableEntity, "Ensure the project has at least one commit."))
	default:
		return fail(refuseParam("trigger does not have a valid value"))
	}
	d.Body = encode(payload)
	return d, nil
}

// resendHook sends an event of the log once more, under the same key.
func (c *call) resendHook() reply {
	o := c.s.out
	o.mu.Lock()
	i := slices.IndexFunc(o.log, func(d *Delivery) bool {
		return d.ID == c.pathInt("event") && d.Hook == c.pathInt("hook") && d.Project == c.project.ID
	})
	if i < 0 {
		o.mu.Unlock()
		return notFound("Hook Event")
	}
	d := o.log[i]
	o.mu.Unlock()
	o.send(d)
	o.mu.Lock()
	defer o.mu.Unlock()
	if d.Err != "" {
		return refuse(http.StatusUnprocessableEntity, d.Err)
	}
	return created(map[string]any{"response_status": d.Status})
}
