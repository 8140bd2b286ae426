package grove

import (
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/order"
)

// restorer gives masked lines their text back. A line is known by its masked
// form; several lines with the same form are matched by their order.
type restorer struct {
	by    *Masker
	order []string            // masked forms, as they come
	lines map[string][]string // masked form → originals, in order
}

func newRestorer(by *Masker) *restorer { return &restorer{by: by, lines: map[string][]string{}} }

func (r *restorer) add(maskedLine, original string) {
	if !strings.Contains(maskedLine, MaskText) {
		return
	}
	maskedLine = strings.TrimSpace(maskedLine)
	r.order = append(r.order, maskedLine)
	r.lines[maskedLine] = append(r.lines[maskedLine], strings.TrimSpace(original))
}

// restore replaces masked lines by their originals. lost is the index of a line
// that cannot be identified, -1 when there is none.
func (r *restorer) restore(lines []string) (restored []string, lost int) {
	restored = slices.Clone(lines)
	counts := map[string]int{}
	var changed []int
	for i, line := range lines {
		if !strings.Contains(line, MaskText) {
			continue
		}
		form := strings.TrimSpace(line)
		if _, known := r.lines[form]; known {
			counts[form]++
		} else {
			changed = append(changed, i)
		}
	}
	next := map[string]int{}
	for i, line := range lines {
		form := strings.TrimSpace(line)
		originals, known := r.lines[form]
		if !known {
			continue
		}
		if len(originals) != counts[form] && !allEqual(originals) {
			return nil, i
		}
		restored[i] = strings.Replace(line, form, originals[min(next[form], len(originals)-1)], 1)
		next[form]++
	}
	// What is left was changed around its mask, as the host of a URL. It is identified
	// by the text before the mask, which must have only one original.
	for _, i := range changed {
		form := strings.TrimSpace(lines[i])
		before, after, _ := strings.Cut(form, MaskText)
		var found []string
		for _, candidate := range r.order {
			if counts[candidate] > 0 {
				continue
			}
			head, _, _ := strings.Cut(candidate, MaskText)
			if head == before && strings.Count(candidate, MaskText) == 1 {
				found = append(found, r.lines[candidate]...)
			}
		}
		if len(found) != 1 || strings.Contains(after, MaskText) {
			return nil, i
		}
		_, holes := r.by.line(found[0])
		if len(holes) != 1 {
			return nil, i
		}
		secret := found[0][holes[0].start:holes[0].end]
		restored[i] = strings.Replace(lines[i], MaskText, secret, 1)
	}
	return restored, -1
}

func allEqual(s []string) bool {
	return !slices.ContainsFunc(s, func(v string) bool { return v != s[0] })
}

// restoreLines restores a text of lines. lost is the offset of a line that
// cannot be identified, -1 when there is none.
func (m *Masker) restoreLines(edited, original string) (text string, lost int) {
	r := newRestorer(m)
	maskedText, _ := m.text(original)
	before, now := strings.Split(maskedText, "\n"), strings.Split(edited, "\n")
	for i, line := range strings.Split(original, "\n") {
		r.add(before[i], line)
	}
	restored, at := r.restore(now)
	if at >= 0 {
		return "", len(strings.Join(now[:at], "\n")) + min(at, 1)
	}
	return strings.Join(restored, "\n"), -1
}

func sortEdits(edits []edit) {
	order.Sort(edits, func(a, b edit) int { return a.start - b.start })
}
