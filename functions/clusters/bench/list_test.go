package bench_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	function "github.com/open-craft/ocim/functions/clusters"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/identity/identitytest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// query is one way to ask for the list. New words are what no one asked before.
type query struct {
	name   string
	params func(n int) url.Values
}

func fixed(name, raw string) query {
	values, err := url.ParseQuery(raw)
	if err != nil {
		panic(err)
	}
	return query{name, func(int) url.Values { return values }}
}

var queries = []query{
	fixed("first page", ""),
	fixed("cluster", "cluster=campus-0007"),
	fixed("provider", "provider=aws"),
	fixed("release", "release=teak.2"),
	fixed("name", "name=0003-school"),
	fixed("lifecycle", "lifecycle=pending"),
	fixed("health", "health=failed"),
	fixed("pipeline", "pipeline=failed&pipeline=running"),
	fixed("KEY", "setting=LMS_HOST"),
	fixed("KEY=value", "setting=COMPREHENSIVE_THEME_NAME%3Dtheme-7"),
	fixed("KEY~text", "setting=LMS_HOST~0003-school"),
	fixed("free text", "setting=help%40campus-0003"),
	fixed("all at once", "provider=aws&lifecycle=active&health=failed&setting=SITE_CONFIG.language%3Dfr&sort=changed&descending=true"),
	fixed("by last change", "sort=changed&descending=true"),
	{"new name", func(n int) url.Values { return url.Values{"name": {fmt.Sprintf("%03d-school-%02d", n%1000, n%7)}} }},
	{"new KEY~text", func(n int) url.Values {
		return url.Values{"setting": {fmt.Sprintf("LMS_HOST~%03d-school-%02d", n%1000, n%7)}}
	}},
	{"new free text", func(n int) url.Values { return url.Values{"setting": {fmt.Sprintf("help@campus-%04d-x%d", n, n)}} }},
}

// handler is the function over a store, called by someone who sees every cluster.
func handler(t testing.TB, db kv.Store, store *fleetstore.Store, now func() time.Time) http.Handler {
	who := identitytest.SetUp(t, db, now)
	h := function.New(function.Deps{Fleet: store, Segments: store.Segments, Activity: store.Activity, Now: now, API: faas.Options{
		Authenticator: who.Authenticator, Log: slog.New(slog.DiscardHandler),
	}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+who.Bearer())
		h.ServeHTTP(w, r)
	})
}

// bench is one store with one fleet.
type bench struct {
	*testing.B
	size  size
	kind  string
	meter *kvtest.Meter
	kv    kv.Store
	store *fleetstore.Store
	out   *tabwriter.Writer
}

// ask calls a handler for the list.
func ask(t testing.TB, h http.Handler, params url.Values, etag string) *httptest.ResponseRecorder {
	return call(t, h, "/v1/instances?"+params.Encode(), etag)
}

