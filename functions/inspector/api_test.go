package function

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
)

var (
	noon = kubetest.Noon()
	key  = secret.New("secret-of-this-cluster-0123456789-abc")
)

func atNoon() time.Time { return noon }

// inCluster is the function over a cluster with one instance, demo, whose only
// pod crashes, and one that is well.
func inCluster(t *testing.T) (http.Handler, *kubetest.Server) {
	t.Helper()
	openedx := map[string]string{"app.kubernetes.io/part-of": "openedx"}
	controller := true
	owned := metav1.ObjectMeta{
		Name: "lms-5c7d-a1", Namespace: "demo", CreationTimestamp: metav1.NewTime(noon.Add(-time.Hour)), Labels: map[string]string{"pod-template-hash": "5c7d"},
		OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "lms-5c7d", Controller: &controller}},
	}
	cluster := kubetest.Serve(t,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "well"}},
		&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "lms", Namespace: "demo", Labels: openedx}},
		&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "lms", Namespace: "well", Labels: openedx}, Status: appsv1.DeploymentStatus{UpdatedReplicas: 1, ReadyReplicas: 1, AvailableReplicas: 1}},
		&corev1.Pod{
			ObjectMeta: owned, Spec: corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "lms", Image: "openedx:teak"}}},
			Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
				Name: "lms", RestartCount: 7, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
			}}},
		},
	)
	reader, err := kube.NewReader(cluster.Client(t), kube.Options{Selector: kubetest.Selector, CacheFor: time.Second, Now: atNoon})
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	return New(Deps{
		API: faas.Options{Log: log}, Cluster: reader, Now: atNoon, Log: log,
		Secrets: func() ([]secret.Value, error) { return []secret.Value{key}, nil },
	}), cluster
}

// behind serves a function as the gateway does, and opens it with a secret.
func behind(t *testing.T, h http.Handler, with secret.Value) *gateway.Cluster {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/function/inspector/", http.StripPrefix("/function/inspector", h))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client := gateway.New(gateway.Options{
		Policy: netguard.Policy{AllowHTTP: true, AllowNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, Now: atNoon,
	})
	cluster, err := client.Open(gateway.Target{Cluster: "campus", GatewayURL: server.URL, User: secret.New("admin"), Password: secret.New("pw"), Secret: with})
	require.NoError(t, err)
	return cluster
}

// askEverything calls every route of the inspector.
func askEverything(t *testing.T, c *gateway.Cluster) {
	t.Helper()
	ctx := t.Context()
	list, err := c.Instances(ctx)
	require.NoError(t, err)
	require.Len(t, list.Instances, 2)
	assert.Equal(t, "demo", list.Instances[0].Name)
	assert.Equal(t, clusterfn.Failed, list.Instances[0].Health)
	assert.Equal(t, "The container lms is crash-looping (Kubernetes doesn't say how it ended).", list.Instances[0].Reason)
	assert.Equal(t, clusterfn.Healthy, list.Instances[1].Health)
	assert.Equal(t, noon, list.At)

	pods, err := c.Pods(ctx, "demo")
	require.NoError(t, err)
	require.Len(t, pods.Pods, 1)
	assert.Equal(t, 7, pods.Pods[0].Restarts)
	replication, err := c.Replication(ctx, "demo")
	require.NoError(t, err)
	assert.Len(t, replication.Deployments, 1)
	nodes, err := c.Nodes(ctx)
	require.NoError(t, err)
	assert.Empty(t, nodes.Nodes)
	for _, instance := range []string{"", "demo"} {
		_, err = c.Events(ctx, instance)
		require.NoError(t, err)
	}
	log, err := c.Log(ctx, "demo", clusterfn.LogQuery{Pod: "lms-5c7d-a1", Container: "lms", Previous: true, Lines: 50})
	require.NoError(t, err)
	assert.Equal(t, []clusterfn.Line{{Text: "fake logs"}}, log.Lines)
}

