package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v3"
)

// cronTopic is what cron-connector listens to.
const cronTopic = "cron-function"

// stack is what stack.yml says of the functions, as far as it matters here.
type stack struct {
	Functions map[string]struct {
		Lang        string            `yaml:"lang"`
		Handler     string            `yaml:"handler"`
		Environment map[string]string `yaml:"environment"`
		Secrets     []string          `yaml:"secrets"`
		Annotations map[string]string `yaml:"annotations"`
		Requests    map[string]string `yaml:"requests"`
		Limits      map[string]string `yaml:"limits"`
		ReadOnly    bool              `yaml:"readonly_root_filesystem"`
	} `yaml:"functions"`
	Configuration struct {
		Copy []string `yaml:"copy"`
	} `yaml:"configuration"`
}

func readStack(file string) (stack, error) {
	var s stack
	text, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("read the functions: %w", err)
	}
	if err := yaml.Unmarshal(withDefaults(text), &s); err != nil {
		return s, fmt.Errorf("read the functions from %s: %w", file, err)
	}
	return s, nil
}

var variable = regexp.MustCompile(`\$\{[A-Z_]+:-([^}]*)\}`)

// withDefaults substitutes ${NAME:-default} the way faas-cli does when no variable is set.
func withDefaults(text []byte) []byte { return variable.ReplaceAll(text, []byte("$1")) }

// schedule is when a function is called, and for how long it may run.
type schedule struct {
	function string
	when     cron.Schedule
	limit    time.Duration
}

// schedules gives the functions that cron-connector would call. Expressions are
// of the standard five fields, or such as @every 1m.
func (s stack) schedules() ([]schedule, error) {
	var out []schedule
	for name, f := range s.Functions {
		if f.Annotations["topic"] != cronTopic {
			continue
		}
		when, err := cron.ParseStandard(f.Annotations["schedule"])
		if err != nil {
			return nil, fmt.Errorf("the schedule of %s: %w", name, err)
		}
		limit, err := time.ParseDuration(f.Environment["exec_timeout"])
		if err != nil {
			return nil, fmt.Errorf("the exec_timeout of %s: %w", name, err)
		}
		out = append(out, schedule{function: name, when: when, limit: limit})
	}
	return out, nil
}

// scheduler calls functions on schedule. A call that is still running when the
// next is due is left alone and the next is skipped.
type scheduler struct {
	cron   *cron.Cron
	jobs   []func()
	first  sync.WaitGroup // the calls at the start
	cancel context.CancelFunc
}

// newScheduler makes a scheduler that calls handlers by name once started.
func newScheduler(ctx context.Context, schedules []schedule, handlers map[string]http.Handler, log *slog.Logger) (*scheduler, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &scheduler{cron: cron.New(), cancel: cancel}
	for _, sch := range schedules {
		h, found := handlers[sch.function]
		if !found {
			cancel()
			return nil, fmt.Errorf("the schedule of %s: there is no such function", sch.function)
		}
		var running atomic.Bool
		job := func() {
			if !running.CompareAndSwap(false, true) {
				log.Info("scheduled call skipped: the last one is still running", "function", sch.function)
				return
			}
			defer running.Store(false)
			ctx, cancel := context.WithTimeout(ctx, sch.limit)
			defer cancel()
			status, err := fire(ctx, h)
			if err != nil || status >= 400 {
				log.Warn("scheduled call failed", "function", sch.function, "status", status, "error", err)
			}
		}
		s.cron.Schedule(sch.when, cron.FuncJob(job))
		s.jobs = append(s.jobs, job)
	}
	return s, nil
}

// start begins, with a call of everything at once, so that a machine which was
// off is up to date without waiting.
func (s *scheduler) start() {
	for _, job := range s.jobs {
		s.first.Go(job)
	}
	s.cron.Start()
}

// drain ends the schedule and waits for running calls. When ctx ends before
// they do, they are canceled.
func (s *scheduler) drain(ctx context.Context) {
	stopped := s.cron.Stop()
	defer context.AfterFunc(ctx, s.cancel)()
	<-stopped.Done()
	s.first.Wait()
	s.cancel()
}

// fire makes the call that cron-connector makes.
func fire(ctx context.Context, h http.Handler) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
	if err != nil {
		return 0, err
	}
	r.RemoteAddr = "127.0.0.1:0"
	r.Header.Set("X-Topic", cronTopic)
	r.Header.Set("X-Connector", "cron-connector")
	w := &discard{header: http.Header{}}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	h.ServeHTTP(w, r)
	return max(w.status, http.StatusOK), nil
}

// discard keeps only the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) {
	if d.status == 0 {
		d.status = status
	}
}

func (d *discard) Write(p []byte) (int, error) {
	d.WriteHeader(http.StatusOK)
	return io.Discard.Write(p)
}
