package grove

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
)

// Unmask gives an edited text its secrets back: whatever is still masked at the
// place where original has a secret gets the original's text. A mask that has
// no original, or that would become readable where it was moved to, is
// fault.Invalid with the key as field and the line and column in the message.
//
// The place of a value is its key. In a list it is the entry that is otherwise
// unchanged, or the position while the list keeps its length.
func (m *Masker) Unmask(file string, edited, original []byte) ([]byte, error) {
	before := m.masked(file, original)
	if string(edited) == before.text {
		return original, nil
	}
	if !strings.Contains(string(edited), MaskText) && !strings.Contains(string(edited), `\u2022`) {
		return edited, nil
	}
	if before.withheld {
		return nil, fault.New(fault.Invalid,
			"the present %s cannot be read, so masked values cannot be kept; repair it in GitLab, or write the whole file without masked values", file)
	}
	if !isYAML(file) {
		text, lost := m.restoreLines(string(edited), string(original))
		if lost >= 0 {
			line, column := newSource(edited).position(lost)
			return nil, unknownMask("", line, column)
		}
		return m.sameSecrets(file, edited, []byte(text))
	}
	doc, problems := m.Read(file, edited)
	if doc == nil {
		p := problems[0]
		return nil, fault.New(fault.Invalid, "%s, line %d, column %d: %s", file, p.Line, p.Column, p.Message)
	}
	var result []byte
	var err error
	// Original text fits back as it was, except where it moved to another
	// style or indentation: then all of it is written again, quoted.
	for _, quoted := range []bool{false, true} {
		if result, err = unmaskDocument(file, doc, before, quoted); err == nil {
			return result, nil
		}
	}
	return nil, err
}

func unknownMask(field string, line, column int) error {
	return fault.InvalidField(field, "line %d, column %d: this value is masked, but there is no value it could stand for; write the value itself", line, column)
}

// sameSecrets refuses a restored text that shows, once masked again, more than
// the edited text did.
func (m *Masker) sameSecrets(file string, edited, restored []byte) ([]byte, error) {
	a, b := m.masked(file, edited), m.masked(file, restored)
	ok := a.withheld == b.withheld && strings.Count(a.text, MaskText) == strings.Count(b.text, MaskText)
	if ok && a.shape != nil && a.shape.root != nil {
		ok = b.shape != nil && b.shape.root != nil && alike(a.shape.root, b.shape.root)
	}
	if !ok {
		return nil, fault.New(fault.Invalid, "a masked value of %s was moved or its surroundings changed; write the value itself", file)
	}
	return restored, nil
}

func alike(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && strings.TrimSpace(a.Value) == strings.TrimSpace(b.Value) && slices.EqualFunc(a.Content, b.Content, alike)
}

// unmasker walks the edited document beside the original one.
type unmasker struct {
	doc       *Document // edited
	spans     map[*yaml.Node]span
	before    masked
	origSpans map[*yaml.Node]span // of before.doc
	shapeSpan map[*yaml.Node]span // of before.shape
	quoted    bool
	edits     map[*yaml.Node]edit
	values    map[*yaml.Node]string // what a restored scalar must hold
	err       error
}

func unmaskDocument(file string, doc *Document, before masked, quoted bool) ([]byte, error) {
	u := &unmasker{doc: doc, before: before, quoted: quoted, edits: map[*yaml.Node]edit{}, values: map[*yaml.Node]string{}}
	var order []*yaml.Node
	var ok, okOrig, okShape bool
	u.spans, order, ok = doc.src.spans(doc.root)
	u.origSpans, _, okOrig = before.doc.src.spans(before.doc.root)
	u.shapeSpan, _, okShape = before.shape.src.spans(before.shape.root)
	if !ok || !okOrig || !okShape {
		return nil, fault.New(fault.Invalid, "%s is written in a way that masked values cannot be kept in; write the values themselves", file)
	}
	if doc.root != nil {
		u.walk(doc.root, before.shape.root, before.doc.root, "")
	}
	if u.err != nil {
		return nil, u.err
	}
	edits, err := u.loose(order)
	if err != nil {
		return nil, err
	}
	text, ok := splice(doc.src.text, edits)
	if !ok {
		return nil, fault.New(fault.Internal, "restoring the masked values of %s", file)
	}
	restored, _ := doc.by.Read(file, []byte(text))
	if restored == nil || !u.verified(doc.root, restored.root) {
		return nil, fault.New(fault.Invalid, "the masked values of %s do not fit where they are now; write the values themselves", file)
	}
	return doc.by.sameSecrets(file, doc.src.text, []byte(text))
}

