package function_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/vault"
)

const (
	benchClusters  = 50
	benchInstances = 40   // of a cluster
	benchEvents    = 3000 // of a round
	benchRounds    = 3
	perPipeline    = 5 // events that a pipeline sends
)

// benchBody is an event of usual size, about 6 KB: the n-th one.
func benchBody(tb testing.TB, template map[string]any, n int) string {
	attributes := template["object_attributes"].(map[string]any)
	pipeline := n / perPipeline
	attributes["id"], attributes["iid"] = pipeline+1, pipeline+1
	attributes["status"] = []string{"created", "pending", "running", "running", "success"}[n%perPipeline]
	// Times have whole seconds; of two states in one second only GitLab knows the later.
	at := time.Date(2026, 11, 22, 11, n%perPipeline, 0, 0, time.UTC).Format("2006-01-02 15:04:05 UTC")
	attributes["created_at"], attributes["finished_at"] = "2026-11-22 11:00:00 UTC", nil
	template["commit"].(map[string]any)["message"] = fmt.Sprintf("[AutoDeploy][Update] instance-%02d|%d", pipeline/benchClusters%benchInstances, pipeline)
	for _, b := range template["builds"].([]any) {
		job := b.(map[string]any)
		job["created_at"], job["started_at"], job["finished_at"] = at, at, nil
	}
	body, err := json.Marshal(template)
	require.NoError(tb, err)
	return string(body) + strings.Repeat(" ", max(0, 6000-len(body)))
}

// benchFleet makes a store with clusters and their real, sealed credentials.
func benchFleet(tb testing.TB) (file, keys string) {
	file = filepath.Join(tb.TempDir(), "kv.db")
	store, err := bolt.Open(file, bolt.Options{})
	require.NoError(tb, err)
	key, err := secret.NewKey("bench")
	require.NoError(tb, err)
	ring, err := secret.ParseKeyring(key.Reveal())
	require.NoError(tb, err)
	records, safe := fleetstore.New(store, setup.Now), vault.New(store, ring)
	for n := range benchClusters {
		id := fmt.Sprintf("c%02d", n)
		require.NoError(tb, records.AddProject(tb.Context(), fleet.Project{ID: id, GitLabID: 1, DefaultBranch: "main"}))
		require.NoError(tb, safe.Save(tb.Context(), id, vault.Credentials{
			APIToken: secret.New("glpat-0123456789"), TriggerToken: secret.New("glptt-0123456789"), WebhookSecret: secret.New(token),
		}))
		require.NoError(tb, records.ChangeChunk(tb.Context(), id, func(*fleet.Chunk) (*fleet.Chunk, error) {
			c := &fleet.Chunk{Cluster: fleet.Cluster{ID: id, Name: id, Lifecycle: fleet.Active}}
			for i := range benchInstances {
				name := fmt.Sprintf("instance-%02d", i)
				c.SetRow(fleet.Row{
					Digest: "x", Settings: map[string]string{"LMS_HOST": name + ".example.org", "PLATFORM_NAME": "Open edX at " + name},
					Instance: fleet.Instance{Cluster: id, Name: name, Lifecycle: fleet.Active, LMSURL: "https://" + name + ".example.org"},
				})
			}
			return c, nil
		}))
	}
	require.NoError(tb, store.Close())
	return file, key.Reveal()
}

// load calls do for each of n numbers, by so many senders, at most rate of them in a
// second when it is positive, and gives how long each call and all of them took.
func load(n, senders, rate int, do func(n int)) (took []time.Duration, all time.Duration) {
	took = make([]time.Duration, n)
	var next atomic.Int64
	begin := time.Now()
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				start := time.Now()
				if rate > 0 {
					due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
					time.Sleep(time.Until(due))
					start = due // what waits for a free sender is late, too
				}
				do(i)
				took[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	all = time.Since(begin)
	slices.Sort(took)
	return took, all
}

// round is what one round measured.
type round struct {
	perSecond float64
	p50, p99  time.Duration
	cpu       time.Duration // for each event, applying included
	applied   time.Duration // from the last answer until all was applied
}

// benchOcim sends events to a process over HTTP.
func benchOcim(tb testing.TB, senders, rate, n int) round {
	file, keys := benchFleet(tb)
	c := startChild(tb, file, childKeys+"="+keys)
	took, all := send(tb, c.address, senders, rate, n)
	begin := time.Now()
	require.NoError(tb, c.Process.Signal(syscall.SIGTERM))
	require.NoError(tb, c.Wait(), "it drains and ends")
	applied := time.Since(begin)
	checkApplied(tb, file, n)
	cpu := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	return round{float64(n) / all.Seconds(), took[n/2], took[n*99/100], cpu / time.Duration(n), applied}
}

// send sends events over HTTP.
func send(tb testing.TB, address string, senders, rate, n int) (took []time.Duration, all time.Duration) {
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer client.CloseIdleConnections()
	text, err := os.ReadFile("testdata/pipeline.json")
	require.NoError(tb, err)
	var template map[string]any
	require.NoError(tb, json.Unmarshal(text, &template))
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = benchBody(tb, template, i)
	}
	return load(n, senders, rate, func(i int) {
		cluster := i / perPipeline % benchClusters
		r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("http://%s/v1/projects/c%02d/events", address, cluster), strings.NewReader(bodies[i]))
		if err != nil {
			tb.Error(err)
			return
		}
		r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
		r.Header.Set("X-Gitlab-Token", token)
		r.Header.Set("Idempotency-Key", fmt.Sprint(i))
		resp, err := client.Do(r)
		if err != nil {
			tb.Error(err)
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK {
			tb.Errorf("%d %s", resp.StatusCode, body)
		}
	})
}

