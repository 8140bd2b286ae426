package deployment

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var machine = filepath.Join(root, "shared", "docs", "machine")

func machineFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(machine, name))
	require.NoError(t, err)
	return string(text)
}

// What the image for one machine copies exists, and its build step builds a program that
// runs, from nothing but what was copied.
func TestServerImage_BuildsFromWhatItCopies(t *testing.T) {
	t.Parallel()
	dockerfile := machineFile(t, "Dockerfile")
	dir := t.TempDir()
	for _, match := range regexp.MustCompile(`(?m)^COPY ([^-].*) (\S+)$`).FindAllStringSubmatch(dockerfile, -1) {
		for _, from := range strings.Fields(match[1]) {
			_, err := os.Stat(filepath.Join(root, from))
			require.NoError(t, err, match[0])
		}
	}
	for _, folder := range []string{"shared", "functions"} {
		require.Contains(t, dockerfile, "COPY "+folder+" "+folder+"\n")
		require.NoError(t, os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join(root, folder))))
	}
	step := regexp.MustCompile(`(?m)^RUN --mount.* (cd functions/local && .*go build .*)$`).FindStringSubmatch(dockerfile)
	require.NotNil(t, step)
	command := strings.ReplaceAll(step[1], "/out/", dir+"/out/")
	build := exec.CommandContext(t.Context(), "sh", "-c", command)
	build.Dir = dir
	build.Env = append(os.Environ(), "VERSION=9.8.7", "GOFLAGS=", "TARGETOS=", "TARGETARCH=")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	version, err := exec.CommandContext(t.Context(), filepath.Join(dir, "out", "ocim-server"), "version").Output()
	require.NoError(t, err)
	assert.Equal(t, "9.8.7\n", string(version))
}

// systemd accepts the unit, and rates it as well protected.
func TestUnit_IsAccepted(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	// It looks for the program, which the test machine has at another place.
	unit := filepath.Join(t.TempDir(), "ocim.service")
	text := strings.Replace(machineFile(t, "ocim.service"), "/usr/local/bin/ocim-server", "/bin/true", 1)
	require.NoError(t, os.WriteFile(unit, []byte(text), 0o600))
	output, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", unit).CombinedOutput()
	require.NoError(t, err, string(output))
	assert.NotContains(t, string(output), "ocim.service", "it has nothing to say")
	output, err = exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", unit).CombinedOutput()
	require.NoError(t, err, string(output))
}

// nginx accepts its example.
func TestNginx_IsAccepted(t *testing.T) {
	t.Parallel()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	dir := t.TempDir()
	key := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=ocim.example.org", "-days", "1",
		"-keyout", filepath.Join(dir, "privkey.pem"), "-out", filepath.Join(dir, "fullchain.pem"))
	output, err := key.CombinedOutput()
	require.NoError(t, err, string(output))
	server := strings.ReplaceAll(machineFile(t, "nginx.conf"), "/etc/letsencrypt/live/ocim.example.org", dir)
	require.NotEqual(t, machineFile(t, "nginx.conf"), server, "the certificate is not where this test looks for it")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ocim.conf"), []byte(server), 0o600))
	whole := "pid " + dir + "/pid;\nerror_log stderr;\nevents {}\nhttp {\n\taccess_log off;\n\tinclude " + dir + "/ocim.conf;\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(whole), 0o600))
	output, err = exec.CommandContext(t.Context(), nginx, "-t", "-q", "-p", dir, "-c", filepath.Join(dir, "nginx.conf")).CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Empty(t, string(output), "it has no warnings")
}

// The proxies' examples and the unit agree on where Ocim listens.
func TestProxies_LeadToTheUnit(t *testing.T) {
	t.Parallel()
	address := regexp.MustCompile(`OCIM_LISTEN=(\S+)`).FindStringSubmatch(machineFile(t, "ocim.service"))
	require.NotNil(t, address)
	assert.Contains(t, machineFile(t, "nginx.conf"), "proxy_pass http://"+address[1]+";")
	assert.Contains(t, machineFile(t, "Caddyfile"), "reverse_proxy "+address[1]+"\n")
}
