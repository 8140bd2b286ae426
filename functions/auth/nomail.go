package function

import (
	"context"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
)

// noMail is the identity.Mailer of an Ocim without a mail server.
type noMail struct{}

func (noMail) Send(context.Context, identity.Mail) error { return errNoMail() }

// errNoMail refuses what cannot work without mail. It is not a failure of Ocim: mail is
// optional.
func errNoMail() error {
	return fault.New(fault.Conflict, "Ocim can't send mail, because no mail server is configured. Ask the person who runs Ocim to set OCIM_SMTP_HOST.")
}
