package gitlab

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

// Bounds of what processes share. A call costs no write, and all calls of a process to a
// server together one eventual read in lookEvery.
const (
	lookEvery  = 5 * time.Second
	lookLimit  = 500 * time.Millisecond // after which a process goes by what it knows itself
	noteLimit  = time.Second
	minNoted   = time.Second // shorter pauses are over before another process reads them
	noteSlack  = 5 * time.Second
	maxPauses  = 100 // of the tokens of a server
	longestFor = time.Hour
)

const partServer = "gitlab-server" // sort: host

// pause is how long a server is left alone. It counts from when a process first reads it,
// and no longer than it says, so a clock that was wrong blocks no longer than the rule.
type pause struct {
	At  time.Time     `json:"at"`
	For time.Duration `json:"for"`
}

// serverState is what is stored of a server.
type serverState struct {
	Circuit pause            `json:"circuit,omitzero"`
	Tokens  map[string]pause `json:"tokens,omitempty"` // by the owner of the budget
}

// shared keeps in the store what all processes must heed: that a token's limit is nearly
// used up, and that a server fails. Where the store does not answer, each process goes by
// what it sees itself.
type shared struct {
	store kv.Store
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex
	hosts map[string]*sharedHost
}

type sharedHost struct {
	mu      sync.Mutex // held while the store is read
	readAt  time.Time
	circuit known
	tokens  map[string]known
}

// known is a pause as this process counts it.
type known struct{ noted, until time.Time }

// adopt takes in a pause that was read.
func (k *known) adopt(p pause, now time.Time, most time.Duration) {
	if p.At.Equal(k.noted) {
		return
	}
	left := min(p.For, most) - fleet.Elapsed(now, p.At)
	*k = known{p.At, time.Now().Add(max(left, 0))}
}

func (s *shared) host(name string) *sharedHost {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hosts == nil || len(s.hosts) >= maxBudgets {
		s.hosts = map[string]*sharedHost{}
	}
	if s.hosts[name] == nil {
		s.hosts[name] = &sharedHost{tokens: map[string]known{}}
	}
	return s.hosts[name]
}

// look returns until when a budget and a server are left alone.
func (s *shared) look(ctx context.Context, host, owner string) (budget, circuit time.Time) {
	if s == nil {
		return
	}
	h := s.host(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readAt.IsZero() || time.Since(h.readAt) >= lookEvery {
		h.readAt = time.Now()
		s.read(ctx, host, h)
	}
	return h.tokens[owner].until, h.circuit.until
}

func (s *shared) read(ctx context.Context, host string, h *sharedHost) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	state, _, err := kvjson.Get[serverState](ctx, s.store, serverKey(host), kv.Eventual())
	if err != nil && !fault.Is(err, fault.NotFound) {
		s.log.DebugContext(ctx, "shared limits of GitLab not read", "host", host, "err", err)
		return
	}
	now := s.now()
	h.circuit.adopt(state.Circuit, now, circuitPause)
	for owner, p := range state.Tokens {
		k := h.tokens[owner]
		k.adopt(p, now, longestFor)
		h.tokens[owner] = k
	}
}

// noteBudget shares that a token's limit is used up for a while.
func (s *shared) noteBudget(ctx context.Context, host, owner string, d time.Duration) {
	s.note(ctx, host, d, func(h *sharedHost) known { return h.tokens[owner] }, func(h *sharedHost, state *serverState, k known, p pause) {
		h.tokens[owner] = k
		if state.Tokens == nil || len(state.Tokens) >= maxPauses {
			state.Tokens = map[string]pause{}
		}
		state.Tokens[owner] = p
	})
}

// noteCircuit shares that a server fails.
func (s *shared) noteCircuit(ctx context.Context, host string, d time.Duration) {
	s.note(ctx, host, d, func(h *sharedHost) known { return h.circuit }, func(h *sharedHost, state *serverState, k known, p pause) {
		h.circuit, state.Circuit = k, p
	})
}

func (s *shared) note(ctx context.Context, host string, d time.Duration, of func(*sharedHost) known, set func(*sharedHost, *serverState, known, pause)) {
	if s == nil || d < minNoted {
		return
	}
	h, until := s.host(host), time.Now().Add(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	if of(h).until.Add(noteSlack).After(until) {
		return // all processes know
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteLimit)
	defer cancel()
	p := pause{At: s.now().UTC(), For: d}
	k := known{p.At, until}
	set(h, new(serverState), k, p)
	err := kv.Update(ctx, s.store, serverKey(host), nil, func(item *kv.Item) (bool, error) {
		state, err := kvjson.Decode[serverState](*item)
		if err != nil {
			state = serverState{}
		}
		for owner, other := range state.Tokens {
			if fleet.Elapsed(s.now(), other.At) >= min(other.For, longestFor) {
				delete(state.Tokens, owner)
			}
		}
		set(h, &state, k, p)
		item.Expires = s.now().Add(2 * longestFor)
		return true, kvjson.Set(item, state)
	})
	if err != nil {
		s.log.WarnContext(ctx, "limits of GitLab not shared", "host", host, "err", err)
	}
}

func serverKey(host string) kv.Key { return kv.Key{Partition: partServer, Sort: host} }

// ownerOf names a budget in the store. A token has too many random bits to be found from it.
func ownerOf(sum [sha256.Size]byte) string { return base64.RawURLEncoding.EncodeToString(sum[:16]) }
