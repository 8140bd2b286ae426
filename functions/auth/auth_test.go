package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/auth"
	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

const goodPassword = "nine purple walruses sing"

// letters keeps what was mailed.
type letters struct {
	mu   sync.Mutex
	sent []identity.Mail
}

func (l *letters) Send(_ context.Context, letter identity.Mail) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, letter)
	return nil
}

// to returns the token of the last link that was sent.
func (l *letters) to(t *testing.T, email string, kind identity.MailKind) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.sent) - 1; i >= 0; i-- {
		if l.sent[i].To == email && l.sent[i].Kind == kind {
			_, token, found := strings.Cut(l.sent[i].Link, "#")
			require.True(t, found)
			return token
		}
	}
	require.Fail(t, "no letter", "%s to %s", kind, email)
	return ""
}

// system is the function on a store of its own.
type system struct {
	t        *testing.T
	clock    *kvtest.Clock
	store    kv.Store
	identity *identity.Service
	mail     *letters
	log      *bytes.Buffer
	handler  http.Handler
}

func newSystem(t *testing.T, change ...func(*function.Deps, *identity.Config)) *system {
	t.Helper()
	return newSystemOn(t, func(store kv.Store) kv.Store { return store }, change...)
}

// newSystemOn is newSystem whose store is within another one.
func newSystemOn(t *testing.T, within func(kv.Store) kv.Store, change ...func(*function.Deps, *identity.Config)) *system {
	t.Helper()
	s := &system{t: t, clock: kvtest.NewClock(), mail: &letters{}, log: &bytes.Buffer{}}
	s.clock.Advance(time.Since(s.clock.Now()).Truncate(time.Second)) // the OIDC provider's clock is real
	s.store = within(kvtest.OpenWithClock(t, s.clock.Now))
	key, err := identity.GenerateKey()
	require.NoError(t, err)
	keys := func() (secret.Value, error) { return key, nil }
	log := slog.New(slog.NewTextHandler(&lockedWriter{w: s.log}, nil))
	trail := audit.New(s.store, s.clock.Now, log)
	cfg := identity.Config{
		Store: s.store, Audit: trail, Mailer: s.mail, Keys: keys, BaseURL: "https://ocim.example.org", Now: s.clock.Now, Logger: log,
	}
	auth, err := identity.NewAuthenticator(identity.AuthenticatorConfig{Store: s.store, Keys: keys, Now: s.clock.Now, Logger: log})
	require.NoError(t, err)
	deps := function.Deps{
		API: faas.Options{Authenticator: auth, Log: log, Now: s.clock.Now}, Audit: trail, PublicURL: cfg.BaseURL, Now: s.clock.Now,
	}
	for _, f := range change {
		f(&deps, &cfg)
	}
	s.identity, err = identity.New(cfg)
	require.NoError(t, err)
	deps.Identity = s.identity
	s.handler = function.New(deps)
	return s
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// browser keeps cookies and an access token.
type browser struct {
	*system
	address string
	cookies map[string]string
	access  string
}

func (s *system) browser() *browser {
	return &browser{system: s, address: "192.0.2.1:40000", cookies: map[string]string{}}
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

func (a answer) into(v any) {
	a.t.Helper()
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), v), a.Body.String())
}

func (a answer) is(status int) answer {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	return a
}

// call sends a request as the browser does from our own pages.
func (b *browser) call(method, path string, body any) answer {
	b.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		require.NoError(b.t, err)
		in = bytes.NewReader(raw)
	}
	r := httptest.NewRequest(method, path, in)
	r.RemoteAddr = b.address
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.access != "" {
		r.Header.Set("Authorization", "Bearer "+b.access)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{w, b.t}
}

// enter is call for what logs in.
func (b *browser) enter(status int, path string, body any) function.SignedIn {
	b.t.Helper()
	var out function.SignedIn
	b.call(http.MethodPost, path, body).is(status).into(&out)
	b.access = out.AccessToken
	return out
}

type object = map[string]any

// admin sets the system up and gives the administrator's browser.
func (s *system) admin() *browser {
	s.t.Helper()
	link, err := s.identity.SetupLink(s.t.Context())
	require.NoError(s.t, err)
	_, token, _ := strings.Cut(link.Reveal(), "#")
	b := s.browser()
	b.enter(http.StatusCreated, "/v1/setup", object{"token": token, "email": "ana@example.org", "name": "Ana", "password": goodPassword})
	return b
}

// invited registers someone with a role and gives their browser.
func (s *system) invited(admin *browser, email string, grants object) *browser {
	s.t.Helper()
	body := object{"email": email}
	for k, v := range grants {
		body[k] = v
	}
	admin.call(http.MethodPost, "/v1/invitations", body).is(http.StatusCreated)
	b := s.browser()
	token := s.mail.to(s.t, email, identity.MailInvitation)
	b.enter(http.StatusCreated, "/v1/invitations/redeem", object{"token": token, "name": "Invited", "password": goodPassword})
	return b
}

func asBody(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
