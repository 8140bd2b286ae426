package manual

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	rbac "k8s.io/api/rbac/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"

	"github.com/open-craft/ocim/ci/stack"
)

// The parts of Traefik's custom resources that the manual uses, by Traefik's reference of
// its Kubernetes provider. Strict decoding refuses any other field.
type (
	traefikRoute struct {
		meta.TypeMeta   `json:",inline"`
		meta.ObjectMeta `json:"metadata"`
		Spec            struct {
			EntryPoints []string `json:"entryPoints"`
			Routes      []struct {
				Kind        string `json:"kind"`
				Match       string `json:"match"`
				Middlewares []struct {
					Name string `json:"name"`
				} `json:"middlewares"`
				Services []struct {
					Name string `json:"name"`
					Port int    `json:"port"`
				} `json:"services"`
			} `json:"routes"`
			TLS struct {
				SecretName string `json:"secretName"`
			} `json:"tls"`
		} `json:"spec"`
	}
	traefikMiddleware struct {
		meta.TypeMeta   `json:",inline"`
		meta.ObjectMeta `json:"metadata"`
		Spec            struct {
			AddPrefix struct {
				Prefix string `json:"prefix"`
			} `json:"addPrefix"`
		} `json:"spec"`
	}
)

// newObject returns an empty object of a kind.
func newObject(kind meta.TypeMeta) (meta.Object, error) {
	switch kind.APIVersion + " " + kind.Kind {
	case "v1 ServiceAccount":
		return &core.ServiceAccount{}, nil
	case "networking.k8s.io/v1 Ingress":
		return &networking.Ingress{}, nil
	case "networking.k8s.io/v1 NetworkPolicy":
		return &networking.NetworkPolicy{}, nil
	case "rbac.authorization.k8s.io/v1 ClusterRole":
		return &rbac.ClusterRole{}, nil
	case "rbac.authorization.k8s.io/v1 ClusterRoleBinding":
		return &rbac.ClusterRoleBinding{}, nil
	case "traefik.io/v1alpha1 IngressRoute":
		return &traefikRoute{}, nil
	case "traefik.io/v1alpha1 Middleware":
		return &traefikMiddleware{}, nil
	}
	return nil, fmt.Errorf("unknown kind %s %s", kind.APIVersion, kind.Kind)
}

// manifests decodes all objects of a file into the types of the Kubernetes API. A field
// that a type does not have is an error.
func manifests(t *testing.T, file string) []meta.Object {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	reader := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	var out []meta.Object
	buffer := make([]byte, len(text)+1)
	for {
		n, err := reader.Read(buffer)
		if err == io.EOF {
			break
		}
		require.NoError(t, err, file)
		var kind meta.TypeMeta
		require.NoError(t, sigs.Unmarshal(buffer[:n], &kind), file)
		object, err := newObject(kind)
		require.NoError(t, err, file)
		require.NoError(t, sigs.UnmarshalStrict(buffer[:n], object), "%s: %s", file, kind.Kind)
		assert.Empty(t, validation.IsDNS1123Subdomain(object.GetName()), "%s: the name of %s", file, kind.Kind)
		out = append(out, object)
	}
	require.NotEmpty(t, out, file)
	return out
}

func manifestFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"shared/docs/kubernetes/*.yaml", "functions/inspector/deploy/rbac*.yaml"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		all = append(all, files...)
	}
	require.GreaterOrEqual(t, len(all), 5)
	return all
}

func TestManifests_AreWhatKubernetesAccepts(t *testing.T) {
	t.Parallel()
	for _, file := range manifestFiles(t) {
		manifests(t, file)
	}
}

func load[T meta.Object](t *testing.T, file string) (out []T) {
	t.Helper()
	for _, object := range manifests(t, filepath.Join(root, file)) {
		if typed, ok := object.(T); ok {
			out = append(out, typed)
		}
	}
	require.NotEmpty(t, out, file)
	return out
}

