//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"
)

// Log is a part of a job's log.
type Log struct {
	From  int64  // offset of its first byte
	Bytes []byte // as the runner wrote them
	Size  int64  // of the log so far, in bytes
}

// JobLog reads a part of a job's log: at most limit bytes from an offset on.
//
// GitLab sends a log only as a whole, so what it sent is kept, compressed and
// within bounds: reading a log in parts costs its size once. A log that grows is
// fetched again when a part beyond its known end is asked for, but no more often
// than freshFor allows; GitLab answers that nothing came where it can.
func (p *Project) JobLog(ctx context.Context, job, from, limit int64) (Log, error) {
	key := logKey{p.api.BaseURL().String(), p.id, job}
	known := p.logs.get(key)
	if known == nil || from+limit > known.size && !known.fresh(time.Now()) {
		fetched, err := p.fetchLog(ctx, job, known)
		if err != nil {
			return Log{}, translate(err, "reading the log of job %d", job)
		}
		known = fetched
		p.logs.put(key, known)
	}
	part, err := known.read(from, limit)
	if err != nil {
		return Log{}, fmt.Errorf("reading the kept log of job %d: %w", job, err)
	}
	return Log{From: from, Bytes: part, Size: known.size}, nil
}

// fetchLog reads a log, or finds that it is what is known.
func (p *Project) fetchLog(ctx context.Context, job int64, known *keptLog) (*keptLog, error) {
	var unlessSame []gogitlab.RequestOptionFunc
	if known != nil && known.etag != "" {
		unlessSame = append(unlessSame, gogitlab.WithHeader("If-None-Match", known.etag))
	}
	kept := new(keptLog)
	resp, err := p.send(ctx, http.MethodGet, p.tracePath(job), nil, kept, unlessSame...)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNotModified && known != nil {
		return known.checked(time.Now()), nil
	}
	kept.etag = resp.Header.Get("ETag")
	if err := kept.close(time.Now()); err != nil {
		return nil, err
	}
	return kept, nil
}

// CopyLog writes a job's log as it comes. One call; the log is in memory nowhere.
func (p *Project) CopyLog(ctx context.Context, job int64, to io.Writer) error {
	_, err := p.send(ctx, http.MethodGet, p.tracePath(job), nil, to)
	return translate(err, "reading the log of job %d", job)
}

func (p *Project) tracePath(job int64) string {
	return p.path("jobs", strconv.FormatInt(job, 10), "trace")
}
