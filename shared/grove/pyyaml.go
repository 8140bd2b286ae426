package grove

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/order"
	"github.com/open-craft/ocim/shared/pattern"
)

// Tutor and Grove read with PyYAML's SafeLoader (overhangio/tutor serialize.py), which
// knows YAML 1.1 and refuses some of what other readers take. What is here follows
// yaml/pyyaml lib/yaml: reader.py for characters, scanner.py for tabs, composer.py for
// anchors, resolver.py for what a plain text stands for, and constructor.py for keys,
// tags and values.

// maxRefusals bounds the problems of one file.
const maxRefusals = 20

// refusals lists what SafeLoader would refuse, in the order of the text.
func (d *Document) refusals() []fleet.FileProblem {
	r := refuser{doc: d, anchors: map[string]bool{}}
	r.characters()
	r.tabs()
	r.node(d.root, inValue, false)
	order.Sort(r.problems, func(a, b fleet.FileProblem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return r.problems[:min(len(r.problems), maxRefusals)]
}

type refuser struct {
	doc      *Document
	anchors  map[string]bool
	problems []fleet.FileProblem
}

// Places that a node can be in.
type nodePlace int

const (
	inValue nodePlace = iota
	inKey
	inMerge // after <<
)

func (r *refuser) add(line, column int, format string, args ...any) {
	if len(r.problems) < maxRefusals*4 {
		r.problems = append(r.problems, fleet.FileProblem{File: r.doc.file, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	}
}

func (r *refuser) refuse(n *yaml.Node, format string, args ...any) {
	r.add(n.Line, n.Column, format, args...)
}

// characters finds those that PyYAML's reader takes for no text.
func (r *refuser) characters() {
	text := r.doc.src.text
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		if c >= 0x80 && c < 0xa0 && c != 0x85 || c == 0xfffe || c == 0xffff {
			line, column := r.doc.src.position(i)
			r.add(line, column, "Tutor cannot read the character U+%04X; remove it.", c)
			return
		}
		i += n
	}
}

// tabs finds tabs between values, which PyYAML allows only inside quotes, comments
// and block text.
func (r *refuser) tabs() {
	src := r.doc.src
	if bytes.IndexByte(src.text, '\t') < 0 {
		return
	}
	spans, order, ok := src.spans(r.doc.root)
	if !ok {
		return
	}
	found := 0
	report := func(at int) {
		if found++; found > 3 {
			return
		}
		line, column := src.position(at)
		r.add(line, column, "Tutor cannot read the tab here; write spaces, or quote the value.")
	}
	last := 0
	gap := func(to int) {
		for at := last; at < to; at++ {
			switch src.text[at] {
			case '#':
				at = src.lineEnd(at)
			case '\t':
				report(at)
				at = src.lineEnd(at) - 1
			}
		}
	}
	for _, n := range order {
		sp := spans[n]
		gap(sp.body)
		if n.Kind == yaml.ScalarNode && n.Style&^(yaml.TaggedStyle|yaml.FlowStyle) == 0 {
			if at := bytes.IndexByte(src.text[sp.start:sp.end], '\t'); at >= 0 {
				report(sp.start + at)
			}
		}
		last = max(last, sp.end)
	}
	gap(len(src.text))
}

func (r *refuser) node(n *yaml.Node, place nodePlace, flow bool) {
	if n.Kind == yaml.AliasNode {
		if place == inKey && n.Alias.Kind != yaml.ScalarNode {
			r.refuse(n, "A map or a list cannot be a key.")
		}
		return
	}
	if n.Anchor != "" {
		if r.anchors[n.Anchor] {
			r.refuse(n, "The anchor &%s exists already; Tutor allows each name once.", printable(n.Anchor))
		}
		r.anchors[n.Anchor] = true
	}
	flow = flow || n.Style&yaml.FlowStyle != 0
	tag := n.ShortTag()
	tagged := n.Style&yaml.TaggedStyle != 0 && n.Tag != "!"
	if tagged && !r.tag(n, tag) {
		return // what is below belongs to the tag
	}
	switch n.Kind {
	case yaml.ScalarNode:
		r.scalar(n, tag, tagged, place, flow)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if place == inMerge && deref(item).Kind != yaml.MappingNode {
				r.refuse(item, "<< takes a map, or a list of maps.")
			}
			r.node(item, inValue, flow)
		}
	case yaml.MappingNode:
		r.mapping(n, flow)
	}
}

func (r *refuser) mapping(n *yaml.Node, flow bool) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		place := inValue
		target := deref(key)
		switch {
		case key.Kind != yaml.AliasNode && target.Kind != yaml.ScalarNode:
			if isTemplate(n, key) {
				r.refuse(n, "A template needs quotes: \"{{ NAME }}\". Without them it is read as a map.")
				continue
			}
			r.refuse(key, "A map or a list cannot be a key.")
		case target.ShortTag() == "!!merge" && target.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0:
			place = inMerge
			if kind := deref(value).Kind; kind == yaml.ScalarNode {
				r.refuse(value, "<< takes a map, or a list of maps.")
			}
		default:
			r.node(key, inKey, flow)
		}
		r.node(value, place, flow)
	}
}

