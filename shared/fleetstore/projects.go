package fleetstore

import (
	"context"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/kv/kvjson"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
)

// storedProject is a project as the store has it. A removed one stays for a while,
// with the audit entry of its removal.
type storedProject struct {
	fleet.Project
	Removed bool        `json:"removed,omitempty"`
	Audit   audit.Trail `json:"audit,omitempty"`
}

// removedLife is how long a removed project's item stays: until its audit entry
// is in the log for certain.
const removedLife = 24 * time.Hour

func projectKey(id string) kv.Key { return kv.Key{Partition: partProject, Sort: id} }

// Project reads one project; fault.NotFound when there is none.
func (s *Store) Project(ctx context.Context, id string) (fleet.Project, error) {
	p, _, err := kvjson.Get[storedProject](ctx, s.kv, projectKey(id))
	if err == nil && p.Removed {
		err = fault.New(fault.NotFound, "it was removed")
	}
	return p.Project, kvjson.NotFound(err, "no project %q", id)
}

// Projects reads all projects, by id.
func (s *Store) Projects(ctx context.Context) ([]fleet.Project, error) {
	all, err := kvjson.All[storedProject](ctx, s.kv, kv.Query{Partition: partProject})
	var there []fleet.Project
	for _, p := range all {
		if !p.Removed {
			there = append(there, p.Project)
		}
	}
	return there, err
}

// AddProject stores a new project; fault.Conflict when its id is taken.
func (s *Store) AddProject(ctx context.Context, p fleet.Project) error {
	return s.AddProjectBy(ctx, p, nil)
}

// AddProjectBy is AddProject, writing with record.
func (s *Store) AddProjectBy(ctx context.Context, p fleet.Project, record Recorder) error {
	p.CreatedAt, p.UpdatedAt = s.now(), s.now()
	err := s.replaceProject(ctx, p.ID, record, func(old *storedProject) (storedProject, time.Time, error) {
		if old != nil && !old.Removed {
			return storedProject{}, kvjson.NoExpiry, fault.New(fault.Conflict, "a project with the id %q exists already", p.ID)
		}
		next := storedProject{Project: p}
		if old != nil {
			next.Audit = old.Audit
		}
		return next, kvjson.NoExpiry, nil
	})
	if err != nil {
		return err
	}
	return s.Touch(ctx, p.ID)
}

// ChangeProject lets alter change a project, writing with record. alter reports
// whether it changed anything.
func (s *Store) ChangeProject(ctx context.Context, id string, record Recorder, alter func(*fleet.Project) (bool, error)) (fleet.Project, error) {
	var result fleet.Project
	changed := false
	err := s.modifyBy(ctx, projectKey(id), record, func(old kv.Item) (any, error) {
		p, err := kvjson.Decode[storedProject](old)
		if err != nil {
			return nil, err
		}
		if old.Version == 0 || p.Removed {
			return nil, fault.New(fault.NotFound, "no project %q", id)
		}
		changed, err = alter(&p.Project)
		result = p.Project
		if err != nil || !changed {
			return nil, err
		}
		p.UpdatedAt = fleet.Latest(s.now(), p.UpdatedAt.Add(1)) // it distinguishes versions
		result = p.Project
		return p, nil
	})
	if err != nil || !changed {
		return result, err
	}
	return result, s.Touch(ctx, id)
}

// RemoveProject takes a project out of the fleet, writing with record. Its claim
// goes with it.
func (s *Store) RemoveProject(ctx context.Context, p fleet.Project, record Recorder) error {
	err := s.replaceProject(ctx, p.ID, record, func(old *storedProject) (storedProject, time.Time, error) {
		if old == nil || old.Removed {
			return storedProject{}, kvjson.NoExpiry, fault.New(fault.NotFound, "no project %q", p.ID)
		}
		return storedProject{Project: fleet.Project{ID: p.ID}, Removed: true, Audit: old.Audit}, s.now().Add(removedLife), nil
	})
	if err != nil {
		return err
	}
	// What is left of the claim gives the project the same id when it is added again.
	if err := s.kv.Delete(ctx, kv.Key{Partition: partProjectID, Sort: p.ID}, kv.Always); err != nil {
		return fmt.Errorf("giving up the id %s: %w", p.ID, err)
	}
	if err := s.kv.Delete(ctx, claimKey(p.GitLabURL, p.GitLabID), kv.Always); err != nil {
		return err
	}
	return s.Touch(ctx, p.ID)
}

