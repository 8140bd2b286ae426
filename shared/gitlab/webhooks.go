package gitlab

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/refusal"
	"github.com/open-craft/ocim/shared/secret"
)

// Webhook is a webhook of a project.
type Webhook struct {
	ID            int64
	URL           string
	Pipelines     bool // sends pipeline events
	Pushes        bool
	VerifyTLS     bool
	Signed        bool      // its events are signed; since GitLab 18.11 or so
	Disabled      bool      // GitLab gave up on it after failures, for now or for good
	DisabledUntil time.Time // zero when GitLab does not try again by itself
	BranchFilter  string
}

type webhookBody struct {
	ID            int64        `json:"id"`
	URL           string       `json:"url"`
	Pipelines     soft[bool]   `json:"pipeline_events"`
	Pushes        soft[bool]   `json:"push_events"`
	VerifyTLS     soft[bool]   `json:"enable_ssl_verification"`
	Signed        soft[bool]   `json:"signing_token_present"`
	AlertStatus   soft[string] `json:"alert_status"` // since 15.7
	DisabledUntil moment       `json:"disabled_until"`
	BranchFilter  soft[string] `json:"push_events_branch_filter"`
}

func (b webhookBody) webhook() Webhook {
	return Webhook{
		ID: b.ID, URL: b.URL, Pipelines: b.Pipelines.Value, Pushes: b.Pushes.Value, VerifyTLS: b.VerifyTLS.Value, Signed: b.Signed.Value,
		Disabled:      b.AlertStatus.Value != "" && b.AlertStatus.Value != "executable",
		DisabledUntil: b.DisabledUntil.Time, BranchFilter: b.BranchFilter.Value,
	}
}

func webhookPath(gitlabID, hook int64, rest ...string) string {
	return projectPath(gitlabID, append([]string{"hooks", strconv.FormatInt(hook, 10)}, rest...)...)
}

// Hooks lists the webhooks of a project.
func (c *Client) Hooks(ctx context.Context, gitlabID int64) ([]Webhook, error) {
	all := []Webhook{}
	_, err := list(ctx, c, projectPath(gitlabID, "hooks"), nil, maxAdminPages, func(page []webhookBody) bool {
		for _, b := range page {
			all = append(all, b.webhook())
		}
		return true
	})
	return all, translate(err, "listing webhooks")
}

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
	body := map[string]any{
		"url": address, "token": key.Reveal(), "pipeline_events": true, "push_events": true, "enable_ssl_verification": true,
		"push_events_branch_filter": "",
	}
	if strings.HasPrefix(key.Reveal(), SigningPrefix) {
		body["signing_token"] = key.Reveal() // older servers ignore it
	}
	var made webhookBody
	r := apiCall{method: http.MethodPost, path: projectPath(gitlabID, "hooks"), body: body}
	for _, h := range hooks {
		if h.URL == address {
			r.method, r.path = http.MethodPut, webhookPath(gitlabID, h.ID)
		}
	}
	if r.method == http.MethodPost {
		for _, other := range []string{
			"issues_events", "confidential_issues_events", "merge_requests_events", "note_events", "confidential_note_events",
			"tag_push_events", "job_events", "wiki_page_events",
		} {
			body[other] = false
		}
	}
	if _, err := c.call(ctx, r, &made); err != nil {
		return translateCall(refusal.Hook, err, "installing the webhook")
	}
	if !made.Signed.Value || body["signing_token"] == nil {
		return nil
	}
	// Signed events need no secret in a header.
	_, err = c.call(ctx, apiCall{
		method: http.MethodPut, path: webhookPath(gitlabID, made.ID), body: map[string]any{"url": address, "token": ""},
	}, nil)
	return translateCall(refusal.Hook, err, "removing the secret from the webhook's header")
}

// TestHook makes GitLab send a sample push event, since GitLab 16.11; GitLab
// allows five a minute. GitLab answers whether the receiver took it: an error
// has a refusal.Refusal with the reason. A test enables a disabled webhook again.
func (c *Client) TestHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.call(ctx, apiCall{method: http.MethodPost, path: webhookPath(gitlabID, hook, "test", "push_events")}, nil)
	return translateCall(refusal.HookTest, err, "testing the webhook")
}

// Delivery is one event that GitLab sent to a webhook, or tried to.
type Delivery struct {
	Status string // "200", or "internal error" when nothing answered
	Answer string // what the receiver said, shortened
}

// FailedDelivery gives the newest delivery of a webhook when it failed, since
// GitLab 17.3; a zero Delivery when it did not fail.
func (c *Client) FailedDelivery(ctx context.Context, gitlabID, hook int64) (Delivery, error) {
	var events []struct {
		Status soft[string] `json:"response_status"`
		Answer soft[string] `json:"response_body"`
	}
	// The list carries the events' bodies, so no more than one is asked for.
	_, err := c.call(ctx, apiCall{path: webhookPath(gitlabID, hook, "events"), query: map[string][]string{"per_page": {"1"}}}, &events)
	if err != nil || len(events) == 0 || strings.HasPrefix(events[0].Status.Value, "2") {
		return Delivery{}, translate(err, "reading the webhook's deliveries")
	}
	return Delivery{Status: events[0].Status.Value, Answer: cutText(events[0].Answer.Value)}, nil
}

// RemoveHook removes a webhook; one that is not there is fault.NotFound.
func (c *Client) RemoveHook(ctx context.Context, gitlabID, hook int64) error {
	_, err := c.call(ctx, apiCall{method: http.MethodDelete, path: webhookPath(gitlabID, hook)}, nil)
	return translate(err, "removing the webhook")
}
