package gitlabtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxNodes is the most that one page of a connection holds.
const maxNodes = 100

func (s *Server) graphqlRoutes() {
	s.route("POST /api/graphql", need{scope: readAPI}, (*call).graphql)
}

// graphql answers the small part of GitLab's schema that reads many files, or the heads
// and pipelines of many projects, at once.
func (c *call) graphql() reply {
	fail := func(err error) reply {
		return ok(map[string]any{"errors": []any{map[string]any{"message": err.Error()}}})
	}
	text := c.str("query")
	if text == "" {
		return reply{status: http.StatusBadRequest, body: map[string]any{"errors": []any{map[string]any{"message": "No query string was present"}}}}
	}
	vars, _ := c.params["variables"].(map[string]any)
	sel, err := parseQuery(text, vars)
	if err != nil {
		return fail(err)
	}
	if n := complexity(sel); n > maxComplexity {
		return fail(queryErrorf("Query has complexity of %d, which exceeds max complexity of %d", n, maxComplexity))
	}
	data, err := resolve(queryRoot{c}, sel)
	if err != nil {
		return fail(err)
	}
	return ok(map[string]any{"data": data})
}

// maxComplexity is GitLab's bound for a user who is signed in.
const maxComplexity = 250

// complexity estimates a query as GitLab does: a field counts one, another one when
// Gitaly answers it, and a connection 1% more for each entry of its page.
func complexity(sel []selection) int {
	total := 0
	for _, f := range sel {
		n := 1 + complexity(f.sub)
		switch f.name {
		case "rootRef", "tree", "blobs":
			n++
		case "lastCommit":
			n += 9
		case "projects", "pipelines":
			per, given := f.args["first"].(int)
			if !given {
				per = maxNodes
			}
			n += (n + 1) * min(per, maxNodes) / 100
		}
		total += n
	}
	return total
}

// queryError is worded as GitLab words it.
type queryError string

func (e queryError) Error() string { return string(e) }

func queryErrorf(format string, args ...any) error { return queryError(fmt.Sprintf(format, args...)) }

// object is a value with fields.
type object interface {
	kind() string
	// field gives a value: plain JSON, an object, []object or nil. It reports
	// false for a field that does not exist.
	field(name string, args map[string]any) (any, bool, error)
}

func resolve(o object, sel []selection) (map[string]any, error) {
	out := map[string]any{}
	for _, f := range sel {
		v, found, err := o.field(f.name, f.args)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, queryErrorf("Field '%s' doesn't exist on type '%s'", f.name, o.kind())
		}
		switch v := v.(type) {
		case object:
			if len(f.sub) == 0 {
				return nil, queryErrorf("Field must have selections (field '%s' returns %s but has no selections)", f.name, v.kind())
			}
			if out[f.name], err = resolve(v, f.sub); err != nil {
				return nil, err
			}
		case []object:
			items := []any{}
			for _, it := range v {
				m, err := resolve(it, f.sub)
				if err != nil {
					return nil, err
				}
				items = append(items, m)
			}
			out[f.name] = items
		default:
			out[f.name] = v
		}
	}
	return out, nil
}

// record is an object whose fields are at hand.
type record struct {
	name   string
	fields map[string]any
}

func (r record) kind() string { return r.name }
func (r record) field(name string, _ map[string]any) (any, bool, error) {
	v, found := r.fields[name]
	return v, found, nil
}

type queryRoot struct{ c *call }

func (queryRoot) kind() string { return "Query" }
func (q queryRoot) field(name string, args map[string]any) (any, bool, error) {
	switch name {
	case "project":
		full, isText := args["fullPath"].(string)
		if !isText {
			return nil, true, queryErrorf("Field 'project' is missing required arguments: fullPath")
		}
		p, _ := q.c.s.findProject(full)
		if p == nil || strconv.Itoa(p.ID) == full || !q.sees(p) {
			return nil, true, nil
		}
		return projectObject{q.c, p}, true, nil
	case "projects":
		v, err := q.projects(args)
		return v, true, err
	}
	return nil, false, nil
}

func (q queryRoot) sees(p *project) bool { return q.c.token.sees(p.ID) && q.c.token.Level >= Guest }

