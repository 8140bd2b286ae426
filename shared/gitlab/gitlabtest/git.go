package gitlabtest

import (
	"bytes"
	"cmp"
	"container/heap"
	"crypto/sha1" // git names objects by SHA-1
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	modeFile = "100644"
	modeDir  = "40000"
)

// entry is one line of a tree.
type entry struct {
	Mode string // as git writes it
	Name string
	ID   string
}

func (e entry) dir() bool { return e.Mode == modeDir }

// gitCommit is one commit object.
type gitCommit struct {
	ID        string
	Tree      string
	Parents   []string
	Author    Author
	Committer Author
	Date      time.Time // of author and committer, whole seconds, UTC
	Message   string
	gen       int // 1 + the highest generation of its parents
}

func (c *gitCommit) title() string {
	t, _, _ := strings.Cut(c.Message, "\n")
	return strings.TrimSpace(t)
}

// repo is a commit history: objects by hash, and branches. It is guarded by
// the server's lock.
type repo struct {
	blobs    map[string][]byte
	trees    map[string][]entry
	commits  map[string]*gitCommit
	branches map[string]string            // name to commit id
	flat     map[string]map[string]string // trees flattened lately; never changed once stored
	walked   walk                         // the tree listed last
	put      func(id, kind string, raw []byte)
}

func newRepo(put func(id, kind string, raw []byte)) *repo {
	return &repo{
		blobs:    map[string][]byte{},
		trees:    map[string][]entry{},
		commits:  map[string]*gitCommit{},
		branches: map[string]string{},
		flat:     map[string]map[string]string{},
		put:      put,
	}
}

func hashObject(kind string, raw []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(raw))
	h.Write(raw)
	return hex.EncodeToString(h.Sum(nil))
}

func (r *repo) writeBlob(b []byte) string {
	id := hashObject("blob", b)
	if _, ok := r.blobs[id]; !ok {
		r.blobs[id] = b
		r.put(id, "blob", b)
	}
	return id
}

// writeTree stores the trees of a flat list of files and gives the root's id.
func (r *repo) writeTree(files map[string]string) string {
	id := r.writeSubtree(files)
	r.remember(id, files)
	return id
}

func (r *repo) writeSubtree(files map[string]string) string {
	var entries []entry
	sub := map[string]map[string]string{}
	for path, id := range files {
		dir, rest, nested := strings.Cut(path, "/")
		if !nested {
			entries = append(entries, entry{Mode: modeFile, Name: path, ID: id})
			continue
		}
		if sub[dir] == nil {
			sub[dir] = map[string]string{}
		}
		sub[dir][rest] = id
	}
	for dir, fs := range sub {
		entries = append(entries, entry{Mode: modeDir, Name: dir, ID: r.writeSubtree(fs)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.sortKey(), b.sortKey()) })
	var raw bytes.Buffer
	for _, e := range entries {
		id, _ := hex.DecodeString(e.ID)
		fmt.Fprintf(&raw, "%s %s\x00%s", e.Mode, e.Name, id)
	}
	id := hashObject("tree", raw.Bytes())
	if _, ok := r.trees[id]; !ok {
		r.trees[id] = entries
		r.put(id, "tree", raw.Bytes())
	}
	return id
}

// sortKey orders entries as git does: a folder as if its name ended in a slash.
func (e entry) sortKey() string {
	if e.dir() {
		return e.Name + "/"
	}
	return e.Name
}

func (r *repo) remember(tree string, files map[string]string) {
	if len(r.flat) >= 8 {
		clear(r.flat)
	}
	r.flat[tree] = files
}

// files gives all files of a tree by path. The map must not be changed.
func (r *repo) files(tree string) map[string]string {
	if m, ok := r.flat[tree]; ok {
		return m
	}
	m := map[string]string{}
	r.flatten(tree, "", m)
	r.remember(tree, m)
	return m
}