// isTemplate recognizes {{ NAME }} without quotes: a map whose only key is a map.
func isTemplate(m, key *yaml.Node) bool {
	return m.Style&yaml.FlowStyle != 0 && key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0 && len(m.Content) == 2 && key.Column == m.Column+1
}

// tag judges an explicit tag; it is false when what it marks is not looked into.
func (r *refuser) tag(n *yaml.Node, tag string) bool {
	kind := map[string]yaml.Kind{
		"!!null": yaml.ScalarNode, "!!bool": yaml.ScalarNode, "!!int": yaml.ScalarNode, "!!float": yaml.ScalarNode,
		"!!binary": yaml.ScalarNode, "!!timestamp": yaml.ScalarNode, "!!str": yaml.ScalarNode,
		"!!seq": yaml.SequenceNode, "!!omap": yaml.SequenceNode, "!!pairs": yaml.SequenceNode, "!!map": yaml.MappingNode, "!!set": yaml.MappingNode,
	}[tag]
	switch {
	case kind == 0:
		r.refuse(n, "Tutor does not know the tag %s; remove it, or quote the text if the ! is meant.", printable(n.Tag))
		return false
	case kind != n.Kind:
		r.refuse(n, "The tag %s does not fit: this is %s.", tag, kindWords(&yaml.Node{Kind: n.Kind, Tag: "!!str"}))
		return false
	case tag == "!!omap" || tag == "!!pairs":
		for _, item := range n.Content {
			if item = deref(item); item.Kind != yaml.MappingNode || len(item.Content) != 2 {
				r.refuse(item, "Each entry under %s must be a map of one key.", tag)
			}
		}
	}
	return true
}

