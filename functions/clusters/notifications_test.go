package function_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/notify"
)

func TestNotificationsAreOnesOwn(t *testing.T) {
	w := newWorld(t)
	const path = "/v1/notifications"
	var list struct {
		Subscriptions []notify.Subscription
		Email         string
	}
	w.call("viewer", http.MethodGet, path, nil, &list)
	assert.Empty(t, list.Subscriptions)
	assert.Equal(t, "viewer@example.org", list.Email)

	mail := map[string]any{"name": "mine", "channel": "email", "events": []string{"failed", "recovered"}}
	var sub notify.Subscription
	assert.Equal(t, http.StatusCreated, w.call("viewer", http.MethodPost, path, mail, &sub).Code)
	assert.Equal(t, "viewer", sub.Owner)
	chat := map[string]any{"name": "team", "channel": "webhook", "events": []string{"failed"}, "url": "https://hooks.example.org/canary"}
	refused := w.call("viewer", http.MethodPost, path, chat, nil)
	assert.Equal(t, http.StatusForbidden, refused.Code)
	added := w.call("operator", http.MethodPost, path, chat, nil)
	require.Equal(t, http.StatusCreated, added.Code, added.Body.String())
	assert.NotContains(t, added.Body.String(), "canary")
	listed := w.call("operator", http.MethodGet, path, nil, &list)
	assert.NotContains(t, listed.Body.String(), "canary")
	require.Len(t, list.Subscriptions, 1)
	assert.Equal(t, "hooks.example.org", list.Subscriptions[0].Host)

	for field, change := range map[string]any{
		"url": "http://hooks.example.org/x", "events": []string{}, "channel": "pager", "view": "nowhere", "name": "",
	} {
		body := map[string]any{}
		for k, v := range chat {
			body[k] = v
		}
		body[field] = change
		answer := w.call("operator", http.MethodPost, path, body, nil)
		assert.Equal(t, http.StatusUnprocessableEntity, answer.Code, field)
		assert.Contains(t, answer.Body.String(), field)
		assert.NotContains(t, answer.Body.String(), "canary")
	}

	mine := path + "/" + sub.ID
	mail["paused"] = true
	assert.Equal(t, http.StatusNotFound, w.call("operator", http.MethodPut, mine, mail, nil).Code)
	w.call("viewer", http.MethodPut, mine, mail, &sub)
	assert.True(t, sub.Paused)
	assert.Equal(t, http.StatusNotFound, w.call("operator", http.MethodDelete, mine, nil, nil).Code)
	assert.Equal(t, http.StatusNoContent, w.call("viewer", http.MethodDelete, mine, nil, nil).Code)
	w.call("viewer", http.MethodGet, path, nil, &list)
	assert.Empty(t, list.Subscriptions)
	var log struct{ Deliveries []notify.Delivery }
	w.call("viewer", http.MethodGet, path+"/deliveries", nil, &log)
	assert.NotNil(t, log.Deliveries)
}