// projects lists projects by their global ids; what is not there or not visible is left out.
func (q queryRoot) projects(args map[string]any) (any, error) {
	ids, isList := args["ids"].([]any)
	if !isList {
		return nil, queryErrorf("Only projects of known ids are listed here")
	}
	found := []object{}
	for _, v := range ids {
		id, _ := v.(string)
		number, isProject := strings.CutPrefix(id, "gid://gitlab/Project/")
		if !isProject {
			return nil, queryErrorf("\"%s\" is not a valid Global ID", id)
		}
		if p, _ := q.c.s.findProject(number); p != nil && q.sees(p) {
			found = append(found, projectObject{q.c, p})
		}
	}
	return connection("Project", found, args), nil
}

type projectObject struct {
	c *call
	p *project
}

func (projectObject) kind() string { return "Project" }
func (o projectObject) field(name string, args map[string]any) (any, bool, error) {
	c, p := o.c, o.p
	switch name {
	case "id":
		return fmt.Sprintf("gid://gitlab/Project/%d", p.ID), true, nil
	case "archived":
		return p.Archived, true, nil
	case "webUrl":
		return c.s.base + "/" + p.Path, true, nil
	case "userPermissions":
		return record{"ProjectPermissions", map[string]any{"pushCode": c.token.Level >= Developer && !p.readOnly()}}, true, nil
	case "repository":
		if c.token.Level < Reporter {
			return nil, true, nil
		}
		return repository{p}, true, nil
	case "pipelines":
		v, err := o.pipelines(args)
		return v, true, err
	}
	return nil, false, nil
}

// pipelines lists those without a parent, the newest first; GitLab reports times to the second.
func (o projectObject) pipelines(args map[string]any) (any, error) {
	if o.c.token.Level < Reporter {
		return nil, nil
	}
	var after time.Time
	if text, given := args["updatedAfter"].(string); given {
		var err error
		if after, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, queryErrorf("Argument 'updatedAfter' has an invalid value: %s", text)
		}
	}
	var found []object
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(o.p.pipelines))) {
		if x := o.p.pipelines[id]; x.Parent == nil && x.UpdatedAt.After(after) {
			found = append(found, record{"Pipeline", map[string]any{
				"id": fmt.Sprintf("gid://gitlab/Ci::Pipeline/%d", x.ID), "status": strings.ToUpper(x.Status),
				"updatedAt": x.UpdatedAt.UTC().Format(time.RFC3339),
			}})
		}
	}
	return connection("Pipeline", found, args), nil
}

type repository struct{ p *project }

func (repository) kind() string { return "Repository" }
func (r repository) field(name string, args map[string]any) (any, bool, error) {
	switch name {
	case "rootRef":
		return r.p.Branch, true, nil
	case "tree":
		at := r.p.repo.resolve(r.p.Branch)
		if at == nil {
			return nil, true, nil
		}
		return record{"Tree", map[string]any{"lastCommit": record{"Commit", map[string]any{"sha": at.ID}}}}, true, nil
	case "blobs":
		v, err := r.blobs(args)
		return v, true, err
	}
	return nil, false, nil
}

func (r repository) blobs(args map[string]any) (any, error) {
	paths, isList := args["paths"].([]any)
	if !isList {
		return nil, queryErrorf("Field 'blobs' is missing required arguments: paths")
	}
	ref, _ := args["ref"].(string)
	var found []object
	for _, v := range paths {
		name, _ := v.(string)
		content, exists := r.p.fileAt(ref, name)
		if !exists {
			continue
		}
		var text any
		if utf8.ValidString(content) {
			text = content
		}
		found = append(found, record{"RepositoryBlob", map[string]any{"path": name, "rawTextBlob": text}})
	}
	return connection("RepositoryBlob", found, args), nil
}

// connection gives the first page of a list.
func connection(kind string, items []object, args map[string]any) object {
	per := maxNodes
	if n, given := args["first"].(int); given && n >= 0 {
		per = min(n, maxNodes)
	}
	return record{kind + "Connection", map[string]any{"nodes": append([]object{}, items[:min(per, len(items))]...)}}
}
