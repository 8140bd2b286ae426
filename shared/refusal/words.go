package refusal

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/pattern"
)

var tags = pattern.Lazy(`<[^<>]*>`)

// Words gives what GitLab says in the body of a refusal, on one line; empty when
// the body is not GitLab's. GitLab writes {"message": …} with a text, a list or
// lists by field, and {"error": …, "error_description": …}.
func Words(body []byte) string {
	var said struct {
		Message     json.RawMessage `json:"message"`
		Error       json.RawMessage `json:"error"`
		Description json.RawMessage `json:"error_description"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	var parts []string
	for _, raw := range []json.RawMessage{said.Message, said.Error, said.Description} {
		var v any
		if json.Unmarshal(raw, &v) == nil {
			parts = append(parts, texts("", v)...)
		}
	}
	text := tags().ReplaceAllString(strings.Join(parts, "; "), "")
	return strings.Join(strings.Fields(text), " ")
}

// texts flattens what GitLab wrote. Fields other than base are named.
func texts(field string, v any) []string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		if field != "" && field != "base" && field != "error" {
			return []string{field + " " + v}
		}
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, texts(field, e)...)
		}
		return out
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out = append(out, texts(k, v[k])...)
		}
		return out
	}
	return nil
}
