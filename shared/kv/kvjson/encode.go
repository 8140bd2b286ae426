package kvjson

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/kv"
)

// Schema is the version of the records that this release writes. A release raises it by
// one when it changes what an existing field means; a new field alone needs no new
// version. Records of releases before 2026-12 have none, which is version 0.
const Schema = 1

// newest is the highest version that this release reads: what the next one writes.
const newest = Schema + 1

const schemaField = "schema"

// Rest remembers a record as it was read. A record that embeds it keeps the fields that
// this release does not know when it is written again.
type Rest struct{ former string }

func (r *Rest) remember(value []byte) { r.former = string(value) }

func (r Rest) remembered() string { return r.former }

// Encode gives the JSON of a record, with its version. What the former value of the item
// has and the record's type does not is kept: a later release wrote it. The former value
// is nil where there is none, or where the record remembers it (see Rest).
//
// In a list, only elements that are the same as before, or have the same "id", "instance"
// or "name", keep their unknown fields.
func Encode(former []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil || len(text) == 0 || text[0] != '{' {
		return text, err
	}
	if r, ok := v.(interface{ remembered() string }); ok && former == nil {
		former = []byte(r.remembered())
	}
	if len(former) > 0 && hasUnknown(reflect.TypeOf(v), former) {
		text = keep(reflect.TypeOf(v), former, text)
	}
	version := fmt.Sprintf(`{"%s":%d`, schemaField, max(Schema, versionOf(former)))
	if len(text) > len("{}") {
		version += ","
	}
	return append([]byte(version), text[1:]...), nil
}

// Set encodes a record into an item in place of its former value.
func Set(item *kv.Item, v any) error {
	value, err := Encode(item.Value, v)
	if err != nil {
		return fmt.Errorf("encoding %s/%s: %w", item.Partition, item.Sort, err)
	}
	item.Value = value
	return nil
}

// versionOf gives a record's version.
func versionOf(value []byte) int {
	var r struct {
		Schema int `json:"schema"`
	}
	_ = json.Unmarshal(value, &r) // without one it is 0
	return r.Schema
}

// tooNew returns an error when a record was written by a release after the next one.
func tooNew(value []byte) error {
	for rest := value; ; {
		_, after, found := bytes.Cut(rest, []byte(`"`+schemaField+`":`))
		if !found {
			return nil
		}
		digits := after[:len(after)-len(bytes.TrimLeft(after, "0123456789"))]
		if n, err := strconv.Atoi(string(digits)); err != nil || n > newest { // it may be some other field
			if version := versionOf(value); version > newest {
				return fmt.Errorf("a later release wrote it: version %d, and this release reads up to %d", version, newest)
			}
			return nil
		}
		rest = after
	}
}

// hasUnknown reports whether a record may have fields that its type does not know.
func hasUnknown(t reflect.Type, value []byte) bool {
	version := []byte(`"` + schemaField + `":` + strconv.Itoa(Schema) + `,`)
	d := json.NewDecoder(bytes.NewReader(bytes.Replace(value, version, nil, 1)))
	d.DisallowUnknownFields()
	return d.Decode(reflect.New(t).Interface()) != nil
}

// keep adds to next, the JSON of a type, what former has and the type does not know.
func keep(t reflect.Type, former, next json.RawMessage) json.RawMessage {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if encodesItself(t) {
		return next
	}
	switch t.Kind() {
	case reflect.Struct:
		return keepFields(t, former, next)
	case reflect.Map:
		return keepEntries(t.Elem(), former, next)
	case reflect.Slice, reflect.Array:
		return keepElements(t.Elem(), former, next)
	default:
		return next
	}
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

func encodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler)
}

func keepFields(t reflect.Type, former, next json.RawMessage) json.RawMessage {
	var before, after map[string]json.RawMessage
	if json.Unmarshal(former, &before) != nil || json.Unmarshal(next, &after) != nil || after == nil {
		return next
	}
	known := fieldsOf(t)
	changed := false
	for name, value := range before {
		field, isKnown := known[strings.ToLower(name)]
		was, exists := after[name]
		switch {
		case !isKnown && name != schemaField:
			after[name], changed = value, true
		case isKnown && exists:
			if kept := keep(field, value, was); !bytes.Equal(kept, was) {
				after[name], changed = kept, true
			}
		}
	}
	return encoded(after, next, changed)
}

func keepEntries(elem reflect.Type, former, next json.RawMessage) json.RawMessage {
	var before, after map[string]json.RawMessage
	if json.Unmarshal(former, &before) != nil || json.Unmarshal(next, &after) != nil {
		return next
	}
	changed := false
	for name, was := range after {
		if kept := keep(elem, before[name], was); !bytes.Equal(kept, was) {
			after[name], changed = kept, true
		}
	}
	return encoded(after, next, changed)
}

func keepElements(elem reflect.Type, former, next json.RawMessage) json.RawMessage {
	var before, after []json.RawMessage
	switch elem.Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Map:
	default:
		return next
	}
	if json.Unmarshal(former, &before) != nil || json.Unmarshal(next, &after) != nil {
		return next
	}
	known := map[string]json.RawMessage{}
	for _, value := range before {
		for _, name := range namesOf(elem, value) {
			known[name] = value
		}
	}
	changed := false
	for i, was := range after {
		for _, name := range namesOf(elem, was) {
			if value, exists := known[name]; exists {
				if kept := keep(elem, value, was); !bytes.Equal(kept, was) {
					after[i], changed = kept, true
				}
				break
			}
		}
	}
	return encoded(after, next, changed)
}

// namesOf gives what an element of a list is recognized by: all that this release knows
// of it, or how it names itself.
func namesOf(elem reflect.Type, value json.RawMessage) []string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		return nil
	}
	var names []string
	typed := reflect.New(elem)
	if json.Unmarshal(value, typed.Interface()) == nil {
		if text, err := json.Marshal(typed.Interface()); err == nil {
			names = append(names, string(text))
		}
	}
	for _, name := range []string{"id", "instance", "name"} {
		if id := fields[name]; len(id) > 0 && string(id) != `""` {
			return append(names, name+"="+string(id))
		}
	}
	return names
}

func encoded(v any, otherwise json.RawMessage, changed bool) json.RawMessage {
	if !changed {
		return otherwise
	}
	text, err := json.Marshal(v)
	if err != nil {
		return otherwise
	}
	return text
}

var fieldCache sync.Map // of map[string]reflect.Type, by reflect.Type

// fieldsOf gives the types of a struct's fields by their names in JSON, in lower case,
// since names are decoded in any case.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if known, ok := fieldCache.Load(t); ok {
		return known.(map[string]reflect.Type)
	}
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		name = cmp.Or(name, f.Name)
		if len(f.Index) > 1 && fields[strings.ToLower(name)] != nil {
			continue // a field nearer to the top hides it
		}
		fields[strings.ToLower(name)] = f.Type
	}
	fieldCache.Store(t, fields)
	return fields
}
