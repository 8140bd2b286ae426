package function

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/open-craft/ocim/functions/inspector/kube"
	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// TestAgainstARealAPIServer holds the reason table, and everything else that
// the inspector is asked, against kube-apiserver and etcd with the rights of its
// manifest, where KUBEBUILDER_ASSETS says that they are.
func TestAgainstARealAPIServer(t *testing.T) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Skip("not run: KUBEBUILDER_ASSETS does not say where kube-apiserver and etcd are")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	server := startAPIServer(ctx, t, assets)
	setUp, err := kubernetes.NewForConfig(server.admin)
	require.NoError(t, err)
	applyManifest(ctx, t, setUp)
	for _, o := range kubetest.LoadAll(t) {
		server.put(ctx, t, setUp, o)
	}

	token, err := setUp.CoreV1().ServiceAccounts("openfaas-fn").CreateToken(ctx, "ocim-inspector", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	require.NoError(t, err)
	account := rest.AnonymousClientConfig(server.admin)
	account.BearerToken = token.Status.Token
	client, err := connect(account)
	require.NoError(t, err)
	reader, err := kube.NewReader(client, kube.Options{Selector: kubetest.Selector, Now: atNoon})
	require.NoError(t, err)

	// A binding takes a moment to be seen.
	require.Eventually(t, func() bool { _, err = reader.Cluster(ctx); return err == nil }, 20*time.Second, 100*time.Millisecond)
	log := slog.New(slog.DiscardHandler)
	c := behind(t, New(Deps{
		API: faas.Options{Log: log}, Cluster: reader, Now: atNoon, Log: log,
		Secrets: func() ([]secret.Value, error) { return []secret.Value{key}, nil },
	}), key)
	list, err := c.Instances(ctx)
	require.NoError(t, err)
	assert.Empty(t, list.Unread, "no permission is missing")
	assert.Len(t, list.Instances, len(kubetest.States(t)))
	t.Run("reasons", func(t *testing.T) { kubetest.HoldReasons(t, list.Instances) })

	replication, err := c.Replication(ctx, "crash-loop")
	require.NoError(t, err)
	assert.Empty(t, replication.Unread, "no permission is missing")
	assert.Len(t, replication.Deployments, 1)
	_, err = c.Nodes(ctx)
	require.NoError(t, err)
	events, err := c.Events(ctx, "liveness-probe")
	require.NoError(t, err)
	assert.Empty(t, events.Unread, "no permission is missing")
	assert.Len(t, events.Events, 1)
	pods, err := c.Pods(ctx, "crash-loop")
	require.NoError(t, err)
	require.Len(t, pods.Pods, 1)
	assert.Equal(t, "lms", pods.Pods[0].Workload)
	// There is no node to fetch a log from; permission is another matter.
	_, err = c.Log(ctx, "crash-loop", clusterfn.LogQuery{Pod: pods.Pods[0].Name})
	require.Error(t, err)
	assert.NotContains(t, fault.Message(err), "RBAC")
	_, err = c.Pods(ctx, "kube-system")
	assert.Equal(t, fault.NotFound, fault.KindOf(err))

	for what, try := range map[string]func() error{
		"list secrets": func() error {
			_, err := client.CoreV1().Secrets("crash-loop").List(ctx, metav1.ListOptions{})
			return err
		},
		"list configmaps": func() error {
			_, err := client.CoreV1().ConfigMaps("crash-loop").List(ctx, metav1.ListOptions{})
			return err
		},
		"delete a pod": func() error {
			return client.CoreV1().Pods("crash-loop").Delete(ctx, pods.Pods[0].Name, metav1.DeleteOptions{})
		},
		"create a namespace": func() error {
			_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x"}}, metav1.CreateOptions{})
			return err
		},
	} {
		assert.True(t, apierrors.IsForbidden(try()), what)
	}
	require.NoError(t, setUp.RbacV1().ClusterRoleBindings().Delete(ctx, "ocim-inspector", metav1.DeleteOptions{}))
	require.Eventually(t, func() bool {
		_, err := c.Nodes(ctx)
		return err != nil && strings.Contains(fault.Message(err), "RBAC manifest")
	}, 20*time.Second, 100*time.Millisecond, "a missing permission shows")
}

