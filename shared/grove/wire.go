package grove

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// Wire is a call as GitLab's API takes it: what is sent, and what a preview shows.
type Wire struct {
	Method string
	Path   string         // below /api/v4/
	Body   map[string]any // as JSON
}

// Wire gives the request that a call comes down to, for the project of that id at
// GitLab. token is the project's trigger token; only a trigger holds it.
func (c Call) Wire(project int64, token string) Wire {
	base := "projects/" + strconv.FormatInt(project, 10)
	w := Wire{Method: http.MethodPost}
	switch {
	case c.Trigger != nil:
		w.Path, w.Body = base+"/trigger/pipeline", c.Trigger.body(token)
	case c.Pipeline != nil:
		w.Path, w.Body = base+"/pipeline", c.Pipeline.body()
	case c.Commit != nil:
		w.Path, w.Body = base+"/repository/commits", c.Commit.body()
	}
	return w
}

// body has variables as a nested object with text values; in JSON, flat
// "variables[X]" keys are silently ignored.
func (t Trigger) body(token string) map[string]any {
	body := make(map[string]any, len(t.Payload)+3)
	maps.Copy(body, t.Payload)
	variables := make(map[string]any, len(t.Variables))
	for name, value := range t.Variables {
		variables[name] = value
	}
	body["ref"], body["token"], body["variables"] = t.Ref, token, variables
	return body
}

func (p Pipeline) body() map[string]any {
	variables := []any{}
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		variables = append(variables, map[string]any{"key": name, "value": p.Variables[name]})
	}
	return map[string]any{"ref": p.Ref, "variables": variables}
}

func (c Commit) body() map[string]any {
	actions := []any{}
	for _, a := range c.Actions {
		action := map[string]any{"action": a.Action, "file_path": a.Path}
		if a.Action != DeleteFile {
			action["content"], action["encoding"] = base64.StdEncoding.EncodeToString(a.Content), "base64"
		}
		if a.LastCommit != "" {
			action["last_commit_id"] = a.LastCommit
		}
		actions = append(actions, action)
	}
	body := map[string]any{"branch": c.Branch, "commit_message": c.Message, "actions": actions}
	if len(actions) == 0 {
		body["allow_empty"] = true // GitLab refuses a commit of no actions otherwise
	}
	return body
}
