package openedx

import (
	"bytes"
	"embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yml
var files embed.FS

// mustLoad decodes a table. A table that cannot be decoded, or has a field that
// nothing reads, is a fault of the program, which its tests find.
func mustLoad[T any](name string) T {
	text, err := files.ReadFile("data/" + name)
	if err != nil {
		panic(err)
	}
	var table T
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&table); err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return table
}
