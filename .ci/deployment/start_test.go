package deployment

import (
	"bytes"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

// hello is a program that listens and does nothing else.
const hello = `package main

import (
	"net/http"
	"os"
	"strings"
)

func main() {
	_ = http.ListenAndServe(strings.TrimPrefix(os.Getenv("upstream_url"), "http://"), nil)
}
`

// BenchmarkFunction_Start reports how long each function takes from exec to listening,
// beside a program that does nothing else. The goal is three times as long.
func BenchmarkFunction_Start(b *testing.B) {
	dir := b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(dir, "main.go"), []byte(hello), 0o600))
	require.NoError(b, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module hello\n\ngo 1.26\n"), 0o600))
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", "hello", ".")
	build.Dir, build.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
	output, err := build.CombinedOutput()
	require.NoError(b, err, string(output))
	f := readStack(b, stack.Unset)
	for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
		b.Run(function, func(b *testing.B) {
			path, env := program(b, function), environment(b, f.Functions[function])
			b.ResetTimer()
			var mine, plain []time.Duration
			for b.Loop() {
				mine = append(mine, untilListening(b, path, env))
				plain = append(plain, untilListening(b, filepath.Join(dir, "hello"), os.Environ()))
			}
			slices.Sort(mine)
			slices.Sort(plain)
			m, p := mine[len(mine)/2], plain[len(plain)/2]
			b.ReportMetric(float64(m.Microseconds())/1000, "ms-to-listening")
			b.ReportMetric(float64(m)/float64(p), "times-a-hello")
		})
	}
}

// untilListening starts a program and returns how long it took until it listened.
func untilListening(t testing.TB, path string, env []string) time.Duration {
	t.Helper()
	address := freeAddress(t)
	var log bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Env = append(slices.Clone(env), "upstream_url=http://"+address)
	cmd.Stdout, cmd.Stderr = &log, &log
	start := time.Now()
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	for time.Since(start) < time.Minute {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			took := time.Since(start)
			require.NoError(t, conn.Close())
			return took
		}
		time.Sleep(100 * time.Microsecond)
	}
	t.Fatal("the program does not listen: " + strings.TrimSpace(log.String()))
	return 0
}
