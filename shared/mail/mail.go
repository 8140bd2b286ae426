package mail

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/notify/message"

	"github.com/VictoriaMetrics/metrics"
	gomail "github.com/wneessen/go-mail"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

// Sender delivers a finished message.
type Sender interface {
	send(ctx context.Context, m *gomail.Msg) error
}

// Post writes mails and sends them. It implements identity.Mailer and notify.Mailer.
type Post struct {
	sender Sender
	from   *mail.Address
	now    func() time.Time
}

// NewPost makes a Post that sends as from, an address such as
// "Ocim <ocim@example.org>".
func NewPost(sender Sender, from string, now func() time.Time) (*Post, error) {
	address, err := mail.ParseAddress(from)
	if err != nil || hasControl(from) {
		return nil, fault.New(fault.Internal, "%q is not an address to send mail from", from)
	}
	return &Post{sender: sender, from: address, now: now}, nil
}

var _ identity.Mailer = (*Post)(nil)

// Send writes a mail and hands it over. An address that is not one is fault.Invalid; a
// server that does not accept the mail is fault.Unavailable.
func (p *Post) Send(ctx context.Context, m identity.Mail) error {
	to, err := recipient(m.To)
	if err != nil {
		return err
	}
	c, err := compose(m)
	if err != nil {
		return err
	}
	if err := p.send(ctx, "account", p.message(to, rand.Text(), c.subject, c.text(), c.html())); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The mail could not be sent.")
	}
	return nil
}

// send hands a message over and counts how that went.
func (p *Post) send(ctx context.Context, kind string, m *gomail.Msg) error {
	err := p.sender.send(ctx, m)
	result := "ok"
	if err != nil {
		result = "error"
	}
	metrics.GetOrCreateCounter(fmt.Sprintf("ocim_mails_total{kind=%q,result=%q}", kind, result)).Inc()
	return err
}

// recipient parses the address that a mail goes to.
func recipient(address string) (*mail.Address, error) {
	to, err := mail.ParseAddress(address)
	if err != nil || to.Name != "" || hasControl(address) {
		return nil, fault.InvalidField("to", "This is not an e-mail address.")
	}
	return to, nil
}

// message builds a mail. The id has no control characters.
func (p *Post) message(to *mail.Address, id string, subject, text, html string) *gomail.Msg {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(p.from)
	m.ToMailAddress(to)
	m.Subject(oneLine(subject))
	m.SetDateWithValue(p.now())
	_, domain, _ := strings.Cut(p.from.Address, "@")
	m.SetMessageIDWithValue(id + "@" + domain) // the default would reveal this machine's name
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, text)
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	return m
}

// oneLine replaces control characters by spaces, so that no value can start a header or
// a paragraph.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return isControl(r) || r == ' ' }), " ")
}

func hasControl(s string) bool { return strings.ContainsFunc(s, isControl) }

func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// Notify sends a notification. The Message-ID is made from the notification's id, so
// that mail programs recognize one that is sent twice. Errors are those of Send.
func (p *Post) Notify(ctx context.Context, address string, m message.Message) error {
	to, err := recipient(address)
	if err != nil {
		return err
	}
	m.Subject, m.ID = oneLine(m.Subject), oneLine(m.ID)
	m.Lines = slices.Clone(m.Lines)
	for i := range m.Lines {
		l := &m.Lines[i]
		l.Title, l.Detail, l.Next, l.Link = oneLine(l.Title), oneLine(l.Detail), oneLine(l.Next), oneLine(l.Link)
	}
	if err := p.send(ctx, "notice", p.message(to, m.ID, m.Subject, noticeText(m), noticeHTML(m))); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The mail server did not accept the mail.")
	}
	return nil
}
