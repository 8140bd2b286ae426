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
	data, err := c.queryObject().resolve(sel)
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

// object is a value with fields: plain JSON, an object, []object, nil, or a resolver.
type object struct {
	kind   string
	fields map[string]any
}

// resolver gives the value of a field that takes arguments.
type resolver func(args map[string]any) (any, error)

func (o object) resolve(sel []selection) (map[string]any, error) {
	out := map[string]any{}
	for _, f := range sel {
		v, found := o.fields[f.name]
		if !found {
			return nil, queryErrorf("Field '%s' doesn't exist on type '%s'", f.name, o.kind)
		}
		var err error
		if of, takes := v.(resolver); takes {
			if v, err = of(f.args); err != nil {
				return nil, err
			}
		}
		switch v := v.(type) {
		case object:
			if len(f.sub) == 0 {
				return nil, queryErrorf("Field must have selections (field '%s' returns %s but has no selections)", f.name, v.kind)
			}
			if out[f.name], err = v.resolve(f.sub); err != nil {
				return nil, err
			}
		case []object:
			items := []any{}
			for _, it := range v {
				m, err := it.resolve(f.sub)
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

func (c *call) queryObject() object {
	seen := func(id string) *project {
		if p, _ := c.s.findProject(id); p != nil && c.token.sees(p.ID) && c.token.Level >= Guest {
			return p
		}
		return nil
	}
	return object{"Query", map[string]any{
		"project": resolver(func(args map[string]any) (any, error) {
			full, isText := args["fullPath"].(string)
			if !isText {
				return nil, queryErrorf("Field 'project' is missing required arguments: fullPath")
			}
			p := seen(full)
			if p == nil || strconv.Itoa(p.ID) == full {
				return nil, nil
			}
			return c.projectObject(p), nil
		}),
		// What is not there or not visible is left out.
		"projects": resolver(func(args map[string]any) (any, error) {
			ids, isList := args["ids"].([]any)
			if !isList {
				return nil, queryErrorf("Only projects of known ids are listed here")
			}
			var found []object
			for _, v := range ids {
				id, _ := v.(string)
				number, isProject := strings.CutPrefix(id, "gid://gitlab/Project/")
				if !isProject {
					return nil, queryErrorf("\"%s\" is not a valid Global ID", id)
				}
				if p := seen(number); p != nil {
					found = append(found, c.projectObject(p))
				}
			}
			return connection("Project", found, args), nil
		}),
	}}
}

func (c *call) projectObject(p *project) object {
	o := object{"Project", map[string]any{
		"id": fmt.Sprintf("gid://gitlab/Project/%d", p.ID), "archived": p.Archived, "webUrl": c.s.base + "/" + p.Path,
		"userPermissions": object{"ProjectPermissions", map[string]any{"pushCode": c.token.Level >= Developer && !p.readOnly()}},
		"repository":      nil, "pipelines": nil,
	}}
	if c.token.Level >= Reporter {
		o.fields["repository"], o.fields["pipelines"] = p.repositoryObject(), resolver(p.pipelineObjects)
	}
	return o
}

// pipelineObjects lists those without a parent, the newest first; GitLab reports times to the second.
func (p *project) pipelineObjects(args map[string]any) (any, error) {
	var after time.Time
	if text, given := args["updatedAfter"].(string); given {
		var err error
		if after, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, queryErrorf("Argument 'updatedAfter' has an invalid value: %s", text)
		}
	}
	var found []object
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(p.pipelines))) {
		if x := p.pipelines[id]; x.Parent == nil && x.UpdatedAt.After(after) {
			found = append(found, object{"Pipeline", map[string]any{
				"id": fmt.Sprintf("gid://gitlab/Ci::Pipeline/%d", x.ID), "status": strings.ToUpper(x.Status),
				"updatedAt": x.UpdatedAt.UTC().Format(time.RFC3339),
			}})
		}
	}
	return connection("Pipeline", found, args), nil
}

func (p *project) repositoryObject() object {
	o := object{"Repository", map[string]any{"rootRef": p.Branch, "tree": nil, "blobs": resolver(p.blobObjects)}}
	if at := p.repo.resolve(p.Branch); at != nil {
		o.fields["tree"] = object{"Tree", map[string]any{"lastCommit": object{"Commit", map[string]any{"sha": at.ID}}}}
	}
	return o
}

func (p *project) blobObjects(args map[string]any) (any, error) {
	paths, isList := args["paths"].([]any)
	if !isList {
		return nil, queryErrorf("Field 'blobs' is missing required arguments: paths")
	}
	ref, _ := args["ref"].(string)
	var found []object
	for _, v := range paths {
		name, _ := v.(string)
		content, exists := p.fileAt(ref, name)
		if !exists {
			continue
		}
		var text any
		if utf8.ValidString(content) {
			text = content
		}
		found = append(found, object{"RepositoryBlob", map[string]any{"path": name, "rawTextBlob": text}})
	}
	return connection("RepositoryBlob", found, args), nil
}

// connection gives the first page of a list.
func connection(kind string, items []object, args map[string]any) object {
	per := maxNodes
	if n, given := args["first"].(int); given && n >= 0 {
		per = min(n, maxNodes)
	}
	return object{kind + "Connection", map[string]any{"nodes": items[:min(per, len(items))]}}
}
