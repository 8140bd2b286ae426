package grove

import (
	"fmt"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// PreviewDeploymentID stands for the deployment id in a call that is only previewed.
const PreviewDeploymentID = "0000000000000000000"

// GitLabRequest is a request to GitLab exactly as it will be sent, except that tokens
// and other secrets are masked, and that contents of files and the deployment id
// are replaced by a description.
type GitLabRequest struct {
	Method string         `json:"method" example:"POST"`
	Path   string         `json:"path" example:"/api/v4/projects/42/repository/commits"`
	Body   map[string]any `json:"body"`
}

// Describe returns the request that a call to a project becomes.
func (c Call) Describe(project fleet.Project) *GitLabRequest {
	w := c.Masked(MaskerOf(project.Contract)).Wire(project.GitLabID, MaskText)
	if c.Commit != nil {
		actions, _ := w.Body["actions"].([]any)
		for i, a := range c.Commit.Actions {
			if action, _ := actions[i].(map[string]any); a.Action != DeleteFile {
				action["content"] = fmt.Sprintf("<%d bytes, as in the diff>", len(a.Content))
			}
		}
	}
	body, _ := withoutPreviewID(w.Body).(map[string]any)
	return &GitLabRequest{Method: w.Method, Path: "/api/v4/" + w.Path, Body: body}
}

// withoutPreviewID replaces PreviewDeploymentID wherever it occurs.
func withoutPreviewID(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, PreviewDeploymentID, "<deployment id>")
	case map[string]any:
		for k := range v {
			v[k] = withoutPreviewID(v[k])
		}
	case []any:
		for i := range v {
			v[i] = withoutPreviewID(v[i])
		}
	}
	return v
}

// WithDeploymentID adds the deployment id to a commit's message unless it is there,
// so that the commit can be found again when GitLab's answer was lost.
func (c Call) WithDeploymentID(id string) Call {
	if c.Commit != nil && !strings.Contains(c.Commit.Message, id) {
		commit := *c.Commit
		commit.Message += "\n\nDeployment-Id: " + id
		c.Commit = &commit
	}
	return c
}
