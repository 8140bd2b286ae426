package gitlab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fleet"
)

// maxJobPages bounds the jobs of one pipeline that are listed.
const maxJobPages = 10

// PipelineWithJobs reads one pipeline with all its jobs, those included that
// a retry replaced.
func (p *Project) PipelineWithJobs(ctx context.Context, id int64) (fleet.Pipeline, error) {
	found, _, err := p.api.Pipelines.GetPipeline(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "reading pipeline %d", id)
	}
	out := pipeline(found)
	all := true
	opt := &gogitlab.ListJobsOptions{ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}, IncludeRetried: &all}
	var jobs []*gogitlab.Job
	for range maxJobPages {
		list, answer, err := p.api.Jobs.ListPipelineJobs(p.id, int(id), opt, gogitlab.WithContext(ctx))
		if err != nil {
			return fleet.Pipeline{}, translate(err, "listing the jobs of pipeline %d", id)
		}
		jobs = append(jobs, list...)
		if answer.NextPage == 0 {
			break
		}
		opt.Page = answer.NextPage
	}
	slices.SortFunc(jobs, func(a, b *gogitlab.Job) int { return a.ID - b.ID })
	newest := map[string]int{}
	for _, j := range jobs {
		newest[j.Stage+"\x00"+j.Name] = j.ID
	}
	for _, j := range jobs {
		addJob(&out.Stages, j.Stage, fleet.Job{
			ID: int64(j.ID), Name: j.Name, Status: fleet.PipelineStatus(j.Status),
			StartedAt: at(j.StartedAt), FinishedAt: at(j.FinishedAt), WebURL: j.WebURL,
			Retried: newest[j.Stage+"\x00"+j.Name] != j.ID, AllowFailure: j.AllowFailure, FailureReason: j.FailureReason,
		})
	}
	return out, nil
}

// Log is a part of a job's log.
type Log struct {
	From  int64  // offset of its first byte
	Bytes []byte // as the runner wrote them
	Size  int64  // of the whole log so far; -1 when GitLab did not tell
}

// JobLog reads a part of a job's log: at most limit bytes from an offset on.
// GitLab is asked for that range; where it sends the whole, the rest is read
// past or not read, so a log never enters memory whole.
func (p *Project) JobLog(ctx context.Context, job, from, limit int64) (Log, error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	req, err := p.api.NewRequest(http.MethodGet, p.path(fmt.Sprintf("jobs/%d/trace", job)), nil,
		[]gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx), rangeHeader(from, limit)})
	if err != nil {
		return Log{}, translate(err, "reading the log of job %d", job)
	}
	part := &window{skip: from, most: limit, full: enough}
	answer, err := p.api.Do(req, part)
	var said *gogitlab.ErrorResponse
	switch {
	case part.over:
		return Log{From: from, Bytes: part.kept, Size: sizeOf(answer)}, nil
	case err == nil && from > 0 && part.skip > 0: // the log is shorter than that
		return Log{From: from, Size: from - part.skip}, nil
	case err == nil:
		return Log{From: from, Bytes: part.kept, Size: from + int64(len(part.kept))}, nil
	// go-gitlab takes the answers to a range for errors, and keeps their body.
	case errors.As(err, &said) && said.Response != nil && said.Response.StatusCode == http.StatusPartialContent:
		body := said.Body[:min(int64(len(said.Body)), limit)]
		return Log{From: from, Bytes: body, Size: total(said.Response.Header)}, nil
	case errors.As(err, &said) && said.Response != nil && said.Response.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return Log{From: from, Size: total(said.Response.Header)}, nil
	}
	return Log{}, translate(err, "reading the log of job %d", job)
}

// CopyLog writes a job's whole log as it comes. One call; the log is in memory
// nowhere.
func (p *Project) CopyLog(ctx context.Context, job int64, to io.Writer) error {
	req, err := p.api.NewRequest(http.MethodGet, p.path(fmt.Sprintf("jobs/%d/trace", job)), nil,
		[]gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx)})
	if err != nil {
		return translate(err, "reading the log of job %d", job)
	}
	_, err = p.api.Do(req, to)
	return translate(err, "reading the log of job %d", job)
}

// total reads the size of the whole out of Content-Range.
func total(h http.Header) int64 {
	_, size, _ := strings.Cut(h.Get("Content-Range"), "/")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func sizeOf(answer *gogitlab.Response) int64 {
	if answer == nil || answer.Response == nil {
		return -1
	}
	return answer.ContentLength
}

// window keeps a part of what is written to it.
type window struct {
	skip, most int64
	kept       []byte
	over       bool
	full       func() // stops the download
}

// Write implements io.Writer.
func (w *window) Write(b []byte) (int, error) {
	n := len(b)
	if w.skip > 0 {
		past := min(w.skip, int64(len(b)))
		w.skip -= past
		b = b[past:]
	}
	w.kept = append(w.kept, b[:min(int64(len(b)), w.most-int64(len(w.kept)))]...)
	if int64(len(w.kept)) == w.most {
		w.over = true
		w.full()
		return 0, errEnough
	}
	return n, nil
}

func rangeHeader(from, limit int64) gogitlab.RequestOptionFunc {
	return gogitlab.WithHeader("Range", fmt.Sprintf("bytes=%d-%d", from, from+limit-1))
}
