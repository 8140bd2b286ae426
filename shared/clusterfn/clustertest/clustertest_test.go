package clustertest_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
)

// clock stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

var nine = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func client(now func() time.Time, timeout time.Duration) *gateway.Client {
	return gateway.New(gateway.Options{
		Policy: netguard.Policy{AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, Now: now, Timeout: timeout,
	})
}

func one(behavior clustertest.Behavior) clustertest.Cluster {
	return clustertest.Cluster{
		ID: "campus", User: secret.New("admin"), Password: secret.New("pw"), Secret: secret.New("0123456789-0123456789-0123456789"),
		Instances: func() []string { return []string{"demo"} }, Behaviors: map[string]clustertest.Behavior{"demo": behavior},
	}
}

func TestInstances_BehaveAsSetAllDay(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[clustertest.Behavior]struct {
		health clusterfn.Health
		code   clusterfn.Code
		says   string
	}{
		clustertest.Well:        {clusterfn.Healthy, "", ""},
		clustertest.CrashLoop:   {clusterfn.Failed, clusterfn.CrashLoop, "is crash-looping"},
		clustertest.OneOfMany:   {clusterfn.Degraded, clusterfn.CrashLoop, "is crash-looping"},
		clustertest.Pending:     {clusterfn.Degraded, clusterfn.Unschedulable, "no node has enough memory left"},
		clustertest.ImagePull:   {clusterfn.Degraded, clusterfn.ImagePull, "the registry has no such tag"},
		clustertest.OutOfMemory: {clusterfn.Degraded, clusterfn.OOMKilled, "memory"},
		clustertest.ProbeFails:  {clusterfn.Failed, clusterfn.ReadinessProbe, ""},
		clustertest.RollingOut:  {clusterfn.Progressing, clusterfn.RollingOut, "is rolling out"},
		clustertest.JobFails:    {clusterfn.Degraded, clusterfn.JobFailed, "it reached its retry limit"},
		clustertest.Quota:       {clusterfn.Degraded, clusterfn.Quota, "quota is used up"},
	} {
		t.Run(string(behavior), func(t *testing.T) {
			t.Parallel()
			c := &clock{now: nine}
			s := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{one(behavior)}, Now: c.Now})
			cluster, err := client(c.Now, 0).Open(s.Target("campus"))
			require.NoError(t, err)
			said := ""
			for minute := 0; minute < 24*60; minute += 97 {
				c.set(nine.Add(time.Duration(minute) * time.Minute))
				list, err := cluster.Instances(t.Context())
				require.NoError(t, err)
				require.Len(t, list.Instances, 1)
				got := list.Instances[0]
				require.Equal(t, want.health, got.Health, "after %d minutes: %s", minute, got.Reason)
				if want.code != "" {
					require.Equal(t, want.code, got.Findings[0].Code, "after %d minutes", minute)
				}
				require.Contains(t, got.Reason, want.says)
				said = cmp.Or(said, got.Reason)
				require.Equal(t, said, got.Reason, "after %d minutes", minute)
			}
		})
	}
}

