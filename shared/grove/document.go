package grove

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/pattern"
)

// Bounds of a YAML file. Beyond them it is a problem, not a document.
const (
	MaxFile  = 1 << 20 // bytes
	maxDepth = 50      // maps and lists within each other
	maxNodes = 100_000 // values, aliases counted as what they stand for
)

// Document is a YAML file that could be parsed. Its root may still not be a
// map; then it has no keys.
type Document struct {
	file   string
	src    *source
	root   *yaml.Node // nil when the file is empty
	secret map[*yaml.Node]bool
	by     *Masker               // what found the secrets
	byKey  map[string]*yaml.Node // of the root; made by lookup
}

// Read parses one YAML file. The document is nil when the text is unusable: too
// large, not UTF-8, not YAML, several documents, too deep, or with aliases that
// grow without bound. Problems that leave it usable are duplicate keys (the last
// one counts, as in Grove), a root that is not a map, and what Tutor's own reader
// refuses. Messages never quote a value.
func Read(file string, text []byte) (*Document, []fleet.FileProblem) {
	return standard().Read(file, text)
}

// Read is the function Read with the masker's rules.
func (m *Masker) Read(file string, text []byte) (*Document, []fleet.FileProblem) {
	d, problems := outline(file, text)
	if d == nil {
		return nil, problems
	}
	d.by = m
	if d.root == nil {
		return d, nil
	}
	d.secret = m.secretNodes(d.root)
	problems = append(problems, d.refusals()...)
	if top := deref(d.root); top.Kind != yaml.MappingNode && !isNull(top) {
		problems = append(problems, fleet.FileProblem{
			File: file, Line: d.root.Line, Column: d.root.Column,
			Message: fmt.Sprintf("%s must be a map of keys to values, but is %s.", path.Base(file), kindWords(top)),
		})
	}
	return d, problems
}

// outline is Read without the secrets and without what Tutor's reader refuses.
func outline(file string, text []byte) (*Document, []fleet.FileProblem) {
	problem := func(line, column int, format string, args ...any) []fleet.FileProblem {
		return []fleet.FileProblem{{File: file, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}}
	}
	if len(text) > MaxFile {
		return nil, problem(0, 0, "The file has %d bytes; %d are allowed.", len(text), MaxFile)
	}
	src := newSource(text)
	if at := badByte(text); at >= 0 {
		line, column := src.position(at)
		if c := text[at]; c != 0 && c < utf8.RuneSelf { // a zero is in binary files
			return nil, problem(line, column, "A control character is not allowed here; remove it.")
		}
		return nil, problem(line, column, "The file is not text in UTF-8.")
	}
	root, next, err := parse(text)
	if err != nil {
		return nil, []fleet.FileProblem{syntaxProblem(file, src, err)}
	}
	if next != nil {
		return nil, problem(next.Line, max(next.Column, 1), "A second document starts here; Grove reads exactly one.")
	}
	d := &Document{file: file, src: src, root: root}
	if root == nil {
		return d, nil
	}
	c := checker{file: file, sizes: map[*yaml.Node]int{}}
	c.check(root, 0)
	if c.fatal != nil {
		return nil, []fleet.FileProblem{*c.fatal}
	}
	return d, c.problems
}

// badByte finds the first byte that is not text, -1 when all is.
func badByte(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return i
		}
		i += n
	}
	return -1
}

