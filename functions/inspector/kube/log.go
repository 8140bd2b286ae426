package kube

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

// Log gives the last lines of a container's log. The pod must be one of the
// instance's; without a container it is the pod's first that is no init
// container.
func (r *Reader) Log(ctx context.Context, instance string, q clusterfn.LogQuery) (clusterfn.Log, error) {
	view, err := r.View(ctx, instance)
	if err != nil {
		return clusterfn.Log{}, err
	}
	i := slices.IndexFunc(view.Pods.Pods, func(p clusterfn.Pod) bool { return p.Name == q.Pod })
	if i < 0 {
		return clusterfn.Log{}, fault.New(fault.NotFound, "The instance has no such pod; it may have been replaced.")
	}
	out := clusterfn.Log{At: r.now(), Pod: q.Pod, Container: q.Container, Previous: q.Previous}
	for _, c := range view.Pods.Pods[i].Containers {
		out.Containers = append(out.Containers, c.Name)
		if out.Container == "" && !c.Init {
			out.Container = c.Name
		}
	}
	if !slices.Contains(out.Containers, out.Container) {
		return clusterfn.Log{}, fault.New(fault.NotFound, "The pod has no such container.")
	}
	lines := q.Lines
	if lines <= 0 {
		lines = clusterfn.DefaultLines
	}
	lines = min(lines, clusterfn.MaxLines)
	query := url.Values{"container": {out.Container}, "timestamps": {"true"}}
	query.Set("tailLines", strconv.Itoa(lines+1)) // one extra line shows whether the log is longer
	if q.Previous {
		query.Set("previous", "true")
	}
	stream, err := r.client.get(ctx, "/api/v1/namespaces/"+instance+"/pods/"+q.Pod+"/log", query)
	if err != nil {
		return clusterfn.Log{}, logFault(err, q.Previous)
	}
	defer func() { _ = stream.Close() }()
	out.Lines, out.Truncated, err = lastLines(stream, lines)
	if err != nil {
		return clusterfn.Log{}, translate(err, "read the log")
	}
	return out, nil
}

// logFault says why there is no log. Kubernetes answers 400 for a container
// that has not run.
func logFault(err error, previous bool) error {
	switch {
	case apierrors.IsBadRequest(err) && previous:
		return fault.Wrap(fault.NotFound, err, "The container was not restarted, so there is no previous log.")
	case apierrors.IsBadRequest(err):
		return fault.Wrap(fault.NotFound, err, "The container has not started yet, so there is no log.")
	case apierrors.IsNotFound(err):
		return fault.Wrap(fault.NotFound, err, "The pod is gone.")
	}
	return translate(err, "read logs")
}

// lastLines keeps the last lines of a log, each with its time, within the
// bounds of an answer.
func lastLines(log io.Reader, most int) (lines []clusterfn.Line, truncated bool, err error) {
	in := bufio.NewReaderSize(log, 16<<10)
	size := 0
	lines = []clusterfn.Line{}
	for {
		text, err := boundedLine(in)
		if err != nil && (!errors.Is(err, io.EOF) || text == "") {
			if errors.Is(err, io.EOF) {
				return lines, truncated, nil
			}
			return nil, false, err
		}
		line := parseLine(text)
		lines = append(lines, line)
		size += len(line.Text)
		drop := 0
		for len(lines)-drop > most || size > clusterfn.MaxLog {
			size -= len(lines[drop].Text)
			drop++
		}
		if drop > 0 {
			lines, truncated = slices.Delete(lines, 0, drop), true
		}
	}
}

// timestampRoom is how long a timestamp with its space may be.
const timestampRoom = 40

// boundedLine reads one line and leaves out what is too long.
func boundedLine(in *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		chunk, err := in.ReadSlice('\n')
		if room := clusterfn.MaxLine + timestampRoom - b.Len(); room > 0 {
			b.Write(chunk[:min(len(chunk), room)])
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return b.String(), err
		}
	}
}

func parseLine(s string) clusterfn.Line {
	s = strings.TrimRight(s, "\r\n")
	if stamp, text, found := strings.Cut(s, " "); found {
		if at, err := time.Parse(time.RFC3339Nano, stamp); err == nil {
			return clusterfn.Line{At: at, Text: bounded(text)}
		}
	}
	return clusterfn.Line{Text: bounded(s)}
}

func bounded(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), clusterfn.MaxLine)], "�")
}
