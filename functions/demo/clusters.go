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

// startClusters starts the stand-ins for the clusters of the demonstration's projects
// and connects the projects to them. Each cluster runs the instances that its project
// has deployed.
func startClusters(ctx context.Context, cfg config, gitlabURL string, f *allsetup.Fleet, log *slog.Logger) (*clustertest.Server, error) {
	projects, err := sampleProjects(ctx, gitlabURL, f, demo.Clusters())
	if err != nil {
		return nil, fmt.Errorf("start the demonstration's clusters: %w", err)
	}
	instances := func(cluster string) []string {
		names, err := deployed(ctx, f, gitlabURL, cluster)
		if err != nil {
			log.WarnContext(ctx, "a cluster of the demonstration has no instances", "cluster", cluster, "err", err)
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

// sampleProjects returns the projects by the names of their clusters.
func sampleProjects(ctx context.Context, gitlabURL string, f *allsetup.Fleet, clusters []demo.Cluster) (map[string]fleet.Project, error) {
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

// deployed returns the instances of a cluster that a pipeline has deployed.
func deployed(ctx context.Context, f *allsetup.Fleet, gitlabURL, cluster string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// The spare one may have been added since the start.
	projects, err := sampleProjects(ctx, gitlabURL, f, append(demo.Clusters(), demo.Spare()))
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

// connect sets a project's gateway and secrets, unless a user has set others. The
// address may differ from the one at the last start.
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
	unproved.Gateway = nil // one of the clusters is offline now and then, and must be connected nevertheless
	_, err = unproved.Update(ctx, p.ID, projects.Change{
		GatewayURL: &target.GatewayURL,
		Secrets:    projects.Secrets{GatewayUser: target.User, GatewayPassword: target.Password, InspectorSecret: target.Secret},
	})
	return err
}
