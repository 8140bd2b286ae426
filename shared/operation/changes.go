package operation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// change is what happens to one file.
type change struct {
	action grove.Action
	before []byte // nil when there is no such file yet
	source string // what the new content comes from, for the preview's hash
	shown  *fleet.FileChange
}

// change finds out what files a request changes. What stands against it blocks.
func (s *Service) change(ctx context.Context, p *prepared, project fleet.Project, req Request) error {
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
		d := p.files[i].describe()
		p.files[i].shown = &d
	}
	for name, shown := range req.shown {
		if digest, err := digestOf(p.filesOf(name)); err != nil || digest != shown {
			p.block(fileChanged, "files", "The configuration of %s changed since the preview; look at it again", name)
			return err
		}
	}
	if len(p.files) == 0 {
		p.block(unchanged, "files", "Nothing changes: the files are like this already")
	}
	for _, f := range p.files {
		if d := f.describe(); len(d.Secrets) > 0 {
			p.warn(secretChanged, "files."+d.Path, "Secrets change that the diff cannot show: %s", strings.Join(d.Secrets, ", "))
		}
	}
	return nil
}

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

// put adds a new content to what is prepared, if it is one.
func (p *prepared) put(now fleet.SourceFile, text []byte, source string) error {
	field := "files." + now.Path
	if now.LastCommit != "" && bytes.Equal(now.Text, text) {
		return nil
	}
	if strings.HasSuffix(now.Path, ".yml") {
		doc, problems := grove.Read(now.Path, text)
		for _, pr := range problems {
			if doc == nil {
				return fault.InvalidField(field, "line %d, column %d: %s", pr.Line, pr.Column, pr.Message)
			}
			p.warn(fileProblem, field, "line %d, column %d: %s", pr.Line, pr.Column, pr.Message)
		}
	}
	action := grove.Action{Action: grove.UpdateFile, Path: now.Path, Content: text, LastCommit: now.LastCommit}
	if now.LastCommit == "" {
		action.Action = grove.CreateFile
	}
	p.files = append(p.files, change{action: action, before: now.Text, source: source})
	return nil
}

// edit takes whole files, as somebody edited them with secrets masked.
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
		text, err := grove.Unmask(f.Path, []byte(f.Text), now.Text)
		if err != nil {
			return fieldBelow("files."+f.Path, err)
		}
		source, err := digestOf(f.Text)
		if err != nil {
			return err
		}
		if err := p.put(now, text, source); err != nil {
			return err
		}
	}
	return nil
}

// fieldBelow names the file that an error of one of its keys is about.
func fieldBelow(field string, err error) error {
	kind := fault.KindOf(err)
	if kind == fault.Internal || kind == fault.Unavailable || kind == fault.Upstream {
		return err
	}
	return fault.InvalidField(field, "%s", fault.Message(err)).WithKind(kind)
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
		text, err := rewrite(path, name, now.Text, req.Changes)
		if err != nil {
			return err
		}
		if bytes.Equal(text, now.Text) {
			continue
		}
		source, err := digestOf(req.Changes)
		if err != nil {
			return err
		}
		if err := p.put(now, text, source); err != nil {
			return err
		}
	}
	return nil
}

