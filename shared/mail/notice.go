package mail

import (
	"context"
	"slices"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/notify/message"
)

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
