package clustertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// SiteBehavior is how an instance's site answers, whatever its pods do. The zero
// SiteBehavior is well.
type SiteBehavior string

// The behaviors.
const (
	SiteWell     SiteBehavior = ""
	SiteError    SiteBehavior = "error"    // every page of the LMS is a 500
	SiteExpiring SiteBehavior = "expiring" // its certificate ends in five days
)

// DemonstrationSites are the behaviors of the demonstration's sites, by host of the LMS.
func DemonstrationSites() map[string]SiteBehavior {
	return map[string]SiteBehavior{
		"courses.northgate.example.org": SiteError,
		"executive.harbour.example.org": SiteExpiring,
	}
}

// Sites serves the sites of instances on one address: each host has a certificate and
// answers its heartbeat. Close must be called.
type Sites struct {
	behaviors map[string]SiteBehavior
	now       func() time.Time
	key       *ecdsa.PrivateKey
	authority *x509.Certificate
	listener  net.Listener
	server    *http.Server

	mu           sync.Mutex
	certificates map[string]*tls.Certificate // by host
}

// StartSites serves sites on a free port of 127.0.0.1.
func StartSites(behaviors map[string]SiteBehavior, now func() time.Time) (*Sites, error) {
	s := &Sites{behaviors: behaviors, now: now, certificates: map[string]*tls.Certificate{}}
	var err error
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("making a key for the sites: %w", err)
	}
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Demonstration authority"}, NotBefore: now().Add(-365 * 24 * time.Hour),
		NotAfter: now().Add(3650 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, self, self, &s.key.PublicKey, s.key)
	if err != nil {
		return nil, fmt.Errorf("making the authority of the sites: %w", err)
	}
	if s.authority, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("making the authority of the sites: %w", err)
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listening for the sites: %w", err)
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate}}
	go func() {
		if err := s.server.ServeTLS(s.listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // of a demonstration and of tests
		}
	}()
	return s, nil
}

// Address is where all of them listen.
func (s *Sites) Address() string { return s.listener.Addr().String() }

// Roots trusts their certificates.
func (s *Sites) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority)
	return pool
}

// Close stops serving.
func (s *Sites) Close() error { return s.server.Close() }

// behavior gives how a host behaves, and whether it is a Studio's.
func (s *Sites) behavior(host string) (SiteBehavior, bool) {
	host, _, _ = strings.Cut(host, ":")
	lms, isStudio := strings.CutPrefix(host, "studio.")
	return s.behaviors[lms], isStudio
}

// certificate makes a host's certificate when it is first asked for.
func (s *Sites) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	host := hello.ServerName
	if c := s.certificates[host]; c != nil {
		return c, nil
	}
	ends := s.now().Add(60 * 24 * time.Hour)
	if b, isStudio := s.behavior(host); b == SiteExpiring && !isStudio {
		ends = s.now().Add(5 * 24 * time.Hour)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(s.certificates)) + 2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: s.now().Add(-85 * 24 * time.Hour), NotAfter: ends, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, s.authority, &s.key.PublicKey, s.key)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of %s: %w", host, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: s.key}
	s.certificates[host] = c
	return c, nil
}

// ServeHTTP answers for the site that is requested.
func (s *Sites) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, isStudio := s.behavior(r.Host)
	switch {
	case b == SiteError && !isStudio:
		http.Error(w, "<h1>There has been a 500 error on the servers</h1>", http.StatusInternalServerError)
	case r.URL.Path != "/heartbeat":
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"modulestore": {"status": true, "message": "OK"}, "sql": {"status": true, "message": "OK"}}`)
	}
}
