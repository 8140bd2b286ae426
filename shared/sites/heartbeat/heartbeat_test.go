package heartbeat_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/sites"
	"github.com/open-craft/ocim/shared/sites/heartbeat"
)

// certificate makes a certificate for a name, with the pool that trusts it.
func certificate(t *testing.T, name string, ends time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: ends.Add(-90 * 24 * time.Hour), NotAfter: ends, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

const well = `{"modulestore":{"status":true,"message":"OK"},"sql":{"status":true,"message":"OK"}}`

// site serves on loopback, over TLS for learn.example.org.
func site(t *testing.T, ends time.Time, h http.HandlerFunc) (ask func(url string) sites.Answer) {
	t.Helper()
	pair, pool := certificate(t, "learn.example.org", ends)
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	c := heartbeat.New(heartbeat.Options{Policy: netguard.Policy{AllowHTTP: true}, Roots: pool})
	return func(url string) sites.Answer {
		return c.Ask(t.Context(), sites.Question{URL: url, ConnectTo: s.Listener.Addr().String()})
	}
}

func TestAsk_ReadsTheHeartbeatAndTheCertificate(t *testing.T) {
	ends := time.Now().Add(40 * 24 * time.Hour).UTC().Truncate(time.Second)
	var asked *http.Request
	ask := site(t, ends, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		fmt.Fprint(w, well)
	})
	assert.Equal(t, sites.Answer{Status: 200, Heartbeat: true, CertificateEnds: ends}, ask("https://learn.example.org"))
	assert.Equal(t, "learn.example.org", asked.Host)
	assert.Equal(t, "/heartbeat", asked.URL.Path)
	assert.Empty(t, asked.Header.Get("Authorization"))
}

func TestAsk_SaysWhatIsWrong(t *testing.T) {
	later := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		url     string
		ends    time.Time
		want    sites.Answer
	}{
		"services fail": {handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"sql":{"status":false,"message":"fail"},"modulestore":{"status":false},"celery":{"status":true}}`)
		}, want: sites.Answer{Status: 503, Heartbeat: true, Failing: []string{"modulestore", "sql"}, CertificateEnds: later}},
		"an error page": {handler: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<h1>Server Error</h1>", http.StatusInternalServerError)
		}, want: sites.Answer{Status: 500, CertificateEnds: later}},
		"another application": {
			handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Welcome") },
			want:    sites.Answer{Status: 200, CertificateEnds: later},
		},
		"JSON that is no heartbeat": {
			handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true,"status":{}}`) },
			want:    sites.Answer{Status: 200, CertificateEnds: later},
		},
		"a redirect is not followed": {handler: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		}, want: sites.Answer{Status: 302, Location: "169.254.169.254", CertificateEnds: later}},
		"the certificate ended": {
			ends: time.Now().Add(-time.Hour).UTC().Truncate(time.Second), handler: func(http.ResponseWriter, *http.Request) {},
			want: sites.Answer{Problem: sites.Certificate},
		},
		"the certificate is for another name": {
			url: "https://other.example.org", handler: func(http.ResponseWriter, *http.Request) {},
			want: sites.Answer{Problem: sites.Certificate, Detail: "it is for another name"},
		},
		"the connection is closed": {
			handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			want:    sites.Answer{Problem: sites.Broken, Detail: "the connection was closed without an answer"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.ends.IsZero() {
				c.ends = later
			}
			if c.url == "" {
				c.url = "https://learn.example.org"
			}
			got := site(t, c.ends, c.handler)(c.url)
			if name == "the certificate ended" {
				assert.Equal(t, "it ended on "+c.ends.Format("2 January 2006"), got.Detail)
				assert.Equal(t, c.ends, got.CertificateEnds)
				got.Detail, got.CertificateEnds = "", time.Time{}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestAsk_RefusesAnUntrustedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	c := heartbeat.New(heartbeat.Options{Policy: netguard.Policy{AllowHTTP: true}})
	a := c.Ask(t.Context(), sites.Question{URL: s.URL})
	assert.Equal(t, sites.Answer{Problem: sites.Certificate, Detail: "it is not signed by an authority that browsers trust"}, a)
}

// Whatever a configuration or a person names, the guard decides what is dialed.
func TestAsk_ReachesNoPrivateAddress(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(s.Close)
	c := heartbeat.New(heartbeat.Options{})
	for _, q := range []sites.Question{
		{URL: s.URL},
		{URL: "http://localhost:" + s.URL[strings.LastIndexByte(s.URL, ':')+1:]},
		{URL: "https://learn.example.org", ConnectTo: s.Listener.Addr().String()},
		{URL: "http://169.254.169.254"},
		{URL: "http://10.0.0.7"},
		{URL: "http://[::1]:80"},
	} {
		a := c.Ask(t.Context(), q)
		assert.Equal(t, sites.Private, a.Problem, "%+v: %+v", q, a)
	}
	for _, url := range []string{"ftp://learn.example.org", "https://user:pw@learn.example.org", "", "https://"} {
		assert.Equal(t, sites.Broken, c.Ask(t.Context(), sites.Question{URL: url}).Problem, url)
	}
	assert.Zero(t, asked.Load())
}

func TestAsk_IsBounded(t *testing.T) {
	ask := site(t, time.Now().Add(time.Hour), func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	assert.Equal(t, 200, ask("https://learn.example.org").Status)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c := heartbeat.New(heartbeat.Options{Policy: netguard.Policy{AllowHTTP: true}})
	a := c.Ask(ctx, sites.Question{URL: "http://" + l.Addr().String()}) // which never answers
	assert.Equal(t, sites.TimedOut, a.Problem)
	require.NoError(t, l.Close())
	assert.Equal(t, sites.Refused, c.Ask(t.Context(), sites.Question{URL: "http://" + l.Addr().String()}).Problem)
}