// verified checks that every restored scalar holds what the original held.
func (u *unmasker) verified(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if want, restored := u.values[a]; a.Kind != b.Kind || restored && want != b.Value {
		return false
	}
	return slices.EqualFunc(a.Content, b.Content, u.verified)
}

func (u *unmasker) fail(n *yaml.Node, path string) {
	if u.err == nil {
		u.err = unknownMask(path, n.Line, n.Column)
	}
}

// walk pairs an edited node with its counterpart in the masked text (shape)
// and in the original; both are nil for what is new.
func (u *unmasker) walk(n, shape, orig *yaml.Node, path string) {
	if shape != nil && shape.Kind != n.Kind {
		shape, orig = nil, nil
	}
	switch n.Kind {
	case yaml.ScalarNode:
		u.scalar(n, shape, orig, path)
	case yaml.MappingNode:
		var index keyIndex
		if shape != nil {
			index = indexKeys(shape)
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			var s, o *yaml.Node
			if at := index.take(n.Content[i]); at >= 0 {
				s, o = shape.Content[at+1], orig.Content[at+1]
			}
			u.walk(n.Content[i+1], s, o, join(path, n.Content[i].Value))
		}
	case yaml.SequenceNode:
		pairs := make([]int, len(n.Content))
		for i := range pairs {
			pairs[i] = -1
		}
		if shape != nil {
			pairItems(n.Content, shape.Content, pairs)
		}
		for i, item := range n.Content {
			var s, o *yaml.Node
			if at := pairs[i]; at >= 0 {
				s, o = shape.Content[at], orig.Content[at]
			}
			u.walk(item, s, o, join(path, strconv.Itoa(i)))
		}
	}
}

func join(path, segment string) string {
	segment = printable(segment)
	if path == "" {
		return segment
	}
	return path + "." + segment
}

// keyIndex finds the entries of a masked map by their keys.
type keyIndex map[string][]int

func indexKeys(shape *yaml.Node) keyIndex {
	index := keyIndex{}
	for i := 0; i+1 < len(shape.Content); i += 2 {
		form := formOf(shape.Content[i])
		index[form] = append(index[form], i)
	}
	return index
}

// take gives the first entry of a key that was not taken yet, -1 when there is none.
func (x keyIndex) take(key *yaml.Node) int {
	form := formOf(key)
	at := x[form]
	if len(at) == 0 {
		return -1
	}
	x[form] = at[1:]
	return at[0]
}

// formOf writes down what alike compares, so that equal nodes are found without
// comparing each with each.
func formOf(n *yaml.Node) string {
	var b strings.Builder
	var write func(n *yaml.Node)
	write = func(n *yaml.Node) {
		fmt.Fprintf(&b, "%d %d %q", n.Kind, len(n.Content), strings.TrimSpace(n.Value))
		for _, child := range n.Content {
			write(child)
		}
	}
	write(n)
	return b.String()
}

// pairItems finds each item's counterpart: the same item, if it is the only
// one of its form; else the same position, as long as none was added or removed.
func pairItems(items, shape []*yaml.Node, pairs []int) {
	if len(items) == len(shape) {
		same := true
		for i := range items {
			same = same && (alike(items[i], shape[i]) || !hasMask(items[i]))
		}
		if same {
			for i := range pairs {
				pairs[i] = i
			}
			return
		}
	}
	forms := map[string][]int{}
	for j, s := range shape {
		if hasMask(s) {
			form := formOf(s)
			forms[form] = append(forms[form], j)
		}
	}
	taken := map[int]bool{}
	for i, item := range items {
		if !hasMask(item) {
			continue
		}
		if at := forms[formOf(item)]; len(at) == 1 && !taken[at[0]] {
			pairs[i], taken[at[0]] = at[0], true
		}
	}
	if len(items) != len(shape) {
		return
	}
	for i := range items {
		if pairs[i] < 0 && !taken[i] {
			pairs[i] = i
		}
	}
}

func hasMask(n *yaml.Node) bool {
	return strings.Contains(n.Value, MaskText) || slices.ContainsFunc(n.Content, hasMask)
}

