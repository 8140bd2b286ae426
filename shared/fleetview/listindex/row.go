package listindex

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// Row is a row of a cluster. Its settings stand beside it, as they are read.
type Row struct {
	fleet.Row
	Settings Settings
}

// CompareNames puts rows in the order in which a cluster has them.
func CompareNames(a, b *Row) int { return strings.Compare(a.Instance.Name, b.Instance.Name) }

// Settings are a row's settings: a map, or the JSON of one that CutSettings gave, which
// need not be decoded before it is looked into.
type Settings struct {
	Map     map[string]string
	JSON    []byte
	plugins bool // JSON has some
}

// plugins is what the keys of the list of plugins begin with.
const plugins = "PLUGINS."

// CutSettings cuts off the JSON object of texts that a text begins with, as encoding/json
// writes it. It is false when the text begins with anything else.
func CutSettings(text []byte) (settings Settings, rest []byte, ok bool) {
	if len(text) < 2 || text[0] != '{' {
		return Settings{}, nil, false
	}
	at, escapes, listed := 1, false, false
	for text[at] != '}' {
		listed = listed || bytes.HasPrefix(text[at+1:], []byte(plugins))
		for _, end := range []byte{':', 0} {
			n, escaped := quoted(text[at:])
			if at += n; n == 0 || at >= len(text) || end > 0 && text[at] != end {
				return Settings{}, nil, false
			}
			escapes = escapes || escaped
			if end > 0 {
				at++
			}
		}
		if text[at] == ',' {
			if at++; at >= len(text) || text[at] != '"' {
				return Settings{}, nil, false
			}
		} else if text[at] != '}' {
			return Settings{}, nil, false
		}
	}
	object := text[:at+1]
	if escapes && !json.Valid(object) {
		return Settings{}, nil, false
	}
	return Settings{JSON: object, plugins: listed}, text[at+1:], true
}

// quoted gives the length of the text in quotes that begins here, zero without one, and
// whether anything in it is escaped.
func quoted(text []byte) (length int, escapes bool) {
	if len(text) == 0 || text[0] != '"' {
		return 0, false
	}
	for at := 1; ; {
		end := bytes.IndexByte(text[at:], '"')
		if end < 0 {
			return 0, false
		}
		slashes := 0
		for part := text[1 : at+end]; slashes < len(part) && part[len(part)-1-slashes] == '\\'; {
			slashes++
		}
		at += end + 1
		if slashes%2 == 0 {
			return at, bytes.IndexByte(text[:at], '\\') >= 0
		}
	}
}

// all ranges over keys and values, which are valid until the next.
func (s Settings) all(yield func(key, value []byte) bool) {
	for key, value := range s.Map {
		if !yield([]byte(key), []byte(value)) {
			return
		}
	}
	for rest := s.JSON; len(rest) > 2; { // "{" or "," before each
		key, after := unquote(rest[1:])
		var value []byte
		if value, rest = unquote(after[1:]); !yield(key, value) {
			return
		}
	}
}

// Decode gives the settings as a map; nil without any.
func (s Settings) Decode() map[string]string {
	if s.Map != nil || s.JSON == nil {
		return s.Map
	}
	out := map[string]string{}
	for key, value := range s.all {
		out[string(key)] = string(value)
	}
	return out
}

// unquote gives the text in quotes that begins here, and what follows it.
func unquote(text []byte) (value, rest []byte) {
	n, escapes := quoted(text)
	if value = text[1 : n-1]; escapes {
		var s string
		_ = json.Unmarshal(text[:n], &s) // CutSettings has seen that it is valid
		value = []byte(s)
	}
	return value, text[n:]
}

// pluginList gives the plugins, each once.
func (s Settings) pluginList() []string {
	if s.Map == nil && !s.plugins {
		return nil
	}
	var out []string
	for key, value := range s.all {
		if at, ok := bytes.CutPrefix(key, []byte(plugins)); ok && isNumber(string(at)) && !slices.Contains(out, string(value)) {
			out = append(out, string(value))
		}
	}
	return out
}
