package clustertest

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
)

type clusterKey struct{}

func withCluster(ctx context.Context, c *cluster) context.Context {
	return context.WithValue(ctx, clusterKey{}, c)
}

// question is one call to a cluster's function.
type question struct {
	*http.Request
	cluster *cluster
	now     time.Time
}

func (s *Server) routes() {
	inspect := func(path string, answer func(question) (any, error)) {
		s.mux.HandleFunc("GET /function/inspector"+path, func(w http.ResponseWriter, r *http.Request) {
			c, _ := r.Context().Value(clusterKey{}).(*cluster)
			http.StripPrefix("/function/inspector", http.HandlerFunc(func(w http.ResponseWriter, inside *http.Request) {
				if err := c.verifier.Verify(inside); err != nil {
					faas.Answer(w, r, err)
					return
				}
				reply(w, r, answer, question{Request: r, cluster: c, now: s.opts.Now().UTC().Truncate(time.Second)})
			})).ServeHTTP(w, r)
		})
	}
	inspect("/v1/instances", instances)
	inspect("/v1/nodes", nodes)
	inspect("/v1/events", events)
	inspect("/v1/instances/{instance}/pods", pods)
	inspect("/v1/instances/{instance}/replication", replication)
	inspect("/v1/instances/{instance}/events", events)
	inspect("/v1/instances/{instance}/pods/{pod}/log", logs)
	// The gateway's own.
	s.mux.HandleFunc("GET "+healthPath, func(http.ResponseWriter, *http.Request) {})
	s.mux.HandleFunc("GET /system/info", func(w http.ResponseWriter, r *http.Request) { reply(w, r, info, question{}) })
	s.mux.HandleFunc("GET /function/usage-report", func(w http.ResponseWriter, r *http.Request) {
		c, _ := r.Context().Value(clusterKey{}).(*cluster)
		reply(w, r, usage, question{Request: r, cluster: c, now: s.opts.Now().UTC()})
	})
}

// healthPath is what a gateway answers to everyone.
const healthPath = "/healthz"

// info is what a gateway says of itself.
func info(question) (any, error) {
	type version struct {
		SHA     string `json:"sha"`
		Release string `json:"release"`
	}
	return map[string]any{
		"provider": map[string]any{"provider": "faas-netes", "version": version{"5f9c7a1", "0.18.14"}, "orchestration": "kubernetes"},
		"version":  version{"a1b2c3d", "0.27.12"}, "arch": "x86_64",
	}, nil
}

func reply(w http.ResponseWriter, r *http.Request, answer func(question) (any, error), q question) {
	v, err := answer(q)
	if err != nil {
		faas.Answer(w, r, err)
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		faas.Answer(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// running gives the facts of everything the cluster runs, by name, and its nodes.
func (q question) running() ([]*diagnose.Facts, []clusterfn.Node) {
	names := slices.Clone(q.cluster.Instances())
	slices.Sort(names)
	var out []*diagnose.Facts
	for _, name := range slices.Compact(names) {
		out = append(out, facts(name, q.cluster.Behaviors[name], q.now))
	}
	return out, q.cluster.Machines.schedule(out)
}

// one gives the judged facts of the instance in the path.
func (q question) one() (*diagnose.Facts, error) {
	all, _ := q.running() // where its pods are depends on the others
	i := slices.IndexFunc(all, func(f *diagnose.Facts) bool { return f.Name == q.PathValue("instance") })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "The cluster runs no such instance.")
	}
	diagnose.Instance(all[i], q.now)
	return all[i], nil
}

func instances(q question) (any, error) {
	out := clusterfn.InstanceList{At: q.now, Instances: []clusterfn.Instance{}, Scaling: true}
	failing := q.URL.Query().Get("failing") == "true"
	all, _ := q.running()
	for _, f := range all {
		i := diagnose.Instance(f, q.now)
		if !failing || i.Health == clusterfn.Degraded || i.Health == clusterfn.Failed {
			out.Instances = append(out.Instances, i)
		}
	}
	return out, nil
}

func pods(q question) (any, error) {
	f, err := q.one()
	if err != nil {
		return nil, err
	}
	return clusterfn.PodList{At: q.now, Pods: f.Pods}, nil
}

func replication(q question) (any, error) {
	f, err := q.one()
	if err != nil {
		return nil, err
	}
	return clusterfn.Replication{At: q.now, Deployments: f.Deployments, Autoscalers: f.Autoscalers}, nil
}

func events(q question) (any, error) {
	out := clusterfn.EventList{At: q.now, Events: []clusterfn.Event{}}
	if q.PathValue("instance") != "" {
		f, err := q.one()
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, f.Events...)
	} else {
		all, _ := q.running()
		for _, f := range all {
			out.Events = append(out.Events, f.Events...)
		}
	}
	slices.SortStableFunc(out.Events, func(a, b clusterfn.Event) int { return b.At.Compare(a.At) })
	return out, nil
}

func nodes(q question) (any, error) {
	_, list := q.running()
	return clusterfn.NodeList{At: q.now, Nodes: list}, nil
}

func logs(q question) (any, error) {
	f, err := q.one()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(f.Pods, func(p clusterfn.Pod) bool { return p.Name == q.PathValue("pod") })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "The instance has no such pod; it may have been replaced.")
	}
	query := q.URL.Query()
	lines := clusterfn.DefaultLines
	if n, err := strconv.Atoi(query.Get("lines")); err == nil && n > 0 {
		lines = min(n, clusterfn.MaxLines)
	}
	return podLog(f.Pods[i], query.Get("container"), query.Get("previous") == "true", lines, q.now)
}

// usage counts an instance's users by a number made from its name. They grow from
// day to day; how many are active follows the terms of a year.
func usage(q question) (any, error) {
	to, err := time.Parse(time.DateOnly, q.URL.Query().Get("to"))
	if err != nil {
		return nil, fault.InvalidField("to", "must be a day such as 2026-01-31")
	}
	type row struct {
		Instance    string `json:"instance"`
		Users       int64  `json:"users"`
		ActiveUsers int64  `json:"activeUsers"`
		Courses     int64  `json:"courses"`
		Hits        int64  `json:"hits"`
	}
	out := struct {
		Instances []row `json:"instances"`
	}{[]row{}}
	days := int64(to.Sub(began).Hours() / 24)
	if days < 0 {
		return out, nil // none was there
	}
	all, _ := q.running()
	for _, f := range all {
		n := int64(number(f.Name))
		users := 40 + n%4000 + days*(n%90)/30
		term := 1 - 0.6*math.Pow(math.Cos(math.Pi*float64(to.YearDay()+int(n%30))/182.5), 4)
		active := int64(float64(users*(20+n%30)/100) * term)
		out.Instances = append(out.Instances, row{f.Name, users, active, 1 + n%25 + days/180, active * (30 + n%50 + days%7)})
	}
	return out, nil
}

// number makes a number of a name, always the same.
func number(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return h.Sum32()
}
