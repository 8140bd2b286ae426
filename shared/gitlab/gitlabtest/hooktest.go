package gitlabtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// testHook sends an example event and says how it went.
func (c *call) testHook(h *hook) reply {
	p, o := c.project, c.s.out
	head := p.repo.resolve(p.Branch)
	switch {
	case p.Policy.SilentMode:
		return refuse(http.StatusUnprocessableEntity, "Silent mode enabled")
	case c.s.olderThan(16, 11):
		return reply{status: http.StatusNotFound, body: map[string]any{"error": "404 Not Found"}}
	case head == nil:
		return refuse(http.StatusUnprocessableEntity, "Ensure the project has at least one commit.")
	}
	d := &Delivery{
		Project: p.ID, Hook: h.ID, Event: "Push Hook", URL: h.URL, Key: uuid.NewString(), EventUUID: uuid.NewString(),
		Body: encode(c.s.pushPayload(p, p.Branch, cmp.Or(append(slices.Clone(head.Parents), "")[0]), head, c.user)),
	}
	return reply{then: func() reply {
		o.mu.Lock()
		o.remember(d)
		o.mu.Unlock()
		o.send(d)
		o.mu.Lock()
		defer o.mu.Unlock()
		if d.Err != "" {
			return refuse(http.StatusUnprocessableEntity, "Hook execution failed: "+d.Err)
		}
		if d.Status < 200 || d.Status > 299 {
			return refuse(http.StatusUnprocessableEntity, cmp.Or(d.Answer, fmt.Sprintf("Hook execution failed: %d", d.Status)))
		}
		return created(map[string]any{"message": "201 Created"})
	}}
}
