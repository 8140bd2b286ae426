package fleet

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Project reads one project; fault.NotFound when there is none.
func (s *Store) Project(ctx context.Context, id string) (Project, error) {
	p, _, err := getJSON[Project](ctx, s.kv, kv.Key{Partition: partProject, Sort: id})
	return p, notFound(err, "no project %q", id)
}

// Projects reads all projects, by id.
func (s *Store) Projects(ctx context.Context) ([]Project, error) {
	var all []Project
	q := kv.Query{Partition: partProject, Limit: kv.MaxPage}
	for {
		page, next, err := queryJSON[Project](ctx, s.kv, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

// AddProject stores a new project; fault.Conflict when its id is taken.
func (s *Store) AddProject(ctx context.Context, p Project) error {
	p.CreatedAt, p.UpdatedAt = s.now(), s.now()
	err := putJSON(ctx, s.kv, kv.Key{Partition: partProject, Sort: p.ID}, p, kv.IfAbsent(), noExpiry)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "a project with the id %q exists already", p.ID)
	}
	return err
}

// ClaimProject gives a GitLab project its id in Ocim: the wanted one, or with a
// number behind it when that is taken. A project that is in the fleet already
// is fault.Conflict; one whose adding was cut short gets the same id again.
func (s *Store) ClaimProject(ctx context.Context, gitlabURL string, gitlabID int64, want string) (string, error) {
	claim := kv.Key{Partition: partProjectClaim, Sort: fmt.Sprintf("%s#%d", gitlabURL, gitlabID)}
	for range retries {
		held, version, err := getJSON[string](ctx, s.kv, claim)
		cond := kv.IfVersion(version)
		if fault.Is(err, fault.NotFound) {
			cond = kv.IfAbsent()
		} else if err != nil {
			return "", fmt.Errorf("reading the claim of project %d: %w", gitlabID, err)
		}
		if held != "" {
			known, err := s.Project(ctx, held)
			if fault.Is(err, fault.NotFound) {
				return held, nil
			}
			if err != nil {
				return "", err
			}
			if known.GitLabURL == gitlabURL && known.GitLabID == gitlabID {
				return "", fault.InvalidField("project", "%s is in the fleet already, as %s", known.Path, known.ID).WithKind(fault.Conflict)
			}
		}
		id, err := s.freeID(ctx, want)
		if err != nil {
			return "", err
		}
		err = putJSON(ctx, s.kv, claim, id, cond, noExpiry)
		if err == nil || !fault.Is(err, fault.Conflict) {
			return id, err
		}
	}
	return "", fault.New(fault.Unavailable, "project %d is being added by too many at once", gitlabID)
}

// freeID finds an id that no project has: the wanted one, or with a number.
func (s *Store) freeID(ctx context.Context, want string) (string, error) {
	for n := 1; n <= mostNamesakes; n++ {
		id := want
		if n > 1 {
			id = fmt.Sprintf("%s-%d", want, n)
		}
		if _, err := s.Project(ctx, id); fault.Is(err, fault.NotFound) {
			return id, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", fault.New(fault.Conflict, "too many projects are called %s", want)
}

// mostNamesakes bounds the numbers that are tried behind a taken name.
const mostNamesakes = 100

// Unread is the cluster of a project before its first sync.
func Unread(p Project) Cluster {
	return Cluster{
		ID: p.ID, Name: p.ID, ProjectID: p.GitLabID, ProjectPath: p.Path, ProjectURL: p.WebURL,
		Lifecycle: Pending, Online: Online{State: "unknown"},
	}
}