func (r *repo) flatten(tree, prefix string, into map[string]string) {
	for _, e := range r.trees[tree] {
		if e.dir() {
			r.flatten(e.ID, prefix+e.Name+"/", into)
		} else {
			into[prefix+e.Name] = e.ID
		}
	}
}

// lookup finds what a path is in a tree; the empty path is the root.
func (r *repo) lookup(tree, path string) (entry, bool) {
	e := entry{Mode: modeDir, ID: tree}
	if path == "" {
		return e, true
	}
	for name := range strings.SplitSeq(path, "/") {
		if !e.dir() {
			return entry{}, false
		}
		i := slices.IndexFunc(r.trees[e.ID], func(c entry) bool { return c.Name == name })
		if i < 0 {
			return entry{}, false
		}
		e = r.trees[e.ID][i]
	}
	return e, true
}

// writeCommit stores a commit object; its id follows from its content.
func (r *repo) writeCommit(c gitCommit) *gitCommit {
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "tree %s\n", c.Tree)
	for _, p := range c.Parents {
		fmt.Fprintf(&raw, "parent %s\n", p)
	}
	fmt.Fprintf(&raw, "author %s <%s> %d +0000\n", c.Author.Name, c.Author.Email, c.Date.Unix())
	fmt.Fprintf(&raw, "committer %s <%s> %d +0000\n\n%s", c.Committer.Name, c.Committer.Email, c.Date.Unix(), c.Message)
	c.ID = hashObject("commit", raw.Bytes())
	if old, ok := r.commits[c.ID]; ok {
		return old
	}
	for _, p := range c.Parents {
		c.gen = max(c.gen, r.commits[p].gen)
	}
	c.gen++
	r.commits[c.ID] = &c
	r.put(c.ID, "commit", raw.Bytes())
	return &c
}

// load takes back an object that put was given.
func (r *repo) load(id, kind string, raw []byte) error {
	switch kind {
	case "blob":
		r.blobs[id] = bytes.Clone(raw)
	case "tree":
		var entries []entry
		for len(raw) > 0 {
			head, rest, ok := bytes.Cut(raw, []byte{0})
			mode, name, ok2 := strings.Cut(string(head), " ")
			if !ok || !ok2 || len(rest) < sha1.Size {
				return errors.New("broken tree object")
			}
			entries = append(entries, entry{Mode: mode, Name: name, ID: hex.EncodeToString(rest[:sha1.Size])})
			raw = rest[sha1.Size:]
		}
		r.trees[id] = entries
	case "commit":
		c, err := parseCommit(string(raw))
		if err != nil {
			return err
		}
		c.ID = id
		r.commits[id] = c
	default:
		return fmt.Errorf("unknown object kind %q", kind)
	}
	return nil
}

func parseCommit(raw string) (*gitCommit, error) {
	head, message, ok := strings.Cut(raw, "\n\n")
	if !ok {
		return nil, errors.New("broken commit object")
	}
	c := &gitCommit{Message: message}
	for line := range strings.SplitSeq(head, "\n") {
		key, val, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.Tree = val
		case "parent":
			c.Parents = append(c.Parents, val)
		case "author", "committer":
			i, j := strings.LastIndex(val, " <"), strings.LastIndex(val, "> ")
			if i < 0 || j < i {
				return nil, errors.New("broken commit signature")
			}
			who := Author{Name: val[:i], Email: val[i+2 : j]}
			secs, err := strconv.ParseInt(strings.TrimSuffix(val[j+2:], " +0000"), 10, 64)
			if err != nil {
				return nil, fmt.Errorf("commit date: %w", err)
			}
			c.Date = time.Unix(secs, 0).UTC()
			if key == "author" {
				c.Author = who
			} else {
				c.Committer = who
			}
		}
	}
	return c, nil
}

