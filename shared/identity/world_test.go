package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/passkey"
	"github.com/open-craft/ocim/shared/secret"
)

const (
	anaEmail  = "ana@example.org"
	benEmail  = "ben@example.org"
	goodWords = "nine purple walruses sing"
	newWords  = "eleven quiet lanterns burn"
	baseURL   = "https://ocim.example.org"
)

var (
	good = secret.New(goodWords)
	next = secret.New(newWords)
)

// letters keeps what was mailed.
type letters struct {
	mu   sync.Mutex
	sent []identity.Mail
	err  error
}

func (l *letters) Send(ctx context.Context, letter identity.Mail) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := errors.Join(l.err, ctx.Err()); err != nil {
		return err
	}
	l.sent = append(l.sent, letter)
	return nil
}

func (l *letters) to(email string, kind identity.MailKind) []identity.Mail {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []identity.Mail
	for _, x := range l.sent {
		if x.To == email && x.Kind == kind {
			out = append(out, x)
		}
	}
	return out
}

// watched is a store that notes what is done and can die.
type watched struct {
	kv.Store
	mu     sync.Mutex
	trace  []string // "get identity/user", "put audit/log", …
	values [][]byte // that were written
	writes int      // that may still be made; negative is any number
	keep   bool     // deletions fail
}

var errDead = errors.New("the function died")

func (w *watched) note(kind, partition string, write bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.writes == 0 {
		return errDead // nothing works any more
	}
	if write && w.writes > 0 {
		w.writes--
	}
	// What follows the second slash are ids.
	if parts := strings.SplitN(partition, "/", 3); len(parts) == 3 {
		partition = parts[0] + "/" + parts[1]
	}
	w.trace = append(w.trace, kind+" "+partition)
	return nil
}

func (w *watched) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = nil
}

func (w *watched) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.trace...)
}

func (w *watched) Get(ctx context.Context, k kv.Key, o ...kv.ReadOption) (kv.Item, error) {
	if err := w.note("get", k.Partition, false); err != nil {
		return kv.Item{}, err
	}
	return w.Store.Get(ctx, k, o...)
}

func (w *watched) BatchGet(ctx context.Context, ks []kv.Key, o ...kv.ReadOption) ([]kv.Item, error) {
	if err := w.note("batch", ks[0].Partition, false); err != nil {
		return nil, err
	}
	return w.Store.BatchGet(ctx, ks, o...)
}

func (w *watched) Put(ctx context.Context, it kv.Item, c kv.Condition) (kv.Item, error) {
	if err := w.note("put", it.Partition, true); err != nil {
		return kv.Item{}, err
	}
	w.mu.Lock()
	w.values = append(w.values, append([]byte(it.Partition+" "+it.Sort+" "), it.Value...))
	w.mu.Unlock()
	return w.Store.Put(ctx, it, c)
}

func (w *watched) Delete(ctx context.Context, k kv.Key, c kv.Condition) error {
	if err := w.note("delete", k.Partition, true); err != nil {
		return err
	}
	w.mu.Lock()
	keep := w.keep
	w.mu.Unlock()
	if keep {
		return errDead
	}
	return w.Store.Delete(ctx, k, c)
}

func (w *watched) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	if err := w.note("query", q.Partition, false); err != nil {
		return kv.Page{}, err
	}
	return w.Store.Query(ctx, q)
}

// world is a system that is set up in no way.
type world struct {
	t      testing.TB
	clock  *kvtest.Clock
	store  *watched
	mail   *letters
	key    secret.Value
	log    *bytes.Buffer
	strong bool                     // hashes passwords as in production, which takes its time
	rules  func(c *identity.Config) // changes the configuration; may be nil
	*identity.Service
	auth  *identity.Authenticator
	audit *audit.Log
}

func newWorld(t testing.TB) *world {
	t.Helper()
	c := kvtest.NewClock()
	return newWorldOn(t, c, kvtest.OpenWithClock(t, c.Now))
}

func newWorldOn(t testing.TB, c *kvtest.Clock, store kv.Store) *world {
	t.Helper()
	key, err := identity.GenerateKey()
	require.NoError(t, err)
	w := &world{t: t, clock: c, store: &watched{Store: store, writes: -1}, mail: &letters{}, key: key, log: &bytes.Buffer{}}
	w.restart()
	return w
}

// restart makes the service again over the same store, as another replica would.
func (w *world) restart() {
	w.t.Helper()
	w.store.mu.Lock()
	w.store.writes = -1
	w.store.mu.Unlock()
	w.Service, w.auth, w.audit = w.replica(w.store)
}

