package redact

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Bounds of one log's secrets.
const (
	maxInstances = 100 // whose log a pipeline's can be
	maxCommits   = 4
	maxKept      = 2 * maxValues // states of all Redactors that a process keeps
)

// Remote is a project's repository in GitLab.
type Remote interface {
	// Texts reads files at a commit; those that do not exist are left out.
	Texts(ctx context.Context, sha string, paths []string) ([]fleet.SourceFile, error)
}

// Store is what Ocim knows of a project without GitLab.
type Store interface {
	SyncRecord(ctx context.Context, project string) (fleet.SyncRecord, error)
	ClusterFiles(ctx context.Context, cluster string) (fleet.Files, error)
}

// Service makes Redactors of what is in GitLab.
type Service struct {
	Store Store
	Open  func(ctx context.Context, project fleet.Project) (Remote, error)

	mu    sync.Mutex
	kept  map[string]*Redactor
	order []string // the least recently made first
	size  int
}

// Of gives what masks the secrets of instances and of what their cluster's instances
// share, as they are on the default branch and at some commits. Where GitLab cannot be
// read there is no Redactor, and so no log: showing it unmasked is no alternative.
func (s *Service) Of(ctx context.Context, project fleet.Project, instances []string, commits ...string) (*Redactor, error) {
	instances = slices.Compact(slices.Sorted(slices.Values(instances)))
	if len(instances) > maxInstances {
		return nil, fault.New(fault.TooLarge, "The pipeline deploys %d instances; Ocim masks the secrets of %d at most. Read the log in GitLab.", len(instances), maxInstances)
	}
	record, err := s.Store.SyncRecord(ctx, project.ID)
	if err != nil {
		return nil, err
	}
	commits = slices.DeleteFunc(append([]string{record.State.Commit}, commits...), func(sha string) bool { return sha == "" })
	commits = slices.Compact(slices.Sorted(slices.Values(commits)))
	if len(commits) > maxCommits {
		return nil, fault.New(fault.Internal, "secrets of %d commits", len(commits))
	}
	var rules fleet.SecretRules
	if project.Contract != nil {
		rules = project.Contract.Secrets
	}
	key := fmt.Sprintf("%s\n%s\n%s\n%q", project.ID, commits, instances, rules)
	if r := s.known(key); r != nil {
		return r, nil
	}
	paths, err := s.paths(ctx, project.ID, instances)
	if err != nil {
		return nil, err
	}
	values, err := s.values(ctx, project, commits, paths)
	if err != nil {
		return nil, err
	}
	r, err := New(values)
	if err != nil {
		return nil, err
	}
	s.keep(key, r)
	return r, nil
}

// paths lists the files whose secrets count.
func (s *Service) paths(ctx context.Context, cluster string, instances []string) ([]string, error) {
	paths := []string{grove.ClusterFile}
	shared, err := s.Store.ClusterFiles(ctx, cluster)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	for _, f := range shared.Files {
		paths = append(paths, f.Path)
	}
	for _, i := range instances {
		for _, name := range grove.InstanceFiles() {
			paths = append(paths, grove.InstanceFile(i, name))
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

func (s *Service) values(ctx context.Context, project fleet.Project, commits, paths []string) ([]string, error) {
	remote, err := s.Open(ctx, project)
	if err != nil {
		return nil, err
	}
	masker := grove.MaskerOf(project.Contract)
	var values []string
	for _, sha := range commits {
		files, err := remote.Texts(ctx, sha, paths)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "The log can't be shown: GitLab doesn't answer, and Ocim needs it to mask the instance's secrets.")
		}
		for _, f := range files {
			values = append(values, masker.Values(f.Path, f.Text)...)
		}
	}
	return values, nil
}

func (s *Service) known(key string) *Redactor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key]
}

func (s *Service) keep(key string, r *Redactor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]*Redactor{}
	}
	if _, raced := s.kept[key]; raced {
		return
	}
	s.kept[key], s.order, s.size = r, append(s.order, key), s.size+r.states()
	for s.size > maxKept {
		s.size -= s.kept[s.order[0]].states()
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
}

// states says how much memory a Redactor takes.
func (r *Redactor) states() int { return len(r.fail) }
