package mail_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/mail"
	"github.com/open-craft/ocim/shared/notify/message"
)

func TestNoticesAreWorded(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "outbox")
	post, err := mail.NewPost(mail.NewOutbox(dir, now, slog.New(slog.DiscardHandler)), "Ocim <ocim@example.org>", now)
	require.NoError(t, err)
	m := message.Message{
		ID: "01ABC-01DEF", Subject: "demo on campus failed\r\nBcc: x@example.org", More: 2, Link: "https://ocim.example.org/account/notifications",
		Lines: []message.Line{{Mark: "✕", Title: "demo on campus failed", Detail: "<b>cms</b>\ncrashes", Next: "Read\nits log.", Since: at, Link: "https://ocim.example.org/clusters/campus/instances/demo"}},
	}
	require.NoError(t, post.Notify(t.Context(), "ben@example.org", m))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	require.NoError(t, err)
	p := parse(t, raw)
	assert.Equal(t, "demo on campus failed Bcc: x@example.org", p.subject)
	assert.Empty(t, p.header.Get("Bcc"))
	assert.Equal(t, "<01ABC-01DEF@example.org>", p.header.Get("Message-Id"))
	assert.Contains(t, p.text, "✕ demo on campus failed\n  <b>cms</b> crashes\n  Next: Read its log.\n  Since 22 November 2026 12:30 UTC\n  https://ocim.example.org/clusters/campus/instances/demo\n")
	assert.Contains(t, p.html, "&lt;b&gt;cms&lt;/b&gt; crashes<br>Next: Read its log.")
	for _, body := range []string{p.text, p.html} {
		assert.Contains(t, body, "And 2 more.")
		assert.Contains(t, body, "https://ocim.example.org/account/notifications")
		assert.NotContains(t, body, "Hello")
	}
	assert.True(t, fault.Is(post.Notify(t.Context(), "ben", m), fault.Invalid))
}
