package gitlabtest

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) repositoryRoutes() {
	const repo = "/api/v4/projects/{id}/repository/"
	read := need{scope: readRepo, level: Reporter}
	files := read
	files.bucket = bucketFiles
	archive := read
	archive.bucket = bucketArchives
	s.route("GET "+repo+"tree", read, (*call).tree)
	s.route("GET "+repo+"files/{path}", files, (*call).file)
	s.route("GET "+repo+"files/{path}/raw", files, (*call).fileRaw)
	s.route("GET "+repo+"archive.tar.gz", archive, (*call).archive)
	s.route("GET "+repo+"compare", read, (*call).compare)
	s.route("GET "+repo+"branches/{branch}", read, (*call).branch)
}

// ref resolves the commit that a parameter names, the default branch without one.
func (c *call) ref(param string) *gitCommit {
	ref := c.str(param)
	if ref == "" || ref == "HEAD" {
		ref = c.project.Branch
	}
	return c.project.repo.resolve(ref)
}

// node is one line of the repository tree.
type node struct {
	entry
	path string
}

// walk is a list that walkTree made.
type walk struct {
	name  string
	nodes []node
}

// walkTree lists a folder as GitLab does: folders first, each kind by path.
// The list must not be changed: the last one is kept for the next page.
func (r *repo) walkTree(tree, prefix string, deep bool) []node {
	name := fmt.Sprint(tree, prefix, deep)
	if r.walked.name == name {
		return r.walked.nodes
	}
	var out []node
	var down func(tree, prefix string)
	down = func(tree, prefix string) {
		for _, e := range r.trees[tree] {
			out = append(out, node{e, prefix + e.Name})
			if deep && e.dir() {
				down(e.ID, prefix+e.Name+"/")
			}
		}
	}
	down(tree, prefix)
	slices.SortFunc(out, func(a, b node) int {
		if a.dir() != b.dir() {
			if a.dir() {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.path, b.path)
	})
	r.walked = walk{name, out}
	return out
}

func (c *call) tree() reply {
	at := c.ref("ref")
	if at == nil {
		return notFound("Tree")
	}
	dir := strings.Trim(c.str("path"), "/")
	e, found := c.project.repo.lookup(at.Tree, dir)
	if !found || !e.dir() {
		if dir != "" {
			return refuse(http.StatusNotFound, "404 invalid revision or path Not Found")
		}
		return notFound("Tree")
	}
	prefix := ""
	if dir != "" {
		prefix = dir + "/"
	}
	deep, _ := c.flag("recursive")
	nodes := c.project.repo.walkTree(e.ID, prefix, deep)
	return list(c, nodes, func(n node) any {
		kind, mode := "blob", n.Mode
		if n.dir() {
			kind, mode = "tree", "040000"
		}
		return map[string]any{"id": n.ID, "name": n.Name, "type": kind, "path": n.path, "mode": mode}
	})
}

// findFile resolves the file of a files/{path} route.
func (c *call) findFile() (at *gitCommit, e entry, bad *reply) {
	if at = c.ref("ref"); at == nil {
		return nil, e, new(notFound("Commit"))
	}
	e, found := c.project.repo.lookup(at.Tree, c.r.PathValue("path"))
	if !found || e.dir() {
		return nil, e, new(notFound("File"))
	}
	return at, e, nil
}

func (c *call) file() reply {
	if c.str("ref") == "" {
		return refuseParam("ref is missing, ref is empty")
	}
	at, e, bad := c.findFile()
	if bad != nil {
		return *bad
	}
	p, content := c.r.PathValue("path"), c.project.repo.blobs[e.ID]
	last := c.project.repo.lastFor(at, p)
	return ok(map[string]any{
		"file_name": path.Base(p), "file_path": p, "size": len(content), "encoding": "base64",
		"ref": c.str("ref"), "blob_id": e.ID, "commit_id": at.ID,
		"last_commit_id": last.ID, "execute_filemode": false, "content": base64.StdEncoding.EncodeToString(content),
	})
}

func (c *call) fileRaw() reply {
	_, e, bad := c.findFile()
	if bad != nil {
		return *bad
	}
	return reply{status: http.StatusOK, raw: c.project.repo.blobs[e.ID], ctype: "text/plain; charset=utf-8"}
}

func (c *call) archive() reply {
	at := c.ref("sha")
	if at == nil {
		return notFound("File")
	}
	prefix := fmt.Sprintf("%s-%s-%s", path.Base(c.project.Path), cmp.Or(c.str("sha"), c.project.Branch), at.ID)
	prefix = strings.ReplaceAll(prefix, "/", "-")
	dir := strings.Trim(c.str("path"), "/")
	if dir != "" {
		if e, found := c.project.repo.lookup(at.Tree, dir); !found || !e.dir() {
			return notFound("File")
		}
		prefix += "-" + strings.ReplaceAll(dir, "/", "-")
	}
	type item struct {
		name    string
		content []byte
	}
	var items []item // read under the lock
	files := c.project.repo.files(at.Tree)
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if dir == "" || strings.HasPrefix(p, dir+"/") {
			items = append(items, item{prefix + "/" + p, c.project.repo.blobs[files[p]]})
		}
	}
	write := func(w io.Writer) error {
		gz := gzip.NewWriter(w)
		tw := tar.NewWriter(gz)
		head := &tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": at.ID}}
		if err := tw.WriteHeader(head); err != nil {
			return err
		}
		if err := tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: prefix + "/", Mode: 0o775, ModTime: at.Date}); err != nil {
			return err
		}
		for _, it := range items {
			h := &tar.Header{Typeflag: tar.TypeReg, Name: it.name, Mode: 0o664, Size: int64(len(it.content)), ModTime: at.Date}
			if err := tw.WriteHeader(h); err != nil {
				return err
			}
			if _, err := tw.Write(it.content); err != nil {
				return err
			}
		}
		if err := tw.Close(); err != nil {
			return err
		}
		return gz.Close()
	}
	return reply{status: http.StatusOK, ctype: "application/octet-stream", write: write}.
		with("Content-Disposition", "attachment; filename="+strconv.Quote(prefix+".tar.gz"))
}

