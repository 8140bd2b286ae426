// Package projectsetup builds what adds, checks, changes and removes GitLab projects.
package projectsetup

import (
	"crypto/rand"

	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
)

// New builds the projects of a fleet. Without gateways, a policy, the gateways of
// clusters are not checked. webhook returns the address that GitLab sends a project's
// events to.
func New(f *fleetsetup.Fleet, gateways *netguard.Policy, webhook func(project string) string) *projects.Service {
	s := &projects.Service{
		Fleet: f.Store, Vault: f.Vault, WebhookAddress: webhook, Audit: f.Audit, Now: f.Now, NewID: setup.NewID,
		NewSecret: func() secret.Value { return secret.New(rand.Text()) },
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
