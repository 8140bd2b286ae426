package deployment

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// root is the repository, template the folder of the template of all functions.
var (
	root     = filepath.Join("..", "..")
	template = filepath.Join(root, "template", "golang-http-work")
)

// canary is what every secret that does not need a certain form contains.
const canary = "canary-4f1d"

// optional lists every optional secret.
func optional(name string) string {
	return map[string]string{
		"OCIM_AUTH_SECRETS": "ocim-smtp-password, ocim-google-secret", "OCIM_SYNC_SECRETS": "ocim-smtp-password",
		"OCIM_SMTP_HOST": "mail.example.org", "OCIM_SMTP_USER": "ocim", "OCIM_MAIL_FROM": "ocim@example.org", "OCIM_GOOGLE_CLIENT_ID": "ocim",
		"OCIM_DYNAMODB_REGION": "eu-west-1",
	}[name]
}

// Each function is laid out as faas-cli does, built by the Dockerfile's build step, and
// started with exactly the secrets and settings that stack.yml gives it: without the
// optional ones, and with all of them.
func TestEveryFunction_RunsAsDeployed(t *testing.T) {
	t.Parallel()
	for name, lookup := range map[string]func(string) string{"least": stack.Unset, "everything": optional} {
		f := readStack(t, lookup)
		for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
			t.Run(function+" with "+name, func(t *testing.T) {
				t.Parallel()
				env := environment(t, f.Functions[function])
				callProgram(t, function, program(t, function), env)
				if len(f.Functions[function].Secrets) > 0 {
					refuseWithoutSecrets(t, program(t, function), env)
				}
			})
		}
	}
}

func readStack(t testing.TB, lookup func(string) string) stack.File {
	t.Helper()
	f, err := stack.Read(filepath.Join(root, "stack.yml"), lookup)
	require.NoError(t, err)
	require.NotEmpty(t, f.Functions)
	return f
}

// environment returns what a function finds in its container: the environment of the
// stack file, its own secrets, and the store of the tests.
func environment(t testing.TB, f stack.Function) []string {
	t.Helper()
	dir := t.TempDir()
	for _, secret := range f.Secrets {
		value, made := secrets(t)[secret]
		require.Truef(t, made, "the secret %s", secret)
		require.NoError(t, os.WriteFile(filepath.Join(dir, secret), []byte(value), 0o600))
	}
	env := []string{"OCIM_SECRETS_DIR=" + dir, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
	for name, value := range f.Environment {
		switch name {
		case "OCIM_DYNAMODB_URL":
			value = store(t)
		case "OCIM_DYNAMODB_REGION":
			value = "eu-west-1"
		case "healthcheck_interval":
			value = interval.String()
		}
		env = append(env, name+"="+value)
	}
	return env
}

// secrets are the secrets by name. The manual makes them with openssl.
func secrets(t testing.TB) map[string]string {
	t.Helper()
	made, err := makeSecrets()
	require.NoError(t, err)
	return made
}

var makeSecrets = sync.OnceValues(func() (map[string]string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	seal := make([]byte, 32)
	_, _ = rand.Read(seal)
	return map[string]string{
		"ocim-jwt-private":   string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER})),
		"ocim-jwt-public":    string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})),
		"ocim-seal-keys":     "2026-11-29:" + base64.StdEncoding.EncodeToString(seal) + "\n",
		"ocim-smtp-password": canary, "ocim-google-secret": canary,
	}, nil
})

var (
	storeOnce sync.Once
	storeURL  string
)

// store returns the address of a DynamoDB that the tests of the package share.
func store(t testing.TB) string {
	t.Helper()
	storeOnce.Do(func() {
		storeURL = kvtest.Dynalite(suite{t})
		client, err := dynamo.NewClient(t.Context(), dynamo.Config{Table: "ocim", Region: "eu-west-1", Endpoint: storeURL, AttemptTimeout: 10 * time.Second})
		require.NoError(t, err)
		_, err = dynamo.CreateTable(t.Context(), client, "ocim")
		require.NoError(t, err)
	})
	require.NotEmpty(t, storeURL)
	return storeURL
}

// suite is a test whose clean-up waits until all tests of the package have ended.
type suite struct{ testing.TB }

var atEnd []func()

func (suite) Cleanup(f func()) { atEnd = append(atEnd, f) }

func TestMain(m *testing.M) {
	code := m.Run()
	for _, f := range slices.Backward(atEnd) {
		f()
	}
	if buildDir != "" {
		_ = os.RemoveAll(buildDir)
	}
	os.Exit(code)
}

var (
	buildMu  sync.Mutex
	buildDir string
	built    = map[string]string{}
)

// program builds the program of a function's image once and returns its path.
func program(t testing.TB, function string) string {
	t.Helper()
	buildMu.Lock()
	defer buildMu.Unlock()
	if path := built[function]; path != "" {
		return path
	}
	if buildDir == "" {
		var err error
		buildDir, err = os.MkdirTemp("", "ocim-images-")
		require.NoError(t, err)
	}
	dir := filepath.Join(buildDir, function)
	layOut(t, dir, function)
	path := filepath.Join(dir, "out", "handler")
	build := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "build.sh"), path, "9.8.7", "0123456789abcdef")
	// The environment's own go.work and flags are not those of the image.
	build.Env = append(os.Environ(), "GOWORK=", "GOFLAGS=")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	built[function] = path
	return path
}

