package openedx

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// configFile is the file of most keys.
const configFile = "config.yml"

// Key is a configuration key that is known.
type Key struct {
	Key     string   `json:"key" yaml:"key" doc:"* stands for any rest. The first row that a key fits is its row"`
	File    string   `json:"file" yaml:"file" enum:"config.yml,grove.yml,cluster.yml"`
	Type    string   `json:"type" yaml:"type" enum:"text,host,email,version,bool,int,list,map,patch,any" doc:"patch is block text, a map or a list; any template is allowed everywhere"`
	Effects []string `json:"effects" yaml:"effects" doc:"What changing it causes besides a restart"`
	Why     string   `json:"why,omitempty" yaml:"why" doc:"Why it causes that"`
	Doc     string   `json:"doc" yaml:"doc" doc:"What it holds"`
	Tutor   string   `json:"tutor,omitempty" yaml:"tutor" doc:"Major versions of Tutor that the row is for; absent is all" example:"19-"`
	Source  string   `json:"source" yaml:"source" doc:"Where this was read"`
}

// Keys is the table of keys; the first row that a key and its Tutor version fit is
// its row.
var Keys = sync.OnceValue(func() []Key {
	keys := mustLoad[[]Key]("keys.yml")
	for i := range keys {
		keys[i].File = cmp.Or(keys[i].File, configFile)
		if keys[i].Effects == nil {
			keys[i].Effects = []string{}
		}
	}
	return keys
})

// LookupKey finds the row of a key in a file, for a major version of Tutor. Version
// zero is an unknown one: the row of the newest version then counts. The file may be
// a path.
func LookupKey(file, key string, tutor int) (Key, bool) {
	file = path.Base(file)
	var found Key
	ok := false
	for _, row := range Keys() {
		if row.File != file || !fits(row.Key, key) {
			continue
		}
		first, last := row.versions()
		switch {
		case tutor == 0 && last == newest, tutor > 0 && tutor >= first && tutor <= last:
			return row, true
		case !ok && row.Key == key:
			found, ok = row, true // of another version, which is better than a pattern
		}
	}
	return found, ok
}

// newest stands for the end of an open range of versions.
const newest = 1 << 10

// versions gives the first and the last major version of Tutor that a row is for.
func (k Key) versions() (first, last int) {
	if k.Tutor == "" {
		return 0, newest
	}
	from, to, isRange := strings.Cut(k.Tutor, "-")
	first, _ = strconv.Atoi(from)
	if last = first; isRange {
		if last = newest; to != "" {
			last, _ = strconv.Atoi(to)
		}
	}
	return first, last
}

// KeysOf lists the rows that count for a major version of Tutor, in their order; zero is
// an unknown version. A key that the version does not have keeps the row of another one.
func KeysOf(tutor int) []Key {
	out := []Key{}
	for _, row := range Keys() {
		found, _ := LookupKey(row.File, row.Key, tutor)
		first, last := row.versions()
		counts := tutor == 0 && last == newest || tutor >= first && tutor <= last
		if found.Key == row.Key && found.Tutor == row.Tutor && (counts || !strings.Contains(row.Key, "*")) {
			out = append(out, row)
		}
	}
	return out
}

// fits matches a key against a pattern in which * stands for any rest.
func fits(pattern, key string) bool {
	if pattern != "" && pattern[0] != '*' && (key == "" || key[0] != pattern[0]) {
		return false
	}
	head, tail, any := strings.Cut(pattern, "*")
	if !any {
		return pattern == key
	}
	if len(key) < len(head)+len(tail) || !strings.HasPrefix(key, head) || !strings.HasSuffix(key, tail) {
		return strings.Contains(tail, "*") && strings.HasPrefix(key, head) && fitsTail(tail, key[len(head):])
	}
	return true
}

// fitsTail matches what follows the first * of a pattern with two of them.
func fitsTail(tail, rest string) bool {
	for i := range rest {
		if fits(tail, rest[i:]) {
			return true
		}
	}
	return false
}

// exactKeys are the keys of a file that are no patterns.
var exactKeys = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, row := range Keys() {
		if !strings.Contains(row.Key, "*") && !slices.Contains(out[row.File], row.Key) {
			out[row.File] = append(out[row.File], row.Key)
		}
	}
	return out
})

// NearestKey gives the known key of a file that an unknown one was probably meant to
// be: one or two letters apart, or the same but for case. It is empty for a known key
// and for one that resembles none.
func NearestKey(file, key string) string {
	file = path.Base(file)
	if _, known := LookupKey(file, key, 0); known && !onlyByPattern(file, key) {
		return ""
	}
	allowed := 1
	if len(key) >= 8 {
		allowed = 2
	}
	best, distance := "", allowed+1
	for _, known := range exactKeys()[file] {
		if strings.EqualFold(known, key) {
			return known
		}
		if d := editDistance(key, known, distance); d < distance {
			best, distance = known, d
		}
	}
	if best == "" || differsInWords(key, best) {
		return ""
	}
	return best
}

// onlyByPattern reports whether a key is known only because a pattern takes it.
func onlyByPattern(file, key string) bool { return !slices.Contains(exactKeys()[file], key) }

// differsInWords distinguishes keys that are similar only because they are short or of
// another service, such as SMTP_HOST and SMTP_PORT, or CMS_HOST and LMS_HOST: every
// word that differs is a word of the tables itself.
func differsInWords(a, b string) bool {
	left, right := strings.Split(a, "_"), strings.Split(b, "_")
	if len(left) != len(right) {
		return false
	}
	for i := range left {
		if left[i] == right[i] {
			continue
		}
		forgotten := strings.HasPrefix(left[i], right[i]) || strings.HasPrefix(right[i], left[i]) // PLUGIN for PLUGINS
		if forgotten || !knownWords()[left[i]] {
			return false
		}
	}
	return true
}

var knownWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, row := range Keys() {
		for _, word := range strings.Split(strings.ReplaceAll(row.Key, "*", ""), "_") {
			words[word] = true
		}
	}
	return words
})

// editDistance counts the letters to insert, remove, replace or swap between two
// keys; it stops at limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 128 {
		return limit
	}
	previous, row := make([]int, len(b)+1), make([]int, len(b)+1)
	before := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, previous, row = previous, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return min(row[len(b)], limit)
}