// applyManifest gives the inspector's account its rights.
func applyManifest(ctx context.Context, t *testing.T, c kubernetes.Interface) {
	t.Helper()
	_, err := c.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "openfaas-fn"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	for _, o := range manifest(t) {
		var err error
		switch o := o.(type) {
		case *corev1.ServiceAccount:
			_, err = c.CoreV1().ServiceAccounts(o.Namespace).Create(ctx, o, metav1.CreateOptions{})
		case *rbacv1.ClusterRole:
			_, err = c.RbacV1().ClusterRoles().Create(ctx, o, metav1.CreateOptions{})
		case *rbacv1.ClusterRoleBinding:
			_, err = c.RbacV1().ClusterRoleBindings().Create(ctx, o, metav1.CreateOptions{})
		}
		require.NoError(t, err)
	}
}

// apiServer is a running kube-apiserver.
type apiServer struct {
	admin *rest.Config // how an administrator reaches it
	etcd  string       // address of what it keeps its objects in
}

// put creates an object with its status, as the server takes it, and then gives
// it the times that no client may set.
func (s apiServer) put(ctx context.Context, t *testing.T, c kubernetes.Interface, o runtime.Object) {
	t.Helper()
	s.backdate(ctx, t, "/registry/"+create(ctx, t, c, o), o.(metav1.Object))
}

// create creates an object with its status. It returns where the server stores it.
func create(ctx context.Context, t *testing.T, c kubernetes.Interface, o runtime.Object) (key string) {
	t.Helper()
	meta, ok := o.(metav1.Object)
	require.True(t, ok)
	namespace, name := meta.GetNamespace(), meta.GetName()
	what := fmt.Sprintf("%T %s/%s", o, namespace, name)
	switch o := o.(type) {
	case *corev1.Namespace:
		_, err := c.CoreV1().Namespaces().Create(ctx, o, metav1.CreateOptions{})
		require.NoError(t, err, what)
		return "namespaces/" + name
	case *corev1.Event:
		_, err := c.CoreV1().Events(namespace).Create(ctx, o, metav1.CreateOptions{})
		require.NoError(t, err, what)
		key = "events"
	case *corev1.Pod:
		key = "pods"
		withStatus(ctx, t, what, c.CoreV1().Pods(namespace), o, func(made *corev1.Pod) { made.Status = o.Status })
	case *appsv1.Deployment:
		key = "deployments"
		withStatus(ctx, t, what, c.AppsV1().Deployments(namespace), o, func(made *appsv1.Deployment) { made.Status = o.Status })
	case *appsv1.StatefulSet:
		key = "statefulsets"
		withStatus(ctx, t, what, c.AppsV1().StatefulSets(namespace), o, func(made *appsv1.StatefulSet) { made.Status = o.Status })
	case *appsv1.DaemonSet:
		key = "daemonsets"
		withStatus(ctx, t, what, c.AppsV1().DaemonSets(namespace), o, func(made *appsv1.DaemonSet) { made.Status = o.Status })
	case *batchv1.Job:
		key = "jobs"
		withStatus(ctx, t, what, c.BatchV1().Jobs(namespace), o, func(made *batchv1.Job) { made.Status = o.Status })
	case *autoscalingv2.HorizontalPodAutoscaler:
		key = "horizontalpodautoscalers"
		withStatus(ctx, t, what, c.AutoscalingV2().HorizontalPodAutoscalers(namespace), o, func(made *autoscalingv2.HorizontalPodAutoscaler) { made.Status = o.Status })
	default:
		t.Fatalf("the states have an unexpected %s", what)
	}
	return key + "/" + namespace + "/" + name
}

// creator is the part of a typed client that creates objects and sets their status.
type creator[T any] interface {
	Create(ctx context.Context, o T, options metav1.CreateOptions) (T, error)
	UpdateStatus(ctx context.Context, o T, options metav1.UpdateOptions) (T, error)
}

func withStatus[T any](ctx context.Context, t *testing.T, what string, c creator[T], o T, set func(T)) {
	t.Helper()
	made, err := c.Create(ctx, o, metav1.CreateOptions{})
	require.NoError(t, err, what)
	set(made)
	_, err = c.UpdateStatus(ctx, made, metav1.UpdateOptions{})
	require.NoError(t, err, what)
}

