// Package clustersetup builds what asks the clusters: the client of their gateways,
// the health of their instances, their sites, and their usage reports.
package clustersetup

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/clusterfn/gateway"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/sites"
	"github.com/open-craft/ocim/shared/sites/heartbeat"
	"github.com/open-craft/ocim/shared/usage"
)

// Clusters asks the clusters of a fleet.
type Clusters struct {
	Watch  *health.Service
	Usage  *usage.Service
	Sites  *sites.Service
	fleet  *fleetsetup.Fleet
	client *gateway.Client // nil: no cluster is asked
}

// New builds what asks the clusters of a fleet, as far as the policy allows their
// gateways. Without a policy no cluster is asked.
func New(f *fleetsetup.Fleet, gateways *netguard.Policy) *Clusters {
	c := &Clusters{fleet: f}
	c.Sites = &sites.Service{Fleet: f.Store, Now: f.Now}
	if gateways != nil {
		c.Sites.Asker = heartbeat.New(heartbeat.Options{Policy: *gateways})
		c.client = gateway.New(gateway.Options{Policy: *gateways, Now: f.Now})
	}
	c.Watch = &health.Service{
		Fleet: f.Store, Now: f.Now,
		Open: func(ctx context.Context, project fleet.Project) (health.Cluster, error) {
			return c.OpenCluster(ctx, project)
		},
		Deployed: func(ctx context.Context, project fleet.Project, instance string) (*grove.Configured, error) {
			deployed, err := f.Operations.Deployed(ctx, project, instance)
			return deployed.Configured, err
		},
	}
	c.Watch.Mask = func(ctx context.Context, project fleet.Project, instance string) (func(string) string, error) {
		secrets, err := f.Secrets.Of(ctx, project, []string{instance})
		if err != nil {
			return nil, err
		}
		return secrets.Mask, nil
	}
	c.Usage = &usage.Service{Fleet: f.Store, Now: f.Now, NewID: setup.NewID, Open: func(ctx context.Context, project fleet.Project) (usage.Cluster, error) {
		return c.open(ctx, project, false)
	}}
	return c
}

// OpenCluster returns a project's cluster, which is reached through its gateway. It does
// not connect yet. The error is health.ErrNoInspector when the project has no gateway
// or no inspector.
func (c *Clusters) OpenCluster(ctx context.Context, project fleet.Project) (*gateway.Cluster, error) {
	return c.open(ctx, project, true)
}

// open is OpenCluster; the usage report works without an inspector.
func (c *Clusters) open(ctx context.Context, project fleet.Project, inspector bool) (*gateway.Cluster, error) {
	missing := func(what string) error {
		// Not being set up is a state, not a failure: repeating the request does not help.
		return fault.Wrap(fault.Conflict, health.ErrNoInspector, "What runs in %s is unknown: enter %s on the project's page.", project.ID, what)
	}
	if c.client == nil || project.GatewayURL == "" {
		return nil, missing("the address of its gateway")
	}
	credentials, err := c.fleet.Vault.Credentials(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("opening cluster %s: %w", project.ID, err)
	}
	if inspector && credentials.InspectorSecret.IsZero() {
		return nil, missing("the secret of its inspector")
	}
	cluster, err := c.client.Open(gateway.Target{
		Cluster: project.ID, GatewayURL: project.GatewayURL, User: credentials.GatewayUser, Password: credentials.GatewayPassword, Secret: credentials.InspectorSecret,
		Usage: project.UsageContract(),
	})
	if err != nil {
		// What is stored is at fault, not what the caller asked.
		return nil, fault.Wrap(fault.Unavailable, err, "The cluster %s cannot be asked: %s.", project.ID, fault.Message(err))
	}
	return cluster, nil
}
