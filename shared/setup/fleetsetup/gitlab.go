package fleetsetup

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/setup"
)

// DefaultPublicURL is the public address of an Ocim that only its own machine
// reaches.
const DefaultPublicURL = "http://127.0.0.1:8080"

// GitLab says which GitLab servers and cluster gateways may be called.
type GitLab struct {
	AllowHTTP     bool     `envconfig:"GITLAB_ALLOW_HTTP" desc:"Also call servers without TLS; for one machine only."`
	AllowNetworks []string `envconfig:"GITLAB_ALLOW_NETWORKS" desc:"Private networks with GitLab servers or gateways of clusters, such as 10.1.0.0/16."`
	PublicURL     string   `envconfig:"PUBLIC_URL" default:"http://127.0.0.1:8080" desc:"Address at which browsers and GitLab reach Ocim, such as https://ocim.example.org."`
}

// Transport returns what calls GitLab within GitLab's rate limits, which it shares with
// other processes in the store.
func (g GitLab) Transport(store kv.Store) (http.RoundTripper, error) {
	networks, err := g.networks()
	if err != nil {
		return nil, err
	}
	return metered{gitlab.NewTransport(gitlab.Options{AllowHTTP: g.AllowHTTP, AllowNetworks: networks, Store: store, Now: setup.Now})}, nil
}

// Gateways returns the policy for calls of the clusters' gateways.
func (g GitLab) Gateways() (*netguard.Policy, error) {
	networks, err := g.networks()
	if err != nil {
		return nil, err
	}
	return &netguard.Policy{AllowHTTP: g.AllowHTTP, AllowNetworks: networks}, nil
}

func (g GitLab) networks() ([]netip.Prefix, error) {
	return setup.Networks("OCIM_GITLAB_ALLOW_NETWORKS", g.AllowNetworks)
}

// WebhookAddress returns the address that GitLab sends a project's events to.
func (g GitLab) WebhookAddress(project string) string {
	return g.Pages() + "/function/webhook/v1/projects/" + project + "/events"
}

// Pages returns the address of the pages, without a slash at its end.
func (g GitLab) Pages() string { return strings.TrimRight(g.PublicURL, "/") }

// HTTPS reports whether browsers reach Ocim by https.
func (g GitLab) HTTPS() bool { return strings.HasPrefix(g.PublicURL, "https://") }