func (w *world) replica(store kv.Store) (*identity.Service, *identity.Authenticator, *audit.Log) {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(&locked{w: w.log}, nil))
	keys := func() (secret.Value, error) { return w.key, nil }
	trail := audit.New(store, w.clock.Now, log)
	c := identity.Config{
		Store: store, Audit: trail, Mailer: w.mail, Keys: keys, BaseURL: baseURL, Now: w.clock.Now, Logger: log,
		Domains: map[string]identity.Role{"allowed.example": identity.Viewer},
	}
	if !w.strong {
		identity.Weaken(&c)
	}
	var err error
	c.WebAuthn, err = passkey.New(baseURL)
	require.NoError(w.t, err)
	if w.rules != nil {
		w.rules(&c)
	}
	s, err := identity.New(c)
	require.NoError(w.t, err)
	a, err := identity.NewAuthenticator(identity.AuthenticatorConfig{Store: store, Keys: keys, Now: w.clock.Now, Logger: log})
	require.NoError(w.t, err)
	return s, a, trail
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func visitor(address string) identity.Visitor {
	return identity.Visitor{Address: address, Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
}

// ana sets the system up.
func (w *world) ana() identity.SignedIn {
	w.t.Helper()
	s, err := w.SetUp(w.t.Context(), visitor("192.0.2.1"), w.setupToken(), anaEmail, "Ana", good)
	require.NoError(w.t, err)
	return s
}

func (w *world) setupToken() secret.Value {
	w.t.Helper()
	link, err := w.SetupLink(w.t.Context())
	require.NoError(w.t, err)
	return secret.New(fragment(w.t, link.Reveal()))
}

func fragment(t testing.TB, link string) string {
	t.Helper()
	_, token, found := strings.Cut(link, "#")
	require.True(t, found, link)
	return token
}

// by is who acts with what they were given at log-in.
func (w *world) by(s identity.SignedIn) identity.By {
	w.t.Helper()
	p, err := w.auth.Authenticate(w.t.Context(), s.AccessToken.Reveal())
	require.NoError(w.t, err)
	return identity.By{Principal: p, Address: "192.0.2.1"}
}

// invite returns the token of a new invitation.
func (w *world) invite(admin identity.SignedIn, email string, g identity.Grants) secret.Value {
	w.t.Helper()
	_, err := w.Invite(w.t.Context(), w.by(admin), email, g)
	require.NoError(w.t, err)
	return w.lastLink(email, identity.MailInvitation)
}

func (w *world) lastLink(email string, kind identity.MailKind) secret.Value {
	w.t.Helper()
	require.NoError(w.t, w.Drain(w.t.Context()))
	sent := w.mail.to(email, kind)
	require.NotEmpty(w.t, sent, "no %s to %s", kind, email)
	return secret.New(fragment(w.t, sent[len(sent)-1].Link))
}

// join registers someone.
func (w *world) join(admin identity.SignedIn, email string, g identity.Grants) identity.SignedIn {
	w.t.Helper()
	s, err := w.RedeemInvitation(w.t.Context(), visitor("192.0.2.2"), w.invite(admin, email, g), "Ben", good)
	require.NoError(w.t, err)
	return s
}

// changePassword changes it as the pages do by default.
func (w *world) changePassword(by identity.By, current, password secret.Value) error {
	_, err := w.ChangePassword(w.t.Context(), by, current, password, false)
	return err
}

func (w *world) isKind(kind fault.Kind, err error) {
	w.t.Helper()
	require.Error(w.t, err)
	require.Equal(w.t, kind, fault.KindOf(err), "%v", err)
}

// isOut says that an access token opens nothing.
func (w *world) isOut(s identity.SignedIn) {
	w.t.Helper()
	_, err := w.auth.Authenticate(w.t.Context(), s.AccessToken.Reveal())
	w.isKind(fault.Unauthenticated, err)
}

// actions returns what the audit log holds, the oldest first.
func (w *world) actions() []string {
	w.t.Helper()
	var out []string
	f := audit.Filter{Limit: 100}
	for {
		page, err := w.audit.List(w.t.Context(), f)
		require.NoError(w.t, err)
		for _, e := range page.Entries {
			out = append([]string{e.Action}, out...)
		}
		if f.After = page.Next; f.After == "" {
			return out
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func userItem(id string) kv.Key { return kv.Key{Partition: "identity/user", Sort: id} }
