package deployment

import (
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
)

func TestStack_GrantsNoMoreSecretsThanNeeded(t *testing.T) {
	t.Parallel()
	granted := func(lookup func(string) string) map[string][]string {
		f := readStack(t, lookup)
		out := map[string][]string{}
		for _, name := range slices.Sorted(maps.Keys(f.Functions)) {
			for _, secret := range f.Functions[name].Secrets {
				out[secret] = append(out[secret], name)
			}
		}
		return out
	}
	required := map[string][]string{
		"ocim-jwt-private": {"auth"},
		"ocim-jwt-public":  {"clusters", "instances", "pipelines", "sync"},
		"ocim-seal-keys":   {"clusters", "instances", "pipelines", "sync", "webhook"},
	}
	assert.Equal(t, required, granted(stack.Unset), "mail and sign-in are optional, and so are their secrets")
	all := maps.Clone(required)
	all["ocim-smtp-password"], all["ocim-google-secret"] = []string{"auth", "sync"}, []string{"auth"}
	assert.Equal(t, all, granted(optional))
}

// gatewayTimeout is what OpenFaaS' chart lets the gateway wait for a function.
const gatewayTimeout = time.Minute

func TestStack_BoundsEveryCall(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"stack.yml", "functions/inspector/deploy/stack.yml"} {
		f, err := stack.Read(filepath.Join(root, file), stack.Unset)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(f.Functions), 15, "the Community Edition runs no more")
		for name, function := range f.Functions {
			duration := func(key string) time.Duration {
				d, err := time.ParseDuration(function.Environment[key])
				require.NoError(t, err, "%s of %s", key, name)
				return d
			}
			assert.Less(t, duration("exec_timeout"), gatewayTimeout, name)
			assert.LessOrEqual(t, duration("exec_timeout"), duration("write_timeout"), name)
			assert.Positive(t, duration("read_timeout"), name)
			assert.Equal(t, 5*time.Second, duration("healthcheck_interval"), "%s: how long the watchdog accepts requests while it stops, well within the 30 s that a pod has", name)
			assert.True(t, function.ReadOnly, name)
			assert.NotEmpty(t, function.Requests["memory"], name)
			assert.NotEmpty(t, function.Limits["memory"], name)
			if limit := function.Environment["OCIM_SYNC_LIMIT"]; limit != "" {
				d, err := time.ParseDuration(limit)
				require.NoError(t, err)
				assert.Less(t, d, duration("exec_timeout"), "a run ends on its own")
			}
		}
	}
}

// What the Community Edition refuses: more than five replicas, scaling to zero, several
// topics, and annotations of Amazon's.
func TestStack_FitsTheCommunityEdition(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"stack.yml", "functions/inspector/deploy/stack.yml"} {
		f, err := stack.Read(filepath.Join(root, file), stack.Unset)
		require.NoError(t, err)
		for name, function := range f.Functions {
			for _, label := range []string{"com.openfaas.scale.min", "com.openfaas.scale.max"} {
				n, err := strconv.Atoi(function.Labels[label])
				require.NoError(t, err, "%s of %s", label, name)
				assert.GreaterOrEqual(t, n, 1, "%s of %s", label, name)
				assert.LessOrEqual(t, n, 5, "%s of %s", label, name)
			}
			assert.NotContains(t, function.Labels, "com.openfaas.scale.zero", name)
			for annotation := range function.Annotations {
				assert.NotContains(t, annotation, "amazonaws.com", name)
			}
			if schedule := function.Annotations["schedule"]; schedule != "" {
				assert.Equal(t, "cron-function", function.Annotations["topic"], name)
				_, err := cron.ParseStandard(schedule)
				assert.NoError(t, err, name)
			}
		}
	}
}

// Nothing is pushed to a registry of the maintainers unless OCIM_IMAGES names it.
func TestStack_PushesNowhereByDefault(t *testing.T) {
	t.Parallel()
	for name, function := range readStack(t, stack.Unset).Functions {
		assert.Equal(t, "ocim.invalid/ocim-"+name+":dev", function.Image)
	}
	named := readStack(t, func(name string) string {
		return map[string]string{"OCIM_IMAGES": "registry.example.org/team", "OCIM_VERSION": "3.1.0"}[name]
	})
	for name, function := range named.Functions {
		assert.Equal(t, "registry.example.org/team/ocim-"+name+":3.1.0", function.Image)
	}
}