// parse gives the root of the first document and, if there is one, the second.
func parse(text []byte) (root, next *yaml.Node, err error) {
	defer func() {
		// The library panics on a few malformed inputs.
		if p := recover(); p != nil {
			root, next, err = nil, nil, errors.New("yaml: the parser gave up")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	if len(first.Content) == 1 {
		root = first.Content[0]
	}
	if err := decoder.Decode(&second); err == nil {
		return root, &second, nil
	} else if !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	return root, nil, nil
}

var (
	errorLine   = pattern.Lazy(`^yaml: line (\d+): `)
	quotedText  = pattern.Lazy(`'[^']*'|"[^"]*"`)
	tabbedLine  = pattern.Lazy(`(?m)^[ -]*\t[ \t]*\S`)
	syntaxWords = []struct{ contains, sentence string }{
		{"mapping values are not allowed", "There is a second colon in this value, or the indentation is off; quote the value or align the line."},
		{"could not find expected ':'", "A key without a colon, or text that should be quoted or indented."},
		{"did not find expected key", "A key was expected here; check the indentation and the quotes."},
		{"did not find expected '-' indicator", "A list entry was expected here; check the indentation."},
		{"did not find expected ',' or", "A bracket is not closed, or a comma is missing."},
		{"did not find expected node content", "A value was expected here; a bracket may not be closed."},
		{"found unexpected end of stream", "A quote is opened and never closed."},
		{"unknown anchor", "An alias (*) names an anchor (&) that does not exist; quote the value if it is meant as text."},
		{"block sequence entries are not allowed", "A list cannot start here; put it on its own lines."},
		{"found unknown escape character", "An unknown escape in a double-quoted text; double the backslash or use single quotes."},
		{"exceeded max depth", "Maps and lists are nested too deep."},
		{"cannot start any token", "A character that cannot start a value; quote the value."},
	}
)

func syntaxProblem(file string, src *source, err error) fleet.FileProblem {
	p := fleet.FileProblem{File: file, Line: 1}
	text := err.Error()
	if m := errorLine().FindStringSubmatch(text); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	p.Line = min(p.Line, len(src.lines))
	for _, w := range syntaxWords {
		if strings.Contains(text, w.contains) {
			p.Message = w.sentence
		}
	}
	if p.Message == "" {
		// The library may quote the file, and with it a secret.
		text = quotedText().ReplaceAllString(strings.TrimPrefix(text, "yaml: "), "something")
		p.Message = "This is not valid YAML: " + text + "."
	}
	if at := tabbedLine().FindIndex(src.text); at != nil {
		tab := at[0] + bytes.IndexByte(src.text[at[0]:], '\t')
		if line, column := src.position(tab); line <= p.Line+1 {
			p.Line, p.Column = line, column
			p.Message = "A tab indents this line; YAML allows only spaces."
			return p
		}
	}
	start, end := src.line(p.Line)
	line := src.text[start:end]
	p.Column = 1 + len(line) - len(bytes.TrimLeft(line, " \t"))
	return p
}

// checker walks a document once for the bounds and duplicate keys.
type checker struct {
	file     string
	sizes    map[*yaml.Node]int // with aliases expanded; -1 while being counted
	problems []fleet.FileProblem
	fatal    *fleet.FileProblem
}

func (c *checker) fail(n *yaml.Node, format string, args ...any) int {
	if c.fatal == nil {
		c.fatal = &fleet.FileProblem{File: c.file, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...)}
	}
	return 0
}

func (c *checker) check(n *yaml.Node, depth int) int {
	if c.fatal != nil {
		return 0
	}
	if depth > maxDepth {
		return c.fail(n, "Maps and lists are nested deeper than %d.", maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		size, known := c.sizes[n.Alias]
		if !known || size < 0 {
			return c.fail(n, "This alias contains itself.")
		}
		return size
	}
	c.sizes[n] = -1
	size := 1
	for _, child := range n.Content {
		size += c.check(child, depth+1)
		if size > maxNodes {
			return c.fail(n, "The file has more than %d values once aliases are expanded.", maxNodes)
		}
	}
	c.sizes[n] = size
	if n.Kind == yaml.MappingNode {
		c.duplicates(n)
	}
	return size
}

func (c *checker) duplicates(n *yaml.Node) {
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := deref(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			continue
		}
		id := key.Tag + " " + key.Value
		if line, twice := seen[id]; twice && len(c.problems) < 20 {
			c.problems = append(c.problems, fleet.FileProblem{
				File: c.file, Line: n.Content[i].Line, Column: n.Content[i].Column,
				Message: fmt.Sprintf("The key %s is already on line %d; the last one counts.", printable(key.Value), line),
				Warning: true,
			})
		}
		seen[id] = n.Content[i].Line
	}
}

// printable makes a key safe to put into a sentence.
func printable(key string) string {
	key, _ = standard().line(key)
	if r := []rune(key); len(r) > 60 {
		key = string(r[:60]) + "…"
	}
	return strings.Join(strings.Fields(key), " ")
}

// deref follows an alias.
func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// kindWords names what a node is, for a sentence.
func kindWords(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a map"
	}
	switch n.ShortTag() {
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!null":
		return "empty"
	}
	return "text"
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// entry is a key of a map with its value.
type entry struct {
	key   string
	value *yaml.Node // may be an alias
}

// entries lists a map as Grove's reader sees it: the last of two equal keys
// counts, and what << merges in comes after the map's own keys.
func entries(m *yaml.Node) []entry {
	var out []entry
	index := map[string]int{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := deref(m.Content[i]), m.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			continue
		}
		if key.ShortTag() == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if at, twice := index[key.Value]; twice {
			out[at].value = value
			continue
		}
		index[key.Value] = len(out)
		out = append(out, entry{key.Value, value})
	}
	for _, merge := range merges {
		sources := []*yaml.Node{deref(merge)}
		if sources[0].Kind == yaml.SequenceNode {
			sources = sources[0].Content
		}
		for _, s := range sources {
			if s = deref(s); s.Kind != yaml.MappingNode {
				continue
			}
			for _, e := range entries(s) {
				if _, own := index[e.key]; !own {
					index[e.key] = len(out)
					out = append(out, e)
				}
			}
		}
	}
	return out
}

// lookup finds a key of the root, nil when it is missing.
func (d *Document) lookup(key string) *yaml.Node {
	if d == nil || d.root == nil {
		return nil
	}
	root := deref(d.root)
	if root.Kind != yaml.MappingNode {
		return nil
	}
	if d.byKey == nil {
		d.byKey = map[string]*yaml.Node{}
		for _, e := range entries(root) {
			d.byKey[e.key] = deref(e.value)
		}
	}
	return d.byKey[key]
}

// Scalar gives the text of a root key that holds a scalar. It is false for a
// missing key, a null, a map, a list and a secret.
func (d *Document) Scalar(key string) (string, bool) {
	n := d.lookup(key)
	if n == nil || n.Kind != yaml.ScalarNode || isNull(n) || d.secret[n] {
		return "", false
	}
	value, masks := d.by.text(n.Value)
	return strings.TrimSpace(value), len(masks) == 0
}

// List gives the scalars of a root key that holds a list; secrets are left out.
func (d *Document) List(key string) []string {
	n := d.lookup(key)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []string
	for _, item := range n.Content {
		if item = deref(item); item.Kind == yaml.ScalarNode && !d.secret[item] {
			value, _ := d.by.text(item.Value)
			out = append(out, value)
		}
	}
	return out
}

// Has reports whether the root has the key, whatever it holds.
func (d *Document) Has(key string) bool { return d.lookup(key) != nil }
