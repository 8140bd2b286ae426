package mail

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/notify/message"
)

// Notify sends a notice. Its Message-ID is made of the notice's id, so that one
// that is sent twice can be told. Errors are those of Send.
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
	var subject, text, html bytes.Buffer
	if err := p.text.ExecuteTemplate(&subject, "notice.subject", m); err != nil {
		return fmt.Errorf("word a notice's subject: %w", err)
	}
	if err := p.text.ExecuteTemplate(&text, "notice", m); err != nil {
		return fmt.Errorf("word a notice: %w", err)
	}
	if err := p.html.ExecuteTemplate(&html, "notice", m); err != nil {
		return fmt.Errorf("word a notice in HTML: %w", err)
	}
	if err := p.sender.send(ctx, p.message(to, m.ID, &subject, &text, &html)); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The mail server did not take the mail.")
	}
	return nil
}
