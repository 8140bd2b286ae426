package gitlab

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"sync"
	"time"
)

// Bounds of the logs that a process keeps.
const (
	logChunk   = 1 << 20  // bytes of a log that are compressed together
	maxKeptLog = 24 << 20 // compressed bytes of all logs; the least recently read go first
)

// logKey names a job's log.
type logKey struct {
	server  string
	project int64
	job     int64
}

func (k logKey) is(other logKey) bool { return k == other }

// logCache keeps logs that were read. Losing it costs a transfer, nothing else.
type logCache struct {
	mu    sync.Mutex
	logs  map[logKey]*keptLog
	order []logKey // the least recently read first
	bytes int
}

func (c *logCache) get(key logKey) *keptLog {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.logs[key]
	if found != nil {
		c.order = append(slices.DeleteFunc(c.order, key.is), key)
	}
	return found
}

// put keeps a log in place of its former state; one that is larger than all the
// room is not kept.
func (c *logCache) put(key logKey, log *keptLog) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.logs[key]; old != nil {
		c.drop(key)
	}
	if log.bytes > maxKeptLog {
		return
	}
	if c.logs == nil {
		c.logs = map[logKey]*keptLog{}
	}
	c.logs[key], c.bytes = log, c.bytes+log.bytes
	c.order = append(c.order, key)
	for c.bytes > maxKeptLog {
		c.drop(c.order[0])
	}
}

func (c *logCache) drop(key logKey) {
	c.order = slices.DeleteFunc(c.order, key.is)
	c.bytes -= c.logs[key].bytes
	delete(c.logs, key)
}

// keptLog is a log in compressed chunks of logChunk bytes each, the last one
// shorter. It does not change once it is closed.
type keptLog struct {
	chunks  [][]byte
	size    int64
	bytes   int // compressed
	etag    string
	fetched time.Time

	pending []byte // of the chunk that is being filled
	packer  *flate.Writer
}

// Write implements io.Writer.
func (l *keptLog) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		taken := min(len(b), logChunk-len(l.pending))
		l.pending = append(l.pending, b[:taken]...)
		b = b[taken:]
		if len(l.pending) == logChunk {
			if err := l.compress(); err != nil {
				return 0, err
			}
		}
	}
	l.size += int64(n)
	return n, nil
}

func (l *keptLog) compress() error {
	var buf bytes.Buffer
	if l.packer == nil {
		var err error
		if l.packer, err = flate.NewWriter(&buf, flate.BestSpeed); err != nil {
			return err
		}
	}
	l.packer.Reset(&buf)
	if _, err := l.packer.Write(l.pending); err != nil {
		return err
	}
	if err := l.packer.Close(); err != nil {
		return err
	}
	l.chunks = append(l.chunks, bytes.Clone(buf.Bytes()))
	l.bytes += buf.Len()
	l.pending = l.pending[:0]
	return nil
}

func (l *keptLog) close(at time.Time) error {
	l.fetched = at
	var err error
	if len(l.pending) > 0 {
		err = l.compress()
	}
	l.pending, l.packer = nil, nil
	return err
}

// checked is the same log, known to be up to date at a later time.
func (l *keptLog) checked(at time.Time) *keptLog {
	again := *l
	again.fetched = at
	return &again
}

// fresh reports whether a log is not to be fetched again yet: following one costs
// about a megabyte a second, however long it is.
func (l *keptLog) fresh(now time.Time) bool {
	return now.Sub(l.fetched) < time.Second+time.Duration(l.size)*time.Second/(1<<20)
}

// read gives at most limit bytes from an offset; none from the end on.
func (l *keptLog) read(from, limit int64) ([]byte, error) {
	end := min(from+limit, l.size)
	if from < 0 || from >= end {
		return nil, nil
	}
	out := make([]byte, 0, end-from)
	for at := from; at < end; {
		chunk := at / logChunk
		r := flate.NewReader(bytes.NewReader(l.chunks[chunk]))
		if _, err := io.CopyN(io.Discard, r, at-chunk*logChunk); err != nil {
			return nil, err
		}
		n := min(end, (chunk+1)*logChunk) - at
		part := make([]byte, n)
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, err
		}
		out = append(out, part...)
		at += n
	}
	return out, nil
}
