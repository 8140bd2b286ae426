package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify/message"
	"github.com/open-craft/ocim/shared/secret"
)

// maxDetail bounds what is quoted of a reason, in bytes.
const maxDetail = 300

const timeout = 10 * time.Second // of one call

// Poster posts. It is safe for concurrent use.
type Poster struct {
	policy netguard.Policy
	http   *http.Client
}

// New makes a Poster that calls what the policy allows.
func New(policy netguard.Policy) *Poster {
	return &Poster{policy: policy, http: &http.Client{
		Timeout:   timeout,
		Transport: policy.Transport(),
		// A redirect would lead the message to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Check refuses an address that must not be called, fault.Invalid.
func (p *Poster) Check(u *url.URL) error { return p.policy.CheckURL(u) }

// Post sends a message. fault.Upstream is an answer that trying again does not
// change, fault.Unavailable anything else. No error holds the address.
func (p *Poster) Post(ctx context.Context, address secret.Value, m message.Message) error {
	body, err := json.Marshal(map[string]string{"text": text(m)})
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return fault.New(fault.Upstream, "The webhook's address is none: enter it again.")
	}
	if err := p.Check(u); err != nil {
		return fault.Wrap(fault.Upstream, err, "The webhook cannot be called: %s.", fault.Message(err))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return fault.New(fault.Upstream, "The webhook's address is none: enter it again.")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Ocim")
	resp, err := p.http.Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 4096)
	return answered(resp.StatusCode)
}

// unreachable takes the address out of an error.
func unreachable(err error) error {
	var refused *fault.Error
	if errors.As(err, &refused) {
		return fault.Wrap(fault.Upstream, refused, "The webhook cannot be called: %s.", refused.Message)
	}
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Unavailable, err, "The webhook did not answer in time.")
	}
	return fault.Wrap(fault.Unavailable, err, "The webhook cannot be reached.")
}

func answered(code int) error {
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return fault.New(fault.Upstream, "The webhook answers with a redirect: enter its final address.")
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return fault.New(fault.Unavailable, "The webhook answered %d.", code)
	}
	return fault.New(fault.Upstream, "The webhook answered %d: see in the chat whether it still exists, and enter its address again.", code)
}

// text words a message in the little markup that both chats know.
func text(m message.Message) string {
	var b strings.Builder
	if len(m.Lines) > 1 {
		fmt.Fprintf(&b, "*%s*\n", plain(m.Subject))
	}
	for _, l := range m.Lines {
		fmt.Fprintf(&b, "%s <%s|%s>", l.Mark, l.Link, plain(l.Title))
		if l.Detail != "" {
			fmt.Fprintf(&b, ": %s", plain(cut(l.Detail)))
		}
		fmt.Fprintf(&b, " (since %s)\n", l.Since.UTC().Format("2 Jan 15:04 UTC"))
		if l.Next != "" {
			fmt.Fprintf(&b, "    Next: %s\n", plain(cut(l.Next)))
		}
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "and %d more\n", m.More)
	}
	return strings.TrimSpace(b.String())
}

func cut(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	return strings.ToValidUTF8(s[:maxDetail], "") + "…"
}

// escape takes from a text what would call people, make links or end a line.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b", "\n", " ", "\r", " ", "*", "∗", "`", "'", "|", "¦")

func plain(s string) string { return escape.Replace(s) }