// checkApplied requires that every event was applied, and each pipeline has its last state.
func checkApplied(tb testing.TB, file string, n int) {
	store, err := bolt.Open(file, bolt.Options{LockWait: 10 * time.Second})
	require.NoError(tb, err)
	defer store.Close()
	records := fleetstore.New(store, setup.Now)
	for c := range benchClusters {
		waiting, _, err := records.WaitingEvents(tb.Context(), fmt.Sprintf("c%02d", c), "")
		require.NoError(tb, err)
		require.Empty(tb, waiting)
	}
	for pipeline := range n / perPipeline {
		p, err := records.Pipeline(tb.Context(), fmt.Sprintf("c%02d", pipeline%benchClusters), int64(pipeline+1))
		require.NoError(tb, err)
		require.Equal(tb, fleet.StatusSuccess, p.Status)
	}
}

// benchBare sends events to a server that reads the body and makes one synced write of
// 1 KB, and neither proves, parses nor applies anything: the most that HTTP allows here.
func benchBare(tb testing.TB, senders, rate, n int) round {
	store, err := bolt.Open(filepath.Join(tb.TempDir(), "kv.db"), bolt.Options{})
	require.NoError(tb, err)
	defer store.Close()
	value := []byte(strings.Repeat("x", 1000))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if err == nil {
			_, err = store.Put(r.Context(), kv.Item{Key: kv.Key{Partition: "event", Sort: r.Header.Get("Idempotency-Key")}, Value: value}, kv.IfAbsent())
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	took, all := send(tb, server.Listener.Addr().String(), senders, rate, n)
	return round{perSecond: float64(n) / all.Seconds(), p50: took[n/2], p99: took[n*99/100]}
}

// benchPut makes one synced write of 1 KB for each event instead.
func benchPut(tb testing.TB, senders, rate, n int) round {
	store, err := bolt.Open(filepath.Join(tb.TempDir(), "kv.db"), bolt.Options{})
	require.NoError(tb, err)
	defer store.Close()
	value := []byte(strings.Repeat("x", 1000))
	took, all := load(n, senders, rate, func(i int) {
		_, err := store.Put(context.Background(), kv.Item{Key: kv.Key{Partition: "event", Sort: fmt.Sprint(i)}, Value: value}, kv.IfAbsent())
		if err != nil {
			tb.Error(err)
		}
	})
	return round{perSecond: float64(n) / all.Seconds(), p50: took[n/2], p99: took[n*99/100]}
}

func median[T int | float64 | time.Duration](rounds []round, of func(round) T) T {
	values := make([]T, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkWebhook compares the function with one synced write for each event, in
// interleaved rounds over real HTTP, with sealed credentials and with applying.
func BenchmarkWebhook(b *testing.B) {
	verdict := func(ok bool) string {
		if ok {
			return "ok"
		}
		return "MISSED"
	}
	for _, senders := range []int{8, 64} {
		b.Run(fmt.Sprintf("connections=%d", senders), func(b *testing.B) {
			var ocim, put, bare []round
			for range benchRounds {
				ocim = append(ocim, benchOcim(b, senders, 0, benchEvents))
				put = append(put, benchPut(b, senders, 0, benchEvents))
				bare = append(bare, benchBare(b, senders, 0, benchEvents))
			}
			rate := func(r round) float64 { return r.perSecond }
			mine, theirs, most := median(ocim, rate), median(put, rate), median(bare, rate)
			cpu := median(ocim, func(r round) time.Duration { return r.cpu })
			applied := median(ocim, func(r round) time.Duration { return r.applied })
			b.ReportMetric(mine, "events/s")
			b.ReportMetric(float64(cpu.Microseconds())/1000, "CPU-ms/event")
			b.Logf("%.0f events/s, one Put per event %.0f/s: ratio %.2f (goal ≥ 0.80: %s); a bare server with one Put per event %.0f/s: ratio %.2f; CPU %s per event (goal ≤ 1ms: %s); all applied %s after the last answer",
				mine, theirs, mine/theirs, verdict(mine/theirs >= 0.8), most, mine/most, cpu, verdict(cpu <= time.Millisecond), applied.Round(time.Millisecond))
		})
	}
	b.Run("rate=217", func(b *testing.B) {
		var ocim, put []round
		for range benchRounds {
			ocim = append(ocim, benchOcim(b, 64, 217, 217*5/perPipeline*perPipeline))
			put = append(put, benchPut(b, 64, 217, 217*5))
		}
		p50 := func(r round) time.Duration { return r.p50 }
		p99 := func(r round) time.Duration { return r.p99 }
		ratio := float64(median(ocim, p50)) / float64(median(put, p50))
		b.ReportMetric(float64(median(ocim, p50).Microseconds())/1000, "p50-ms")
		b.Logf("p50 %s, of a Put %s: ratio %.2f (goal ≤ 3: %s); p99 %s, of a Put %s", median(ocim, p50), median(put, p50), ratio, verdict(ratio <= 3), median(ocim, p99), median(put, p99))
	})
}
