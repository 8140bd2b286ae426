package setup

import (
	"net/netip"
	"time"

	"github.com/kelseyhightower/envconfig"
	"github.com/oklog/ulid/v2"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// Load fills a function's Config from the environment. Its error names the variable.
func Load(config any) error {
	if err := envconfig.Process("ocim", config); err != nil {
		return fault.Wrap(fault.Internal, err, "reading the configuration")
	}
	return nil
}

// Observed says how a process shows what it does. faas reads it before anything else,
// so that a function that cannot be built can be observed as well.
type Observed struct {
	LogLevel      string `envconfig:"LOG_LEVEL" default:"info" desc:"What is logged: debug, info, warn or error."`
	MetricsListen string `envconfig:"METRICS_LISTEN" desc:"Address and port that serve /metrics for Prometheus, such as :9100. The gateway must not lead there. Empty serves none."`
	OTLPEndpoint  string `envconfig:"OTLP_ENDPOINT" desc:"Address of an OpenTelemetry collector that spans are sent to by OTLP over HTTP, such as http://collector:4318. Empty: that of OTEL_EXPORTER_OTLP_ENDPOINT, or none."`
}

// Base is what every function is configured with.
type Base struct {
	SecretsDir     string   `envconfig:"SECRETS_DIR" default:"/var/openfaas/secrets" desc:"Folder of the secret files."`
	TrustedHops    int      `envconfig:"TRUSTED_HOPS" default:"0" desc:"How many proxies in front of Ocim append to X-Forwarded-For; the client's address is that many entries from the right."`
	TrustedProxies []string `envconfig:"TRUSTED_PROXIES" desc:"Networks of the proxies in front of Ocim, whose X-Forwarded-For is believed when OCIM_TRUSTED_HOPS is 0, such as 10.0.0.0/8."`
	Observed
}

// maxTrustedHops is more proxies than anyone has in a row.
const maxTrustedHops = 8

// cursorSecrets are the secrets that cursors can be sealed with: each function has
// one of them.
var cursorSecrets = []string{"ocim-seal-keys", "ocim-jwt-private"}

// Secrets returns the folder of the secret files.
func (b Base) Secrets() *secret.Directory { return secret.NewDirectory(b.SecretsDir) }

// API returns the options of a function's API.
func (b Base) API(auth faas.Authenticator) (faas.Options, error) {
	if b.TrustedHops < 0 || b.TrustedHops > maxTrustedHops {
		return faas.Options{}, fault.New(fault.Internal, "OCIM_TRUSTED_HOPS: %d is not a number of proxies from 0 to %d", b.TrustedHops, maxTrustedHops)
	}
	opts := faas.Options{
		Authenticator: auth, TrustedHops: b.TrustedHops, CallRate: faas.DefaultCallRate, CursorKey: b.cursorKey(),
	}
	var err error
	opts.TrustedProxies, err = Networks("OCIM_TRUSTED_PROXIES", b.TrustedProxies)
	return opts, err
}

// Networks parses the networks that a variable lists.
func Networks(variable string, list []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "%s: %q is not a network", variable, s)
		}
		networks = append(networks, p)
	}
	return networks, nil
}

// cursorKey returns what reads the secret that cursors are sealed with, nil for a
// function that has none of them.
func (b Base) cursorKey() func() (secret.Value, error) {
	secrets := b.Secrets()
	for _, name := range cursorSecrets {
		if _, err := secrets.Read(name); err == nil {
			return func() (secret.Value, error) { return secrets.Read(name) }
		}
	}
	return nil
}

// NewID returns an id that sorts by time.
func NewID() string { return ulid.Make().String() }

// Now returns the time, in UTC.
func Now() time.Time { return time.Now().UTC() }