// Every kind of the reason table can be put on a server, also where none is to be had.
func TestCreate_KnowsEveryKindOfTheStates(t *testing.T) {
	c := fake.NewClientset()
	seen := map[string]bool{}
	for _, o := range kubetest.LoadAll(t) {
		if kind := fmt.Sprintf("%T", o); !seen[kind] {
			seen[kind] = true
			assert.NotEmpty(t, create(t.Context(), t, c, o))
		}
	}
	assert.Greater(t, len(seen), 5)
}

// backdate gives the stored object the times, and the generation, of meta.
func (s apiServer) backdate(ctx context.Context, t *testing.T, key string, meta metav1.Object) {
	t.Helper()
	var found struct{ Kvs []struct{ Value []byte } }
	s.ask(ctx, t, "range", map[string][]byte{"key": []byte(key)}, &found)
	require.Len(t, found.Kvs, 1, key)
	o, kind, err := scheme.Codecs.UniversalDeserializer().Decode(found.Kvs[0].Value, nil, nil)
	require.NoError(t, err, key)
	o.GetObjectKind().SetGroupVersionKind(*kind)
	stored, ok := o.(metav1.Object)
	require.True(t, ok)
	stored.SetCreationTimestamp(meta.GetCreationTimestamp())
	stored.SetDeletionTimestamp(meta.GetDeletionTimestamp())
	stored.SetDeletionGracePeriodSeconds(meta.GetDeletionGracePeriodSeconds())
	stored.SetGeneration(meta.GetGeneration())
	var value bytes.Buffer
	require.NoError(t, protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Encode(o, &value), key)
	s.ask(ctx, t, "put", map[string][]byte{"key": []byte(key), "value": value.Bytes()}, &struct{}{})
}

// ask calls etcd's gateway, which speaks JSON with its bytes in base64.
func (s apiServer) ask(ctx context.Context, t *testing.T, method string, in map[string][]byte, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.etcd+"/v3/kv/"+method, bytes.NewReader(body))
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	require.Equal(t, http.StatusOK, answer.StatusCode, method)
	require.NoError(t, json.NewDecoder(answer.Body).Decode(out))
}

// startAPIServer runs etcd and kube-apiserver until the test ends.
func startAPIServer(ctx context.Context, t *testing.T, assets string) apiServer {
	t.Helper()
	dir := t.TempDir()
	etcd, peer, api := freePort(t), freePort(t), freePort(t)
	run(t, filepath.Join(assets, "etcd"), "--data-dir="+filepath.Join(dir, "etcd"),
		"--listen-client-urls=http://"+etcd, "--advertise-client-urls=http://"+etcd, "--listen-peer-urls=http://"+peer,
		"--initial-advertise-peer-urls=http://"+peer, "--initial-cluster=default=http://"+peer)

	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	keyFile, tokens := filepath.Join(dir, "sa.key"), filepath.Join(dir, "tokens.csv")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	require.NoError(t, os.WriteFile(keyFile, encoded, 0o600))
	token := rand.Text()
	require.NoError(t, os.WriteFile(tokens, []byte(token+",admin,1,system:masters\n"), 0o600))
	_, port, err := net.SplitHostPort(api)
	require.NoError(t, err)
	run(t, filepath.Join(assets, "kube-apiserver"), "--etcd-servers=http://"+etcd, "--cert-dir="+filepath.Join(dir, "certs"),
		"--bind-address=127.0.0.1", "--secure-port="+port, "--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC",
		"--token-auth-file="+tokens, "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+keyFile,
		"--service-account-signing-key-file="+keyFile, "--disable-admission-plugins=ServiceAccount", "--allow-privileged=true")

	admin := &rest.Config{Host: "https://" + api, BearerToken: token, QPS: -1, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	client, err := kubernetes.NewForConfig(admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil
	}, 2*time.Minute, 200*time.Millisecond, "the API server does not get ready")
	return apiServer{admin: admin, etcd: etcd}
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	output, err := os.Create(filepath.Join(t.TempDir(), filepath.Base(program)+".log"))
	require.NoError(t, err)
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = output, output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(output.Name())
			t.Logf("%s:\n%s", program, text[max(0, len(text)-4000):])
		}
		_ = output.Close()
	})
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return fmt.Sprint(l.Addr())
}
