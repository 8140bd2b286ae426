package kube_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/open-craft/ocim/functions/inspector/kube/kubetest"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

// says makes the API server answer a log, and keeps what was requested.
func says(s *kubetest.Server, log string) *url.Values {
	asked := new(url.Values)
	s.Logs = func(q url.Values) string {
		*asked = q
		return log
	}
	return asked
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2026-03-02T11:59:%02d.5Z line %d\n", i%60, i)
	}
	return b.String()
}

func TestLog(t *testing.T) {
	t.Parallel()
	r, client := over(t, load(t, "crash-loop")...)
	asked := says(client, numbered(4)+"Traceback \xff, cut off")
	log, err := r.Log(t.Context(), "demo", clusterfn.LogQuery{Pod: "lms-7d9f6-a1", Lines: 4, Previous: true})
	require.NoError(t, err)
	assert.Equal(t, "lms", log.Container, "the first that is no init container")
	assert.Equal(t, []string{"lms"}, log.Containers)
	assert.True(t, log.Previous)
	assert.True(t, log.Truncated)
	require.Len(t, log.Lines, 4)
	assert.Equal(t, clusterfn.Line{At: noon.Add(-59*time.Second + 500*time.Millisecond), Text: "line 1"}, log.Lines[0])
	assert.Equal(t, "Traceback �, cut off", log.Lines[3].Text)
	assert.Equal(t, url.Values{"container": {"lms"}, "previous": {"true"}, "tailLines": {"5"}, "timestamps": {"true"}}, *asked)
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*clusterfn.MaxLine)
	for name, text := range map[string]string{
		"many lines":  numbered(3 * clusterfn.MaxLines),
		"long lines":  strings.Repeat(long+"\n", 500),
		"no line end": strings.Repeat(long, 500),
		"empty lines": strings.Repeat("\n", 10_000),
		"not UTF-8":   strings.Repeat("\xff", 3*clusterfn.MaxLine),
	} {
		r, client := over(t, load(t, "crash-loop")...)
		says(client, text)
		log, err := r.Log(t.Context(), "demo", clusterfn.LogQuery{Pod: "lms-7d9f6-a1", Lines: 1_000_000})
		require.NoError(t, err, name)
		assert.LessOrEqual(t, len(log.Lines), clusterfn.MaxLines, name)
		size := 0
		for _, l := range log.Lines {
			size += len(l.Text)
		}
		assert.LessOrEqual(t, size, clusterfn.MaxLog, name)
	}
}

func TestLogThatIsNotThere(t *testing.T) {
	t.Parallel()
	pod := "lms-7d9f6-a1"
	for name, tc := range map[string]struct {
		query clusterfn.LogQuery
		err   error
		kind  fault.Kind
		says  string
	}{
		"no such pod":       {clusterfn.LogQuery{Pod: "other"}, nil, fault.NotFound, "no such pod"},
		"no such container": {clusterfn.LogQuery{Pod: pod, Container: "x"}, nil, fault.NotFound, "no such container"},
		"never restarted":   {clusterfn.LogQuery{Pod: pod, Previous: true}, apierrors.NewBadRequest("previous terminated container not found"), fault.NotFound, "no previous log"},
		"not started":       {clusterfn.LogQuery{Pod: pod}, apierrors.NewBadRequest("is waiting to start"), fault.NotFound, "not started yet"},
		"forbidden":         {clusterfn.LogQuery{Pod: pod}, apierrors.NewForbidden(corev1.Resource("pods/log"), pod, errors.New("RBAC")), fault.Unavailable, "RBAC manifest"},
		"node away":         {clusterfn.LogQuery{Pod: pod}, apierrors.NewInternalError(errors.New("dial")), fault.Unavailable, "could not read logs"},
	} {
		r, client := over(t, load(t, "crash-loop")...)
		client.Refuse(func(q kubetest.Request) error {
			if q.Subresource == "log" {
				return tc.err
			}
			return nil
		})
		_, err := r.Log(t.Context(), "demo", tc.query)
		assert.Equal(t, tc.kind, fault.KindOf(err), name)
		assert.Contains(t, fault.Message(err), tc.says, name)
	}
}
