//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

type webhookBody struct {
	ID            int64        `json:"id"`
	URL           string       `json:"url"`
	Pipelines     soft[bool]   `json:"pipeline_events"`
	Pushes        soft[bool]   `json:"push_events"`
	Signed        soft[bool]   `json:"signing_token_present"`
	AlertStatus   soft[string] `json:"alert_status"` // since 15.7
	DisabledUntil moment       `json:"disabled_until"`
}

func (b webhookBody) hook() projects.Hook {
	return projects.Hook{
		ID: b.ID, URL: b.URL, Pipelines: b.Pipelines.Value, Pushes: b.Pushes.Value, Signed: b.Signed.Value,
		Disabled: b.AlertStatus.Value != "" && b.AlertStatus.Value != "executable", DisabledUntil: b.DisabledUntil.Time,
	}
}

func webhookPath(gitlabID, hook int64, rest ...string) string {
	return projectPath(gitlabID, append([]string{"hooks", strconv.FormatInt(hook, 10)}, rest...)...)
}

// Hooks lists the webhooks of a project.
func (c *Client) Hooks(ctx context.Context, gitlabID int64) ([]projects.Hook, error) {
	var options gogitlab.ListOptions
	bodies, err := listAll[webhookBody](ctx, c, projectPath(gitlabID, "hooks"), &options, &options, maxAdminPages)
	all := make([]projects.Hook, len(bodies))
	for i, b := range bodies {
		all[i] = b.hook()
	}
	return all, translate(err, "listing webhooks")
}

// maxAdminPages bounds the deploy keys and webhooks of one project.
const maxAdminPages = 10

// SigningPrefix begins a secret that GitLab can sign events with: 32 bytes in
// base64 follow, as Standard Webhooks has it.
const SigningPrefix = "whsec_"

// Hook makes GitLab send pipeline and push events to an address with a secret.
// A secret that begins with SigningPrefix signs the events where GitLab can; on
// other servers, each event carries it.
func (c *Client) Hook(ctx context.Context, gitlabID int64, address string, key secret.Value) error {
	hooks, err := c.Hooks(ctx, gitlabID)
	if err != nil {
		return err
	}
	options := hookOptions{AddProjectHookOptions: gogitlab.AddProjectHookOptions{
		URL: &address, Token: new(key.Reveal()), PipelineEvents: new(true), PushEvents: new(true), EnableSSLVerification: new(true),
		PushEventsBranchFilter: new(""),
	}}
	if strings.HasPrefix(key.Reveal(), SigningPrefix) {
		options.SigningToken = new(key.Reveal()) // older servers ignore it
	}
	method, path := http.MethodPost, projectPath(gitlabID, "hooks")
	for _, h := range hooks {
		if h.URL == address {
			method, path = http.MethodPut, webhookPath(gitlabID, h.ID)
		}
	}
	if method == http.MethodPost {
		for _, other := range []**bool{
			&options.IssuesEvents, &options.ConfidentialIssuesEvents, &options.MergeRequestsEvents, &options.NoteEvents,
			&options.ConfidentialNoteEvents, &options.TagPushEvents, &options.JobEvents, &options.WikiPageEvents,
		} {
			*other = new(false)
		}
	}
	var made webhookBody
	if _, err := c.call(ctx, method, path, options, &made); err != nil {
		return translateCall(refusal.Hook, err, "installing the webhook")
	}
	if !made.Signed.Value || options.SigningToken == nil {
		return nil
	}
	// Signed events need no secret in a header.
	unset := &gogitlab.EditProjectHookOptions{URL: &address, Token: new("")}
	_, err = c.call(ctx, http.MethodPut, webhookPath(gitlabID, made.ID), unset, nil)
	return translateCall(refusal.Hook, err, "removing the secret from the webhook's header")
}

// hookOptions are the options of a new or changed webhook with what go-gitlab does
// not know.
type hookOptions struct {
	gogitlab.AddProjectHookOptions
	SigningToken *string `json:"signing_token,omitempty"`
}

// TestHook makes GitLab send a sample push event, since GitLab 16.11; GitLab
// allows five a minute. GitLab answers whether the receiver took it: an error
// has a refusal.Refusal with the reason. A test enables a disabled webhook again.
func (c *Client) TestHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.call(ctx, http.MethodPost, webhookPath(gitlabID, hook, "test", "push_events"), nil, nil)
	return translateCall(refusal.HookTest, err, "testing the webhook")
}

// FailedDelivery says how the newest delivery of a webhook failed, since GitLab 17.3:
// its status, or "internal error" when nothing answered, and what the receiver said,
// shortened. It is empty when it did not fail.
func (c *Client) FailedDelivery(ctx context.Context, gitlabID, hook int64) (string, error) {
	var events []struct {
		Status soft[string] `json:"response_status"`
		Answer soft[string] `json:"response_body"`
	}
	// The list carries the events' bodies, so no more than one is asked for.
	err := c.get(ctx, webhookPath(gitlabID, hook, "events"), &gogitlab.ListOptions{PerPage: 1}, &events)
	if err != nil || len(events) == 0 || strings.HasPrefix(events[0].Status.Value, "2") {
		return "", translate(err, "reading the webhook's deliveries")
	}
	if answer := cutText(events[0].Answer.Value); answer != "" {
		return events[0].Status.Value + ": " + answer, nil
	}
	return events[0].Status.Value, nil
}

// RemoveHook removes a webhook; one that is not there is fault.NotFound.
func (c *Client) RemoveHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.call(ctx, http.MethodDelete, webhookPath(gitlabID, hook), nil, nil)
	return translate(err, "removing the webhook")
}
