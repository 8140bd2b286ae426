package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"net/mail"
	"strings"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

//go:embed templates
var templates embed.FS

// Sender hands a finished message over.
type Sender interface {
	send(ctx context.Context, m *gomail.Msg) error
}

// Post words letters and sends them. It implements identity.Mailer.
type Post struct {
	sender Sender
	from   *mail.Address
	now    func() time.Time
	text   *texttemplate.Template
	html   *htmltemplate.Template
}

// NewPost makes a Post that sends as from, an address such as
// "Ocim <ocim@example.org>".
func NewPost(sender Sender, from string, now func() time.Time) (*Post, error) {
	address, err := mail.ParseAddress(from)
	if err != nil || hasControl(from) {
		return nil, fault.New(fault.Internal, "%q is no address to send mail from", from)
	}
	files, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, fmt.Errorf("find the mail templates: %w", err)
	}
	p := &Post{sender: sender, from: address, now: now}
	if p.text, err = texttemplate.ParseFS(files, "letters.txt"); err != nil {
		return nil, fmt.Errorf("read the mail templates: %w", err)
	}
	if p.html, err = htmltemplate.ParseFS(files, "letters.html"); err != nil {
		return nil, fmt.Errorf("read the mail templates: %w", err)
	}
	return p, nil
}

var _ identity.Mailer = (*Post)(nil)

// Send words the letter and hands it over. An address that is none is
// fault.Invalid; a server that does not take the mail is fault.Unavailable.
func (p *Post) Send(ctx context.Context, letter identity.Mail) error {
	m, err := p.compose(letter)
	if err != nil {
		return err
	}
	if err := p.sender.send(ctx, m); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The mail could not be sent.")
	}
	return nil
}

func (p *Post) compose(letter identity.Mail) (*gomail.Msg, error) {
	to, err := recipient(letter.To)
	if err != nil {
		return nil, err
	}
	for _, s := range []*string{&letter.By, &letter.Role, &letter.Link} {
		*s = oneLine(*s)
	}
	var subject, text, html bytes.Buffer
	kind := string(letter.Kind)
	if err := p.text.ExecuteTemplate(&subject, kind+".subject", letter); err != nil {
		return nil, fmt.Errorf("word a letter's subject: %w", err)
	}
	if err := p.text.ExecuteTemplate(&text, kind, letter); err != nil {
		return nil, fmt.Errorf("word a letter: %w", err)
	}
	if err := p.html.ExecuteTemplate(&html, kind, letter); err != nil {
		return nil, fmt.Errorf("word a letter in HTML: %w", err)
	}
	return p.message(to, rand.Text(), &subject, &text, &html), nil
}

// recipient reads the address that a mail goes to.
func recipient(address string) (*mail.Address, error) {
	to, err := mail.ParseAddress(address)
	if err != nil || to.Name != "" || hasControl(address) {
		return nil, fault.InvalidField("to", "This is no e-mail address.")
	}
	return to, nil
}

// message puts a mail together. Its id has no control characters.
func (p *Post) message(to *mail.Address, id string, subject, text, html *bytes.Buffer) *gomail.Msg {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(p.from)
	m.ToMailAddress(to)
	m.Subject(oneLine(subject.String()))
	m.SetDateWithValue(p.now())
	_, domain, _ := strings.Cut(p.from.Address, "@")
	m.SetMessageIDWithValue(id + "@" + domain) // the default would tell this machine's name
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, strings.TrimSpace(text.String())+"\n")
	m.AddAlternativeString(gomail.TypeTextHTML, strings.TrimSpace(html.String())+"\n")
	return m
}

// oneLine turns control characters into spaces, so that no value can begin a
// header or a paragraph of its own.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return isControl(r) || r == ' ' }), " ")
}

func hasControl(s string) bool { return strings.ContainsFunc(s, isControl) }

func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}
