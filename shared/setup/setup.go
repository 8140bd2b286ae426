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
}

// Base is what every function is configured with.
type Base struct {
	SecretsDir     string   `envconfig:"SECRETS_DIR" default:"/var/openfaas/secrets" desc:"Folder of the secret files."`
	TrustedProxies []string `envconfig:"TRUSTED_PROXIES" desc:"Networks of the proxies in front of Ocim, whose X-Forwarded-For is believed, such as 10.0.0.0/8."`
	Observed
}

// Secrets returns the folder of the secret files.
func (b Base) Secrets() *secret.Directory { return secret.NewDirectory(b.SecretsDir) }

// API returns the options of a function's API.
func (b Base) API(auth faas.Authenticator) (faas.Options, error) {
	opts := faas.Options{Authenticator: auth}
	for _, s := range b.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return opts, fault.Wrap(fault.Internal, err, "OCIM_TRUSTED_PROXIES: %q is not a network", s)
		}
		opts.TrustedProxies = append(opts.TrustedProxies, p)
	}
	return opts, nil
}

// NewID returns an id that sorts by time.
func NewID() string { return ulid.Make().String() }

// Now returns the time, in UTC.
func Now() time.Time { return time.Now().UTC() }
