package faas

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Polled in an operation's Metadata, a Poll, marks a GET that pages repeat: while nothing
// that it shows has changed, it answers 304 from memory and is not run.
const Polled = "polled"

// Poll says what the answer of an operation depends on.
type Poll struct {
	// Scope gives what a request reads, as Options.Changes names it.
	Scope func(*http.Request) string
	// Also gives what else the answer depends on; nil is nothing.
	Also func(context.Context, *http.Request) (string, error)
	// Lags says that the operation may read what is a second old, so that only the second
	// of two answers is relied on.
	Lags bool
}

// ScopeOfPath is the scope of operations with {cluster} in their path.
func ScopeOfPath(r *http.Request) string { return r.PathValue("cluster") }

// AlsoOfPath lets an answer depend on what tag gives of the {cluster} in the path.
func AlsoOfPath(tag func(ctx context.Context, cluster string) (string, error)) func(context.Context, *http.Request) (string, error) {
	return func(ctx context.Context, r *http.Request) (string, error) { return tag(ctx, r.PathValue("cluster")) }
}

// Bounds of what is known of answers.
const (
	// answerLife bounds how long a change goes unseen when the function that made it died
	// before it could say so.
	answerLife = 5 * time.Minute
	// settledAfter is how long after a change no read is behind it any more.
	settledAfter = 2 * time.Second
	maxAnswers   = 2000
)

// answers knows the entity tags of what was answered.
type answers struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte]answered
}

type answered struct {
	etag     string
	revision int64 // before it was made
	also     string
	at       time.Time
	life     time.Duration // how long it is relied on
	settled  bool
}

// polling is one request of an operation that is polled.
type polling struct {
	key    [sha256.Size]byte
	former answered
	same   bool // nothing has changed since the former answer
	next   answered
}

// HoldFor says that the answer to a request changes with time, or with what no revision
// counts: it is made again after a while, though nothing that is stored changed.
func HoldFor(ctx context.Context, life time.Duration) {
	if p := callFrom(ctx).polling; p != nil {
		p.next.life = min(p.next.life, life)
	}
}

// spare answers 304 without running an operation whose answer the caller has.
func (a *API) spare(poll Poll) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		c := callFrom(r.Context())
		c.polling = a.poll(r, poll, c)
		if etag := c.polling.current(); matchesETag(r.Header.Get("If-None-Match"), etag) {
			w.Header().Set("ETag", etag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		next(ctx)
	}
}

// poll finds what is known of a request; nil when it can't be relied on.
func (a *API) poll(r *http.Request, p Poll, c *call) *polling {
	if a.opts.Changes == nil {
		return nil
	}
	revision, unchanged, err := a.opts.Changes(r.Context())
	if err != nil {
		return nil // the operation reports what is wrong with the store
	}
	now := a.opts.Now()
	out := &polling{next: answered{revision: revision, at: now, life: answerLife}}
	if p.Also != nil {
		if out.next.also, err = p.Also(r.Context(), r); err != nil {
			return nil
		}
	}
	who := c.principal
	out.key = sha256.Sum256([]byte(who.UserID + "\n" + who.Grants.Fingerprint() + "\n" + r.URL.Path + "?" + r.URL.RawQuery))
	a.answers.mu.Lock()
	former, ok := a.answers.kept[out.key]
	a.answers.mu.Unlock()
	age := now.Sub(former.at)
	out.same = ok && age >= 0 && age < former.life && former.also == out.next.also && unchanged(p.Scope(r), former.revision)
	out.former = former
	out.next.settled = !p.Lags || out.same && (former.settled || age >= settledAfter)
	return out
}

// current is the tag of the answer that a request would get, empty when that is not known.
func (p *polling) current() string {
	if p == nil || !p.same || !p.former.settled {
		return ""
	}
	return p.former.etag
}

// tag names an answer by what is in it, and keeps that for the next request.
func (a *API) tag(p *polling, body []byte) string {
	sum := sha256.Sum256(body)
	p.next.etag = ETag(hex.EncodeToString(sum[:12]))
	if p.same && !p.next.settled {
		p.next.at = p.former.at // since then it has been as it is
	}
	a.answers.mu.Lock()
	defer a.answers.mu.Unlock()
	if a.answers.kept == nil || len(a.answers.kept) >= maxAnswers {
		a.answers.kept = map[[sha256.Size]byte]answered{}
	}
	a.answers.kept[p.key] = p.next
	return p.next.etag
}
