package main

import (
	"fmt"
	"go/types"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// variable is an environment variable that functions read.
type variable struct {
	name        string // with its prefix OCIM_
	byDefault   string
	required    bool
	description string
	readers     []string // the functions or programs, sorted
}

// readers are the functions or programs that read their configuration from the
// environment: the variables of each, by its name.
type readers map[string][]variable

// loadReaders finds every type Config or config below the given package patterns and
// lists what it reads. dir is a folder of the repository.
func loadReaders(dir string, patterns ...string) (readers, error) {
	loaded, err := packages.Load(&packages.Config{
		Dir: dir,
		// As everything is built, whatever the race detector of a test needs: nothing is compiled again.
		Env:  append(os.Environ(), "CGO_ENABLED=0"),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedSyntax | packages.NeedExportFile,
	}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load the packages: %w", err)
	}
	found := readers{}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
		}
		for _, name := range []string{"Config", "config"} {
			object, isType := p.Types.Scope().Lookup(name).(*types.TypeName)
			if !isType {
				continue
			}
			structure, isStruct := object.Type().Underlying().(*types.Struct)
			if !isStruct {
				continue
			}
			variables, err := variablesOf(structure)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", p.PkgPath, name, err)
			}
			if len(variables) > 0 {
				found[path.Base(p.PkgPath)] = variables
			}
		}
	}
	return found, nil
}

// variablesOf lists the variables that envconfig fills a struct from, those of embedded
// structs included.
func variablesOf(s *types.Struct) ([]variable, error) {
	var out []variable
	for i := range s.NumFields() {
		field, tag := s.Field(i), reflect.StructTag(s.Tag(i))
		if field.Embedded() {
			inner, isStruct := field.Type().Underlying().(*types.Struct)
			if !isStruct {
				return nil, fmt.Errorf("%s is embedded and not a struct", field.Name())
			}
			variables, err := variablesOf(inner)
			if err != nil {
				return nil, err
			}
			out = append(out, variables...)
			continue
		}
		name := tag.Get("envconfig")
		if name == "" {
			return nil, fmt.Errorf("the field %s has no envconfig tag", field.Name())
		}
		v := variable{name: "OCIM_" + name, byDefault: tag.Get("default"), required: tag.Get("required") == "true", description: tag.Get("desc")}
		if v.description == "" {
			return nil, fmt.Errorf("the field %s has no desc tag, which documents OCIM_%s", field.Name(), name)
		}
		out = append(out, v)
	}
	return out, nil
}

// merge lists the variables of several readers once each, sorted by name. It is an error
// when two readers disagree on a default or a description.
func (r readers) merge() ([]variable, error) {
	byName := map[string]variable{}
	for _, reader := range slices.Sorted(maps.Keys(r)) {
		for _, v := range r[reader] {
			known, seen := byName[v.name]
			if !seen {
				known = v
			}
			if known.byDefault != v.byDefault || known.required != v.required || known.description != v.description {
				return nil, fmt.Errorf("%s and %s declare %s differently", known.readers[0], reader, v.name)
			}
			known.readers = append(known.readers, reader)
			byName[v.name] = known
		}
	}
	out := slices.Collect(maps.Values(byName))
	slices.SortFunc(out, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return out, nil
}
