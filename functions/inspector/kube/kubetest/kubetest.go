// Package kubetest has every state that an instance can be in, as the objects
// of Kubernetes, and what is to be said of it. The objects are such that a real
// API server takes them, so the same table holds for Server and for kube-apiserver.
package kubetest

import (
	"bytes"
	"embed"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Selector selects the instances of the states.
const Selector = "app.kubernetes.io/part-of=openedx"

// Noon is the time at which the states are what they are.
func Noon() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }

//go:embed states/*.yaml
var files embed.FS

// States are the names of all states, in order. A name can be a namespace's.
func States(t testing.TB) []string {
	t.Helper()
	entries, err := files.ReadDir("states")
	require.NoError(t, err)
	out := make([]string, 0, len(entries))
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return out
}

// Load gives the objects of a state, its namespace first. The namespace is demo.
func Load(t testing.TB, state string) []runtime.Object {
	t.Helper()
	text, err := files.ReadFile(path.Join("states", state+".yaml"))
	require.NoError(t, err)
	return Parse(t, bytes.NewReader(text))
}

// LoadAll gives the objects of every state, each in a namespace named after it.
func LoadAll(t testing.TB) []runtime.Object {
	t.Helper()
	var out []runtime.Object
	for _, state := range States(t) {
		objects := Load(t, state)
		for _, o := range objects {
			move(t, o, state)
		}
		out = append(out, objects...)
	}
	return slices.Clip(out)
}

// move puts an object into another namespace.
func move(t testing.TB, o runtime.Object, namespace string) {
	t.Helper()
	meta, ok := o.(metav1.Object)
	require.True(t, ok)
	switch o := o.(type) {
	case *corev1.Namespace:
		meta.SetName(namespace)
		return
	case *corev1.Event:
		o.InvolvedObject.Namespace = namespace
	}
	meta.SetNamespace(namespace)
}

// Scheme knows the kinds of the states and of the inspector's role.
func Scheme(t testing.TB) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, autoscalingv2.AddToScheme, rbacv1.AddToScheme} {
		require.NoError(t, add(s))
	}
	return s
}

// Parse reads the YAML documents of Kubernetes objects.
func Parse(t testing.TB, r io.Reader) []runtime.Object {
	t.Helper()
	var out []runtime.Object
	decoder := serializer.NewCodecFactory(Scheme(t)).UniversalDeserializer()
	for in := yaml.NewYAMLOrJSONDecoder(r, 4096); ; {
		var raw runtime.RawExtension
		err := in.Decode(&raw)
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		object, _, err := decoder.Decode(raw.Raw, nil, nil)
		require.NoError(t, err)
		out = append(out, object)
	}
}
