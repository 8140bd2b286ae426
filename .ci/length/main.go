// Command length reports the longest files and functions of the product: a file that a
// person cannot read in one sitting, or a function that does not fit a screen or two, is
// a place to look. It reports and never fails.
//
//	go run ./.ci/length [-file 400] [-function 80] FILE…
package main

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
)

type place struct {
	lines int
	name  string
}

func main() {
	maxFile := flag.Int("file", 400, "lines of a file from which it is reported")
	maxFunction := flag.Int("function", 80, "lines of a function from which it is reported")
	flag.Parse()
	var long []place
	for _, name := range flag.Args() {
		found, err := longPlaces(name, *maxFile, *maxFunction)
		if err != nil {
			fmt.Fprintln(os.Stderr, "length:", err)
			os.Exit(1)
		}
		long = append(long, found...)
	}
	slices.SortFunc(long, func(a, b place) int { return cmp.Compare(b.lines, a.lines) })
	for _, p := range long {
		fmt.Printf("%5d lines  %s\n", p.lines, p.name)
	}
}

func longPlaces(name string, maxFile, maxFunction int) ([]place, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var long []place
	if lines := set.File(file.Pos()).LineCount(); lines > maxFile {
		long = append(long, place{lines, name})
	}
	for _, declaration := range file.Decls {
		function, isFunction := declaration.(*ast.FuncDecl)
		if !isFunction {
			continue
		}
		first, last := set.Position(function.Pos()), set.Position(function.End())
		if lines := last.Line - first.Line + 1; lines > maxFunction {
			long = append(long, place{lines, fmt.Sprintf("%s:%d: %s", name, first.Line, function.Name.Name)})
		}
	}
	return long, nil
}
