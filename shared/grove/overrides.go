package grove

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// MaxOverrides bounds the overrides of one create; maxOverride one of them.
const (
	MaxOverrides = 1 << 20 // bytes, encoded
	maxOverride  = 64 << 10
	maxOverrides = 500 // keys
)

// routed turns overrides into the payload of a trigger. No override may stand in
// for one of the variables.
func routed(routes []fleet.Route, overrides map[string]json.RawMessage, variables map[string]string) (map[string]any, error) {
	if len(overrides) > maxOverrides {
		return nil, fault.InvalidField("overrides", "at most %d keys are allowed", maxOverrides)
	}
	payload := make(map[string]any, len(overrides))
	from := map[string]string{}
	total := 0
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		raw := overrides[key]
		field := "overrides." + cut(key, 100)
		total += len(key) + len(raw)
		if len(raw) > maxOverride {
			return nil, fault.InvalidField(field, "has %d bytes; %d are allowed", len(raw), maxOverride)
		}
		if total > MaxOverrides {
			return nil, fault.InvalidField(field, "with this key the overrides exceed %d bytes", MaxOverrides)
		}
		if err := validKey(routes, field, key, variables); err != nil {
			return nil, err
		}
		value, err := overrideValue(field, raw)
		if err != nil {
			return nil, err
		}
		route, ok := routeOf(routes, key)
		if !ok {
			return nil, fault.InvalidField(field, "no route of the contract takes this setting")
		}
		if slices.Contains([]string{"token", "ref", "variables"}, route) {
			return nil, fault.InvalidField(field, "the request itself has a key of this name")
		}
		if other, twice := from[route]; twice {
			return nil, fault.InvalidField(field, "is the same setting as %s", other)
		}
		from[route] = key
		payload[route] = value
	}
	return payload, nil
}

func validKey(routes []fleet.Route, field, key string, variables map[string]string) error {
	if !variableName().MatchString(key) {
		return fault.InvalidField(field, "a key has letters, digits and _, at most 128")
	}
	bare := key
	for _, r := range routes {
		if rest, ok := strings.CutPrefix(key, r.Prefix); ok && r.Prefix != "" {
			bare = rest
		}
	}
	if reservedVariable(key) || reservedVariable(bare) {
		return fault.InvalidField(field, "GitLab and its runners use this name themselves")
	}
	taken := slices.Collect(maps.Keys(variables))
	for _, kind := range fleet.OperationKinds() {
		usual, _ := defaultMechanism(kind)
		taken = slices.AppendSeq(taken, maps.Keys(usual.Variables))
	}
	if name := cmp.Or(bare, key); slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, name) }) {
		return fault.InvalidField(field, "Ocim sets this itself")
	}
	return nil
}

func overrideValue(field string, raw json.RawMessage) (any, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return nil, fault.InvalidField(field, "is not a value")
	}
	return value, checkValue(field, value, 0)
}

func checkValue(field string, value any, depth int) error {
	if depth > maxDepth {
		return fault.InvalidField(field, "is nested deeper than %d", maxDepth)
	}
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "$") {
			return fault.InvalidField(field, "$ is not allowed here: GitLab may expand it; set this key by an update once the instance exists")
		}
		if strings.Contains(v, MaskText) {
			return fault.InvalidField(field, "is masked; write the value itself")
		}
		if badByte([]byte(v)) >= 0 {
			return fault.InvalidField(field, "holds a control character")
		}
	case []any:
		for _, item := range v {
			if err := checkValue(field, item, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := checkValue(field, key, depth+1); err != nil {
				return err
			}
			if err := checkValue(field, v[key], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
