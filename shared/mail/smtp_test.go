package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/mail"
	"github.com/open-craft/ocim/shared/secret"
)

// accepted is a mail that the server accepted.
type accepted struct {
	From   string   `json:"from"`
	To     []string `json:"to"`
	Secure bool     `json:"secure"`
	User   string   `json:"user"`
	Data   string   `json:"data"`
}

// startServer runs an SMTP server for the test and gives its port and its mails.
func startServer(t *testing.T, options map[string]any) (port int, mails *json.Decoder) {
	t.Helper()
	folder, err := filepath.Abs("../../frontend/node_modules/smtp-server")
	require.NoError(t, err)
	_, err = os.Stat(folder)
	require.NoError(t, err, "smtp-server is missing: run `npm ci` in the folder frontend")
	encoded, err := json.Marshal(options)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", "testdata/server.cjs", folder, string(encoded))
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start(), "node is missing: install Node.js 20")
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	port, err = strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	return port, json.NewDecoder(lines)
}

// certificate gives a certificate for 127.0.0.1 and what trusts it.
func certificate(t *testing.T) (cert, key string, trusts *tls.Config) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
		&tls.Config{RootCAs: pool, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
}

func sendBy(t *testing.T, c mail.SMTPConfig) error {
	t.Helper()
	sender, err := mail.NewSMTP(c)
	require.NoError(t, err)
	post, err := mail.NewPost(sender, "Ocim <ocim@example.org>", now)
	require.NoError(t, err)
	return post.Send(t.Context(), letter(identity.MailPasswordReset))
}

func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	cert, key, trusts := certificate(t)
	account := map[string]any{"cert": cert, "key": key, "user": "ocim", "password": "a password"}
	with := func(more map[string]any) map[string]any {
		for k, v := range account {
			more[k] = v
		}
		return more
	}
	for name, c := range map[string]struct {
		options map[string]any
		config  mail.SMTPConfig
	}{
		"starttls": {with(map[string]any{}), mail.SMTPConfig{Security: mail.StartTLS, User: "ocim", Password: secret.New("a password"), TLS: trusts}},
		"tls":      {with(map[string]any{"secure": true}), mail.SMTPConfig{Security: mail.TLS, User: "ocim", Password: secret.New("a password"), TLS: trusts}},
		"plain":    {map[string]any{"authOptional": true, "disabledCommands": []string{"STARTTLS", "AUTH"}}, mail.SMTPConfig{Security: mail.Plain}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, mails := startServer(t, c.options)
			c.config.Host, c.config.Port = "127.0.0.1", port
			require.NoError(t, sendBy(t, c.config))
			var got accepted
			require.NoError(t, mails.Decode(&got))
			assert.Equal(t, "ocim@example.org", got.From)
			assert.Equal(t, []string{"ben@example.org"}, got.To)
			assert.Equal(t, name != "plain", got.Secure)
			assert.Equal(t, c.config.User, got.User)
			p := parse(t, []byte(got.Data))
			assert.Equal(t, "Set a new password for Ocim", p.subject)
			assert.Contains(t, p.text, letter(identity.MailPasswordReset).Link)
		})
	}
}

func TestSMTPRefusesWhatIsNotSafe(t *testing.T) {
	t.Parallel()
	cert, key, trusts := certificate(t)
	port, _ := startServer(t, map[string]any{"cert": cert, "key": key, "user": "ocim", "password": "a password"})
	bare, _ := startServer(t, map[string]any{"authOptional": true, "disabledCommands": []string{"STARTTLS"}})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := closed.Addr().(*net.TCPAddr).Port
	require.NoError(t, closed.Close())
	for name, c := range map[string]mail.SMTPConfig{
		"a wrong password":       {Port: port, Security: mail.StartTLS, User: "ocim", Password: secret.New("canary-password"), TLS: trusts},
		"an unknown certificate": {Port: port, Security: mail.StartTLS, User: "ocim", Password: secret.New("a password")},
		"no starttls":            {Port: bare, Security: mail.StartTLS, TLS: trusts},
		"no server":              {Port: nobody, Security: mail.Plain},
	} {
		c.Host = "127.0.0.1"
		err := sendBy(t, c)
		require.Error(t, err, name)
		assert.Equal(t, fault.Unavailable, fault.KindOf(err), name)
		assert.NotContains(t, err.Error(), "canary-password")
	}
	for name, c := range map[string]mail.SMTPConfig{
		"a password in plain text": {Host: "127.0.0.1", Port: 25, Security: mail.Plain, User: "ocim", Password: secret.New("x")},
		"no security":              {Host: "127.0.0.1", Port: 25},
	} {
		_, err := mail.NewSMTP(c)
		require.Error(t, err, name)
	}
}
