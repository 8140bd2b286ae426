package gitlabtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options choose how a Server behaves. The zero value is a server in memory
// on a clock that stands still.
type Options struct {
	Clock    *Clock       // time; nil makes a new one. Ignored with RealTime
	RealTime bool         // pipelines move by the wall clock
	Speed    float64      // with RealTime, how much faster than a real GitLab jobs run; 0 is 1
	Dir      string       // folder that keeps everything over a restart; empty keeps nothing
	URL      string       // the address that links in answers start with; Listen sets it
	Version  string       // of GitLab; empty is 18.8.2
	Limits   Limits       // requests a minute
	Log      *slog.Logger // nil is silent
}

// ids are the numbers given out so far.
type ids struct {
	User, Token, Project, Pipeline, Job, Trigger, Hook, Key, MergeRequest int
}

// Server is a GitLab with Grove behind it. It is an http.Handler and safe for
// concurrent use.
type Server struct {
	opts  Options
	clock *Clock
	mux   *http.ServeMux
	log   *slog.Logger

	mu        sync.Mutex // guards everything below
	store     *store
	storeErr  error
	ids       ids
	users     map[int]*user
	tokens    map[string]*token // by hash of the value
	projects  map[int]*project
	active    map[int]*pipeline // those with something still to happen
	jobIndex  map[int]jobAt
	outcomes  []*Outcome
	at        time.Time // of the event that is happening; zero is now
	replaying bool      // a Batch makes history: no webhooks, GitLab's own speed
	limits    *limiter
	timer     *time.Timer // with RealTime, of the next move
	closed    bool

	faults   *faults
	recorder recorder
	out      *outbox

	closing sync.Once
	httpd   *http.Server
	base    string
}

// New makes a server. With Options.Dir it takes up what an earlier one left
// there: pipelines that were running go on. Close must be called.
func New(opts Options) (*Server, error) {
	opts.Version = cmp.Or(opts.Version, "18.8.2")
	opts.URL = cmp.Or(opts.URL, "http://gitlab.example.com")
	if opts.Speed <= 0 || !opts.RealTime {
		opts.Speed = 1
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Clock == nil {
		opts.Clock = NewClock(time.Time{})
	}
	st, err := openStore(opts.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts:     opts,
		clock:    opts.Clock,
		log:      opts.Log,
		store:    st,
		users:    map[int]*user{},
		tokens:   map[string]*token{},
		projects: map[int]*project{},
		active:   map[int]*pipeline{},
		jobIndex: map[int]jobAt{},
		limits:   newLimiter(opts.Limits),
		faults:   &faults{},
		base:     strings.TrimSuffix(opts.URL, "/"),
	}
	s.out = newOutbox(s)
	if err := s.load(); err != nil {
		return nil, errors.Join(err, st.close())
	}
	s.routes()
	if opts.RealTime {
		s.timer = time.AfterFunc(time.Hour, func() { s.runDue(time.Now()); s.poke() })
		s.poke()
	} else {
		s.clock.attach(s)
	}
	return s, nil
}

// TB is the part of testing.TB that Start needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start makes a server that listens on a free port of 127.0.0.1 until the
// test ends.
func Start(t TB, opts Options) *Server {
	t.Helper()
	s, err := New(opts)
	if err != nil {
		t.Fatalf("starting the GitLab: %v", err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatalf("starting the GitLab: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Fatalf("stopping the GitLab: %v", err)
		}
	})
	return s
}

// Listen serves on an address until Close.
func (s *Server) Listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", addr, err)
	}
	s.mu.Lock()
	s.base = "http://" + l.Addr().String()
	s.httpd = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	httpd := s.httpd
	s.mu.Unlock()
	go func() {
		if err := httpd.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the GitLab stopped serving", "error", err)
		}
	}()
	return nil
}

// Close stops listening, moving and delivering, and closes the file.
// Deliveries that were not sent yet are dropped. A second Close does nothing.
func (s *Server) Close() (err error) {
	s.closing.Do(func() { err = s.shut() })
	return err
}

func (s *Server) shut() error {
	s.clock.detach(s)
	s.faults.releaseAll()
	s.mu.Lock()
	httpd := s.httpd
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	var err error
	if httpd != nil {
		err = httpd.Close()
	}
	s.out.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(err, s.storeErr, s.store.flush(), s.store.close())
}

// URL gives the address of the server, without a slash at the end. The API is
// at URL()+"/api/v4".
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

// Clock gives the clock that moves the server; with RealTime it does nothing.
func (s *Server) Clock() *Clock { return s.clock }

// Err gives what went wrong with the file of Options.Dir, if anything.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.storeErr
}

// now is the time of what is happening; the lock must be held.
func (s *Server) now() time.Time {
	if !s.at.IsZero() {
		return s.at
	}
	return s.wall()
}

// wall is the server's time, in milliseconds as GitLab keeps it.
func (s *Server) wall() time.Time {
	if s.opts.RealTime {
		return time.Now().UTC().Truncate(time.Millisecond)
	}
	return s.clock.Now().Truncate(time.Millisecond)
}

// do runs f under the lock and then writes what it changed.
func (s *Server) do(f func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	return s.flush()
}

func (s *Server) flush() error {
	if err := s.store.flush(); err != nil {
		s.storeErr = err
		s.log.Error("the GitLab could not write its file", "error", err)
	}
	return s.storeErr
}

// take gives the next number of a sequence.
func (s *Server) take(n *int) int {
	*n++
	s.store.mark("meta", &s.ids)
	return *n
}

// claim keeps a sequence above a number that was chosen from outside.
func (s *Server) claim(n *int, id int) int {
	if id == 0 {
		return s.take(n)
	}
	*n = max(*n, id)
	s.store.mark("meta", &s.ids)
	return id
}

// Settle moves the clock until no pipeline has anything left to do and every
// webhook was delivered, including what those set off. It must not be used
// with RealTime.
func (s *Server) Settle(ctx context.Context) error {
	if s.opts.RealTime {
		return errors.New("gitlabtest: Settle needs a clock that can be moved")
	}
	for {
		if err := s.WaitIdle(ctx); err != nil {
			return err
		}
		due, ok := s.nextDue()
		if !ok {
			return nil
		}
		s.clock.Advance(due.Sub(s.clock.Now()))
	}
}
