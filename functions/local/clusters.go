package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest/demo"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// startDemonstrationClusters starts what stands in for the clusters of the
// demonstration's projects, and has the projects ask it. Each cluster runs the
// instances that its project has deployed.
func startDemonstrationClusters(ctx context.Context, cfg config, gitlabURL string, f *allsetup.Fleet, log *slog.Logger) (*clustertest.Server, error) {
	projects, err := demonstrationProjects(ctx, gitlabURL, f, demo.Clusters())
	if err != nil {
		return nil, fmt.Errorf("start the demonstration's clusters: %w", err)
	}
	instances := func(cluster string) []string {
		names, err := deployed(ctx, f, gitlabURL, cluster)
		if err != nil {
			log.WarnContext(ctx, "a cluster of the demonstration runs nothing", "cluster", cluster, "err", err)
		}
		return names
	}
	s := clustertest.New(clustertest.Options{Clusters: clustertest.Demonstration(instances), Now: setup.Now, Log: log})
	if err := s.Listen(cfg.DemoClustersListen); err != nil {
		return nil, fmt.Errorf("start the demonstration's clusters; set OCIM_DEMO_CLUSTERS_LISTEN to another address: %w", err)
	}
	for name, p := range projects {
		err := connect(ctx, f, p, s, name)
		if err == nil && p.Usage == nil {
			// Its usage report knows the past.
			contract := fleet.DefaultUsage()
			contract.History = true
			_, err = f.Projects.SetUsage(ctx, p, &contract, audit.Actor{})
		}
		if err != nil {
			_ = s.Close()
			return nil, fmt.Errorf("connect %s of the demonstration: %w", name, err)
		}
	}
	return s, nil
}

// demonstrationProjects gives the projects by the names of their clusters.
func demonstrationProjects(ctx context.Context, gitlabURL string, f *allsetup.Fleet, clusters []demo.Cluster) (map[string]fleet.Project, error) {
	all, err := f.Store.Projects(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]fleet.Project{}
	for _, c := range clusters {
		for _, p := range all {
			if p.GitLabURL == gitlabURL && p.GitLabID == int64(c.ID) {
				byName[c.Name] = p
			}
		}
	}
	return byName, nil
}

// deployed gives the instances of a cluster that a pipeline has deployed.
func deployed(ctx context.Context, f *allsetup.Fleet, gitlabURL, cluster string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// The spare one may have been added since the start.
	projects, err := demonstrationProjects(ctx, gitlabURL, f, append(demo.Clusters(), demo.Spare()))
	if err != nil {
		return nil, err
	}
	chunk, err := f.Store.Chunk(ctx, projects[cluster].ID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // not read yet
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, row := range chunk.Rows {
		if row.Instance.Lifecycle == fleet.Active {
			names = append(names, row.Instance.Name)
		}
	}
	return names, nil
}

// connect gives a project its gateway and secrets, unless somebody gave it
// others. The address may be another than at the last start.
func connect(ctx context.Context, f *allsetup.Fleet, p fleet.Project, s *clustertest.Server, name string) error {
	c, err := f.Vault.Credentials(ctx, p.ID)
	if err != nil {
		return err
	}
	target := s.Target(name)
	former, err := url.Parse(p.GatewayURL)
	ours := err == nil && (p.GatewayURL == "" || former.Hostname() == "127.0.0.1" && former.Path == "/"+name)
	if !ours || p.GatewayURL == target.GatewayURL && !c.InspectorSecret.IsZero() {
		return nil
	}
	unproved := *f.Projects
	unproved.Gateway = nil // one of the clusters plays offline now and then, and has to be connected all the same
	_, err = unproved.Update(ctx, p.ID, projects.Change{
		GatewayURL: &target.GatewayURL, GatewayUser: target.User, GatewayPassword: target.Password, InspectorSecret: target.Secret,
	})
	return err
}
