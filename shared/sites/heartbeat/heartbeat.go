package heartbeat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/sites"
)

// Bounds of asking.
const (
	askLimit = 8 * time.Second
	maxBody  = 64 << 10
	atOnce   = 64 // by one Client
)

// path is where Open edX reports the state of its services: 200 when all of them work,
// else 503. Source: openedx/edx-platform, openedx/core/djangoapps/heartbeat.
const path = "/heartbeat"

// Client asks sites. It is safe for concurrent use.
type Client struct {
	http  *http.Client
	limit *semaphore.Weighted
}

// Options choose what a Client may reach.
type Options struct {
	Policy netguard.Policy
	Roots  *x509.CertPool // nil: those of the system
}

type connectTo struct{}

// New makes a client.
func New(o Options) *Client {
	transport := o.Policy.Transport()
	transport.DisableKeepAlives = true // thousands of hosts, each asked once in minutes
	transport.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if instead, _ := ctx.Value(connectTo{}).(string); instead != "" {
			address = joined(instead, address)
		}
		return o.Policy.DialContext(ctx, network, address)
	}
	return &Client{limit: semaphore.NewWeighted(atOnce), http: &http.Client{
		Transport: transport, Timeout: askLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// joined gives the address to dial: the host and port of instead, or its host with the
// port of the address.
func joined(instead, address string) string {
	if _, _, err := net.SplitHostPort(instead); err == nil {
		return instead
	}
	_, port, _ := net.SplitHostPort(address)
	return net.JoinHostPort(trimmed(instead), port)
}

func trimmed(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// Ask asks one site, for at most eight seconds.
func (c *Client) Ask(ctx context.Context, q sites.Question) sites.Answer {
	if err := c.limit.Acquire(ctx, 1); err != nil {
		return sites.Answer{Problem: sites.TimedOut, Detail: "there was no time left to ask it"}
	}
	defer c.limit.Release(1)
	u, err := url.Parse(q.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return sites.Answer{Problem: sites.Broken, Detail: "its address is not one of a site"}
	}
	request, err := http.NewRequestWithContext(context.WithValue(ctx, connectTo{}, q.ConnectTo), http.MethodGet, u.JoinPath(path).String(), nil)
	if err != nil {
		return sites.Answer{Problem: sites.Broken, Detail: "its address is not one of a site"}
	}
	request.Header.Set("User-Agent", "Ocim site check")
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	a := sites.Answer{Status: response.StatusCode}
	if t := response.TLS; t != nil && len(t.PeerCertificates) > 0 {
		a.CertificateEnds = t.PeerCertificates[0].NotAfter.UTC()
	}
	if to, err := response.Location(); err == nil {
		a.Location = to.Host
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return failed(err)
	}
	a.Heartbeat, a.Failing = read(body)
	return a
}

// read reports whether a text is a heartbeat, and which of its services do not work.
func read(body []byte) (heartbeat bool, failing []string) {
	var services map[string]json.RawMessage
	if json.Unmarshal(body, &services) != nil || len(services) == 0 {
		return false, nil
	}
	for name, text := range services {
		var service struct {
			Status *bool `json:"status"`
		}
		if json.Unmarshal(text, &service) != nil || service.Status == nil {
			continue
		}
		heartbeat = true
		if !*service.Status && len(name) <= 60 {
			failing = append(failing, name)
		}
	}
	slices.Sort(failing)
	return heartbeat, failing
}

// failed says why there was no answer.
func failed(err error) sites.Answer {
	var dns *net.DNSError
	var expired x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	switch {
	case fault.Is(err, fault.Invalid):
		return sites.Answer{Problem: sites.Private, Detail: fault.Message(err)}
	case errors.As(err, &dns) && dns.IsNotFound:
		return sites.Answer{Problem: sites.NoName}
	case errors.As(err, &expired) && expired.Reason == x509.Expired && expired.Cert != nil:
		a := sites.Answer{Problem: sites.Certificate, CertificateEnds: expired.Cert.NotAfter.UTC()}
		a.Detail = fmt.Sprintf("it ended on %s", a.CertificateEnds.Format("2 January 2006"))
		if time.Now().Before(expired.Cert.NotBefore) {
			a.Detail = fmt.Sprintf("it is not valid before %s", expired.Cert.NotBefore.UTC().Format("2 January 2006"))
		}
		return a
	case errors.As(err, &name):
		return sites.Answer{Problem: sites.Certificate, Detail: "it is for another name"}
	case errors.As(err, &authority):
		return sites.Answer{Problem: sites.Certificate, Detail: "it is not signed by an authority that browsers trust"}
	case errors.As(err, &verification):
		return sites.Answer{Problem: sites.Certificate, Detail: "it can't be verified"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return sites.Answer{Problem: sites.Refused}
	case timedOut(err):
		return sites.Answer{Problem: sites.TimedOut, Detail: fmt.Sprintf("there was no answer within %d seconds", int(askLimit.Seconds()))}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return sites.Answer{Problem: sites.Broken, Detail: "the connection was closed without an answer"}
	case errors.As(err, &dns):
		return sites.Answer{Problem: sites.Broken, Detail: "the name server did not answer"}
	}
	return sites.Answer{Problem: sites.Broken, Detail: "the connection failed"}
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}
