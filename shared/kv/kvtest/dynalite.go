package kvtest

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serve listens on a free port, prints it, and ends with its standard input, so
// that nothing is left running if the test dies. A client that is killed in the middle of
// a request does not end it.
const serve = `
process.stdin.on('end', () => process.exit()).resume()
process.on('uncaughtException', e => { if (e.code !== 'ECONNRESET') throw e })
const server = require(process.argv[1])({ createTableMs: 0, deleteTableMs: 0 })
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

// Dynalite starts a DynamoDB stand-in of its own for the test, empty and in
// memory, and gives its URL. It ends with the test. The executable is the
// frontend's development dependency, or OCIM_TEST_DYNALITE.
func Dynalite(t testing.TB) (endpoint string) {
	t.Helper()
	executable := os.Getenv("OCIM_TEST_DYNALITE")
	if executable == "" {
		executable = NodePackage(t, ".bin/dynalite")
	}
	script, err := filepath.EvalSymlinks(executable)
	require.NoErrorf(t, err, "dynalite is missing: run `make setup` at the top of the repository")

	cmd := exec.Command("node", "-e", serve, filepath.Dir(script))
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start(), "node is missing: install Node.js 20")
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})

	port := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		port <- strings.TrimSpace(line)
		_, _ = io.Copy(io.Discard, stdout)
	}()
	select {
	case p := <-port:
		require.NotEmpty(t, p, "dynalite did not start")
		endpoint = "http://127.0.0.1:" + p
	case <-time.After(30 * time.Second):
		require.Fail(t, "dynalite did not start within 30 s")
	}
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Get(endpoint)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, "dynalite's health")
	return endpoint
}

// NodePackage gives the path of one of the frontend's development dependencies.
func NodePackage(t testing.TB, name string) string {
	t.Helper()
	return filepath.Join(repository(t), "frontend", "node_modules", filepath.FromSlash(name))
}

// repository finds the top of the repository, where go.work is.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			require.Fail(t, fmt.Sprintf("no go.work above %s", dir))
		}
		dir = parent
	}
}
