package house

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/open-craft/ocim/"

// layers are the packages of shared from the lowest layer to the highest. A package
// imports only packages of its own layer and of lower ones. A name stands for the
// packages below it, too, unless those are listed themselves.
var layers = [][]string{
	{"fault", "pattern", "secret", "netguard", "refusal", "access", "trace", "trace/carrier", "kv/packed", "order", "notify/message"},
	{"kv", "audit", "lease", "limit", "standing"},
	{"fleet", "openedx", "grove"},
	{"clusterfn", "activity", "views", "vault", "fleetview", "fleetstore", "identity"},
	{"policy", "operation", "bulk", "pipelineaction", "projects", "health", "sites", "usage", "reconcile", "redact", "notify", "installation"},
	{"gitlab", "clusterfn/gateway", "sites/heartbeat", "mail", "chat", "passkey"},
	{"faas"},
	{"setup"},
}

// restricted are the only packages that may import what speaks a protocol or belongs to
// a vendor, and their own. A trailing slash stands for everything below.
var restricted = map[string][]string{
	"github.com/aws/":                      {"shared/kv/dynamo"},
	"go.etcd.io/bbolt":                     {"shared/kv/bolt"},
	"github.com/xanzy/go-gitlab":           {"shared/gitlab"},
	"k8s.io/":                              {"functions/inspector"},
	"github.com/wneessen/go-mail":          {"shared/mail"},
	"github.com/go-webauthn/":              {"shared/passkey"},
	"github.com/danielgtaylor/huma/":       {"shared/faas", "functions"},
	"github.com/openfaas/":                 {"shared/faas", "functions"},
	"github.com/kelseyhightower/envconfig": {"shared/setup"},
	module + "shared/kv/dynamo":            {"shared/kv/dynamo/createtable", "shared/setup/storesetup", "functions/local", ".ci/deploycheck"},
	module + "shared/kv/bolt":              {"shared/setup/storesetup", "functions/local"},
	module + "shared/setup/":               {"shared/setup", "functions"},
	module + "shared/faas":                 {"shared/setup", "functions", ".ci/roots"},
	"net/http": {
		// Adapters.
		"shared/faas", "shared/gitlab", "shared/clusterfn", "shared/sites/heartbeat", "shared/chat", "shared/netguard", "shared/trace/carrier", "shared/kv/dynamo", "shared/refusal", "functions", ".ci/deploycheck",
		// Wiring hands transports on.
		"shared/setup",
		// Names of HTTP methods in what Grove is asked.
		"shared/grove",
		// Asks whether a gateway answers; belongs to an adapter.
		"shared/projects",
	},
}

// pure are the packages that are rules without a store.
var pure = []string{"shared/fleet", "shared/grove", "shared/openedx", "shared/access"}

// imports returns what each product package imports directly, by its path below the
// module. Packages that only tests use are left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "work")
	cmd.Dir = filepath.Join("..", "..")
	output, err := cmd.Output()
	require.NoError(t, err)
	out := map[string][]string{}
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		name, ours := strings.CutPrefix(fields[0], module)
		if ours && !isTestHelper(name) {
			out[name] = fields[1:]
		}
	}
	require.Greater(t, len(out), 40)
	return out
}

// isTestHelper reports whether a package holds only helpers of tests: its folder, or
// one above, ends in "test".
func isTestHelper(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasSuffix(part, "test") || part == "bench" })
}

