package operation

import (
	"fmt"
	"path"

	"github.com/open-craft/ocim/shared/fleet"
)

// maxRecordedDiff is the size limit of all diffs of an audit entry, in bytes.
const maxRecordedDiff = 8 << 10

// before is the part of an instance that the operation changes, for the audit log: the
// keys with their former values, by file.
func (p *prepared) before(instance string) any {
	out := map[string]any{}
	if p.row != nil && p.row.Instance.Name == instance {
		out["lifecycle"], out["release"] = p.row.Instance.Lifecycle, p.row.Instance.Release
	}
	for _, f := range p.filesOf(instance) {
		values := map[string]string{}
		for _, v := range f.Values {
			if v.Before != "" {
				values[v.Key] = v.Before
			}
		}
		if len(values) > 0 {
			out[path.Base(f.Path)] = values
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// after is what the operation changes, for the audit log: in words, and as diffs.
func (p *prepared) after(instance string) any {
	type file struct {
		Path, Action string
		Keys         []string `json:",omitempty"`
		Diff         string   `json:",omitempty"`
	}
	out := map[string]any{"kind": p.op.Kind, "deploymentId": p.op.DeploymentID}
	for _, d := range p.op.Deployments {
		if d.Instance == instance {
			out["deploymentId"] = d.ID
		}
	}
	if p.op.Bulk != "" {
		out["bulk"] = p.op.Bulk
	}
	if p.op.Reason != "" {
		out["reason"] = p.op.Reason
	}
	var files []file
	var words []string
	total := 0
	changes := p.filesOf(instance)
	for _, d := range changes[:min(len(changes), 100)] {
		entry := file{Path: d.Path, Action: d.Action, Keys: d.Keys[:min(len(d.Keys), 50)]}
		if total += len(d.Diff); total <= maxRecordedDiff {
			entry.Diff = d.Diff
		}
		files = append(files, entry)
		words = append(words, describeChanges(d)...)
	}
	if len(files) > 0 {
		out["files"] = files
	}
	if len(words) > 0 {
		out["changes"] = words[:min(len(words), maxValues)]
	}
	return out
}

// describeChanges says in words what a file's change does, such as "LANGUAGE_CODE: fr → en
// in config.yml".
func describeChanges(d fleet.FileChange) []string {
	name := path.Base(d.Path)
	if len(d.Values) == 0 {
		return []string{fmt.Sprintf("%s %sd", name, d.Action)}
	}
	var out []string
	for _, v := range d.Values {
		switch {
		case v.Before == "":
			out = append(out, fmt.Sprintf("%s set to %s in %s", v.Key, v.After, name))
		case v.After == "":
			out = append(out, fmt.Sprintf("%s (%s) removed from %s", v.Key, v.Before, name))
		default:
			out = append(out, fmt.Sprintf("%s: %s → %s in %s", v.Key, v.Before, v.After, name))
		}
	}
	return out
}