// replaceProject writes a project's item, with another expiry than it had.
func (s *Store) replaceProject(ctx context.Context, id string, record Recorder, next func(old *storedProject) (storedProject, time.Time, error)) error {
	return kv.Update(ctx, s.kv, projectKey(id), record, func(item *kv.Item) (bool, error) {
		var old *storedProject
		if item.Version > 0 {
			known, err := kvjson.Decode[storedProject](*item)
			if err != nil {
				return false, err
			}
			old = &known
		}
		p, expires, err := next(old)
		if err != nil {
			return false, err
		}
		item.Expires, item.Value = expires, nil // nothing of the former one is kept
		return true, kvjson.Set(item, p)
	})
}

func claimKey(gitlabURL string, gitlabID int64) kv.Key {
	return kv.Key{Partition: partProjectClaim, Sort: fmt.Sprintf("%s#%d", gitlabURL, gitlabID)}
}

// ClaimProject gives a GitLab project its id in Ocim: the wanted one, or with a
// number behind it when that is taken. A project that is in the fleet already
// is fault.Conflict; one whose adding was cut short gets the same id again.
func (s *Store) ClaimProject(ctx context.Context, gitlabURL string, gitlabID int64, want string) (string, error) {
	var id string
	claim := claimKey(gitlabURL, gitlabID)
	err := kv.Update(ctx, s.kv, claim, nil, func(item *kv.Item) (bool, error) {
		held, err := kvjson.Decode[string](*item)
		if err != nil {
			return false, fmt.Errorf("reading the claim of project %d: %w", gitlabID, err)
		}
		want := want
		if held != "" {
			known, err := s.Project(ctx, held)
			if err == nil && known.GitLabURL == gitlabURL && known.GitLabID == gitlabID {
				return false, fault.InvalidField("project", "%s is in the fleet already, as %s", known.Path, known.ID).WithKind(fault.Conflict)
			}
			if err != nil && !fault.Is(err, fault.NotFound) {
				return false, err
			}
			want = held
		}
		if id, err = s.reserve(ctx, want, claim.Sort); err != nil || id == held {
			return false, err
		}
		return true, kvjson.Set(item, id)
	})
	return id, err
}

// reserve takes an id for a claim: the wanted one, or with a number behind it
// when another claim or project has that.
func (s *Store) reserve(ctx context.Context, want, claim string) (string, error) {
	for n := 1; n <= maxNamesakes; n++ {
		id := want
		if n > 1 {
			id = fmt.Sprintf("%s-%d", want, n)
		}
		if p, err := s.Project(ctx, id); err == nil && claimKey(p.GitLabURL, p.GitLabID).Sort != claim {
			continue
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return "", err
		}
		key := kv.Key{Partition: partProjectID, Sort: id}
		err := kvjson.Put(ctx, s.kv, key, claim, kv.IfAbsent(), kvjson.NoExpiry)
		if fault.Is(err, fault.Conflict) {
			owner, _, err := kvjson.Get[string](ctx, s.kv, key)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return "", err
			}
			if owner != claim {
				continue
			}
			return id, nil
		}
		return id, err
	}
	return "", fault.New(fault.Conflict, "too many projects are called %s", want)
}

// partProjectID has the owners of ids; sort: project id.
const partProjectID = "project-id"

// maxNamesakes bounds the numbers that are tried behind a taken name.
const maxNamesakes = 100
