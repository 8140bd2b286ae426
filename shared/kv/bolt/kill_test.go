package bolt_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// childFile makes the test binary a process that writes to the store in that
// file until it is killed.
const childFile = "OCIM_TEST_BOLT_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		if err := writeForever(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever prints each item's sort key once it is acknowledged.
func writeForever(path string) error {
	ctx := context.Background()
	s, err := bolt.Open(path, bolt.Options{LockWait: 10 * time.Second})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	ack := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	for writer := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				sort := fmt.Sprintf("%d-%d-%d", os.Getpid(), writer, i)
				_, err := s.Put(ctx, kv.Item{Key: kv.Key{Partition: "p", Sort: sort}, Value: []byte(sort)}, kv.IfAbsent())
				if err != nil {
					return
				}
				ack("put %s", sort)
			}
		})
	}
	all.Wait()
	return fmt.Errorf("the writers ended")
}

func TestKilledAnywhereLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kv.db")
	acked := map[string]bool{}
	const kills = 25
	for kill := range kills {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childFile+"="+path)
		child.Stderr = t.Output()
		stdout, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(stdout)
		for n := 0; lines.Scan(); n++ {
			what, value, complete := strings.Cut(lines.Text(), " ")
			if complete && what == "put" {
				acked[value] = true
			}
			if n == 40+7*kill { // then goes on reading what was acknowledged before it died
				require.NoError(t, child.Process.Kill())
			}
		}
		require.Error(t, child.Wait(), "it was killed")
	}
	t.Logf("%d kills, %d items acknowledged", kills, len(acked))
	require.Greater(t, len(acked), kills*20)

	s := open(t, path, bolt.Options{})
	stored := map[string]bool{}
	q := kv.Query{Partition: "p", Limit: kv.MaxPage}
	for {
		page, err := s.Query(t.Context(), q)
		require.NoError(t, err)
		for _, it := range page.Items {
			require.Equal(t, it.Sort, string(it.Value))
			require.Equal(t, int64(1), it.Version)
			stored[it.Sort] = true
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	for sort := range acked {
		require.True(t, stored[sort], "%s was acknowledged and is lost", sort)
	}
}