// Plain texts as resolver.py matches them.
var (
	yamlBool  = pattern.Lazy(`^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)
	yamlFloat = pattern.Lazy(`^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
	yamlInt   = pattern.Lazy(`^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`)
	yamlNull  = pattern.Lazy(`^(?:~|null|Null|NULL|)$`)
	yamlDate  = pattern.Lazy(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?)$`)
)

// resolve gives the type that PyYAML takes a plain text for, such as !!bool for yes.
func resolve(value string) string {
	switch {
	case yamlNull().MatchString(value):
		return "!!null"
	case value == "=":
		return "!!value"
	case value == "<<":
		return "!!merge"
	case yamlBool().MatchString(value):
		return "!!bool"
	case len(value) == 0 || strings.IndexByte("-+.0123456789", value[0]) < 0:
		return "!!str"
	case yamlFloat().MatchString(value):
		return "!!float"
	case yamlInt().MatchString(value):
		return "!!int"
	case yamlDate().MatchString(value):
		return "!!timestamp"
	}
	return "!!str"
}

func (r *refuser) scalar(n *yaml.Node, tag string, tagged bool, place nodePlace, flow bool) {
	plain := n.Style&^(yaml.TaggedStyle|yaml.FlowStyle) == 0
	if !tagged {
		if !plain {
			return // quoted and block text is always text
		}
		tag = resolve(n.Value)
		if flow && strings.Contains(n.Value, "?") {
			r.refuse(n, "Tutor cannot read a ? between brackets; quote the value.")
			return
		}
	}
	switch tag {
	case "!!value":
		if place != inKey {
			r.refuse(n, "Tutor cannot read a lone =; quote it.")
		}
	case "!!merge":
		r.refuse(n, "Tutor cannot read a lone <<; quote it.")
	case "!!bool":
		if !yamlBool().MatchString(cases(n.Value)) {
			r.refuse(n, "The tag !!bool does not fit: this is neither true nor false.")
		}
	case "!!int":
		if !isInt(n.Value) {
			r.refuse(n, "Tutor takes this for a number, but cannot read it; quote it if it is text.")
		}
	case "!!float":
		if tagged && !yamlFloat().MatchString(n.Value) && !isInt(n.Value) {
			r.refuse(n, "The tag !!float does not fit: this is no number.")
		}
	case "!!timestamp":
		if !yamlDate().MatchString(n.Value) || !isDate(n.Value) {
			r.refuse(n, "Tutor takes this for a date, but there is no such day or time; quote it if it is text.")
		}
	case "!!binary":
		if _, err := base64.StdEncoding.DecodeString(notBase64().ReplaceAllString(n.Value, "")); err != nil {
			r.refuse(n, "The tag !!binary does not fit: this is not base64.")
		}
	}
}

// cases writes a boolean the way that the resolver matches, since the constructor
// ignores case.
func cases(s string) string { return strings.ToLower(s) }

// notBase64 is what Python skips in base64.
var notBase64 = pattern.Lazy(`[^A-Za-z0-9+/=]`)

// maxDigits is how many decimal digits Python turns into a number.
const maxDigits = 4300

// isInt reports whether constructor.py can make a number of a text.
func isInt(s string) bool {
	s = strings.ReplaceAll(s, "_", "")
	s = strings.TrimLeft(s, "+-")
	digits := func(s, set string) bool { return s != "" && strings.Trim(s, set) == "" }
	switch {
	case strings.HasPrefix(s, "0b"):
		return digits(s[2:], "01")
	case strings.HasPrefix(s, "0x"):
		return digits(strings.ToLower(s[2:]), "0123456789abcdef")
	case s == "0":
		return true
	case strings.HasPrefix(s, "0"):
		return digits(s, "01234567")
	case strings.Contains(s, ":"):
		return !slices.ContainsFunc(strings.Split(s, ":"), func(part string) bool { return !digits(part, "0123456789") })
	}
	return digits(s, "0123456789") && len(s) <= maxDigits
}

var dateParts = pattern.Lazy(`^([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)(?:(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9]{2}):([0-9]{2})(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+]([0-9][0-9]?)(?::([0-9]{2}))?))?)?$`)

// isDate reports whether Python has such a day and time.
func isDate(s string) bool {
	found := dateParts().FindStringSubmatch(s)
	if found == nil {
		return false
	}
	n := make([]int, len(found))
	for i := 1; i < len(found); i++ {
		n[i], _ = strconv.Atoi(found[i])
	}
	day := time.Date(n[1], time.Month(n[2]), n[3], 0, 0, 0, 0, time.UTC)
	return n[1] >= 1 && n[2] >= 1 && n[2] <= 12 && n[3] >= 1 && day.Day() == n[3] && int(day.Month()) == n[2] &&
		n[4] < 24 && n[5] < 60 && n[6] < 60 && n[7]*60+n[8] < 24*60
}