// number gives every commit its generation after loading.
func (r *repo) number() {
	for _, c := range r.commits {
		stack := []*gitCommit{c}
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			gen, ready := 0, true
			for _, p := range top.Parents {
				pc := r.commits[p]
				if pc.gen == 0 {
					stack, ready = append(stack, pc), false
				}
				gen = max(gen, pc.gen)
			}
			if ready {
				top.gen = gen + 1
				stack = stack[:len(stack)-1]
			}
		}
	}
}

// resolve finds the commit of a branch, a full ref, a hash or a unique
// beginning of one (at least 7 digits).
func (r *repo) resolve(ref string) *gitCommit {
	if id, ok := r.branches[strings.TrimPrefix(ref, "refs/heads/")]; ok {
		return r.commits[id]
	}
	if c, ok := r.commits[ref]; ok {
		return c
	}
	if len(ref) < 7 || len(ref) >= 40 {
		return nil
	}
	var found *gitCommit
	for id, c := range r.commits {
		if strings.HasPrefix(id, ref) {
			if found != nil {
				return nil
			}
			found = c
		}
	}
	return found
}

// at gives the object id of a path in a commit, empty when it is absent.
func (r *repo) at(c *gitCommit, path string) string {
	e, ok := r.lookup(c.Tree, path)
	if !ok {
		return ""
	}
	return e.ID
}

// history lists commits newest first, children before parents. With a path,
// only those that changed it, as git simplifies history: a merge that took
// the path over from one parent follows that parent alone.
func (r *repo) history(from *gitCommit, path string, visit func(*gitCommit) bool) {
	q := &byDate{}
	seen := map[string]bool{from.ID: true}
	heap.Push(q, from)
	push := func(id string) {
		if !seen[id] {
			seen[id] = true
			heap.Push(q, r.commits[id])
		}
	}
	for q.Len() > 0 {
		c := heap.Pop(q).(*gitCommit)
		parents := c.Parents
		if path != "" {
			here := r.at(c, path)
			if i := slices.IndexFunc(parents, func(p string) bool { return r.at(r.commits[p], path) == here }); i >= 0 {
				push(parents[i])
				continue
			}
			if len(parents) == 0 && here == "" {
				continue
			}
		}
		if !visit(c) {
			return
		}
		for _, p := range parents {
			push(p)
		}
	}
}

// lastFor gives the newest commit that changed a path, nil when none did.
func (r *repo) lastFor(from *gitCommit, path string) *gitCommit {
	var last *gitCommit
	r.history(from, path, func(c *gitCommit) bool { last = c; return false })
	return last
}

// change is how one path differs between two trees.
type change struct {
	path     string
	old, new string // ids of blobs; empty is absence
}

// changes compares two trees, by path. An empty tree id is an empty tree.
func (r *repo) changes(from, to string) []change {
	a, b := r.files(from), r.files(to)
	var out []change
	for path, id := range a {
		if b[path] != id {
			out = append(out, change{path, id, b[path]})
		}
	}
	for path, id := range b {
		if a[path] == "" {
			out = append(out, change{path, "", id})
		}
	}
	slices.SortFunc(out, func(x, y change) int { return strings.Compare(x.path, y.path) })
	return out
}

// parentTree gives the tree of the first parent, empty for a root commit.
func (r *repo) parentTree(c *gitCommit) string {
	if len(c.Parents) == 0 {
		return ""
	}
	return r.commits[c.Parents[0]].Tree
}

// byDate is a heap of commits, the newest on top.
type byDate []*gitCommit

func (q byDate) Len() int           { return len(q) }
func (q byDate) Less(i, j int) bool { return newestFirst(q[i], q[j]) < 0 }
func (q byDate) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *byDate) Push(x any)        { *q = append(*q, x.(*gitCommit)) }
func (q *byDate) Pop() any {
	old := *q
	c := old[len(old)-1]
	*q = old[:len(old)-1]
	return c
}

// newestFirst orders commits by date, then by their place in the history.
func newestFirst(a, b *gitCommit) int {
	return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.gen, a.gen), cmp.Compare(a.ID, b.ID))
}
