package operation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// change is what happens to one file.
type change struct {
	action grove.Action
	before []byte          // nil when there is no such file yet
	old    *grove.Document // of before, and now of the new content, where they were read
	now    *grove.Document
	masker *grove.Masker     // by the rules of the project
	typed  []string          // keys of secrets that the request names, changed or not
	source string            // what the new content comes from, for the preview's hash
	diff   *fleet.FileChange // cached by cacheDiff
}

// change finds out what files a request changes. What stands against it blocks.
func (s *Service) change(ctx context.Context, p *prepared, project fleet.Project, chunk *fleet.Chunk, req Request) error {
	if req.Kind != fleet.Update && req.Kind != fleet.Unarchive {
		return nil
	}
	remote, err := s.Open(ctx, project)
	if err != nil {
		return err
	}
	head, err := remote.Head(ctx)
	if err != nil {
		return err
	}
	switch {
	case req.Kind == fleet.Unarchive:
		err = restore(ctx, p, remote, head.SHA, req.Instance)
	case req.RollBackTo != "":
		err = s.rollBack(ctx, p, remote, head.SHA, req)
	case len(req.Files) > 0:
		err = edit(ctx, p, remote, head.SHA, req)
	case req.Deploy: // changes no file
	default:
		for _, name := range req.names() {
			if err = apply(ctx, p, remote, head.SHA, name, req); err != nil {
				break
			}
		}
	}
	if err != nil || p.refusal() != nil {
		return err
	}
	for i := range p.files {
		if err := ctx.Err(); err != nil { // a commit may have many files
			return err
		}
		d := p.files[i].describe()
		p.files[i].diff = &d
	}
	for name, previewed := range req.PreviewDigests {
		if digest, err := Digest(p.filesOf(name)); err != nil || digest != previewed {
			p.block(fileChanged, "files", "The configuration of %s changed since the preview; look at it again", name)
			return err
		}
	}
	if req.Kind == fleet.Update {
		if err := s.deployAgain(ctx, p, remote, chunk, head.SHA, req); err != nil {
			return err
		}
	}
	for _, f := range p.files {
		if d := f.describe(); len(d.Secrets) > 0 {
			p.warn(secretChanged, "files."+d.Path, "Secrets change that the diff cannot show: %s", strings.Join(d.Secrets, ", "))
		}
	}
	return nil
}

// reader reads and masks files by the rules of the project.
func (p *prepared) reader() *grove.Masker { return cmp.Or(p.masker, grove.MaskerOf(nil)) }

// filesOf describes the files of one instance.
func (p *prepared) filesOf(instance string) []fleet.FileChange {
	var files []fleet.FileChange
	for _, f := range p.files {
		if d := f.describe(); d.Instance == instance {
			files = append(files, d)
		}
	}
	return files
}

// fetch reads a file, a zero one when it is not there.
func fetch(ctx context.Context, remote Remote, path, ref string) (fleet.SourceFile, error) {
	f, err := remote.File(ctx, path, ref)
	if fault.Is(err, fault.NotFound) {
		return fleet.SourceFile{Path: path}, nil
	}
	return f, err
}

// instanceFiles reads the files that an instance has at a commit.
func instanceFiles(ctx context.Context, remote Remote, instance, ref string) ([]fleet.SourceFile, error) {
	var files []fleet.SourceFile
	for _, name := range grove.InstanceFiles() {
		f, err := fetch(ctx, remote, grove.InstanceFile(instance, name), ref)
		if err != nil {
			return nil, err
		}
		if f.LastCommit != "" {
			files = append(files, f)
		}
	}
	return files, nil
}

// put adds a new content to what is prepared, if it is one. typed are the keys of the
// secrets that the request names: a request that names any never gets the answer that
// nothing changes, since that would confirm a guess.
func (p *prepared) put(now fleet.SourceFile, text []byte, source string, typed ...string) error {
	field := "files." + now.Path
	if now.LastCommit != "" && len(typed) == 0 && bytes.Equal(now.Text, text) {
		return nil
	}
	made := change{before: now.Text, masker: p.reader(), typed: typed, source: source}
	if strings.HasSuffix(now.Path, ".yml") {
		doc, problems := p.reader().Read(now.Path, text)
		if doc == nil {
			pr := problems[0]
			return fault.InvalidField(field, "line %d, column %d: %s", pr.Line, pr.Column, pr.Message)
		}
		made.now = doc
		made.old = p.validate(field, now, doc, problems)
	}
	made.action = grove.Action{Action: grove.UpdateFile, Path: now.Path, Content: text, LastCommit: now.LastCommit}
	if now.LastCommit == "" {
		made.action.Action = grove.CreateFile
	}
	p.files = append(p.files, made)
	return nil
}

// edit takes whole files that a user edited with secrets masked.
func edit(ctx context.Context, p *prepared, remote Remote, head string, req Request) error {
	for _, f := range req.Files {
		now, err := fetch(ctx, remote, f.Path, head)
		if err != nil {
			return err
		}
		if req.BaseCommit != "" && req.BaseCommit != head {
			then, err := fetch(ctx, remote, f.Path, req.BaseCommit)
			if err != nil {
				return err
			}
			if then.LastCommit != now.LastCommit {
				p.block(fileChanged, "files."+f.Path, "%s was changed in commit %.8s while it was being edited; take that in first", f.Path, now.LastCommit)
				continue
			}
		}
		text, err := p.reader().Unmask(f.Path, []byte(f.Text), now.Text)
		if err != nil {
			return fault.UnderField("files."+f.Path, err)
		}
		source, err := Digest(f.Text)
		if err != nil {
			return err
		}
		if err := p.put(now, text, source, p.typedSecrets(f, now.Text)...); err != nil {
			return err
		}
	}
	return nil
}

