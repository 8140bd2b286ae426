// Package mailsetup builds what sends mail.
package mailsetup

import (
	"log/slog"

	"github.com/open-craft/ocim/shared/mail"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
)

// SecretSMTPPassword is the password of the mail server's account.
const SecretSMTPPassword = "ocim-smtp-password"

// Mail says how mail is sent.
type Mail struct {
	From     string        `envconfig:"MAIL_FROM" desc:"sender, such as Ocim <ocim@example.org>"`
	Outbox   string        `envconfig:"MAIL_OUTBOX" desc:"folder that mails are written to instead of being sent"`
	Host     string        `envconfig:"SMTP_HOST"`
	Port     int           `envconfig:"SMTP_PORT" default:"587"`
	Security mail.Security `envconfig:"SMTP_SECURITY" default:"starttls" desc:"starttls, tls or plain"`
	User     string        `envconfig:"SMTP_USER" desc:"its password is the secret ocim-smtp-password"`
}

// Post returns what sends mail, or nil when neither a server nor a folder is
// configured.
func (m Mail) Post(secrets *secret.Directory, log *slog.Logger) (*mail.Post, error) {
	switch {
	case m.Outbox != "":
		from := m.From
		if from == "" {
			from = "Ocim <ocim@localhost>"
		}
		return mail.NewPost(mail.NewOutbox(m.Outbox, setup.Now, log), from, setup.Now)
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