func (c *call) compare() reply {
	if c.str("from") == "" || c.str("to") == "" {
		return refuseParam("from is missing, to is missing")
	}
	r := c.project.repo
	from, to := r.resolve(c.str("from")), r.resolve(c.str("to"))
	if from == nil || to == nil {
		return notFound("Ref")
	}
	old := map[string]bool{}
	r.history(from, "", func(x *gitCommit) bool { old[x.ID] = true; return true })
	var commits []any
	r.history(to, "", func(x *gitCommit) bool {
		if !old[x.ID] {
			commits = append(commits, c.showCommit(x))
		}
		return true
	})
	slices.Reverse(commits)
	out := map[string]any{
		"commit": nil, "commits": append([]any{}, commits...), "diffs": []any{}, "compare_timeout": false,
		"compare_same_ref": from.ID == to.ID,
		"web_url":          c.s.base + "/" + c.project.Path + "/-/compare/" + from.ID + "..." + to.ID,
	}
	if len(commits) > 0 {
		out["commit"] = c.showCommit(to)
	}
	return ok(out)
}

func (c *call) branch() reply {
	name := c.r.PathValue("branch")
	if _, found := c.project.Branches[name]; !found {
		return notFound("Branch")
	}
	return ok(c.showBranch(name))
}

func (c *call) showBranch(name string) any {
	p := c.project
	protected := name == p.Branch
	return map[string]any{
		"name": name, "commit": c.showCommit(p.repo.commits[p.Branches[name]]), "merged": false, "protected": protected,
		"developers_can_push": !protected, "developers_can_merge": !protected,
		"can_push": c.level >= pushLevel(p, name) && !p.readOnly() && !(p.Policy.NoPush && protected), "default": name == p.Branch,
		"web_url": c.s.base + "/" + p.Path + "/-/tree/" + url.PathEscape(name),
	}
}