func TestEveryRouteAnswers(t *testing.T) {
	t.Parallel()
	c := &clock{now: nine.Add(3 * time.Minute)}
	s := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{one(clustertest.CrashLoop)}, Now: c.Now})
	cluster, err := client(c.Now, 0).Open(s.Target("campus"))
	require.NoError(t, err)
	ctx := t.Context()

	pods, err := cluster.Pods(ctx, "demo")
	require.NoError(t, err)
	var crashing clusterfn.Pod
	for _, p := range pods.Pods {
		if p.Health == clusterfn.Failed {
			crashing = p
		}
	}
	require.Equal(t, "cms", crashing.Workload)
	assert.Positive(t, crashing.Restarts)
	again, err := cluster.Pods(ctx, "demo")
	require.NoError(t, err)
	assert.Equal(t, pods, again, "the same time gives the same pods")

	replication, err := cluster.Replication(ctx, "demo")
	require.NoError(t, err)
	assert.Len(t, replication.Deployments, 8)
	assert.Len(t, replication.Autoscalers, 4)
	nodes, err := cluster.Nodes(ctx)
	require.NoError(t, err)
	assert.Len(t, nodes.Nodes, 4)
	for _, instance := range []string{"", "demo"} {
		events, err := cluster.Events(ctx, instance)
		require.NoError(t, err)
		assert.NotEmpty(t, events.Events)
	}
	log, err := cluster.Log(ctx, "demo", clusterfn.LogQuery{Pod: crashing.Name, Previous: true, Lines: 5})
	require.NoError(t, err)
	require.Len(t, log.Lines, 5)
	assert.Contains(t, log.Lines[4].Text, "OperationalError")
	usage, err := cluster.Usage(ctx, clusterfn.LastMonth(c.Now()))
	require.NoError(t, err)
	require.Len(t, usage.Instances, 1)
	assert.Positive(t, *usage.Instances[0].ActiveUsers)

	_, err = cluster.Pods(ctx, "none")
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = cluster.Log(ctx, "demo", clusterfn.LogQuery{Pod: "none"})
	assert.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestFlappingFollowsTheClock(t *testing.T) {
	t.Parallel()
	c := &clock{now: nine}
	s := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{one(clustertest.Flapping)}, Now: c.Now})
	cluster, err := client(c.Now, 0).Open(s.Target("campus"))
	require.NoError(t, err)
	for minute, want := range map[int]clusterfn.Health{10: clusterfn.Healthy, 40: clusterfn.Failed, 75: clusterfn.Healthy} {
		c.set(nine.Add(time.Duration(minute) * time.Minute))
		list, err := cluster.Instances(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, list.Instances[0].Health, minute)
	}
}

func TestProofsAreChecked(t *testing.T) {
	t.Parallel()
	c := &clock{now: nine}
	s := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{one(clustertest.Well)}, Now: c.Now})
	for says, change := range map[string]func(*gateway.Target){
		"user or password":     func(t *gateway.Target) { t.Password = secret.New("other") },
		"secret on both sides": func(t *gateway.Target) { t.Secret = secret.New("another-secret-another-secret-123") },
	} {
		target := s.Target("campus")
		change(&target)
		cluster, err := client(c.Now, 0).Open(target)
		require.NoError(t, err)
		_, err = cluster.Nodes(t.Context())
		assert.Contains(t, fault.Message(err), says)
	}
}

func TestDemonstrationMisbehaves(t *testing.T) {
	t.Parallel()
	c := &clock{now: nine.Add(5 * time.Minute)}
	clusters := clustertest.Demonstration(func(cluster string) []string {
		return map[string][]string{"campus-aws": {"delta-polytechnic", "quarry-hill", "sisu-university"}, "lab-minikube": {"sandbox"}}[cluster]
	})
	clusters[1].Delay = time.Hour // slower than anyone waits
	s := clustertest.Start(t, clustertest.Options{Clusters: clusters, Now: c.Now})
	open := func(id string) *gateway.Cluster {
		cluster, err := client(c.Now, 200*time.Millisecond).Open(s.Target(id))
		require.NoError(t, err)
		return cluster
	}
	_, err := open("lab-minikube").Instances(t.Context())
	assert.Contains(t, fault.Message(err), "cannot be reached")
	_, err = open("academy-do").Instances(t.Context())
	assert.Contains(t, fault.Message(err), "did not answer within")

	cluster, err := client(c.Now, 0).Open(s.Target("campus-aws"))
	require.NoError(t, err)
	list, err := cluster.Instances(t.Context())
	require.NoError(t, err)
	var healths []clusterfn.Health
	for _, i := range list.Instances {
		healths = append(healths, i.Health)
	}
	assert.Equal(t, []clusterfn.Health{clusterfn.Failed, clusterfn.Degraded, clusterfn.Healthy}, healths)

	c.set(nine.Add(25 * time.Minute))
	cluster, err = client(c.Now, 0).Open(s.Target("lab-minikube"))
	require.NoError(t, err)
	list, err = cluster.Instances(t.Context())
	require.NoError(t, err, "it recovers without help")
	assert.Len(t, list.Instances, 1)
}