// rewrite makes the changes of one file.
func rewrite(path, name string, text []byte, changes []Change) ([]byte, error) {
	for i, c := range changes {
		if c.File != name {
			continue
		}
		var err error
		if c.Unset {
			text, err = grove.Unset(path, text, c.Path)
		} else {
			var value any
			if value, err = plain(c.Value); err != nil {
				return nil, fault.InvalidField(fmt.Sprintf("changes.%d.value", i), "is not a value")
			}
			text, err = grove.Set(path, text, c.Path, value)
		}
		if err != nil {
			return nil, fieldBelow(fmt.Sprintf("changes.%d", i), err)
		}
	}
	return text, nil
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

// foresee tells the files that Grove will make of a create's payload, as far as
// the payload says. They are shown and kept, not sent: Grove writes them, and
// adds what the cluster's defaults hold.
func (p *prepared) foresee(routes []fleet.Route, payload map[string]any) error {
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
		f := change{action: grove.Action{
			Action: grove.CreateFile, Path: grove.InstanceFile(p.op.Instance, name), Content: text.Bytes(),
		}}
		d := f.describe()
		f.shown = &d
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

// restore brings an archived instance's folder back as it was before it left.
func restore(ctx context.Context, p *prepared, remote Remote, head, instance string) error {
	folder := "instances/" + instance
	there, err := remote.Folder(ctx, folder, head)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		p.block(nameTaken, "instance", "%s is in git already", instance)
		return nil
	}
	commits, err := remote.CommitsOf(ctx, folder, 5)
	if err != nil {
		return err
	}
	for _, c := range commits {
		for _, parent := range c.Parents {
			files, err := remote.Folder(ctx, folder, parent)
			if err != nil {
				return err
			}
			if len(files) > 0 {
				return bringBack(ctx, p, remote, parent, files)
			}
		}
	}
	p.block(notInGit, "instance", "The history of this repository has no configuration of %s", instance)
	return nil
}

// maxRestored bounds what one commit brings back.
const maxRestored = 100

func bringBack(ctx context.Context, p *prepared, remote Remote, from string, files []string) error {
	if len(files) > maxRestored {
		return fault.New(fault.TooLarge, "The folder has %d files; %d are allowed: restore it in GitLab", len(files), maxRestored)
	}
	p.op.RolledBackTo = from
	for _, path := range files {
		f, err := remote.File(ctx, path, from)
		if err != nil {
			return err
		}
		p.files = append(p.files, change{
			action: grove.Action{Action: grove.CreateFile, Path: path, Content: f.Text}, source: from,
		})
	}
	return nil
}

// rollBack brings back the configuration files of an earlier commit, or of the
// commit that an earlier operation deployed.
func (s *Service) rollBack(ctx context.Context, p *prepared, remote Remote, head string, req Request) error {
	commit, err := s.deployedBy(ctx, p.op.Cluster, req)
	if err != nil {
		return err
	}
	p.op.RolledBackTo = commit
	found := 0
	for _, name := range grove.InstanceFiles() {
		path := grove.InstanceFile(req.Instance, name)
		then, err := fetch(ctx, remote, path, commit)
		if err != nil {
			return err
		}
		now, err := fetch(ctx, remote, path, head)
		if err != nil {
			return err
		}
		switch {
		case then.LastCommit != "":
			found++
			err = p.put(now, then.Text, commit)
		case now.LastCommit != "":
			p.files = append(p.files, change{
				action: grove.Action{Action: grove.DeleteFile, Path: path, LastCommit: now.LastCommit}, before: now.Text, source: commit,
			})
		}
		if err != nil {
			return err
		}
	}
	if found == 0 {
		return fault.InvalidField("rollBackTo", "commit %.8s has no configuration of %s", commit, req.Instance)
	}
	return nil
}

// deployedBy gives the commit whose configuration a request wants back.
func (s *Service) deployedBy(ctx context.Context, cluster string, req Request) (string, error) {
	op, err := s.Fleet.Operation(ctx, cluster, req.RollBackTo)
	if fault.Is(err, fault.NotFound) {
		if !isSHA(req.RollBackTo) {
			return "", fault.InvalidField("rollBackTo", "is neither an operation of this cluster nor a commit")
		}
		return req.RollBackTo, nil
	}
	if err != nil {
		return "", err
	}
	if op.Commit != "" {
		return op.Commit, nil
	}
	pipelines, err := s.pipelinesOf(ctx, op)
	if err != nil {
		return "", err
	}
	for _, p := range pipelines {
		if p.Source == "push" && p.SHA != "" {
			return p.SHA, nil
		}
	}
	return "", fault.InvalidField("rollBackTo", "that operation never reached git").WithKind(fault.Conflict)
}

func isSHA(s string) bool {
	return len(s) >= 8 && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') })
}

// maxDiff bounds the diff of one file that is shown and kept.
const maxDiff = 64 << 10

// describe tells what happens to the file, secrets masked.
func (c change) describe() fleet.FileChange {
	if c.shown != nil {
		return *c.shown
	}
	instance, _, _ := grove.InstancePath(c.action.Path)
	d := fleet.FileChange{Path: c.action.Path, Action: c.action.Action, Instance: instance}
	old, now := grove.Mask(c.action.Path, c.before), grove.Mask(c.action.Path, c.action.Content)
	from, to := "a/"+c.action.Path, "b/"+c.action.Path
	if c.action.Action == grove.CreateFile {
		from = "/dev/null"
	}
	if c.action.Action == grove.DeleteFile {
		to = "/dev/null"
	}
	if d.Diff = udiff.Unified(from, to, old, now); len(d.Diff) > maxDiff {
		d.Diff = strings.ToValidUTF8(d.Diff[:maxDiff], "") + "\n… the rest is left out\n"
	}
	d.Keys, d.Secrets = changedKeys(c.action.Path, c.before, c.action.Content, old, now)
	return d
}

// changedKeys lists the root's keys that differ, and which of them look the same
// once masked.
func changedKeys(path string, before, after []byte, maskedBefore, maskedAfter string) (keys, secrets []string) {
	if !strings.HasSuffix(path, ".yml") {
		return nil, nil
	}
	old, now := root(path, before), root(path, after)
	shownOld, shownNow := root(path, []byte(maskedBefore)), root(path, []byte(maskedAfter))
	all := maps.Clone(old)
	maps.Copy(all, now)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		was, had := old[k]
		is, has := now[k]
		if had == has && same(was, is) {
			continue
		}
		keys = append(keys, k)
		if had && has && same(shownOld[k], shownNow[k]) {
			secrets = append(secrets, k)
		}
	}
	return keys, secrets
}

// root gives the values of a file's map by key; what cannot be read, or grows
// without bound, has none. Decoding would take quadratic time in the keys.
func root(path string, text []byte) map[string]*yaml.Node {
	m := map[string]*yaml.Node{}
	if doc, _ := grove.Read(path, text); doc == nil {
		return m
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return m
	}
	content := doc.Content[0].Content
	for i := 0; i+1 < len(content); i += 2 {
		m[content[i].Value] = content[i+1]
	}
	return m
}

// same compares values, whatever their style. Aliases are bounded: root read
// them.
func same(a, b *yaml.Node) bool {
	for a != nil && a.Kind == yaml.AliasNode {
		a = a.Alias
	}
	for b != nil && b.Kind == yaml.AliasNode {
		b = b.Alias
	}
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.ShortTag() == b.ShortTag() && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
}
