package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/sites"
	"github.com/open-craft/ocim/shared/sites/heartbeat"
)

// startSites starts the stand-ins for the sites of the demonstration's instances, whose
// names no name server knows, and lets Ocim ask them.
func startSites(f *allsetup.Fleet) (*clustertest.Sites, error) {
	s, err := clustertest.StartSites(clustertest.DemonstrationSites(), setup.Now)
	if err != nil {
		return nil, fmt.Errorf("start the demonstration's sites: %w", err)
	}
	client := heartbeat.New(heartbeat.Options{Policy: netguard.Policy{AllowHTTP: true}, Roots: s.Roots()})
	f.Sites.Asker = sampleSites{client, s.Address()}
	return s, nil
}

// sampleSites connects to the demonstration's sites, unless a user entered another
// address.
type sampleSites struct {
	sites.Asker
	address string
}

// Ask implements sites.Asker.
func (s sampleSites) Ask(ctx context.Context, q sites.Question) sites.Answer {
	q.ConnectTo = cmp.Or(q.ConnectTo, s.address)
	return s.Asker.Ask(ctx, q)
}
