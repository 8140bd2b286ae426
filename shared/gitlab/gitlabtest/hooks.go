package gitlabtest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// HookSpec is a webhook to add.
type HookSpec struct {
	URL      string
	Token    string // sent as X-Gitlab-Token
	Pipeline bool   // events to send
	Push     bool
}

type hook struct {
	ID             int
	URL            string
	Token, Signing string
	Events         map[string]bool // by the API's name, such as pipeline_events
	VerifySSL      bool
	CreatedAt      time.Time
	Failures       int // in a row
	DisabledUntil  *time.Time
	Backoffs       int
}

// hookEvents are the kinds of event a hook can ask for.
var hookEvents = []string{
	"push_events", "tag_push_events", "merge_requests_events", "note_events", "issues_events", "confidential_issues_events",
	"confidential_note_events", "job_events", "pipeline_events", "wiki_page_events", "deployment_events", "releases_events",
	"resource_access_token_events",
}

func (s *Server) hookRoutes() {
	const base = "/api/v4/projects/{id}/hooks"
	read, manage := need{scope: readAPI, level: Maintainer}, need{scope: writeAPI, level: Maintainer}
	s.route("GET "+base, read, func(c *call) reply {
		return list(c, c.project.hookList(), func(h *hook) any { return c.showHook(h) })
	})
	s.route("POST "+base, manage, func(c *call) reply {
		if c.str("url") == "" {
			return refuseParam("url is missing")
		}
		h := &hook{Events: map[string]bool{"push_events": true}, VerifySSL: true, CreatedAt: c.now}
		if bad := c.fillHook(h); bad != nil {
			return *bad
		}
		h.ID = c.s.take(&c.s.ids.Hook)
		c.project.hooks[h.ID] = h
		c.s.saveHook(c.project, h)
		return created(c.showHook(h))
	})
	s.route("PUT "+base+"/{hook}", manage, onHook(func(c *call, h *hook) reply {
		edited := *h
		edited.Events = maps.Clone(h.Events)
		if bad := c.fillHook(&edited); bad != nil {
			return *bad
		}
		if edited.URL != h.URL {
			edited.Failures, edited.Backoffs, edited.DisabledUntil = 0, 0, nil
		}
		*h = edited
		c.s.saveHook(c.project, h)
		return ok(c.showHook(h))
	}))
	s.route("DELETE "+base+"/{hook}", manage, onHook(func(c *call, h *hook) reply {
		delete(c.project.hooks, h.ID)
		c.s.store.mark(key("hook", c.project.ID, h.ID), nil)
		return noContent()
	}))
	s.route("GET "+base+"/{hook}/events", read, onHook(func(c *call, h *hook) reply {
		return list(c, c.s.out.logOf(h.ID), showDelivery)
	}))
	s.route("POST "+base+"/{hook}/test/push_events", manage, onHook((*call).testHook))
}

func (p *project) hookList() []*hook {
	return slices.SortedFunc(maps.Values(p.hooks), func(a, b *hook) int { return cmp.Compare(a.ID, b.ID) })
}

func (s *Server) saveHook(p *project, h *hook) { s.store.mark(key("hook", p.ID, h.ID), h) }

func onHook(f func(*call, *hook) reply) handler {
	return func(c *call) reply {
		h := c.project.hooks[c.pathInt("hook")]
		if h == nil {
			return notFound("Hook")
		}
		return f(c, h)
	}
}

// fillHook takes a hook's settings from a request.
func (c *call) fillHook(h *hook) *reply {
	text := func(name string, into *string) {
		if v, given := c.params[name].(string); given {
			*into = v
		}
	}
	text("url", &h.URL)
	text("token", &h.Token)
	text("signing_token", &h.Signing)
	if u, err := url.Parse(h.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || c.project.Policy.OutboundBlocked {
		return &reply{status: http.StatusUnprocessableEntity, body: map[string]any{"error": "Invalid url given"}} // and no word more
	}
	if _, err := signingKey(h.Signing); h.Signing != "" && err != nil {
		return new(refuse(http.StatusUnprocessableEntity, map[string]any{"signing_token": []string{"must be in whsec_<base64> format encoding a 32-byte key"}}))
	}
	for _, e := range hookEvents {
		if v, given := c.flag(e); given {
			h.Events[e] = v
		}
	}
	if v, given := c.flag("enable_ssl_verification"); given {
		h.VerifySSL = v
	}
	return nil
}

// signingKey reads the key of a Standard Webhooks token.
func signingKey(token string) ([]byte, error) {
	body, found := strings.CutPrefix(token, "whsec_")
	if !found {
		return nil, fmt.Errorf("no whsec_ at the start")
	}
	k, err := base64.StdEncoding.DecodeString(body)
	if err == nil && len(k) != 32 {
		err = fmt.Errorf("%d bytes, not 32", len(k))
	}
	return k, err
}

func (s *Server) addHook(p *project, spec HookSpec) *hook {
	h := &hook{
		ID: s.take(&s.ids.Hook), URL: spec.URL, Token: spec.Token, VerifySSL: true, CreatedAt: s.now(),
		Events: map[string]bool{"pipeline_events": spec.Pipeline, "push_events": spec.Push},
	}
	p.hooks[h.ID] = h
	s.saveHook(p, h)
	return h
}

// alert is the state of a hook that failed too often.
func (h *hook) alert(now time.Time) string {
	switch {
	case h.Failures >= foreverAfter:
		return "disabled"
	case h.DisabledUntil != nil && now.Before(*h.DisabledUntil):
		return "temporarily_disabled"
	}
	return "executable"
}

func (c *call) showHook(h *hook) any {
	m := map[string]any{
		"id": h.ID, "url": h.URL, "name": "", "description": "", "project_id": c.project.ID,
		"created_at": stamp(h.CreatedAt), "push_events_branch_filter": "", "branch_filter_strategy": "wildcard",
		"enable_ssl_verification": h.VerifySSL, "alert_status": h.alert(c.now), "disabled_until": stampPtr(h.DisabledUntil),
		"repository_update_events": false, "custom_webhook_template": "", "custom_headers": []any{}, "url_variables": []any{},
		"token_present": h.Token != "", "signing_token_present": h.Signing != "",
	}
	for _, e := range hookEvents {
		m[e] = h.Events[e]
	}
	return m
}
