package kube_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/open-craft/ocim/functions/inspector/kube"
)

const selector = "app.kubernetes.io/part-of=openedx"

// noon is the time of every fixture.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// states are the fixtures, by name.
func states(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "states", "*.yaml"))
	require.NoError(t, err)
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	return files
}

// load reads the objects of a fixture.
func load(t *testing.T, state string) []runtime.Object {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "states", state+".yaml"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var out []runtime.Object
	in := yaml.NewYAMLOrJSONDecoder(f, 4096)
	for {
		var raw runtime.RawExtension
		err := in.Decode(&raw)
		if err == io.EOF {
			return out
		}
		require.NoError(t, err, state)
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(raw.Raw, nil, nil)
		require.NoError(t, err, state)
		out = append(out, object)
	}
}

func newReader(client kubernetes.Interface, now func() time.Time) (*kube.Reader, error) {
	return kube.NewReader(client, kube.Options{Selector: selector, CacheFor: 3 * time.Second, Now: now})
}

func reader(t *testing.T, client kubernetes.Interface, now func() time.Time) *kube.Reader {
	t.Helper()
	r, err := newReader(client, now)
	require.NoError(t, err)
	return r
}

func over(t *testing.T, objects ...runtime.Object) (*kube.Reader, *fake.Clientset) {
	t.Helper()
	client := fake.NewClientset(objects...)
	return reader(t, client, atNoon), client
}
