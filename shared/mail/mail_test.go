package mail_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/mail"
)

var at = time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)

func now() time.Time { return at }

// parsed is a mail taken apart.
type parsed struct {
	header     netmail.Header
	subject    string
	text, html string
}

func parse(t *testing.T, raw []byte) parsed {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	p := parsed{header: m.Header}
	p.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		// NextPart decodes quoted-printable itself; NextRawPart would not.
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return p
		}
		require.NoError(t, err)
		require.Equal(t, "quoted-printable", part.Header.Get("Content-Transfer-Encoding"))
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			p.text = text
		case "text/html":
			p.html = text
		default:
			require.Fail(t, "unexpected part", kind)
		}
	}
}

// outbox sends the letter into a folder and gives the mail.
func outbox(t *testing.T, l identity.Mail) ([]byte, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "outbox")
	post, err := mail.NewPost(mail.NewOutbox(dir, now, slog.New(slog.DiscardHandler)), "Ocim <ocim@example.org>", now)
	require.NoError(t, err)
	if err := post.Send(t.Context(), l); err != nil {
		_, ended := os.Stat(dir)
		require.ErrorIs(t, ended, os.ErrNotExist)
		return nil, err
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Regexp(t, `^20261122-123000\.000-[a-z0-9]{6}\.eml$`, files[0].Name())
	info, err := files[0].Info()
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "its links let people in")
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	require.NoError(t, err)
	return raw, nil
}

func letter(kind identity.MailKind) identity.Mail {
	return identity.Mail{
		Kind: kind, To: "ben@example.org", By: "Ana & Söhne", Role: "operator of one cluster",
		Link: "https://ocim.example.org/x#id.secret-token_AZ09", Expires: at.Add(time.Hour),
	}
}

func TestLettersAreWordedInTextAndHTML(t *testing.T) {
	t.Parallel()
	for kind, subject := range map[identity.MailKind]string{
		identity.MailInvitation:      "Ana & Söhne invites you to Ocim",
		identity.MailAlreadyMember:   "Ana & Söhne invites you to Ocim",
		identity.MailPasswordReset:   "Set a new password for Ocim",
		identity.MailPasswordChanged: "Your password for Ocim was changed",
		identity.MailTokenCreated:    "An API token was created for your Ocim account",
		identity.MailPasskeyCreated:  "A passkey was added to your Ocim account",
		identity.MailRecoveryUsed:    "A recovery code was used for your Ocim account",
		identity.MailAccountLinked:   "A sign-in was linked to your Ocim account",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			raw, err := outbox(t, letter(kind))
			require.NoError(t, err)
			p := parse(t, raw)
			assert.Equal(t, subject, p.subject)
			assert.Equal(t, `<ben@example.org>`, p.header.Get("To"))
			assert.Equal(t, `"Ocim" <ocim@example.org>`, p.header.Get("From"))
			assert.Regexp(t, `^<[A-Z0-9]{26}@example\.org>$`, p.header.Get("Message-Id"))
			assert.Equal(t, "auto-generated", p.header.Get("Auto-Submitted"))
			date, err := p.header.Date()
			require.NoError(t, err)
			assert.True(t, date.Equal(at))
			for _, body := range []string{p.text, p.html} {
				assert.Contains(t, body, "https://ocim.example.org/x#id.secret-token_AZ09")
				if kind == identity.MailInvitation || kind == identity.MailPasswordReset {
					assert.Contains(t, body, "22 November 2026 13:30 UTC")
				}
			}
			for _, tracker := range []string{"<img", "src=", "@import", "url(", "<link", "<script"} {
				assert.NotContains(t, strings.ToLower(p.html), tracker)
			}
		})
	}
}

func TestHTMLEscapesWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	l := letter(identity.MailInvitation)
	l.By = `<img src=x onerror=alert(1)>`
	raw, err := outbox(t, l)
	require.NoError(t, err)
	p := parse(t, raw)
	assert.NotContains(t, p.html, "<img")
	assert.Contains(t, p.text, "<img src=x")
}

func TestNothingSlipsIntoTheHeaders(t *testing.T) {
	t.Parallel()
	for name, evil := range map[string]string{
		"newline": "Ana\nBcc: eve@evil.example", "crlf": "Ana\r\nBcc: eve@evil.example\r\n\r\nbody", "return": "Ana\rBcc: eve@evil.example",
		"separator": "Ana\u2028Bcc: eve@evil.example", "next line": "Ana\u0085Bcc: eve@evil.example", "nul": "Ana\x00Bcc: eve@evil.example",
		"long": strings.Repeat("Ana ", 300) + "\r\nBcc: eve@evil.example",
	} {
		l := letter(identity.MailInvitation)
		l.By = evil
		raw, err := outbox(t, l)
		require.NoError(t, err, name)
		p := parse(t, raw)
		assert.Empty(t, p.header.Get("Bcc"), name)
		assert.Len(t, p.header, 8, "%s: %v", name, p.header)
		assert.NotContains(t, p.subject, "\n", name)

		l = letter(identity.MailInvitation)
		l.To = "ben@example.org" + evil[3:]
		_, err = outbox(t, l)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	for _, to := range []string{"", "ben", "Ben <ben@example.org>", "ben@example.org,eve@evil.example", "ben@example.org>\r\nRCPT TO:<eve@evil.example"} {
		l := letter(identity.MailPasswordReset)
		l.To = to
		_, err := outbox(t, l)
		assert.Equal(t, fault.Invalid, fault.KindOf(err), to)
	}
	for _, from := range []string{"", "ocim", "Ocim <ocim@example.org>\r\nBcc: eve@evil.example"} {
		_, err := mail.NewPost(nil, from, now)
		require.Error(t, err, from)
	}
}
