package operation

import (
	"context"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// maxMerges is how often one sending applies a change to a head that moved again.
const maxMerges = 3

// dispatchMerged calls GitLab. When a file of an update changed since the request was
// prepared, which an earlier operation in the queue may have done, the change is applied
// to the new head, unless both changed the same keys.
func (s *Service) dispatchMerged(ctx context.Context, remote Remote, op fleet.Operation, call grove.Call) (answer, error) {
	created, err := dispatch(ctx, remote, call)
	for n := 0; n < maxMerges && fault.Is(err, fault.Conflict) && call.Commit != nil && op.Kind == fleet.Update; n++ {
		merged, changed, mergeErr := s.mergeAtHead(ctx, remote, op, *call.Commit)
		if mergeErr != nil {
			return answer{}, mergeErr
		}
		if !changed {
			return created, err
		}
		call.Commit = &merged
		created, err = dispatch(ctx, remote, call)
	}
	return created, err
}

// mergeAtHead applies the file changes of a commit to the newest files. It returns false
// when no file changed since the commit was prepared.
func (s *Service) mergeAtHead(ctx context.Context, remote Remote, op fleet.Operation, c grove.Commit) (grove.Commit, bool, error) {
	head, err := remote.Head(ctx)
	if err != nil {
		return c, false, err
	}
	changed := false
	c.Actions = slices.Clone(c.Actions)
	for i, a := range c.Actions {
		if a.Action != grove.UpdateFile {
			continue
		}
		now, err := fetch(ctx, remote, a.Path, head.SHA)
		if err != nil {
			return c, false, err
		}
		if now.LastCommit == a.LastCommit {
			continue
		}
		base, err := fetch(ctx, remote, a.Path, a.LastCommit)
		if err != nil {
			return c, false, err
		}
		text, keys := mergeFile(a.Path, base.Text, a.Content, now.Text)
		if text == nil || now.LastCommit == "" {
			return c, false, s.conflictAt(ctx, remote, op, a.Path, now.LastCommit, keys)
		}
		c.Actions[i].Content, c.Actions[i].LastCommit = text, now.LastCommit
		changed = true
	}
	return c, changed, nil
}

// mergeFile applies the change from base to ours to theirs. It returns nil, with the keys
// that both changed, when they conflict.
func mergeFile(path string, base, ours, theirs []byte) ([]byte, []string) {
	var was, our, their map[string]*yaml.Node
	isYAML := strings.HasSuffix(path, ".yml")
	if isYAML {
		was, our, their = root(path, base), root(path, ours), root(path, theirs)
	}
	mine, others := differing(was, our), differing(was, their)
	var both []string
	for _, k := range mine {
		if _, found := slices.BinarySearch(others, k); found {
			both = append(both, k)
		}
	}
	if len(both) > 0 {
		return nil, both
	}
	edits, ok := udiff.Merge(udiff.Lines(string(base), string(ours)), udiff.Lines(string(base), string(theirs)))
	if !ok {
		return nil, nil
	}
	text, err := udiff.Apply(string(base), edits)
	if err != nil {
		return nil, nil
	}
	if isYAML {
		// Each side's keys must have that side's values: lines alone do not show that.
		merged, _ := grove.Read(path, []byte(text))
		if merged == nil || !slices.Equal(differing(their, merged.RootValues()), mine) || !slices.Equal(differing(our, merged.RootValues()), others) {
			return nil, nil
		}
	}
	return []byte(text), nil
}

// conflictAt says whose change a file's newest commit is.
func (s *Service) conflictAt(ctx context.Context, remote Remote, op fleet.Operation, path, commit string, keys []string) error {
	who, what := "someone", path
	if len(keys) > 0 {
		what = strings.Join(keys[:min(len(keys), 5)], ", ") + " in " + path
	}
	if recent, err := s.Store.InstanceOperations(ctx, op.Cluster, op.Instance, recentPipelines); err == nil {
		for _, o := range recent {
			if o.Commit != "" && o.Commit == commit {
				return fault.New(fault.Conflict, "%s was changed by %s, whose %s came first. Review the file and request your change again", what, o.RequestedBy, o.Kind)
			}
		}
	}
	if commits, err := remote.CommitsOf(ctx, path, 1); err == nil && len(commits) > 0 {
		who = commits[0].Author
	}
	return fault.New(fault.Conflict, "%s has changed in GitLab: %s did it in commit %.8s. Review the file and request your change again", what, who, commit)
}