// Each controller's example leads the functions' paths to the gateway as they are, and
// all others to the frontend's function; it waits longer than any function may take, and
// passes on the largest body that a function takes.
func TestIngress_LeadsFunctionsAndPagesToTheGateway(t *testing.T) {
	t.Parallel()
	f, err := stack.Read(filepath.Join(root, "stack.yml"), stack.Unset)
	require.NoError(t, err)
	longest := time.Duration(0)
	for _, function := range f.Functions {
		d, err := time.ParseDuration(function.Environment["exec_timeout"])
		require.NoError(t, err)
		longest = max(longest, d)
	}

	var functions, pages *networking.Ingress
	for _, ingress := range load[*networking.Ingress](t, "shared/docs/kubernetes/ingress-nginx.yaml") {
		require.Len(t, ingress.Spec.Rules, 1)
		require.Len(t, ingress.Spec.Rules[0].HTTP.Paths, 1)
		path := ingress.Spec.Rules[0].HTTP.Paths[0]
		assert.Equal(t, "gateway", path.Backend.Service.Name)
		assert.Equal(t, int32(8080), path.Backend.Service.Port.Number)
		assert.Equal(t, []string{ingress.Spec.Rules[0].Host}, ingress.Spec.TLS[0].Hosts)
		if path.Path == "/function/" {
			functions = ingress
		} else {
			pages = ingress
			assert.Equal(t, "/(.*)", path.Path)
			assert.Equal(t, networking.PathTypeImplementationSpecific, *path.PathType, "only this type takes an expression")
		}
	}
	require.NotNil(t, functions)
	require.NotNil(t, pages)
	assert.Equal(t, "/function/web/$1", pages.Annotations["nginx.ingress.kubernetes.io/rewrite-target"])
	assert.Empty(t, functions.Annotations["nginx.ingress.kubernetes.io/rewrite-target"], "functions keep their path")
	for _, name := range []string{"proxy-read-timeout", "proxy-send-timeout"} {
		d, err := time.ParseDuration(functions.Annotations["nginx.ingress.kubernetes.io/"+name] + "s")
		require.NoError(t, err, name)
		assert.Greater(t, d, longest, name)
	}
	var body int
	_, err = fmt.Sscanf(functions.Annotations["nginx.ingress.kubernetes.io/proxy-body-size"], "%dm", &body)
	require.NoError(t, err)
	assert.Equal(t, f.Functions["webhook"].Environment["max_body"], fmt.Sprint(body<<20), "events of GitLab get through")

	route := load[*traefikRoute](t, "shared/docs/kubernetes/ingress-traefik.yaml")[0]
	prefix := load[*traefikMiddleware](t, "shared/docs/kubernetes/ingress-traefik.yaml")[0]
	assert.Equal(t, "/function/web", prefix.Spec.AddPrefix.Prefix)
	require.Len(t, route.Spec.Routes, 2)
	for _, r := range route.Spec.Routes {
		assert.Equal(t, "gateway", r.Services[0].Name)
		if strings.Contains(r.Match, "PathPrefix(`/function/`)") {
			assert.Empty(t, r.Middlewares, "functions keep their path")
		} else {
			assert.Equal(t, prefix.Name, r.Middlewares[0].Name)
		}
	}
}

// The policy is for exactly the functions of the stack file, by their label.
func TestNetworkPolicy_SelectsEveryFunction(t *testing.T) {
	t.Parallel()
	policy := load[*networking.NetworkPolicy](t, "shared/docs/kubernetes/networkpolicy.yaml")[0]
	require.Empty(t, policy.Spec.PodSelector.MatchExpressions)
	f, err := stack.Read(filepath.Join(root, "stack.yml"), stack.Unset)
	require.NoError(t, err)
	for name, function := range f.Functions {
		for key, value := range policy.Spec.PodSelector.MatchLabels {
			assert.Equal(t, value, function.Labels[key], "%s has not the label %s of the network policy", name, key)
		}
	}
	require.Len(t, policy.Spec.Ingress, 1)
	assert.NotEmpty(t, policy.Spec.Ingress[0].From, "without it, everyone may call")
}

// The bindings of the inspector name a role and accounts that exist: those of the file,
// and on the Community Edition the one that all functions run as.
func TestInspectorRoles_AreBound(t *testing.T) {
	t.Parallel()
	role := load[*rbac.ClusterRole](t, "functions/inspector/deploy/rbac.yaml")[0]
	account := load[*core.ServiceAccount](t, "functions/inspector/deploy/rbac.yaml")[0]
	f, err := stack.Read(filepath.Join(root, "functions/inspector/deploy/stack.yml"), stack.Unset)
	require.NoError(t, err)
	assert.Equal(t, account.Name, f.Functions["inspector"].Annotations["com.openfaas.serviceaccount"])
	for file, want := range map[string]string{"rbac.yaml": account.Name, "rbac-ce.yaml": "default"} {
		for _, binding := range load[*rbac.ClusterRoleBinding](t, "functions/inspector/deploy/"+file) {
			assert.Equal(t, role.Name, binding.RoleRef.Name, file)
			require.Len(t, binding.Subjects, 1, file)
			assert.Equal(t, want, binding.Subjects[0].Name, file)
			assert.Equal(t, "openfaas-fn", binding.Subjects[0].Namespace, file)
		}
	}
	for _, rule := range role.Rules {
		assert.NotContains(t, rule.Resources, "secrets")
		for _, verb := range rule.Verbs {
			assert.Regexp(t, regexp.MustCompile("^(get|list|watch)$"), verb, "it only reads")
		}
	}
}
