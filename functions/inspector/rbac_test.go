package function

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
)

// manifest reads the role with what belongs to it.
func manifest(t *testing.T) []runtime.Object {
	t.Helper()
	f, err := os.Open(filepath.Join("deploy", "rbac.yaml"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	return kubetest.Parse(t, f)
}

// TestRoleAllowsExactlyWhatIsUsed asks everything and holds what was asked of
// the API server against the role.
func TestRoleAllowsExactlyWhatIsUsed(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	var role, account, binding bool
	for _, o := range manifest(t) {
		switch o := o.(type) {
		case *rbacv1.ClusterRole:
			role = true
			for _, rule := range o.Rules {
				assert.Empty(t, rule.NonResourceURLs)
				for _, group := range rule.APIGroups {
					for _, resource := range rule.Resources {
						for _, verb := range rule.Verbs {
							allowed[verb+" "+group+"/"+resource] = true
						}
					}
				}
			}
		case *corev1.ServiceAccount:
			account = true
			assert.Equal(t, "ocim-inspector", o.Name)
		case *rbacv1.ClusterRoleBinding:
			binding = true
			require.Len(t, o.Subjects, 1)
			assert.Equal(t, rbacv1.Subject{Kind: "ServiceAccount", Name: "ocim-inspector", Namespace: "openfaas-fn"}, o.Subjects[0])
			assert.Equal(t, "ocim-inspector", o.RoleRef.Name)
		default:
			t.Errorf("the manifest has an unexpected %T", o)
		}
	}
	require.True(t, role && account && binding)

	h, cluster := inCluster(t)
	askEverything(t, behind(t, h, key))
	used := map[string]bool{}
	for _, q := range cluster.Asked() {
		resource := q.Resource
		if q.Subresource != "" {
			resource += "/" + q.Subresource
		}
		used[q.Verb+" "+q.Group+"/"+resource] = true
	}
	assert.Equal(t, used, allowed)
	for grant := range allowed {
		verb, _, _ := strings.Cut(grant, " ")
		assert.Contains(t, []string{"get", "list"}, verb, grant)
	}
}
