package function_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	function "github.com/open-craft/ocim/functions/webhook"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/fleettest"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/vault"
)

// childStore names the store of a process that is there to be killed: a file, or a
// server's address and a table.
const (
	childStore = "OCIM_TEST_WEBHOOK_STORE"
	childKeys  = "OCIM_TEST_WEBHOOK_KEYS" // what seals its credentials; without them it has a fixed one
)

func TestMain(m *testing.M) {
	if file := os.Getenv(childStore); file != "" {
		if err := serveChild(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveChild runs the function over the store until it is killed. It prints its
// address when it answers.
func serveChild(file string) error {
	store, closeStore, err := openStore(context.Background(), file)
	if err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	parts := allsetup.Parts{KV: store, Now: setup.Now, Log: quiet}
	if sealed := os.Getenv(childKeys); sealed != "" {
		if parts.Keys, err = secret.ParseKeyring(sealed); err != nil {
			return err
		}
	}
	reconciling := allsetup.New(parts)
	deps := function.Deps{
		API: faas.Options{Log: quiet}, Fleet: reconciling.Store, Log: quiet, Now: setup.Now, Queue: reconciling.Events, Count: func(string) {},
		Credentials: func(context.Context, string) (vault.Credentials, error) {
			return vault.Credentials{WebhookSecret: secret.New(token)}, nil
		},
	}
	if parts.Keys != nil {
		deps.Credentials = reconciling.Vault.Credentials
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := &http.Server{Handler: function.New(deps)}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { _ = server.Shutdown(context.Background()) })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return errors.Join(reconciling.Events.Drain(context.Background()), closeStore())
}

// openStore opens what childStore names.
func openStore(ctx context.Context, name string) (kv.Store, func() error, error) {
	if endpoint, table, ok := strings.Cut(name, " "); ok {
		store, err := dynamo.Connect(ctx, dynamo.Config{Endpoint: endpoint, Table: table}, dynamo.Options{})
		return store, func() error { return nil }, err
	}
	store, err := bolt.Open(name, bolt.Options{LockWait: 10 * time.Second})
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}

// child is a running process and the address it answers at.
type child struct {
	*exec.Cmd
	address string
}

func startChild(t testing.TB, file string, env ...string) child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), childStore+"="+file), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line := make([]byte, 64)
	n, err := out.Read(line)
	require.NoError(t, err, "the process ended before it answered")
	return child{cmd, strings.TrimSpace(string(line[:n]))}
}

// sendEvent reports whether the event was answered with success.
func sendEvent(client *http.Client, address string, n int) bool {
	body := fmt.Sprintf(`{"object_kind":"pipeline","object_attributes":{"id":%d,"status":"success","ref":"main","source":"push","sha":"s%d",`+
		`"created_at":"2026-11-22 11:00:00 UTC"},"project":{"id":1},"commit":{"message":"[AutoDeploy][Update] demo|%d"}}`, n, n, n)
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/v1/projects/campus/events", strings.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("X-Gitlab-Event", "Pipeline Hook")
	r.Header.Set("X-Gitlab-Token", token)
	r.Header.Set("Idempotency-Key", fmt.Sprint(n))
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK
}

// drain gives what is in the channel now.
func drain(todo chan int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for {
			select {
			case n := <-todo:
				if !yield(n) {
					return
				}
			default:
				return
			}
		}
	}
}

// What was answered 2xx is there after any number of deaths, and was applied once.
func TestNoEventIsLostOrDoubledByKills(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		testKills(t, filepath.Join(t.TempDir(), "kv.db"), 100/fleettest.Step, 10_000/fleettest.Step)
	})
	t.Run("DynamoDB", func(t *testing.T) {
		endpoint := kvtest.Dynalite(t)
		client, err := dynamo.NewClient(t.Context(), dynamo.Config{Endpoint: endpoint})
		require.NoError(t, err)
		_, err = dynamo.CreateTable(t.Context(), client, "kills")
		require.NoError(t, err)
		testKills(t, endpoint+" kills", 20, 1_000)
	})
}

