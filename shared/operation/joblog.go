package operation

import (
	"regexp"
	"strings"
)

// FirstError is the line of a job's log that says why it failed.
type FirstError struct {
	Line    int      `json:"line" doc:"Its number in the text that was looked through, from 1"`
	Offset  int      `json:"offset" doc:"Where its line begins in that text, in bytes"`
	Text    string   `json:"text" doc:"The line without colours"`
	Context []string `json:"context,omitempty" doc:"The lines before and after it, without colours"`
}

// Bounds of what is shown of an error.
const (
	maxErrorLine  = 500 // bytes
	contextBefore = 2
	contextAfter  = 6
)

var (
	ansi    = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)
	section = regexp.MustCompile(`^section_(?:start|end):\d+:[^\r]*\r`)
	stamp   = regexp.MustCompile(`^(?:\d{4}-\d\d-\d\dT[0-9:.]+Z \d\d[OE]\+? ?)`)
)

// signs are what errors look like, the most telling first. A sign counts before
// any later one, wherever the two stand.
var signs = [][]*regexp.Regexp{
	{
		regexp.MustCompile(`^[│|]? ?Error: .*`), // Terraform, Tutor, Helm, npm
		regexp.MustCompile(`^[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt): .+`),
		regexp.MustCompile(`(?i)^(?:fatal|panic): .+`),
		regexp.MustCompile(`(?i)error acquiring the state lock`),
		regexp.MustCompile(`^Error from server`),
		regexp.MustCompile(`(?i)\b(?:OOMKilled|out of memory|no space left on device)\b`),
		regexp.MustCompile(`(?:ErrImagePull|ImagePullBackOff|CrashLoopBackOff)`),
		regexp.MustCompile(`(?i)^(?:#\d+ [0-9.]+ )?(?:npm (?:ERR!|error)|error(?: TS\d+)?:|ERROR:? |\[error\]|E: )`),
		regexp.MustCompile(`(?i)^(?:#\d+ )?ERROR: (?:failed|process|command)`),
		regexp.MustCompile(`(?i)\bexceeded its progress deadline\b`),
		regexp.MustCompile(`^KeyError`),
	},
	{ // these may be tries that succeeded later
		regexp.MustCompile(`(?i)\b(?:permission denied|connection refused|timed out|command not found|no such file or directory|authentication failed|denied: )`),
	},
	{regexp.MustCompile(`(?i)\b(?:error|failed|failure|fatal)\b`)},
	{regexp.MustCompile(`ERROR: Job failed`)},
}

// harmless lines look like errors and are none.
var harmless = regexp.MustCompile(`(?i)(?:\b0 (?:errors?|failed|failures)\b|\b(?:no|without) errors?\b|error_log|errors?\.html|--ignore-errors|if it fails|WARN(?:ING)?\b.*deprecat|continue[- ]on[- ]error|ERROR: Job failed)`)

// FindFirstError extracts the error from a part of a job's log: its end, or all
// of it. Nil when nothing looks like one.
//
// The runner's own "ERROR: Job failed" only counts when there is nothing else;
// of the rest the first of the most telling kind counts, since what follows an
// error is often caused by it.
func FindFirstError(text string) *FirstError {
	lines := strings.Split(text, "\n")
	clean := make([]string, len(lines))
	for i, l := range lines {
		clean[i] = Plain(l)
	}
	at := -1
	for kind, list := range signs {
		last := kind == len(signs)-1
		for i, l := range clean {
			if l == "" || strings.HasPrefix(l, "$ ") || !last && harmless.MatchString(l) {
				continue
			}
			for _, sign := range list {
				if sign.MatchString(l) {
					at = i
					break
				}
			}
			if at >= 0 {
				break
			}
		}
		if at >= 0 {
			break
		}
	}
	if at < 0 {
		return nil
	}
	found := &FirstError{Line: at + 1, Text: short(clean[at])}
	for _, l := range lines[:at] {
		found.Offset += len(l) + 1
	}
	for i := max(0, at-contextBefore); i < min(len(clean), at+contextAfter+1); i++ {
		if clean[i] != "" {
			found.Context = append(found.Context, short(clean[i]))
		}
	}
	return found
}

// Plain gives a line of a log without colours, section marks, the runner's
// timestamps and what a carriage return overwrote.
func Plain(line string) string {
	line = stamp.ReplaceAllString(line, "")
	line = section.ReplaceAllString(line, "")
	line = strings.TrimRight(line, "\r")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	return strings.TrimSpace(ansi.ReplaceAllString(line, ""))
}

func short(line string) string {
	if len(line) <= maxErrorLine {
		return line
	}
	return strings.ToValidUTF8(line[:maxErrorLine], "") + "…"
}
