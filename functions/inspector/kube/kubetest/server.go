package kubetest

import (
	"cmp"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/transport"

	"github.com/open-craft/ocim/functions/inspector/kube"
)

// kind is where the objects of a kind are.
type kind struct {
	group, resource string // such as /apis/apps/v1 and deployments
	object          runtime.Object
	list            func() runtime.Object // nil for what the inspector does not read
}

func kinds() []kind {
	return []kind{
		{"/api/v1", "namespaces", &corev1.Namespace{}, func() runtime.Object { return &corev1.NamespaceList{} }},
		{"/api/v1", "nodes", &corev1.Node{}, func() runtime.Object { return &corev1.NodeList{} }},
		{"/api/v1", "pods", &corev1.Pod{}, func() runtime.Object { return &corev1.PodList{} }},
		{"/api/v1", "events", &corev1.Event{}, func() runtime.Object { return &corev1.EventList{} }},
		{"/apis/apps/v1", "deployments", &appsv1.Deployment{}, func() runtime.Object { return &appsv1.DeploymentList{} }},
		{"/apis/apps/v1", "statefulsets", &appsv1.StatefulSet{}, func() runtime.Object { return &appsv1.StatefulSetList{} }},
		{"/apis/apps/v1", "daemonsets", &appsv1.DaemonSet{}, func() runtime.Object { return &appsv1.DaemonSetList{} }},
		{"/apis/batch/v1", "jobs", &batchv1.Job{}, func() runtime.Object { return &batchv1.JobList{} }},
		{"/apis/autoscaling/v2", "horizontalpodautoscalers", &autoscalingv2.HorizontalPodAutoscaler{}, func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscalerList{} }},
		{"/api/v1", "serviceaccounts", &corev1.ServiceAccount{}, nil},
		{"/apis/rbac.authorization.k8s.io/v1", "clusterroles", &rbacv1.ClusterRole{}, nil},
		{"/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", &rbacv1.ClusterRoleBinding{}, nil},
	}
}

// Path gives where an API server has the objects of o's kind and namespace.
func Path(t testing.TB, o runtime.Object) string {
	t.Helper()
	for _, k := range kinds() {
		if reflect.TypeOf(k.object) != reflect.TypeOf(o) {
			continue
		}
		if namespace := o.(metav1.Object).GetNamespace(); namespace != "" {
			return path.Join(k.group, "namespaces", namespace, k.resource)
		}
		return path.Join(k.group, k.resource)
	}
	t.Fatalf("it is not known where a %T is", o)
	return ""
}

// Request is what was asked of the server.
type Request struct {
	Verb, Group, Resource, Subresource, Namespace, Name string
	Query                                               url.Values
}

// Server answers what the inspector asks of a cluster's Kubernetes API as that does: to those with a
// token, in protocol buffers, lists in pages of the size that is requested, and refusals as a Status.
type Server struct {
	// Logs gives the log of a container.
	Logs func(url.Values) string
	// Made has kinds whose objects are made as they are requested, by resource.
	Made map[string]Made

	address string
	objects []runtime.Object

	mu     sync.Mutex
	asked  []Request
	refuse func(Request) error
}

// Made is how many objects there are, and a list of some of them.
type Made struct {
	Total int
	List  func(from, to int) runtime.Object
}

const token = "token of the account"

