package function

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
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
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
)

// TestAgainstARealAPIServer runs the inspector with the rights of its manifest
// against kube-apiserver and etcd, where KUBEBUILDER_ASSETS says they are.
func TestAgainstARealAPIServer(t *testing.T) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Skip("not run: KUBEBUILDER_ASSETS does not say where kube-apiserver and etcd are")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	admin := startAPIServer(ctx, t, assets)
	setUp, err := kubernetes.NewForConfig(admin)
	require.NoError(t, err)
	populate(ctx, t, setUp)

	token, err := setUp.CoreV1().ServiceAccounts("openfaas-fn").CreateToken(ctx, "ocim-inspector", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	require.NoError(t, err)
	account := rest.AnonymousClientConfig(admin)
	account.BearerToken = token.Status.Token
	reader, err := connect(account, Config{Selector: "app.kubernetes.io/part-of=openedx"})
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
	require.Len(t, list.Instances, 1)
	assert.Equal(t, fleet.Failed, list.Instances[0].Health)
	assert.Contains(t, list.Instances[0].Reason, "crashes again and again")
	replication, err := c.Replication(ctx, "demo")
	require.NoError(t, err)
	assert.Empty(t, replication.Unread, "no permission is missing")
	_, err = c.Nodes(ctx)
	require.NoError(t, err)
	pods, err := c.Pods(ctx, "demo")
	require.NoError(t, err)
	require.Len(t, pods.Pods, 1)
	assert.Equal(t, "lms", pods.Pods[0].Workload)
	// There is no node to fetch a log from; permission is another matter.
	_, err = c.Log(ctx, "demo", clusterfn.LogQuery{Pod: pods.Pods[0].Name})
	assert.NotContains(t, fault.Message(err), "RBAC")
	_, err = c.Pods(ctx, "kube-system")
	assert.Equal(t, fault.NotFound, fault.KindOf(err))

	recreateStates(ctx, t, setUp)
	states, err := reader.Cluster(ctx)
	require.NoError(t, err)
	for _, i := range states.Instances.Instances {
		if want, ok := statesOverTheWire()[i.Name]; ok && assert.NotEmpty(t, i.Findings, i.Name) {
			assert.Equal(t, want, i.Findings[0].Code, "%s: %s", i.Name, i.Reason)
		}
	}
	assert.Len(t, states.Instances.Instances, 1+len(statesOverTheWire()))

	asInspector, err := kubernetes.NewForConfig(account)
	require.NoError(t, err)
	for what, try := range map[string]func() error{
		"list secrets": func() error {
			_, err := asInspector.CoreV1().Secrets("demo").List(ctx, metav1.ListOptions{})
			return err
		},
		"list configmaps": func() error {
			_, err := asInspector.CoreV1().ConfigMaps("demo").List(ctx, metav1.ListOptions{})
			return err
		},
		"delete a pod": func() error {
			return asInspector.CoreV1().Pods("demo").Delete(ctx, pods.Pods[0].Name, metav1.DeleteOptions{})
		},
		"create a namespace": func() error {
			_, err := asInspector.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x"}}, metav1.CreateOptions{})
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

// populate applies the manifest and makes an instance whose only pod crashes.
func populate(ctx context.Context, t *testing.T, c kubernetes.Interface) {
	t.Helper()
	for _, name := range []string{"openfaas-fn", "demo"} {
		_, err := c.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		require.NoError(t, err)
	}
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
	labels := map[string]string{"app.kubernetes.io/part-of": "openedx", "pod-template-hash": "5c7d"}
	spec := corev1.PodSpec{Containers: []corev1.Container{{Name: "lms", Image: "openedx:teak"}}}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec}
	_, err := c.AppsV1().Deployments("demo").Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "lms", Labels: labels},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	controller := true
	pod, err := c.CoreV1().Pods("demo").Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "lms-5c7d-a1", Labels: labels, OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "lms-5c7d", UID: "11111111-1111-4111-8111-111111111111", Controller: &controller},
		}},
		Spec: spec,
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
		Name: "lms", RestartCount: 7, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
	}}}
	_, err = c.CoreV1().Pods("demo").UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	require.NoError(t, err)
}

// statesOverTheWire are the fixtures of the reason table that a real API server
// can be brought into: those that depend on no object's age, which it sets.
func statesOverTheWire() map[string]clusterfn.Code {
	return map[string]clusterfn.Code{
		"crash-loop": clusterfn.CrashLoop, "crash-loop-beside": clusterfn.CrashLoop, "image-pull": clusterfn.ImagePull,
		"oom-killed": clusterfn.OOMKilled, "init-failed": clusterfn.InitFailed, "config-error": clusterfn.ConfigError,
		"quota": clusterfn.Quota, "rollout-stuck": clusterfn.RolloutStuck, "unschedulable-just-now": clusterfn.Unschedulable,
	}
}

// recreateStates makes each of those fixtures in a namespace of its own.
func recreateStates(ctx context.Context, t *testing.T, c kubernetes.Interface) {
	t.Helper()
	for state := range statesOverTheWire() {
		_, err := c.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: state}}, metav1.CreateOptions{})
		require.NoError(t, err)
		for _, o := range objects(t, filepath.Join("kube", "testdata", "states", state+".yaml")) {
			switch o := o.(type) {
			case *appsv1.Deployment:
				o.Namespace = state
				made, err := c.AppsV1().Deployments(state).Create(ctx, o, metav1.CreateOptions{})
				require.NoError(t, err, state)
				made.Status = o.Status
				made.Status.ObservedGeneration = made.Generation
				_, err = c.AppsV1().Deployments(state).UpdateStatus(ctx, made, metav1.UpdateOptions{})
				require.NoError(t, err, state)
			case *corev1.Pod:
				o.Namespace = state
				made, err := c.CoreV1().Pods(state).Create(ctx, o, metav1.CreateOptions{})
				require.NoError(t, err, state)
				made.Status = o.Status
				_, err = c.CoreV1().Pods(state).UpdateStatus(ctx, made, metav1.UpdateOptions{})
				require.NoError(t, err, state)
			}
		}
	}
}

// startAPIServer runs etcd and kube-apiserver until the test ends and gives how
// an administrator reaches it.
func startAPIServer(ctx context.Context, t *testing.T, assets string) *rest.Config {
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

	admin := &rest.Config{Host: "https://" + api, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
	client, err := kubernetes.NewForConfig(admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil
	}, 2*time.Minute, 200*time.Millisecond, "the API server does not get ready")
	return admin
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
