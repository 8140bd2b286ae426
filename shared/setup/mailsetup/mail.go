// Package mailsetup builds what sends mail.
package mailsetup

import (
	"cmp"
	"log/slog"

	"github.com/open-craft/ocim/shared/mail"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
)

// SecretSMTPPassword is the password of the mail server's account.
const SecretSMTPPassword = "ocim-smtp-password"

// Mail says how mail is sent.
type Mail struct {
	From     string        `envconfig:"MAIL_FROM" desc:"Sender of mail, such as Ocim <ocim@example.org>."`
	Outbox   string        `envconfig:"MAIL_OUTBOX" desc:"Folder that mail is written to instead of being sent."`
	Host     string        `envconfig:"SMTP_HOST" desc:"Mail server. Without one Ocim sends no mail, so invitations and password resets are unavailable."`
	Port     int           `envconfig:"SMTP_PORT" default:"587" desc:"Port of the mail server."`
	Security mail.Security `envconfig:"SMTP_SECURITY" default:"starttls" desc:"Encryption towards the mail server: starttls, tls, or plain for a relay on the same machine."`
	User     string        `envconfig:"SMTP_USER" desc:"Account at the mail server. Its password is the secret ocim-smtp-password."`
}

// Post returns what sends mail, or nil when neither a server nor a folder is
// configured.
func (m Mail) Post(secrets *secret.Directory, log *slog.Logger) (*mail.Post, error) {
	switch {
	case m.Outbox != "":
		return mail.NewPost(mail.NewOutbox(m.Outbox, setup.Now, log), cmp.Or(m.From, "Ocim <ocim@localhost>"), setup.Now)
	case m.Host == "":
		return nil, nil
	}
	c := mail.SMTPConfig{Host: m.Host, Port: m.Port, Security: m.Security, User: m.User}
	if m.User != "" {
		password, err := secrets.Read(SecretSMTPPassword)
		if err != nil {
			return nil, err
		}
		c.Password = password
	}
	sender, err := mail.NewSMTP(c)
	if err != nil {
		return nil, err
	}
	return mail.NewPost(sender, m.From, setup.Now)
}