// Serve starts a server with these objects, for as long as the test runs.
func Serve(t testing.TB, objects ...runtime.Object) *Server {
	t.Helper()
	name := func(o runtime.Object) string {
		return o.(metav1.Object).GetNamespace() + "/" + o.(metav1.Object).GetName()
	}
	s := &Server{
		objects: slices.SortedFunc(slices.Values(objects), func(a, b runtime.Object) int { return cmp.Compare(name(a), name(b)) }),
		Logs:    func(url.Values) string { return "fake logs" },
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.address = server.URL
	return s
}

// Client makes a client of the server.
func (s *Server) Client(t testing.TB) *kube.Client {
	t.Helper()
	c, err := kube.Connect(s.address, transport.Config{BearerToken: token})
	require.NoError(t, err)
	return c
}

// Refuse has f asked before each answer from now on; nil refuses nothing.
func (s *Server) Refuse(f func(Request) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Asked gives what was asked so far.
func (s *Server) Asked() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// ServeHTTP is the server's API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.answer(r)
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		refused := status.Status()
		refused.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Status"})
		answer = &refused
		w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
		if d := refused.Details; d != nil && d.RetryAfterSeconds > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(d.RetryAfterSeconds)))
		}
		w.WriteHeader(int(refused.Code))
	}
	if text, isLog := answer.(string); isLog {
		_, _ = w.Write([]byte(text))
		return
	}
	object, ok := answer.(interface {
		runtime.Object
		Marshal() ([]byte, error)
	})
	if !ok {
		panic(err)
	}
	raw, err := object.Marshal()
	if err != nil {
		panic(err)
	}
	envelope := runtime.Unknown{Raw: raw, ContentType: runtime.ContentTypeProtobuf}
	envelope.APIVersion, envelope.Kind = object.GetObjectKind().GroupVersionKind().ToAPIVersionAndKind()
	text, err := envelope.Marshal()
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(append([]byte("k8s\x00"), text...))
}

// answer gives an object, a list of them or the text of a log.
func (s *Server) answer(r *http.Request) (any, error) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		return nil, apierrors.NewUnauthorized("")
	}
	k, asked, ok := parse(r)
	if !ok {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: r.URL.Path}, "")
	}
	s.mu.Lock()
	s.asked = append(s.asked, asked)
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil {
		if err := refuse(asked); err != nil {
			return nil, err
		}
	}
	switch {
	case asked.Subresource == "log":
		return s.Logs(asked.Query), nil
	case asked.Verb == "list":
		return s.list(k, asked)
	}
	for _, o := range s.found(k, asked) {
		if o.(metav1.Object).GetName() == asked.Name {
			return o, nil
		}
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: asked.Resource}, asked.Name)
}

// parse reads an address such as /apis/apps/v1/namespaces/demo/deployments.
func parse(r *http.Request) (kind, Request, bool) {
	for _, k := range kinds() {
		rest, ok := strings.CutPrefix(r.URL.Path, k.group+"/")
		if !ok || k.list == nil {
			continue
		}
		out := Request{Verb: "list", Group: path.Base(path.Dir(k.group)), Resource: k.resource, Query: r.URL.Query()}
		if k.group == "/api/v1" {
			out.Group = ""
		}
		parts := strings.Split(rest, "/")
		if len(parts) > 2 && parts[0] == "namespaces" {
			out.Namespace, parts = parts[1], parts[2:]
		}
		if parts[0] != k.resource || len(parts) > 3 {
			continue
		}
		if len(parts) > 1 {
			out.Verb, out.Name = "get", parts[1]
		}
		if len(parts) > 2 {
			out.Subresource = parts[2]
		}
		return k, out, true
	}
	return kind{}, Request{}, false
}

// found gives the objects of a kind that a request selects.
func (s *Server) found(k kind, asked Request) []runtime.Object {
	return slices.DeleteFunc(slices.Clone(s.objects), func(o runtime.Object) bool {
		event, isEvent := o.(*corev1.Event)
		return reflect.TypeOf(o) != reflect.TypeOf(k.object) ||
			asked.Namespace != "" && o.(metav1.Object).GetNamespace() != asked.Namespace ||
			isEvent && asked.Query.Get("fieldSelector") != "type="+event.Type
	})
}

func (s *Server) list(k kind, asked Request) (runtime.Object, error) {
	objects := s.found(k, asked)
	made, lazy := s.Made[k.resource]
	if !lazy {
		made = Made{len(objects), func(from, to int) runtime.Object {
			l := k.list()
			if err := meta.SetList(l, objects[from:to]); err != nil {
				panic(err)
			}
			return l
		}}
	}
	limit, err := strconv.Atoi(asked.Query.Get("limit"))
	if err != nil {
		return nil, apierrors.NewBadRequest("the inspector reads in pages")
	}
	from := 0
	if at := asked.Query.Get("continue"); at != "" {
		if from, err = strconv.Atoi(at); err != nil {
			return nil, apierrors.NewBadRequest("continue key is not valid")
		}
	}
	to := min(from+limit, made.Total)
	l := made.List(from, to)
	if to < made.Total {
		l.(metav1.ListInterface).SetContinue(strconv.Itoa(to))
	}
	return l, nil
}