// layOut copies what faas-cli puts into the folder that an image is built from, in its
// order (template, handler, configuration.copy), without what .dockerignore leaves out.
func layOut(t testing.TB, dir, function string) {
	t.Helper()
	file := "stack.yml"
	if function == "inspector" { // each cluster has its own
		file = "functions/inspector/deploy/stack.yml"
	}
	f, err := stack.Read(filepath.Join(root, file), stack.Unset)
	require.NoError(t, err)
	ignore := dockerignore(t)
	lay := func(from string, to ...string) {
		source := os.DirFS(from)
		require.NoError(t, fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if path != "." && ignored(ignore, path) {
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			target := filepath.Join(append(append([]string{dir}, to...), filepath.FromSlash(path))...)
			if entry.IsDir() {
				return os.MkdirAll(target, 0o755)
			}
			content, err := fs.ReadFile(source, path)
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, 0o644)
		}))
	}
	lay(template)
	lay(filepath.Join(root, f.Functions[function].Handler), "function")
	for _, from := range f.Configuration.Copy {
		lay(filepath.Join(root, from), "function", filepath.Base(from))
	}
	if function == "web" {
		// The checkout may have no built frontend; its image must.
		index := filepath.Join(dir, "function", "dist", "index.html")
		if _, err := os.Stat(index); err != nil {
			require.NoError(t, os.WriteFile(index, []byte("<!doctype html>"), 0o600))
		}
	}
}

// dockerignore returns the names that the template's .dockerignore leaves out anywhere.
func dockerignore(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(template, ".dockerignore"))
	require.NoError(t, err)
	var names []string
	for line := range strings.Lines(string(text)) {
		name, anywhere := strings.CutPrefix(strings.TrimSpace(line), "**/")
		require.Truef(t, anywhere, "%q: this test understands only names that are left out anywhere", line)
		names = append(names, name)
	}
	return names
}

func ignored(names []string, path string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		matches, _ := filepath.Match(name, filepath.Base(path))
		return matches
	})
}

// The Dockerfile builds with the script that these tests run.
func TestDockerfile_BuildsWithTheScript(t *testing.T) {
	t.Parallel()
	dockerfile, err := os.ReadFile(filepath.Join(template, "Dockerfile"))
	require.NoError(t, err)
	var steps []string
	for line := range strings.Lines(string(dockerfile)) {
		if step, isRun := strings.CutPrefix(line, "RUN "); isRun && strings.Contains(step, "build.sh") {
			steps = append(steps, strings.TrimSpace(step))
		}
	}
	assert.Equal(t, []string{`--mount=type=cache,target=/root/.cache/go-build GOOS=$TARGETOS GOARCH=$TARGETARCH sh build.sh /out/handler "$VERSION" "$REVISION"`}, steps)
}

// No test and no test helper gets into the folder that an image is built from.
func TestImage_HoldsNoTestHelper(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "clusters")
	layOut(t, dir, "clusters")
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		assert.NotContains(t, path, "_test.go")
		if strings.HasSuffix(path, ".go") {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			assert.NotContains(t, string(text), "\t\"testing\"\n", path)
		}
		return nil
	}))
	assert.Greater(t, files, 100)
}

// freeAddress returns an address that nothing listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	return listener.Addr().String()
}

// missing is a path that no function has; missingAnswer checks a function's answer to it.
const missing = "/no/such/route.txt"

func missingAnswer(function string, status int, body []byte) bool {
	return status == http.StatusNotFound && (function == "web" || bytes.Contains(body, []byte(`"urn:ocim:not_found"`)))
}

func callProgram(t testing.TB, function, path string, env []string) {
	t.Helper()
	address := freeAddress(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(env, "upstream_url=http://"+address)
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	var resp *http.Response
	require.Eventually(t, func() bool {
		select {
		case err := <-ended:
			ended <- err
			return true
		default:
		}
		var err error
		resp, err = http.Get("http://" + address + missing)
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
	if !assert.NotNil(t, resp, "the function ended at start") {
		<-ended
		t.Fatal(log.String())
	}
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.True(t, missingAnswer(function, resp.StatusCode, body), "%d %s", resp.StatusCode, body)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-ended)
	assert.Contains(t, log.String(), `"version":"9.8.7 (0123456789ab)"`)
	withoutMail := function == "auth" && slices.Contains(env, "OCIM_SMTP_HOST=")
	assert.Equal(t, withoutMail, strings.Contains(log.String(), "no mail server is configured"), "it is said at start")
	assert.NotContains(t, log.String(), canary)
	for name, value := range secrets(t) {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
				assert.NotContains(t, log.String(), line, "the secret %s", name)
			}
		}
	}
}

// refuseWithoutSecrets checks that a missing secret shows at start.
func refuseWithoutSecrets(t testing.TB, path string, env []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(slices.Clone(env), "OCIM_SECRETS_DIR="+t.TempDir(), "upstream_url=http://127.0.0.1:0")
	log, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, string(log))
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, string(log), "is missing", "it says which secret, and where")
}