func (u *unmasker) scalar(n, shape, orig *yaml.Node, path string) {
	if !strings.Contains(n.Value, MaskText) {
		return
	}
	if shape == nil || !strings.Contains(shape.Value, MaskText) {
		u.fail(n, path)
		return
	}
	sp, osp, ssp := u.spans[n], u.origSpans[orig], u.shapeSpan[shape]
	text, origText, shapeText := u.doc.src.text, u.before.doc.src.text, u.before.shape.src.text
	raw, origRaw, shapeRaw := string(text[sp.start:sp.end]), string(origText[osp.start:osp.end]), string(shapeText[ssp.start:ssp.end])
	whole := strings.TrimSpace(n.Value) == MaskText && strings.TrimSpace(shape.Value) == MaskText
	switch {
	case isBlock(n) && isBlock(orig) && n.Style == orig.Style && sp.indent == osp.indent && (whole || raw == shapeRaw):
		u.values[n] = orig.Value
		u.edits[n] = edit{hole{sp.body, sp.end}, string(origText[osp.body:osp.end])}
	case whole || raw == shapeRaw:
		u.values[n] = orig.Value
		if isBlock(n) || isBlock(orig) || u.quoted && orig.ShortTag() == "!!str" ||
			raw != shapeRaw && strings.ContainsAny(origRaw, "\r\n") {
			origRaw = doubleQuoted(orig.Value)
		}
		u.edits[n] = edit{hole{sp.start, sp.end}, origRaw}
	case n.Style != orig.Style:
		u.fail(n, path)
	default:
		at, from := inner(n, sp), inner(orig, osp)
		restored, lost := u.doc.by.restoreLines(string(text[at.start:at.end]), string(origText[from.start:from.end]))
		if lost >= 0 {
			if u.err == nil {
				line, column := u.doc.src.position(at.start + lost)
				u.err = unknownMask(path, line, column)
			}
			return
		}
		u.edits[n] = edit{at, restored}
	}
}

func isBlock(n *yaml.Node) bool { return n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 }

// inner is the part of a scalar's text that is content.
func inner(n *yaml.Node, sp span) hole {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return hole{sp.start + 1, sp.end - 1}
	}
	return hole{sp.body, sp.end}
}

// loose restores masks in comments and keys and gives all edits in order.
func (u *unmasker) loose(order []*yaml.Node) ([]edit, error) {
	now := looseParts(u.doc, u.spans, order)
	var edits []edit
	for _, n := range order {
		if e, ok := u.edits[n]; ok {
			edits = append(edits, e)
		}
	}
	if !slices.ContainsFunc(now, func(h hole) bool { return strings.Contains(string(u.doc.src.text[h.start:h.end]), MaskText) }) {
		return edits, nil
	}
	_, origOrder, _ := u.before.doc.src.spans(u.before.doc.root)
	then := looseParts(u.before.doc, u.origSpans, origOrder)
	_, shapeOrder, _ := u.before.shape.src.spans(u.before.shape.root)
	thenMasked := looseParts(u.before.shape, u.shapeSpan, shapeOrder)
	if len(then) != len(thenMasked) {
		return nil, fault.New(fault.Invalid, "the masked comments of %s cannot be kept; remove them or write them again", u.doc.file)
	}
	r := newRestorer(u.doc.by)
	for i := range then {
		r.add(string(u.before.shape.src.text[thenMasked[i].start:thenMasked[i].end]),
			string(u.before.doc.src.text[then[i].start:then[i].end]))
	}
	parts := make([]string, len(now))
	for i, h := range now {
		parts[i] = string(u.doc.src.text[h.start:h.end])
	}
	restored, lost := r.restore(parts)
	if lost >= 0 {
		line, column := u.doc.src.position(now[lost].start)
		return nil, unknownMask("comment", line, column)
	}
	for i, h := range now {
		if restored[i] != parts[i] {
			edits = append(edits, edit{h, restored[i]})
		}
	}
	sortEdits(edits)
	return edits, nil
}

// looseParts lists the comments and keys of a document.
func looseParts(d *Document, spans map[*yaml.Node]span, order []*yaml.Node) []hole {
	keys := keyNodes(d.root)
	var parts []hole
	last := 0
	gap := func(to int) {
		for at := last; at < to; at++ {
			if d.src.text[at] == '#' {
				end := min(d.src.lineEnd(at), to)
				parts = append(parts, hole{at, end})
				at = end
			}
		}
	}
	for _, n := range order {
		sp := spans[n]
		gap(sp.body)
		last = sp.end
		if keys[n] && n.Kind == yaml.ScalarNode {
			parts = append(parts, hole{sp.start, sp.end})
		}
	}
	gap(len(d.src.text))
	return parts
}
