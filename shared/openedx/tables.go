package openedx

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yml
var files embed.FS

// rules counts the changes to how the tables are applied to files. What was read with
// other rules is read again.
const rules = 3

// Version names the tables and their rules. It changes with each of them.
var Version = sync.OnceValue(func() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d", rules)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		fmt.Fprintf(h, "%s %d %s", name, len(text), text)
		return err
	})
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
})

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
