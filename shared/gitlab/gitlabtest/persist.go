package gitlabtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

var bucket = []byte("gitlab")

// store keeps every object as one record of a bbolt file. A request is
// answered after its records are on disk. Without a folder it keeps nothing.
type store struct {
	db    *bolt.DB
	dirty map[string]any // key to object, []byte, or nil to remove
}

func openStore(dir string) (*store, error) {
	st := &store{dirty: map[string]any{}}
	if dir == "" {
		return st, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the GitLab: %w", err)
	}
	db, err := bolt.Open(filepath.Join(dir, "gitlab.db"), 0o600, &bolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("opening the GitLab's file: %w", err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("preparing the GitLab's file: %w", err), db.Close())
	}
	st.db = db
	return st, nil
}

// mark remembers that an object changed; nil removes its record.
func (st *store) mark(key string, v any) {
	if st.db != nil {
		st.dirty[key] = v
	}
}

// flush writes what was marked, in one transaction.
func (st *store) flush() error {
	if st.db == nil || len(st.dirty) == 0 {
		return nil
	}
	err := st.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		for key, v := range st.dirty {
			if v == nil {
				if err := b.Delete([]byte(key)); err != nil {
					return err
				}
				continue
			}
			raw, ok := v.([]byte)
			if !ok {
				var err error
				if raw, err = json.Marshal(v); err != nil {
					return fmt.Errorf("encoding %s: %w", key, err)
				}
			}
			if err := b.Put([]byte(key), raw); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing the GitLab's file: %w", err)
	}
	clear(st.dirty)
	return nil
}

func (st *store) close() error {
	if st.db == nil {
		return nil
	}
	return st.db.Close()
}

// load brings back everything that was written.
func (s *Server) load() error {
	if s.store.db == nil {
		return nil
	}
	err := s.store.db.View(func(tx *bolt.Tx) error {
		// Projects come first: the other records belong to one.
		c := tx.Bucket(bucket).Cursor()
		for k, v := c.Seek([]byte("project/")); bytes.HasPrefix(k, []byte("project/")); k, v = c.Next() {
			p := &project{}
			if err := json.Unmarshal(v, p); err != nil {
				return fmt.Errorf("record %s: %w", k, err)
			}
			s.openProject(p)
		}
		return tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			if err := s.loadRecord(string(k), v); err != nil {
				return fmt.Errorf("record %s: %w", k, err)
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("reading the GitLab's file: %w", err)
	}
	for _, p := range s.projects {
		p.repo.branches = p.Branches
		p.repo.number()
	}
	return nil
}

func (s *Server) loadRecord(key string, v []byte) error {
	kind, rest, _ := strings.Cut(key, "/")
	first, second, _ := strings.Cut(rest, "/")
	id, _ := strconv.Atoi(first)
	p := s.projects[id]
	switch kind {
	case "meta":
		return json.Unmarshal(v, &s.ids)
	case "project":
		return nil
	case "user":
		return into(v, &user{}, func(x *user) { s.users[x.ID] = x })
	case "token":
		return into(v, &token{}, func(x *token) { s.tokens[x.Hash] = x })
	}
	if p == nil {
		return errors.New("it belongs to no project")
	}
	switch kind {
	case "git":
		objectKind, raw, ok := bytes.Cut(v, []byte{0})
		if !ok {
			return errors.New("broken object")
		}
		return p.repo.load(second, string(objectKind), raw)
	case "pipeline":
		return into(v, &pipeline{}, func(x *pipeline) { s.adopt(p, x) })
	case "trigger":
		return into(v, &trigger{}, func(x *trigger) { p.triggers[x.ID] = x })
	case "hook":
		return into(v, &hook{}, func(x *hook) { p.hooks[x.ID] = x })
	case "key":
		return into(v, &deployKey{}, func(x *deployKey) { p.keys[x.ID] = x })
	case "mr":
		return into(v, &mergeRequest{}, func(x *mergeRequest) { p.mergeRequests[x.IID] = x })
	}
	return errors.New("unknown kind of record")
}

func into[T any](v []byte, x *T, keep func(*T)) error {
	if err := json.Unmarshal(v, x); err != nil {
		return err
	}
	keep(x)
	return nil
}

func key(kind string, ids ...any) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, id := range ids {
		fmt.Fprintf(&b, "/%v", id)
	}
	return b.String()
}
