package function

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/transport"

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
	server.admin.create(ctx, t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "openfaas-fn"}})
	for _, o := range manifest(t) {
		server.admin.create(ctx, t, o)
	}
	for _, o := range kubetest.LoadAll(t) {
		server.put(ctx, t, o)
	}

	var made authenticationv1.TokenRequest
	require.NoError(t, server.admin.call(ctx, http.MethodPost, "/api/v1/namespaces/openfaas-fn/serviceaccounts/ocim-inspector/token", object{}, &made))
	account := caller{address: server.admin.address, token: made.Status.Token}
	client, err := kube.Connect(account.address, transport.Config{BearerToken: account.token, TLS: transport.TLSConfig{Insecure: true}})
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

	for _, try := range [][2]string{
		{http.MethodGet, "/api/v1/namespaces/crash-loop/secrets"},
		{http.MethodGet, "/api/v1/namespaces/crash-loop/configmaps"},
		{http.MethodDelete, "/api/v1/namespaces/crash-loop/pods/" + pods.Pods[0].Name},
		{http.MethodPost, "/api/v1/namespaces"},
	} {
		assert.True(t, apierrors.IsForbidden(account.call(ctx, try[0], try[1], object{}, nil)), try)
	}
	require.NoError(t, server.admin.call(ctx, http.MethodDelete, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ocim-inspector", nil, nil))
	require.Eventually(t, func() bool {
		_, err := c.Nodes(ctx)
		return err != nil && strings.Contains(fault.Message(err), "RBAC manifest")
	}, 20*time.Second, 100*time.Millisecond, "a missing permission shows")
}

// object is an object of Kubernetes in JSON.
type object = map[string]any

// caller calls an API server, as an administrator or with an account's token.
type caller struct{ address, token string }

// call sends in, unless it is nil, and decodes the answer. What is refused is an error of
// Kubernetes' own kind.
func (c caller) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 300 {
		if out == nil {
			return nil
		}
		return json.NewDecoder(answer.Body).Decode(out)
	}
	refused := &apierrors.StatusError{}
	if err := json.NewDecoder(answer.Body).Decode(&refused.ErrStatus); err != nil {
		return fmt.Errorf("%s: %w", answer.Status, err)
	}
	return refused
}

// create creates an object with its status. It returns its path.
func (c caller) create(ctx context.Context, t *testing.T, o runtime.Object) string {
	t.Helper()
	in, made := object{}, object{}
	text, err := json.Marshal(o)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &in))
	path := kubetest.Path(t, o)
	require.NoError(t, c.call(ctx, http.MethodPost, path, in, &made), string(text))
	path += "/" + o.(metav1.Object).GetName()
	if status, has := in["status"]; has && in["kind"] != "Namespace" {
		made["status"] = status
		require.NoError(t, c.call(ctx, http.MethodPut, path+"/status", made, nil), string(text))
	}
	return path
}

// apiServer is a running kube-apiserver.
type apiServer struct {
	admin caller
	etcd  string // address of what it keeps its objects in
}

// put creates an object with its status, as the server takes it, and then gives
// it the times that no client may set.
func (s apiServer) put(ctx context.Context, t *testing.T, o runtime.Object) {
	t.Helper()
	s.admin.create(ctx, t, o)
	meta, ok := o.(metav1.Object)
	require.True(t, ok)
	parts := strings.Split(kubetest.Path(t, o), "/")
	s.backdate(ctx, t, path.Join("/registry", parts[len(parts)-1], meta.GetNamespace(), meta.GetName()), meta)
}

// Every kind of the reason table can be put on a server, also where none is to be had.
func TestPath_KnowsEveryKindOfTheStates(t *testing.T) {
	t.Parallel()
	for _, o := range append(kubetest.LoadAll(t), manifest(t)...) {
		assert.NotEmpty(t, kubetest.Path(t, o))
	}
}

// backdate gives the stored object the times, and the generation, of meta.
func (s apiServer) backdate(ctx context.Context, t *testing.T, key string, meta metav1.Object) {
	t.Helper()
	var found struct{ Kvs []struct{ Value []byte } }
	s.ask(ctx, t, "range", map[string][]byte{"key": []byte(key)}, &found)
	require.Len(t, found.Kvs, 1, key)
	scheme := kubetest.Scheme(t)
	o, kind, err := serializer.NewCodecFactory(scheme).UniversalDeserializer().Decode(found.Kvs[0].Value, nil, nil)
	require.NoError(t, err, key)
	o.GetObjectKind().SetGroupVersionKind(*kind)
	stored, ok := o.(metav1.Object)
	require.True(t, ok)
	stored.SetCreationTimestamp(meta.GetCreationTimestamp())
	stored.SetDeletionTimestamp(meta.GetDeletionTimestamp())
	stored.SetDeletionGracePeriodSeconds(meta.GetDeletionGracePeriodSeconds())
	stored.SetGeneration(meta.GetGeneration())
	var value bytes.Buffer
	require.NoError(t, protobuf.NewSerializer(scheme, scheme).Encode(o, &value), key)
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

	admin := caller{address: "https://" + api, token: token}
	require.Eventually(t, func() bool {
		// It answers "ok", which is no JSON.
		return admin.call(ctx, http.MethodGet, "/readyz", nil, nil) == nil
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
