package gitlabtest

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Access levels of a member, as GitLab numbers them.
const (
	Guest      = 10
	Reporter   = 20
	Developer  = 30
	Maintainer = 40
	Owner      = 50
)

// UserSpec is a person or bot to add.
type UserSpec struct {
	Username string // unique; adding it again changes nothing
	Name     string
	Email    string
}

// TokenSpec is an access token to add.
type TokenSpec struct {
	Value     string    // empty makes one
	Name      string    // empty is "ocim"
	User      string    // username; empty is "ocim-bot", added when missing
	Scopes    []string  // empty is {"api"}
	Level     int       // in its projects; 0 is Maintainer
	Projects  []int     // empty is all projects, also later ones
	ExpiresAt time.Time // a day; zero is never
}

type user struct {
	ID                    int
	Username, Name, Email string
	CreatedAt             time.Time
}

type token struct {
	ID        int
	Hash      string // of the value, which is kept nowhere
	Name      string
	UserID    int
	Scopes    []string
	Level     int
	Projects  []int
	CreatedAt time.Time
	LastUsed  *time.Time
	ExpiresAt *time.Time
	Revoked   bool
}

func hashToken(v string) string {
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:])
}

func (s *Server) addUser(spec UserSpec) *user {
	for _, u := range s.users {
		if u.Username == spec.Username {
			return u
		}
	}
	u := &user{
		ID: s.take(&s.ids.User), Username: spec.Username, Name: cmp.Or(spec.Name, spec.Username),
		Email: cmp.Or(spec.Email, spec.Username+"@example.com"), CreatedAt: s.now(),
	}
	s.users[u.ID] = u
	s.store.mark(key("user", u.ID), u)
	return u
}

func (s *Server) addToken(spec TokenSpec) string {
	value := cmp.Or(spec.Value, "glpat-"+rand.Text())
	if len(spec.Scopes) == 0 {
		spec.Scopes = []string{"api"}
	}
	t := &token{
		ID: s.take(&s.ids.Token), Hash: hashToken(value), Name: cmp.Or(spec.Name, "ocim"),
		UserID: s.addUser(UserSpec{Username: cmp.Or(spec.User, "ocim-bot")}).ID,
		Scopes: spec.Scopes, Level: cmp.Or(spec.Level, Maintainer), Projects: spec.Projects, CreatedAt: s.now(),
	}
	if !spec.ExpiresAt.IsZero() {
		t.ExpiresAt = &spec.ExpiresAt
	}
	if old := s.tokens[t.Hash]; old != nil {
		t.ID = old.ID
	}
	s.tokens[t.Hash] = t
	s.saveToken(t)
	return value
}

func (s *Server) saveToken(t *token) { s.store.mark(key("token", t.ID), t) }

// RevokeToken makes a token useless, as a person would in GitLab.
func (s *Server) RevokeToken(value string) {
	_ = s.do(func() {
		if t := s.tokens[hashToken(value)]; t != nil {
			t.Revoked = true
			s.saveToken(t)
		}
	})
}

// scope is what a token must be allowed to.
type scope int

const (
	readAPI  scope = iota // api or read_api
	writeAPI              // api
	readRepo              // api, read_api or read_repository
	anyScope
)

func (t *token) allows(sc scope) (bool, string) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(t.Scopes, n) })
	}
	switch sc {
	case readAPI:
		return has("api", "read_api"), "api read_api"
	case readRepo:
		return has("api", "read_api", "read_repository"), "api read_api read_repository"
	case anyScope:
		return true, ""
	}
	return has("api"), "api"
}

func (t *token) sees(project int) bool {
	return len(t.Projects) == 0 || slices.Contains(t.Projects, project)
}

// authenticate finds out who asks.
func (s *Server) authenticate(c *call, n need) *reply {
	if n.public {
		return nil
	}
	t := s.tokens[hashToken(c.r.Header.Get("PRIVATE-TOKEN"))]
	if t == nil {
		return new(refuse(http.StatusUnauthorized, "401 Unauthorized"))
	}
	invalid := func(why string) *reply {
		return &reply{status: http.StatusUnauthorized, body: map[string]any{"error": "invalid_token", "error_description": why}}
	}
	if t.Revoked {
		return invalid("Token was revoked. You have to re-authorize from the user.")
	}
	if t.ExpiresAt != nil && !c.now.Before(*t.ExpiresAt) {
		return invalid("Token is expired. You can either do re-authorization or token refresh.")
	}
	c.token, c.user = t, s.users[t.UserID]
	t.LastUsed = new(c.now)
	return nil
}

// authorize checks scope, project and access level.
func (s *Server) authorize(c *call, n need) *reply {
	if c.token != nil {
		if allowed, wanted := c.token.allows(n.scope); !allowed {
			return &reply{status: http.StatusForbidden, body: map[string]any{
				"error":             "insufficient_scope",
				"error_description": "The request requires higher privileges than provided by the access token.",
				"scope":             wanted,
			}}
		}
	}
	if c.r.PathValue("id") == "" {
		return nil
	}
	p, moved := s.findProject(c.r.PathValue("id"))
	switch {
	case p == nil, c.token != nil && !c.token.sees(p.ID), moved && c.r.Method != http.MethodGet:
		return new(notFound("Project"))
	case moved:
		return s.redirect(c, p)
	}
	c.project = p
	if c.token != nil {
		c.level = c.token.Level
	}
	switch {
	case p.Policy.GroupRestriction != "":
		return new(refuse(http.StatusForbidden, "403 Forbidden - "+p.Policy.GroupRestriction))
	case !n.public && c.level < n.level, n.write && p.readOnly():
		return new(forbidden())
	}
	return nil
}

func (s *Server) authRoutes() {
	s.route("GET /api/v4/user", need{scope: readAPI}, func(c *call) reply { return ok(c.s.showSelf(c.user)) })
	s.route("GET /api/v4/version", need{scope: readAPI}, func(c *call) reply {
		return ok(map[string]any{"version": s.opts.Version, "revision": "a1b2c3d4e5f"})
	})
	s.route("GET /api/v4/personal_access_tokens/self", need{scope: anyScope}, func(c *call) reply {
		return ok(showToken(c.token, c.now))
	})
}

func showToken(t *token, now time.Time) map[string]any {
	out := map[string]any{
		"id": t.ID, "name": t.Name, "description": nil, "revoked": t.Revoked, "created_at": stamp(t.CreatedAt), "scopes": t.Scopes,
		"user_id": t.UserID, "last_used_at": stampPtr(t.LastUsed), "expires_at": nil,
		"active": !t.Revoked && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt)),
	}
	if t.ExpiresAt != nil {
		out["expires_at"] = t.ExpiresAt.Format("2006-01-02")
	}
	return out
}

func (s *Server) showUser(u *user) any {
	if u == nil {
		return nil
	}
	return map[string]any{
		"id": u.ID, "username": u.Username, "name": u.Name, "state": "active", "locked": false,
		"avatar_url": nil, "web_url": s.base + "/" + u.Username,
	}
}

func (s *Server) showSelf(u *user) any {
	m := s.showUser(u).(map[string]any)
	m["email"], m["created_at"], m["bot"] = u.Email, stamp(u.CreatedAt), strings.HasSuffix(u.Username, "bot")
	return m
}

// stamp writes a time as GitLab's API does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// shown gives a value in a form of its own, or null where there is none.
func shown[T, S any](v *T, show func(T) S) any {
	if v == nil {
		return nil
	}
	return show(*v)
}

func stampPtr(t *time.Time) any { return shown(t, stamp) }
