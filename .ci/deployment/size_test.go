package deployment

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

// maxProgram bounds a function's program, in bytes.
const maxProgram = 16_000_000

// A function stays small: what makes one grow, such as a library that calls methods by
// name and so keeps every exported method linked, is found by this test.
func TestEveryFunction_IsSmall(t *testing.T) {
	t.Parallel()
	functions := slices.Sorted(maps.Keys(readStack(t, stack.Unset).Functions))
	for _, function := range append(functions, "inspector") {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			path := program(t, function)
			info, err := os.Stat(path)
			require.NoError(t, err)
			t.Logf("%s: %.1f MB", function, float64(info.Size())/1e6)
			if function != "web" { // its program holds the pages
				assert.LessOrEqual(t, info.Size(), int64(maxProgram))
			}
		})
	}
}

// BenchmarkFunction_Idle reports what a function takes before its first request. The
// goal is 20 MiB of resident memory. It is a benchmark, since the number varies from
// run to run.
func BenchmarkFunction_Idle(b *testing.B) {
	f := readStack(b, stack.Unset)
	for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
		b.Run(function, func(b *testing.B) {
			path, env := program(b, function), environment(b, f.Functions[function])
			b.ResetTimer()
			var resident int64
			for b.Loop() {
				resident = max(resident, idleMemory(b, path, env))
			}
			b.ReportMetric(float64(resident)/(1<<20), "MiB-resident")
		})
	}
}

// idleMemory starts a program and returns its resident memory once it has answered.
func idleMemory(t testing.TB, path string, env []string) int64 {
	t.Helper()
	address := freeAddress(t)
	var log bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Env = append(env, "upstream_url=http://"+address)
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + address + "/healthz")
		return err == nil && resp.Body.Close() == nil
	}, time.Minute, 5*time.Millisecond)
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "status"))
	require.NoError(t, err)
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
			require.NoError(t, err)
			return kilobytes << 10
		}
	}
	t.Fatal("the process has no resident memory")
	return 0
}