func TestClientAndInspectorAgree(t *testing.T) {
	t.Parallel()
	h, _ := inCluster(t)
	c := behind(t, h, key)
	askEverything(t, c)
	for _, instance := range []string{"kube-system", "none"} {
		_, err := c.Pods(t.Context(), instance)
		assert.Equal(t, fault.NotFound, fault.KindOf(err), instance)
	}
	_, err := c.Log(t.Context(), "demo", clusterfn.LogQuery{Pod: "../../../kube-system"})
	require.Error(t, err)
}

func TestFailingInstances(t *testing.T) {
	t.Parallel()
	h, _ := inCluster(t)
	r := httptest.NewRequest(http.MethodGet, "/v1/instances?failing=true", nil)
	clusterfn.Sign(r, r.URL.Path, key, noon)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	assert.Contains(t, w.Body.String(), `"name":"demo"`)
	assert.NotContains(t, w.Body.String(), `"name":"well"`)
}

// TestNoRouteWithoutASignature takes the routes from the router, so that a new
// one is held to it too.
func TestNoRouteWithoutASignature(t *testing.T) {
	t.Parallel()
	h, cluster := inCluster(t)
	api, ok := h.(*faas.API)
	require.True(t, ok)
	require.Len(t, api.Routes(), 7)
	for _, route := range api.Routes() {
		assert.Equal(t, http.MethodGet, route.Method)
		path := strings.NewReplacer("{instance}", "demo", "{pod}", "lms-5c7d-a1").Replace(route.Path)
		for name, sign := range map[string]func(*http.Request){
			"unsigned":     func(*http.Request) {},
			"basic":        func(r *http.Request) { r.SetBasicAuth("admin", "pw") },
			"other secret": func(r *http.Request) { clusterfn.Sign(r, path, secret.New(strings.Repeat("x", 40)), noon) },
			"too old":      func(r *http.Request) { clusterfn.Sign(r, path, key, noon.Add(-2*time.Minute)) },
			"other path":   func(r *http.Request) { clusterfn.Sign(r, "/v1/other", key, noon) },
			"more query":   func(r *http.Request) { clusterfn.Sign(r, path, key, noon); r.URL.RawQuery = "failing=true" },
		} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			sign(r)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, http.StatusUnauthorized, w.Code, "%s %s", route.OperationID, name)
			assert.NotContains(t, w.Body.String(), key.Reveal())
		}
	}
	assert.Empty(t, cluster.Asked(), "nothing is read for a stranger")

	r := httptest.NewRequest(http.MethodGet, "/v1/nodes", nil)
	clusterfn.Sign(r, r.URL.Path, key, noon)
	for _, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, want, w.Code, "a request counts once")
	}
}

func TestWrongSecretIsTheOperatorsProblem(t *testing.T) {
	t.Parallel()
	h, _ := inCluster(t)
	_, err := behind(t, h, secret.New(strings.Repeat("x", 40))).Nodes(t.Context())
	assert.Equal(t, fault.Unavailable, fault.KindOf(err), "it must not log anybody out")
	assert.Contains(t, fault.Message(err), "enter the same secret on both sides")
}

func TestSecretFile(t *testing.T) {
	t.Parallel()
	long, longer := strings.Repeat("a", 32), strings.Repeat("b", 64)
	for text, want := range map[string]int{
		long: 1, long + "\n": 1, long + "\n\n  " + longer + "\r\n": 2, "short": 0, long + "\nshort": 0, "": 0, "\n \n": 0,
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, SecretName), []byte(text), 0o600))
		secrets, err := readSecrets(secret.NewDirectory(dir))
		assert.Len(t, secrets, want, "%q", text)
		assert.Equal(t, want == 0, err != nil, "%q", text)
		if err != nil {
			assert.NotContains(t, err.Error(), long)
		}
	}
}

func TestFunctionNeedsItsSecretAndACluster(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("OCIM_SECRETS_DIR", dir)
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	_, err := build(t.Context())
	require.ErrorContains(t, err, "is missing")
	require.NoError(t, os.WriteFile(filepath.Join(dir, SecretName), []byte(key.Reveal()), 0o600))
	_, err = build(t.Context())
	require.ErrorContains(t, err, "inside a cluster")
}
