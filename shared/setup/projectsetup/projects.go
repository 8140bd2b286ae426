// Package projectsetup builds what adds, checks, changes and removes GitLab projects.
package projectsetup

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// newSecret makes a webhook's secret in the form that GitLab can sign events with:
// 32 bytes. Servers that cannot sign send it as it is.
func newSecret() secret.Value {
	var key [32]byte
	_, _ = rand.Read(key[:]) // which never fails
	return secret.New(gitlab.SigningPrefix + base64.StdEncoding.EncodeToString(key[:]))
}

// New builds the projects of a fleet. Without gateways, a policy, the gateways of
// clusters are not checked. webhook returns the address that GitLab sends a project's
// events to.
func New(f *fleetsetup.Fleet, gateways *netguard.Policy, webhook func(project string) string) *projects.Service {
	s := &projects.Service{
		Fleet: f.Store, Vault: f.Vault, WebhookAddress: webhook, Audit: f.Audit, Now: f.Now, NewID: setup.NewID,
		NewSecret: newSecret,
		Open: func(gitlabURL string, apiToken secret.Value) (projects.Remote, error) {
			client, err := gitlab.New(gitlabURL, apiToken, f.Transport)
			return gitlab.ProjectAdmin{Client: client}, err
		},
	}
	if gateways != nil {
		s.Gateway = projects.AskGateway(gateways.Transport())
	}
	return s
}