func call(t testing.TB, h http.Handler, path, etag string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip") // as every browser does
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// goal is what a call may cost; zero parts are no goal.
type goal struct {
	rcu   float64 // read units, of DynamoDB
	bytes int     // on the wire
}

// The goals of the list: of any view, and of one that is the same as before.
var (
	view   = goal{rcu: 2}
	second = goal{rcu: 0.5, bytes: 200}
)

// held reports for each part that applies whether it is.
func (g goal) held(kind string, rcu float64, bytes int) string {
	var said []string
	say := func(bound string, ok bool) {
		word := "ok"
		if !ok {
			word = "MISSED"
		}
		said = append(said, bound+": "+word)
	}
	if g.rcu > 0 && kind == "dynamo" {
		say(fmt.Sprintf("≤ %g RCU", g.rcu), rcu <= g.rcu)
	}
	if g.bytes > 0 {
		say(fmt.Sprintf("≤ %d bytes", g.bytes), bytes <= g.bytes)
	}
	return strings.Join(said, ", ")
}

// measure asks n times and prints a line of the table.
func (b *bench) measure(name string, n int, goal goal, prepare func(int), call func(int) *httptest.ResponseRecorder) {
	took, busy := make([]time.Duration, n), make([]time.Duration, n)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	bytes, rcu := 0, 0.0
	for i := range n {
		if prepare != nil {
			prepare(i)
		}
		b.meter.Take()
		start, worked := time.Now(), threadTime()
		w := call(i)
		took[i], busy[i] = time.Since(start), threadTime()-worked
		rcu += b.meter.Take()
		require.Contains(b, []int{http.StatusOK, http.StatusNotModified}, w.Code, w.Body.String())
		wire, err := httputil.DumpResponse(w.Result(), true)
		require.NoError(b, err)
		bytes += len(wire)
	}
	slices.Sort(took)
	slices.Sort(busy)
	p50, p99 := took[n/2], took[min(n-1, n*99/100)]
	cost := "-"
	if b.kind == "dynamo" {
		cost = fmt.Sprintf("%.1f", rcu/float64(n))
	}
	fmt.Fprintf(b.out, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\t%s\n", b.kind, b.size, name, n,
		p50.Round(time.Microsecond), p99.Round(time.Microsecond), busy[min(n-1, n*99/100)].Round(time.Microsecond), bytes/n, cost, goal.held(b.kind, rcu/float64(n), bytes/n))
}

// BenchmarkList prints a table: time, bytes on the wire and read units of a
// call, by store and size of the fleet, with its goal and whether it holds.
func BenchmarkList(b *testing.B) {
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(out, "\nstore\tfleet\tcall\tcalls\tp50\tp99\tp99 CPU\tbytes\tRCU\tgoal")
	open := map[string]func(testing.TB) (kv.Store, *kvtest.Meter){"bolt": openBolt, "dynamo": kvtest.Metered}
	for _, kind := range []string{"bolt", "dynamo"} {
		for _, s := range []size{{50, 20}, {500, 20}, {5000, 20}, {500, 200}} {
			b.Run(fmt.Sprintf("%s/%d", kind, s.instances()), func(b *testing.B) {
				run := &bench{B: b, size: s, kind: kind, out: out}
				run.kv, run.meter = open[kind](b)
				run.store = fleetstore.New(run.kv, time.Now)
				fill(b, run.store, s)
				run.all()
				require.NoError(b, out.Flush())
			})
		}
	}
}

const calls = 300

func (b *bench) all() {
	h := handler(b, b.kv, b.store, time.Now)
	before := heap()
	b.measure("cold start of a replica", 1, goal{}, nil, func(int) *httptest.ResponseRecorder { return ask(b, h, nil, "") })
	fmt.Fprintf(b.out, "%s\t%s\tmemory of a replica\t\t%d MiB\t\t\t\t\t\n", b.kind, b.size, (heap()-before)>>20)
	for _, q := range queries {
		warm := 0
		if !strings.HasPrefix(q.name, "new ") {
			ask(b, h, q.params(0), "")
			warm = 1
		}
		b.measure(q.name, calls, view, nil, func(n int) *httptest.ResponseRecorder { return ask(b, h, q.params(n+warm), "") })
	}
	etag := ask(b, h, nil, "").Header().Get("ETag")
	b.measure("second view (304)", calls, second, nil, func(int) *httptest.ResponseRecorder {
		w := ask(b, h, nil, etag)
		require.Equal(b, http.StatusNotModified, w.Code)
		return w
	})
	edits := 0
	b.measure("first page after a change", calls, view, func(int) {
		edits++
		require.NoError(b, touch(b.Context(), b.store, b.size, edits))
	}, func(int) *httptest.ResponseRecorder { return ask(b, h, nil, "") })
	filtered := url.Values{"setting": {"LMS_HOST~0003-school"}, "provider": {"aws"}}
	b.measure("filters after a change", calls, view, func(int) {
		edits++
		require.NoError(b, touch(b.Context(), b.store, b.size, edits))
	}, func(int) *httptest.ResponseRecorder { return ask(b, h, filtered, "") })
	b.measure("plain Query and filter", 3, goal{}, nil, func(int) *httptest.ResponseRecorder { return ask(b, queryAndFilter(b.kv), nil, "") })
	if b.kind == "bolt" && b.size.instances() <= 10_000 {
		b.measure("asking GitLab each time", 3, goal{}, nil, func(int) *httptest.ResponseRecorder { return ask(b, askGitLab(b), nil, "") })
	}
}

// threadTime is what this thread has worked: on a machine that does other things
// too, the time on the clock says little of the slowest calls.
func threadTime() time.Duration {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &at); err != nil {
		return 0
	}
	return time.Duration(at.Nano())
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
