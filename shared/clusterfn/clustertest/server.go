package clustertest

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/secret"
)

// Options choose what a Server serves.
type Options struct {
	Clusters []Cluster
	Now      func() time.Time // nil is time.Now
	Log      *slog.Logger     // nil is silent
}

// Cluster is one cluster with its gateway.
type Cluster struct {
	ID       string
	User     secret.Value // of the gateway
	Password secret.Value
	Secret   secret.Value // of the inspector
	// Instances gives what the cluster runs, asked at each call.
	Instances func() []string
	// Behaviors are those of instances that do not just run.
	Behaviors map[string]Behavior
	// Machines are the nodes; the zero Machines are four small ones, or more.
	Machines Machines
	// Offline reports whether the cluster answers no one at the moment; nil is never.
	Offline func(now time.Time) bool
	// Delay is how long every answer takes.
	Delay time.Duration
}

// Server answers for all its clusters. It is an http.Handler and safe for
// concurrent use.
type Server struct {
	opts     Options
	mux      *http.ServeMux
	clusters map[string]*cluster

	mu    sync.Mutex
	base  string
	httpd *http.Server
}

type cluster struct {
	Cluster
	verifier *clusterfn.Verifier
}

// New makes a server. Close must be called.
func New(opts Options) *Server {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: opts, mux: http.NewServeMux(), clusters: map[string]*cluster{}}
	for _, c := range opts.Clusters {
		if c.Machines.Name == nil {
			c.Machines = small()
		}
		secrets := func() ([]secret.Value, error) { return []secret.Value{c.Secret}, nil }
		s.clusters[c.ID] = &cluster{Cluster: c, verifier: clusterfn.NewVerifier(secrets, opts.Now)}
	}
	s.routes()
	return s
}

// TB is the part of testing.TB that Start needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start makes a server that listens on a free port of 127.0.0.1 until the test
// ends.
func Start(t TB, opts Options) *Server {
	t.Helper()
	s := New(opts)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatalf("starting the clusters: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Fatalf("stopping the clusters: %v", err)
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
	defer s.mu.Unlock()
	s.base = "http://" + l.Addr().String()
	httpd := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.httpd = httpd
	go func() {
		if err := httpd.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("the clusters stopped serving", "error", err)
		}
	}()
	return nil
}

// Close stops listening.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.httpd == nil {
		return nil
	}
	return s.httpd.Close()
}

// GatewayURL gives the address of a cluster's gateway, once the server listens.
func (s *Server) GatewayURL(cluster string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base + "/" + cluster
}

// Target gives how a cluster's functions are reached; the zero Target for one
// that the server does not have.
func (s *Server) Target(cluster string) gateway.Target {
	c, ok := s.clusters[cluster]
	if !ok {
		return gateway.Target{}
	}
	return gateway.Target{Cluster: c.ID, GatewayURL: s.GatewayURL(c.ID), User: c.User, Password: c.Password, Secret: c.Secret}
}

// ServeHTTP answers for the cluster that the path begins with.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c := s.clusters[id]
	if c == nil {
		http.NotFound(w, r)
		return
	}
	if c.Offline != nil && c.Offline(s.opts.Now()) {
		panic(http.ErrAbortHandler) // net/http closes the connection without an answer
	}
	if c.Delay > 0 {
		timer := time.NewTimer(c.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	user, password, _ := r.BasicAuth()
	if userOK, passwordOK := c.User.Matches(user), c.Password.Matches(password); "/"+rest != healthPath && (!userOK || !passwordOK) {
		w.Header().Set("WWW-Authenticate", `Basic realm="OpenFaaS"`)
		http.Error(w, "invalid credentials", http.StatusUnauthorized)
		return
	}
	http.StripPrefix("/"+id, s.mux).ServeHTTP(w, r.WithContext(withCluster(r.Context(), c)))
}
