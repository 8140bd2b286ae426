package mail

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/notify/message"
)

// content is a mail before it is rendered. Mails are composed in Go rather than from
// templates: a template calls methods by name, so a program that executes one links
// every exported method of every type, among them all of the AWS SDK's.
type content struct {
	subject string
	before  []string // paragraphs
	label   string   // of the link
	link    string
	after   string // one paragraph
}

// compose writes what a mail of identity says.
func compose(m identity.Mail) (content, error) {
	for _, s := range []*string{&m.By, &m.Name, &m.Role, &m.Address, &m.Link} {
		*s = oneLine(*s)
	}
	once := "The link works once and expires on " + when(m.Expires) + ". "
	from := ""
	if m.Address != "" {
		from = " from the address " + m.Address
	}
	c := content{link: m.Link}
	switch m.Kind {
	case identity.MailInvitation:
		c.subject, c.label = m.By+" invites you to Ocim", "Register"
		c.before = []string{m.By + " invites you to Ocim, as " + m.Role + "."}
		c.after = once + "If you did not expect this invitation, ignore this mail."
	case identity.MailAlreadyMember:
		c.subject, c.label = m.By+" invites you to Ocim", "Log in"
		c.before = []string{m.By + " invited you to Ocim, but you already have an account with this address."}
		c.after = "If you need more access, ask " + m.By + " to change your role."
	case identity.MailPasswordReset:
		c.subject, c.label = "Set a new password for Ocim", "Set a new password"
		c.before = []string{"We received a request to reset your Ocim password."}
		c.after = once + "Using it ends all your sessions and revokes your API tokens. If you did not ask for this, ignore this mail: your password stays the same."
	case identity.MailPasswordChanged:
		c.subject, c.label = "Your password for Ocim was changed", "Set a new password"
		c.before = []string{"Your Ocim password was changed, and your other sessions were ended.", "If you did not do this, set a new password now."}
	case identity.MailTokenCreated:
		c.subject, c.label = "An API token was created for your Ocim account", "Open your account"
		c.before = []string{
			fmt.Sprintf("The API token %q was created for your Ocim account%s. It acts as %s until %s.", m.Name, from, m.Role, when(m.Expires)),
			"If you did not create it, revoke it and change your password.",
		}
	case identity.MailAccountLinked:
		c.subject, c.label = "A sign-in was linked to your Ocim account", "Open your account"
		c.before = []string{
			"A sign-in account was linked to your Ocim account" + from + ". It can now be used to log in.",
			"If you did not do this, unlink it and change your password.",
		}
	case identity.MailPasskeyCreated:
		c.subject, c.label = "A passkey was added to your Ocim account", "Open your account"
		c.before = []string{
			fmt.Sprintf("The passkey %q was added to your Ocim account%s. It can now be used to log in.", m.Name, from),
			"If you did not add it, remove it and change your password.",
		}
	case identity.MailRecoveryUsed:
		c.subject, c.label = "A recovery code was used for your Ocim account", "Open your account"
		c.before = []string{
			"Someone logged in to your Ocim account" + from + " with your password and a recovery code.",
			"If it was not you, change your password, then check your passkeys and create new recovery codes.",
		}
	default:
		return c, fmt.Errorf("there is no mail of kind %q", m.Kind)
	}
	return c, nil
}

func when(t time.Time) string { return t.UTC().Format("2 January 2006 15:04") + " UTC" }

// text renders a mail as plain text, with the link on a line of its own.
func (c content) text() string {
	parts := append([]string{"Hello,"}, c.before...)
	parts = append(parts, c.label+":", c.link)
	if c.after != "" {
		parts = append(parts, c.after)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

const (
	pageHead = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1a1b1e;background:#fff">
<div style="max-width:560px;margin:0 auto">
`
	pageFoot = "</div>\n</body>\n</html>\n"
	small    = `style="font-size:13px;color:#495057"`
	colored  = `style="color:#0b6b63"`
)

// html renders a mail as HTML that loads nothing.
func (c content) html() string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, p := range append([]string{"Hello,"}, c.before...) {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	link := html.EscapeString(c.link)
	fmt.Fprintf(&b, `<p style="margin:24px 0"><a href="%s" style="display:inline-block;padding:10px 20px;border-radius:6px;background:#0b6b63;color:#fff;text-decoration:none">%s</a></p>`+"\n", link, html.EscapeString(c.label))
	fmt.Fprintf(&b, `<p %s>Or open this address:<br><a href="%s" style="color:#0b6b63;word-break:break-all">%s</a></p>`+"\n", small, link, link)
	if c.after != "" {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(c.after))
	}
	b.WriteString(pageFoot)
	return b.String()
}

// contactFoot ends a notification to people who need no account.
const contactFoot = "You receive this because your address is a contact of this instance. Ask the people who operate it to change that."

// noticeText renders a notification as plain text.
func noticeText(m message.Message) string {
	var b strings.Builder
	for _, l := range m.Lines {
		fmt.Fprintf(&b, "%s %s\n", l.Mark, l.Title)
		if l.Detail != "" {
			fmt.Fprintf(&b, "  %s\n", l.Detail)
		}
		if l.Next != "" {
			fmt.Fprintf(&b, "  Next: %s\n", l.Next)
		}
		fmt.Fprintf(&b, "  Since %s\n  %s\n\n", when(l.Since), l.Link)
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "And %d more.\n\n", m.More)
	}
	if m.Contact {
		b.WriteString(contactFoot + "\n")
		return b.String()
	}
	fmt.Fprintf(&b, "You receive this because you subscribed to it. Change your notifications:\n%s\n", m.Link)
	return b.String()
}

// noticeHTML renders a notification as HTML that loads nothing.
func noticeHTML(m message.Message) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, l := range m.Lines {
		fmt.Fprintf(&b, `<p style="margin:0 0 16px"><strong>%s <a href="%s" %s>%s</a></strong>`, html.EscapeString(l.Mark), html.EscapeString(l.Link), colored, html.EscapeString(l.Title))
		if l.Detail != "" {
			b.WriteString("<br>" + html.EscapeString(l.Detail))
		}
		if l.Next != "" {
			b.WriteString("<br>Next: " + html.EscapeString(l.Next))
		}
		fmt.Fprintf(&b, "<br><span %s>Since %s</span></p>\n", small, when(l.Since))
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "<p>And %d more.</p>\n", m.More)
	}
	if m.Contact {
		fmt.Fprintf(&b, "<p %s>%s</p>\n", small, html.EscapeString(contactFoot))
		b.WriteString(pageFoot)
		return b.String()
	}
	fmt.Fprintf(&b, `<p %s>You receive this because you subscribed to it. <a href="%s" %s>Change your notifications</a></p>`+"\n", small, html.EscapeString(m.Link), colored)
	b.WriteString(pageFoot)
	return b.String()
}
