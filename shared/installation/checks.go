package installation

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// State is the result of a check.
type State string

// The states of a Result. A Note needs no action unless you expected otherwise; Unknown
// could not be checked from where the check was made.
const (
	OK      State = "ok"
	Missing State = "missing"
	Note    State = "note"
	Unknown State = "unknown"
)

// Result is one thing that an installation needs or does, and how it is.
type Result struct {
	Name  string `json:"name" enum:"address,proxies,mail,store,keys,timeouts,schedule,sync,webhooks,operations,audit,notices"`
	State State  `json:"state" enum:"ok,missing,note,unknown" doc:"missing: it needs action; note: only if it is not intended; unknown: it cannot be checked from here"`
	Text  string `json:"text" doc:"What was found and, unless it is ok, what to do"`
}

func check(name string, state State, format string, arguments ...any) Result {
	return Result{Name: name, State: state, Text: fmt.Sprintf(format, arguments...)}
}

// Address checks the public address.
func Address(public string) Result {
	u, err := url.Parse(public)
	switch {
	case err != nil || u.Host == "":
		return check("address", Missing, "OCIM_PUBLIC_URL is %q, which is not an address.", public)
	case u.Scheme != "https" || isLocal(u.Hostname()):
		return check("address", Missing, "OCIM_PUBLIC_URL is %s: browsers and GitLab need an https address that they can reach.", public)
	}
	return check("address", OK, "Browsers and GitLab reach Ocim at %s.", public)
}

func isLocal(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && address.IsLoopback())
}

// Proxies checks what is believed of the proxies in front of Ocim.
func Proxies(hops int, networks []string) Result {
	for _, network := range networks {
		if _, err := netip.ParsePrefix(network); err != nil && network != "" {
			return check("proxies", Missing, "OCIM_TRUSTED_PROXIES: %q is not a network such as 10.42.0.0/16.", network)
		}
	}
	switch {
	case hops > 0:
		return check("proxies", OK, "OCIM_TRUSTED_HOPS is %d.", hops)
	case len(networks) > 0 && networks[0] != "":
		return check("proxies", OK, "OCIM_TRUSTED_PROXIES names the proxies.")
	}
	return check("proxies", Note, "All callers behind a proxy seem to have one address: set OCIM_TRUSTED_HOPS to the number of proxies in front of the gateway, 1 for an Ingress.")
}

// Mail is the settings of mail.
type Mail struct {
	Host   string
	Port   int
	From   string
	Outbox string // folder that mail is written to instead of being sent
}

// Dial opens a connection, as net.Dialer does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// mailTimeout bounds the connection to the mail server.
const mailTimeout = 5 * time.Second

// Check checks the settings, and whether the mail server answers. It sends nothing.
func (m Mail) Check(ctx context.Context, dial Dial) Result {
	switch {
	case m.Outbox != "":
		return check("mail", Note, "Mail is written to the folder %s and is not sent: set OCIM_SMTP_HOST to send it.", m.Outbox)
	case m.Host == "":
		return check("mail", Note, "No mail server: invitations and password resets are unavailable. Set OCIM_SMTP_HOST.")
	case m.From == "":
		return check("mail", Missing, "Set OCIM_MAIL_FROM, the sender.")
	}
	address := net.JoinHostPort(m.Host, strconv.Itoa(m.Port))
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return check("mail", Note, "The mail server %s can't be reached from here (%v).", address, err)
	}
	_ = conn.Close()
	return check("mail", OK, "The mail server %s answers.", address)
}

// Timeouts checks that a run of sync ends before its call is ended. exec is the call's
// limit as the watchdog reads it; empty when there is no watchdog.
func Timeouts(exec string, limit time.Duration) Result {
	if exec == "" {
		return check("timeouts", OK, "A run of sync takes at most %s.", limit)
	}
	d, err := time.ParseDuration(exec)
	switch {
	case err != nil:
		return check("timeouts", Missing, "exec_timeout of sync is %q, which is not a duration.", exec)
	case d <= limit:
		return check("timeouts", Missing, "exec_timeout of sync is %s and must be more than OCIM_SYNC_LIMIT, %s.", d, limit)
	}
	return check("timeouts", OK, "A run of sync takes at most %s, within %s. The gateway must wait longer: make deploy-check compares its time-outs.", limit, d)
}