// requireRecognized requires that events which wait or were applied are known after all the
// deaths: sent again, they are not to be applied a second time.
func requireRecognized(t *testing.T, store kv.Store, f *fleetstore.Store) {
	t.Helper()
	known := 0
	for _, partition := range []string{"event-applied#campus", "event#campus"} {
		page, err := store.Query(t.Context(), kv.Query{Partition: partition, Limit: 100})
		require.NoError(t, err)
		for _, item := range page.Items {
			known++
			accepted, err := f.AcceptEvent(t.Context(), fleet.Event{Cluster: "campus", Key: item.Sort, Kind: fleet.EventPush})
			require.NoError(t, err)
			require.False(t, accepted, "event %s would be applied twice", item.Sort)
		}
	}
	require.Positive(t, known)
}

func testKills(t *testing.T, name string, kills, events int) {
	store, closeStore, err := openStore(t.Context(), name)
	require.NoError(t, err)
	require.NoError(t, fleetstore.New(store, setup.Now).AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1, DefaultBranch: "main"}))
	require.NoError(t, closeStore())

	const senders = 16
	acked := make([]bool, events)
	todo := make(chan int, events)
	for n := range events {
		todo <- n
	}
	for kill := 0; kill < kills || len(todo) > 0; kill++ {
		require.Less(t, kill, 3*kills, "events are not answered")
		c := startChild(t, name)
		client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		share := int64(len(todo))
		if left := kills - kill; left > 0 {
			share = share/int64(left) + rand.Int64N(20)
		}
		var answered atomic.Int64
		var sent sync.WaitGroup
		for range senders {
			sent.Go(func() {
				for n := range drain(todo) {
					if !sendEvent(client, c.address, n+1) {
						todo <- n // GitLab would not repeat it; this shows that a repetition is harmless
						return
					}
					acked[n] = true
					if answered.Add(1) == share {
						// The others are in the middle of something.
						assert.NoError(t, c.Process.Kill())
					}
				}
			})
		}
		sent.Wait()
		_ = c.Process.Kill() // it may be dead already
		client.CloseIdleConnections()
		_ = c.Wait() // killed is how it ends
	}

	store, closeStore, err = openStore(t.Context(), name)
	require.NoError(t, err)
	defer func() { require.NoError(t, closeStore()) }()
	f := fleetstore.New(store, setup.Now)
	waiting := map[int64]bool{}
	after := ""
	for {
		page, next, err := f.WaitingEvents(t.Context(), "campus", after)
		require.NoError(t, err)
		for _, e := range page {
			assert.False(t, waiting[e.Pipeline.ID], "event of pipeline %d waits twice", e.Pipeline.ID)
			waiting[e.Pipeline.ID] = true
		}
		if after = next; after == "" {
			break
		}
	}
	applied := map[int64]int{}
	for after = ""; ; {
		page, next, err := f.InstancePipelines(t.Context(), "campus", "demo", after, 100)
		require.NoError(t, err)
		for _, p := range page {
			applied[p.ID]++
		}
		if after = next; after == "" {
			break
		}
	}
	requireRecognized(t, store, f)
	for n, ok := range acked {
		require.True(t, ok, "event %d was never answered", n)
		id := int64(n + 1)
		require.True(t, applied[id] > 0 || waiting[id], "event %d was answered and is lost", n)
		require.LessOrEqual(t, applied[id], 1)
		if applied[id] > 0 { // what is applied twice is written twice
			item, err := store.Get(t.Context(), kv.Key{Partition: "pipeline#campus", Sort: fmt.Sprintf("%019d", id)})
			require.NoError(t, err)
			require.EqualValues(t, 1, item.Version, "event %d was applied more than once", n)
		}
	}
	t.Logf("%d events over %d kills; %d waited to be applied", events, kills, len(waiting))
}