// below reports whether the package name is the folder or below it.
func below(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func TestImports_RunDownward(t *testing.T) {
	t.Parallel()
	layerOf := func(name string) int {
		found, length := -1, 0
		for i, layer := range layers {
			for _, p := range layer {
				if below(name, p) && len(p) > length {
					found, length = i, len(p)
				}
			}
		}
		return found
	}
	for name, imported := range imports(t) {
		name, inShared := strings.CutPrefix(name, "shared/")
		if !inShared {
			continue
		}
		own := layerOf(name)
		if !assert.GreaterOrEqualf(t, own, 0, "say in layers, in .ci/house, which layer shared/%s belongs to", name) {
			continue
		}
		for _, path := range imported {
			if other, isShared := strings.CutPrefix(path, module+"shared/"); isShared {
				assert.LessOrEqualf(t, layerOf(other), own, "shared/%s imports shared/%s, which is in a higher layer", name, other)
			}
		}
	}
}

func TestImports_KeepProtocolsAndVendorsAtTheEdge(t *testing.T) {
	t.Parallel()
	for name, imported := range imports(t) {
		for _, path := range imported {
			for what, allowed := range restricted {
				if path != what && !strings.HasPrefix(path, strings.TrimSuffix(what, "/")+"/") {
					continue
				}
				if strings.HasPrefix(what, module) && below(module+name, strings.TrimSuffix(what, "/")) {
					continue
				}
				ok := slices.ContainsFunc(allowed, func(folder string) bool { return below(name, folder) || below("."+name, folder) })
				assert.Truef(t, ok, "%s imports %s, which is for %s", name, path, strings.Join(allowed, ", "))
			}
		}
	}
}

func TestImports_OfPureRules(t *testing.T) {
	t.Parallel()
	for name, imported := range imports(t) {
		if !slices.ContainsFunc(pure, func(p string) bool { return below(name, p) }) {
			continue
		}
		for _, path := range imported {
			assert.NotContains(t, []string{module + "shared/kv", "net", "os"}, path, "%s is rules without a store", name)
		}
	}
}

// Only the demonstration is made of test helpers.
func TestImports_OfTestHelpers(t *testing.T) {
	t.Parallel()
	for name, imported := range imports(t) {
		for _, path := range imported {
			assert.NotEqual(t, "testing", path, name)
			if other, ours := strings.CutPrefix(path, module); ours && isTestHelper(other) {
				assert.Truef(t, below(name, "functions/demo"), "%s imports %s, which is for tests", name, other)
			}
		}
	}
}

// A function is deployed alone, so it knows no other. The programs for one machine hold
// all of them.
func TestImports_BetweenFunctions(t *testing.T) {
	t.Parallel()
	for name, imported := range imports(t) {
		own, isFunction := strings.CutPrefix(name, "functions/")
		if !isFunction || below(own, "local") || below(own, "demo") {
			continue
		}
		own, _, _ = strings.Cut(own, "/")
		for _, path := range imported {
			if other, other2 := strings.CutPrefix(path, module+"functions/"); other2 {
				assert.Truef(t, below(other, own), "%s imports functions/%s", name, other)
			}
		}
	}
}

// One package reads the environment: setup. Serving reads what OpenFaaS and Go's runtime define,
// the clients of the store and of a cluster what AWS and Kubernetes define.
func TestEnvironment_IsReadInOnePlace(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"shared", "functions"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, folder), func(file string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			name, err := filepath.Rel(root, file)
			name = filepath.ToSlash(name)
			if err != nil || isTestHelper(filepath.Dir(name)) || path.Dir(name) == "shared/faas" || below(name, "functions/ocim") || slices.Contains([]string{"shared/kv/dynamo/credentials.go", "functions/inspector/kube/client.go"}, name) {
				return err
			}
			text, err := os.ReadFile(file)
			for _, reader := range []string{"os.Getenv(", "os.LookupEnv", "os.Environ("} {
				assert.NotContainsf(t, string(text), reader, "%s: use shared/setup", name)
			}
			return err
		}))
	}
}

// The fleet's store has a method for each kind of record. A use case declares the few that
// it needs, so that its interface says what it touches; only wiring knows the whole.
func TestFleetStore_IsPassedWholeByWiringOnly(t *testing.T) {
	t.Parallel()
	for _, name := range tracked(t, "shared/*.go", "functions/*.go") {
		dir := filepath.ToSlash(filepath.Dir(name))
		if strings.HasSuffix(name, "_test.go") || isTestHelper(dir) || below(dir, "shared/setup") || below(dir, "shared/fleetstore") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		assert.Falsef(t, strings.Contains(string(text), "*fleetstore.Store"), "%s: declare an interface with what it uses", name)
	}
}
