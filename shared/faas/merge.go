package faas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Merge takes the document of each function, by name, and makes one OpenAPI
// 3.1 document of them: paths begin with the function's name under the server
// /function, operation ids are unique, and a schema that several functions
// share stands once. Two functions that mean different things by one schema
// name, or use one operation id, are an error. Equal input produces equal
// bytes.
func Merge(title string, functions map[string]http.Handler) ([]byte, error) {
	m := merger{
		paths: map[string]any{}, operations: map[string]string{},
		components: map[string]map[string]any{}, origin: map[string]string{},
	}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		document, err := fetchDocument(functions[name])
		if err != nil {
			return nil, fmt.Errorf("take the API of %s: %w", name, err)
		}
		if err := m.add(name, document); err != nil {
			return nil, fmt.Errorf("merge the API of %s: %w", name, err)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{
		"openapi":    "3.1.0",
		"info":       map[string]any{"title": title, "version": "1"},
		"servers":    []any{map[string]any{"url": "/function"}},
		"paths":      m.paths,
		"components": m.components,
	}); err != nil {
		return nil, fmt.Errorf("write the merged API: %w", err)
	}
	return out.Bytes(), nil
}

type merger struct {
	paths      map[string]any
	operations map[string]string // operation id → function
	components map[string]map[string]any
	origin     map[string]string // section/component → function
}

type document struct {
	Paths      map[string]map[string]any `json:"paths"`
	Components map[string]map[string]any `json:"components"`
}

func fetchDocument(h http.Handler) (document, error) {
	var d document
	described, ok := h.(interface{ Document() ([]byte, error) })
	if !ok {
		return d, fmt.Errorf("a %T does not describe itself", h)
	}
	raw, err := described.Document()
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, fmt.Errorf("read the document: %w", err)
	}
	return d, nil
}

func (m *merger) add(function string, d document) error {
	for path, item := range d.Paths {
		for method, operation := range item {
			fields, _ := operation.(map[string]any)
			id, _ := fields["operationId"].(string)
			if id == "" {
				return fmt.Errorf("%s %s has no operation id", strings.ToUpper(method), path)
			}
			if other, taken := m.operations[id]; taken {
				return fmt.Errorf("the operation id %q is also one of %s", id, other)
			}
			m.operations[id] = function
			fields["tags"] = []any{function}
		}
		m.paths["/"+function+path] = item
	}
	for section, components := range d.Components {
		if m.components[section] == nil {
			m.components[section] = map[string]any{}
		}
		for name, component := range components {
			key := section + "/" + name
			if was, ok := m.components[section][name]; ok && !reflect.DeepEqual(was, component) {
				return fmt.Errorf("%s %s differs from that of %s", section, name, m.origin[key])
			}
			m.components[section][name] = component
			m.origin[key] = function
		}
	}
	return nil
}