// The resources requested on the nodes equal the pods' requests, and fit.
func TestPodsFitTheirNodes(t *testing.T) {
	t.Parallel()
	c := &clock{now: nine.Add(35 * time.Minute)}
	for name, tt := range map[string]struct {
		cluster          string
		instances        int
		pending          string
		least, most      int // nodes
		cordoned, zonesN int
	}{
		"campus":          {"campus-aws", 17, "quarry-hill", 4, 12, 1, 3},
		"academy":         {"academy-do", 14, "", 3, 8, 0, 1},
		"lab":             {"lab-minikube", 10, "aspects-trial", 1, 1, 0, 0},
		"guild":           {"guild-do", 3, "", 2, 4, 0, 1},
		"a campus of few": {"campus-aws", 2, "", 4, 4, 1, 3},
		"a large campus":  {"campus-aws", 150, "quarry-hill", 60, 120, 1, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var names []string
			for i := range tt.instances {
				names = append(names, fmt.Sprintf("instance-%d", i))
			}
			if tt.pending != "" {
				names[0] = tt.pending
			}
			clusters := clustertest.Demonstration(func(string) []string { return names })
			for i := range clusters {
				clusters[i].Delay = 0
			}
			s := clustertest.Start(t, clustertest.Options{Clusters: clusters, Now: c.Now})
			cluster, err := client(c.Now, 0).Open(s.Target(tt.cluster))
			require.NoError(t, err)
			list, err := cluster.Nodes(t.Context())
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(list.Nodes), tt.least)
			assert.LessOrEqual(t, len(list.Nodes), tt.most)
			byName, zones, cordoned := map[string]clusterfn.Node{}, map[string]bool{}, 0
			for _, n := range list.Nodes {
				assert.Equal(t, clusterfn.Healthy, n.Health, n.Reason)
				assert.LessOrEqual(t, n.Requested.CPUMillis, n.Allocatable.CPUMillis, n.Name)
				assert.LessOrEqual(t, n.Requested.MemoryBytes, n.Allocatable.MemoryBytes, n.Name)
				assert.LessOrEqual(t, n.Requested.Pods, n.Allocatable.Pods, n.Name)
				byName[n.Name] = n
				if n.Zone != "" {
					zones[n.Zone] = true
				}
				if n.Cordoned {
					cordoned++
					assert.Contains(t, n.NextStep, "Uncordon")
				}
			}
			assert.Len(t, byName, len(list.Nodes), "names are unique")
			assert.Len(t, zones, tt.zonesN)
			assert.Equal(t, tt.cordoned, cordoned)

			asked := map[string]clusterfn.Resources{}
			for _, instance := range names {
				pods, err := cluster.Pods(t.Context(), instance)
				require.NoError(t, err)
				for _, p := range pods.Pods {
					if p.Node != "" {
						require.Contains(t, byName, p.Node)
						asked[p.Node] = asked[p.Node].Add(p.Requests).Add(clusterfn.Resources{Pods: 1})
						continue
					}
					require.Equal(t, tt.pending, instance)
					assert.Contains(t, p.Scheduling, "Insufficient memory")
					assert.Contains(t, p.Scheduling, fmt.Sprintf("0/%d nodes", len(list.Nodes)))
					for _, n := range list.Nodes {
						assert.Greater(t, p.Requests.MemoryBytes, n.Allocatable.MemoryBytes-n.Requested.MemoryBytes, "no node has so much left")
					}
				}
			}
			own := list.Nodes[0].Requested
			own = clusterfn.Resources{CPUMillis: own.CPUMillis - asked[list.Nodes[0].Name].CPUMillis, MemoryBytes: own.MemoryBytes - asked[list.Nodes[0].Name].MemoryBytes, Pods: own.Pods - asked[list.Nodes[0].Name].Pods}
			assert.Positive(t, own.Pods)
			for _, n := range list.Nodes {
				assert.Equal(t, n.Requested, asked[n.Name].Add(own), "a node holds its pods and those of its own")
			}
		})
	}
}

// As OpenFaaS does it: health is for everyone, all else for who has the password.
func TestGatewayGuardsAllButItsHealth(t *testing.T) {
	t.Parallel()
	s := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{one(clustertest.Well)}})
	for _, tt := range []struct {
		path, password string
		want           int
	}{
		{"/healthz", "", http.StatusOK},
		{"/healthz", "wrong", http.StatusOK},
		{"/system/info", "", http.StatusUnauthorized},
		{"/system/info", "wrong", http.StatusUnauthorized},
		{"/system/info", "pw", http.StatusOK},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.GatewayURL("campus")+tt.path, nil)
		require.NoError(t, err)
		if tt.password != "" {
			req.SetBasicAuth("admin", tt.password)
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, tt.want, resp.StatusCode, "%s with %q", tt.path, tt.password)
	}
}
