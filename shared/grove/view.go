package grove

import "go.yaml.in/yaml/v3"

// View is a file of keys beside what Ocim shows of it, read once.
type View struct {
	Text   string                // masked
	Values map[string]*yaml.Node // by the root's keys, secrets included; none when the file cannot be read
	Shown  map[string]*yaml.Node // the same of the masked text
}

// View masks a file as Mask does.
func (m *Masker) View(file string, text []byte) View {
	if !isYAML(file) {
		return View{Text: m.Mask(file, text)}
	}
	doc, _ := m.Read(file, text)
	if doc == nil {
		return m.withheld(file, nil, withhold(text))
	}
	return doc.View()
}

// View is Masker.View of a document that was read already.
func (d *Document) View() View {
	shown := d.masked()
	if shown.withheld {
		return d.by.withheld(d.file, d.RootValues(), shown.text)
	}
	return View{Text: shown.text, Values: d.RootValues(), Shown: shown.shape.RootValues()}
}

// withheld is the view of a text that shows no more than its keys.
func (m *Masker) withheld(file string, values map[string]*yaml.Node, text string) View {
	v := View{Text: text, Values: values}
	if doc, _ := m.Read(file, []byte(text)); doc != nil {
		v.Shown = doc.RootValues()
	}
	return v
}

// RootValues gives what the root's keys hold; the last of two equal keys counts.
func (d *Document) RootValues() map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	if d.root == nil || d.root.Kind != yaml.MappingNode {
		return values
	}
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		values[d.root.Content[i].Value] = d.root.Content[i+1]
	}
	return values
}
