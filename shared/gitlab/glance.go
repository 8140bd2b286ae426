//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
)

// Bounds of a glance.
const (
	// glanceProjects is how many projects one query names. GitLab computes its complexity
	// from the pages that are requested: this one has about 40 of 250. Each project costs
	// GitLab a few lookups, so that more of them would run into its time limit.
	glanceProjects  = 20
	glancePipelines = 20 // of a project; with more of them it is read in full
	glancesAtOnce   = 8
)

// glanceQuery reads what shows whether projects changed. The newest commit that changed a
// file stands for the head: GitLab has no field for the head itself in older releases.
var glanceQuery = fmt.Sprintf(`query($ids: [ID!], $since: Time) {
  projects(ids: $ids, first: %d) { nodes {
    id webUrl archived userPermissions { pushCode }
    repository { rootRef tree { lastCommit { sha } } }
    pipelines(updatedAfter: $since, first: %d) { nodes { id status updatedAt } }
  } }
}`, glanceProjects, glancePipelines)

type glanceAnswer struct {
	Data struct {
		Projects *struct {
			Nodes []*struct {
				ID              string
				WebURL          json.RawMessage
				Archived        json.RawMessage
				UserPermissions json.RawMessage
				Repository      json.RawMessage
				Pipelines       *struct {
					Nodes []struct {
						ID        string
						Status    string
						UpdatedAt time.Time
					}
				}
			}
		}
	}
	Errors []struct{ Message string }
}

// Glance reads, with one call for each twenty projects of a token, what shows whether
// they changed since. tokens are the API tokens by project id. Projects that GitLab does
// not show that way, because it is too old, refuses the query or does not answer, are
// left out of what it gives.
func (o *Opener) Glance(ctx context.Context, projects []fleet.Project, tokens map[string]secret.Value, since time.Time) map[string]fleet.Glimpse {
	type account struct{ url, token string }
	by := map[account][]fleet.Project{}
	var order []account
	for _, p := range projects {
		token, ok := tokens[p.ID]
		if !ok || token.IsZero() {
			continue
		}
		a := account{p.GitLabURL, token.Reveal()}
		if by[a] == nil {
			order = append(order, a)
		}
		by[a] = append(by[a], p)
	}
	var group errgroup.Group
	group.SetLimit(glancesAtOnce)
	type seen = map[string]fleet.Glimpse
	var all []*seen
	for _, a := range order {
		client, err := New(a.url, secret.New(a.token), o.Transport)
		if err != nil {
			continue
		}
		for batch := range slices.Chunk(by[a], glanceProjects) {
			found := new(seen)
			all = append(all, found)
			group.Go(func() error {
				*found, _ = client.glance(ctx, batch, since) // what is missing is read in full, which says what is wrong
				return nil
			})
		}
	}
	_ = group.Wait()
	merged := map[string]fleet.Glimpse{}
	for _, found := range all {
		maps.Copy(merged, *found)
	}
	return merged
}

func (c *Client) glance(ctx context.Context, projects []fleet.Project, since time.Time) (map[string]fleet.Glimpse, error) {
	ids, names := []string{}, map[string]string{}
	for _, p := range projects {
		id := "gid://gitlab/Project/" + strconv.FormatInt(p.GitLabID, 10)
		ids, names[id] = append(ids, id), p.ID
	}
	body := map[string]any{
		"query":     glanceQuery,
		"variables": map[string]any{"ids": ids, "since": since.UTC().Format(time.RFC3339)},
	}
	var answer glanceAnswer
	if _, err := c.call(ctx, http.MethodPost, graphQL, body, &answer); err != nil {
		return nil, translate(err, "looking for changes of %d projects", len(projects))
	}
	if len(answer.Errors) > 0 || answer.Data.Projects == nil {
		message := "it shows no projects"
		if len(answer.Errors) > 0 {
			message = cutText(answer.Errors[0].Message)
		}
		return nil, fault.New(fault.Unavailable, "looking for changes of %d projects: GitLab refused the query: %s", len(projects), message)
	}
	found := map[string]fleet.Glimpse{}
	for _, node := range answer.Data.Projects.Nodes {
		if node == nil || names[node.ID] == "" || node.Pipelines == nil {
			continue
		}
		g := fleet.Glimpse{
			Sign:  strings.Join([]string{string(node.WebURL), string(node.Archived), string(node.UserPermissions), string(node.Repository)}, " "),
			Since: since, Full: len(node.Pipelines.Nodes) >= glancePipelines,
		}
		for _, p := range node.Pipelines.Nodes {
			g.Pipelines = append(g.Pipelines, fleet.PipelineGlimpse{ID: p.ID, Status: p.Status, UpdatedAt: p.UpdatedAt})
		}
		found[names[node.ID]] = g
	}
	return found, nil
}