// typedSecrets lists the keys of secrets that a person wrote over in an edited file.
func (p *prepared) typedSecrets(f Edit, original []byte) []string {
	old, now := root(f.Path, []byte(p.reader().Mask(f.Path, original))), root(f.Path, []byte(f.Text))
	var typed []string
	for key, is := range now {
		if was, had := old[key]; had && !same(was, is) && masks(was) > masks(is) {
			typed = append(typed, key)
		}
	}
	slices.Sort(typed)
	return typed
}

// masks counts the masked values below a node.
func masks(n *yaml.Node) int {
	count := strings.Count(n.Value, grove.MaskText)
	for _, child := range n.Content {
		count += masks(child)
	}
	return count
}

// secretChanges lists the root's keys of the changes to a file that name a secret.
func (p *prepared) secretChanges(name string, changes []Change) []string {
	var typed []string
	for _, c := range changes {
		if c.File == name && !c.Unset && p.reader().IsSecret(c.Path...) && !slices.Contains(typed, c.Path[0]) {
			typed = append(typed, c.Path[0])
		}
	}
	slices.Sort(typed)
	return typed
}

// apply sets and removes single keys of an instance's files.
func apply(ctx context.Context, p *prepared, remote Remote, head, instance string, req Request) error {
	for _, name := range []string{grove.ConfigFile, grove.GroveFile} {
		path := grove.InstanceFile(instance, name)
		if !slices.ContainsFunc(req.Changes, func(c Change) bool { return c.File == name }) {
			continue
		}
		now, err := fetch(ctx, remote, path, head)
		if err != nil {
			return err
		}
		text, _, err := rewrite(ctx, path, name, now.Text, req.Changes)
		if err != nil {
			return err
		}
		typed := p.secretChanges(name, req.Changes)
		if bytes.Equal(text, now.Text) && len(typed) == 0 {
			continue
		}
		source, err := Digest(req.Changes)
		if err != nil {
			return err
		}
		if err := p.put(now, text, source, typed...); err != nil {
			return err
		}
	}
	return nil
}

// rewrite makes the changes of one file. work is the bytes that were parsed for it.
func rewrite(ctx context.Context, path, name string, text []byte, changes []Change) (out []byte, work int, err error) {
	var edits []grove.Change
	var places []int // of each edit among the changes
	var wrong error
	for i, c := range changes {
		if c.File != name {
			continue
		}
		edit := grove.Change{Path: c.Path, Unset: c.Unset}
		if !c.Unset {
			if edit.Value, err = plain(c.Value); err != nil {
				wrong = fault.InvalidField(fmt.Sprintf("changes.%d.value", i), "is not a value")
				break // what is wrong before it is named first
			}
		}
		edits, places = append(edits, edit), append(places, i)
	}
	applied, err := grove.Apply(ctx, path, text, edits)
	if ctx.Err() != nil {
		return nil, applied.Work, ctx.Err()
	}
	if err != nil {
		return nil, applied.Work, fault.UnderField(fmt.Sprintf("changes.%d", places[applied.Made]), err)
	}
	return applied.Text, applied.Work, wrong
}

// plain decodes JSON so that whole numbers stay whole.
func plain(raw json.RawMessage) (any, error) {
	if !json.Valid(raw) {
		return nil, fault.New(fault.Invalid, "is not JSON")
	}
	var value any // JSON is YAML
	err := yaml.Unmarshal(raw, &value)
	return value, err
}

// predictCreatedFiles adds the files that Grove will create from a payload, as far as
// the payload determines them. They are previewed and recorded, not sent: Grove writes
// them and adds the cluster's defaults.
func (p *prepared) predictCreatedFiles(routes []fleet.Route, payload map[string]any) error {
	values := map[string]map[string]any{grove.ConfigFile: {}, grove.GroveFile: {}}
	for route, value := range payload {
		if file, key, ok := grove.OverrideFile(routes, route); ok {
			values[file][key] = written(value)
		}
	}
	for _, name := range []string{grove.ConfigFile, grove.GroveFile} {
		if len(values[name]) == 0 {
			continue
		}
		var text bytes.Buffer
		e := yaml.NewEncoder(&text)
		e.SetIndent(2)
		if err := e.Encode(values[name]); err != nil {
			return fault.Wrap(fault.Invalid, err, "the overrides cannot be written as YAML")
		}
		f := change{masker: p.reader(), action: grove.Action{
			Action: grove.CreateFile, Path: grove.InstanceFile(p.op.Instance, name), Content: text.Bytes(),
		}}
		d := f.describe()
		f.diff = &d
		p.files = append(p.files, f)
	}
	return nil
}

// written keeps the numbers of JSON as they were written; YAML would quote them.
func written(value any) any {
	switch v := value.(type) {
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = written(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = written(item)
		}
		return out
	}
	return value
}
