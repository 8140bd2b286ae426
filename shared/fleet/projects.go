package fleet

import (
	"context"

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
