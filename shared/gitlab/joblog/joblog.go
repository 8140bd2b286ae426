package joblog

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/pattern"
)

// FirstError is the line of a job's log that says why it failed.
type FirstError struct {
	Line    int64    `json:"line" doc:"Its number, from 1"`
	Offset  int64    `json:"offset" doc:"Where its line begins in the log, in bytes"`
	Text    string   `json:"text" doc:"The line without colors"`
	Context []string `json:"context,omitempty" doc:"The lines before and after it, without colors"`
}

// Bounds of what is shown of an error.
const (
	maxErrorLine  = 500 // bytes
	contextBefore = 2
	contextAfter  = 6
)

var (
	ansi    = pattern.Lazy(`\x1b\[[0-9;?]*[A-Za-z]`)
	section = pattern.Lazy(`^section_(?:start|end):\d+:[^\r]*\r`)
	stamp   = pattern.Lazy(`^(?:\d{4}-\d\d-\d\dT[0-9:.]+Z \d\d[OE]\+? ?)`)
)

// signs are what errors look like, the clearest first. A sign counts before
// any later one, wherever the two stand.
var signs = [][]func() *regexp.Regexp{
	{
		pattern.Lazy(`^[│|]? ?Error: .*`), // Terraform, Tutor, Helm, npm
		pattern.Lazy(`^[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt): .+`),
		pattern.Lazy(`(?i)^(?:fatal|panic): .+`),
		pattern.Lazy(`(?i)error acquiring the state lock`),
		pattern.Lazy(`^Error from server`),
		pattern.Lazy(`(?i)\b(?:OOMKilled|out of memory|no space left on device)\b`),
		pattern.Lazy(`(?:ErrImagePull|ImagePullBackOff|CrashLoopBackOff)`),
		pattern.Lazy(`(?i)^(?:#\d+ [0-9.]+ )?(?:npm (?:ERR!|error)|error(?: TS\d+)?:|ERROR:? |\[error\]|E: )`),
		pattern.Lazy(`(?i)^(?:#\d+ )?ERROR: (?:failed|process|command)`),
		pattern.Lazy(`(?i)\bexceeded its progress deadline\b`),
		pattern.Lazy(`^KeyError`),
	},
	{ // these may be tries that succeeded later
		pattern.Lazy(`(?i)\b(?:permission denied|connection refused|timed out|command not found|no such file or directory|authentication failed|denied: )`),
	},
	{pattern.Lazy(`(?i)\b(?:error|failed|failure|fatal)\b`)},
	{pattern.Lazy(`ERROR: Job failed`)},
}

// harmless lines look like errors and are none.
var harmless = pattern.Lazy(`(?i)(?:\b0 (?:errors?|failed|failures)\b|\b(?:no|without) errors?\b|error_log|errors?\.html|--ignore-errors|if it fails|WARN(?:ING)?\b.*deprecat|continue[- ]on[- ]error|ERROR: Job failed)`)

// Finder looks for the first error of a log that is written to it. It keeps
// some lines of it, whatever the log's size. The zero value is ready.
//
// The runner's own "ERROR: Job failed" only counts when there is nothing else;
// of the rest the first of the clearest kind counts, since what follows an
// error is often caused by it.
type Finder struct {
	// Mask hides secrets in a line that is shown; nil shows it as it is.
	Mask func(line string) string

	begun  []byte   // of the line that is not complete
	before []string // the lines before it
	line   int64
	offset int64 // where it begins
	size   int64
	found  []*FirstError // by kind of sign
}

// maxLogLine is how much of a line is looked at; the rest is read past.
const maxLogLine = 16 << 10

// Write implements io.Writer. It never fails.
func (f *Finder) Write(b []byte) (int, error) {
	n := len(b)
	for {
		part, rest, whole := bytes.Cut(b, []byte{'\n'})
		f.begun = append(f.begun, part[:min(len(part), maxLogLine-len(f.begun))]...)
		f.size += int64(len(part))
		if !whole {
			return n, nil
		}
		f.size++
		f.end()
		b = rest
	}
}

// Found gives the error, nil when nothing looks like one. The log ends there.
func (f *Finder) Found() *FirstError {
	if f.size > f.offset {
		f.end()
	}
	for _, found := range f.found {
		if found != nil {
			return found
		}
	}
	return nil
}

// Size is how many bytes were looked through.
func (f *Finder) Size() int64 { return f.size }

// end takes a line in.
func (f *Finder) end() {
	f.line++
	if f.found == nil {
		f.found = make([]*FirstError, len(signs))
	}
	text := string(f.begun)
	if f.Mask != nil {
		text = f.Mask(text)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	for _, found := range f.found {
		if found != nil && f.line <= found.Line+contextAfter {
			found.around(text)
		}
	}
	if kind := f.kindOf(text); kind < len(signs) {
		found := &FirstError{Line: f.line, Offset: f.offset, Text: short(Plain(text))}
		for _, l := range f.before {
			found.around(l)
		}
		found.around(text)
		f.found[kind] = found
	}
	if f.before = append(f.before, text); len(f.before) > contextBefore {
		f.before = f.before[1:]
	}
	f.begun, f.offset = f.begun[:0], f.size
}

// kindOf gives the kind of sign that a line shows first; len(signs) is none, or
// one that is no better than what was found.
func (f *Finder) kindOf(line string) int {
	most := len(signs)
	for kind, found := range f.found {
		if found != nil {
			most = kind
			break
		}
	}
	if most == 0 || !suspicious(line) {
		return len(signs)
	}
	line = Plain(line)
	if line == "" || strings.HasPrefix(line, "$ ") {
		return len(signs)
	}
	for kind, list := range signs[:most] {
		if kind < len(signs)-1 && harmless().MatchString(line) {
			continue
		}
		if slices.ContainsFunc(list, func(sign func() *regexp.Regexp) bool { return sign().MatchString(line) }) {
			return kind
		}
	}
	return len(signs)
}

// stems are in every line that shows a sign, in lower case: most lines of a large log are
// done with quickly.
var stems = []string{
	"err", "exception", "exit", "interrupt", "fatal", "panic", "fail", "oomkilled", "out of memory", "no space left", "backoff", "e: ",
	"progress deadline", "denied", "refused", "timed out", "not found", "no such file",
}

func suspicious(line string) bool {
	if strings.Contains(line, "\x1b") {
		line = Plain(line)
	}
	line = strings.ToLower(line)
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(line, stem) })
}

// around adds a line to what is shown beside the error.
func (e *FirstError) around(line string) {
	if line = Plain(line); line != "" {
		e.Context = append(e.Context, short(line))
	}
}

// Plain gives a line of a log without colors, section marks, the runner's
// timestamps and what a carriage return overwrote.
func Plain(line string) string {
	line = stamp().ReplaceAllString(line, "")
	line = section().ReplaceAllString(line, "")
	line = strings.TrimRight(line, "\r")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	return strings.TrimSpace(ansi().ReplaceAllString(line, ""))
}

func short(line string) string {
	if len(line) <= maxErrorLine {
		return line
	}
	return strings.ToValidUTF8(line[:maxErrorLine], "") + "…"
}
