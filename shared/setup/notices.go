package setup

import (
	"context"
	"log/slog"
	"net/netip"

	"github.com/open-craft/ocim/shared/chat"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/mail"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/secret"
)

// SecretSMTPPassword is the password of the mail server's account.
const SecretSMTPPassword = "ocim-smtp-password"

// Mail says how mail leaves.
type Mail struct {
	From     string        `envconfig:"MAIL_FROM" desc:"sender, such as Ocim <ocim@example.org>"`
	Outbox   string        `envconfig:"MAIL_OUTBOX" desc:"folder that mails are written to instead of being sent"`
	Host     string        `envconfig:"SMTP_HOST"`
	Port     int           `envconfig:"SMTP_PORT" default:"587"`
	Security mail.Security `envconfig:"SMTP_SECURITY" default:"starttls" desc:"starttls, tls or plain"`
	User     string        `envconfig:"SMTP_USER" desc:"its password is the secret ocim-smtp-password"`
}

// Post gives what sends mail; nil when nothing is configured.
func (m Mail) Post(secrets *secret.Directory, log *slog.Logger) (*mail.Post, error) {
	switch {
	case m.Outbox != "":
		from := m.From
		if from == "" {
			from = "Ocim <ocim@localhost>"
		}
		return mail.NewPost(mail.NewOutbox(m.Outbox, Now, log), from, Now)
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
	return mail.NewPost(sender, m.From, Now)
}

// Chat says which chats may be posted to.
type Chat struct {
	ChatAllowNetworks []string `envconfig:"CHAT_ALLOW_NETWORKS" desc:"private networks with chat servers, such as 10.2.0.0/16"`
}

// Poster gives what posts into chats; allowHTTP also into those on this machine.
func (c Chat) Poster(allowHTTP bool) (*chat.Poster, error) {
	policy := netguard.Policy{AllowHTTP: allowHTTP}
	for _, s := range c.ChatAllowNetworks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "OCIM_CHAT_ALLOW_NETWORKS: %q is not a network", s)
		}
		policy.AllowNetworks = append(policy.AllowNetworks, p)
	}
	return chat.New(policy), nil
}

// people are those of identity, as notices know them.
type people struct{ *identity.Directory }

func (p people) Person(ctx context.Context, id string) (notify.Person, error) {
	u, err := p.User(ctx, id)
	if err != nil {
		return notify.Person{}, err
	}
	if u.Disabled {
		return notify.Person{}, fault.New(fault.NotFound, "The account is disabled.")
	}
	who := identity.Principal{Grants: u.Grants}
	return notify.Person{Email: u.Email, Sees: who.Sees}, nil
}
