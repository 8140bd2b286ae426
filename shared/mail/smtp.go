package mail

import (
	"context"
	"crypto/tls"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// sendTime bounds the sending of one mail.
const sendTime = 20 * time.Second

// Security is how the connection to an SMTP server is protected.
type Security string

// The ways.
const (
	StartTLS Security = "starttls" // refuses a server that does not offer it
	TLS      Security = "tls"      // from the first byte, as on port 465
	Plain    Security = "plain"    // nothing; for a relay on the same machine
)

// SMTPConfig says which server takes the mail.
type SMTPConfig struct {
	Host     string
	Port     int
	Security Security
	User     string // empty logs in to no account
	Password secret.Value
	TLS      *tls.Config // nil checks the server's certificate for Host
}

// SMTP sends through an SMTP server. It is safe for concurrent use: each mail
// has a connection of its own.
type SMTP struct{ config SMTPConfig }

// NewSMTP makes an SMTP sender. Nothing is connected yet.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	switch c.Security {
	case StartTLS, TLS, Plain:
	default:
		return nil, fault.New(fault.Internal, "%q is not a way to protect SMTP: starttls, tls or plain", c.Security)
	}
	if c.Security == Plain && c.User != "" {
		return nil, fault.New(fault.Internal, "a password is not sent to an SMTP server in plain text")
	}
	s := &SMTP{config: c}
	_, err := s.client()
	return s, err
}

func (s *SMTP) client() (*gomail.Client, error) {
	c := s.config
	opts := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(sendTime)}
	switch c.Security {
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case Plain:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.TLS != nil {
		opts = append(opts, gomail.WithTLSConfig(c.TLS.Clone()))
	}
	if c.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(c.User), gomail.WithPassword(c.Password.Reveal()))
	}
	client, err := gomail.NewClient(c.Host, opts...)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the SMTP server cannot be used as configured")
	}
	return client, nil
}

func (s *SMTP) send(ctx context.Context, m *gomail.Msg) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	return client.DialAndSendWithContext(ctx, m)
}
