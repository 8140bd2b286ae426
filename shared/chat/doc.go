// Package chat posts into a chat through its incoming webhook, in the form that
// Slack and Mattermost share: {"text": "…"}.
package chat
