package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest/demo"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/allsetup"
)

// startGitLab starts the demonstration's GitLab. It continues where it stopped.
func startGitLab(cfg config, log *slog.Logger) (*gitlabtest.Server, error) {
	s, err := gitlabtest.New(gitlabtest.Options{
		RealTime: true, Speed: cfg.DemoSpeed, Dir: filepath.Join(cfg.Dir, "gitlab"),
		URL: "http://" + cfg.DemoListen, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("start the demonstration GitLab: %w", err)
	}
	if err = s.Listen(cfg.DemoListen); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("start the demonstration GitLab; set OCIM_DEMO_LISTEN to another address: %w", err)
	}
	if err = demo.Seed(s); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("start the demonstration GitLab: %w", err)
	}
	return s, nil
}

// addProjects adds the demonstration's projects that Ocim does not have yet.
func addProjects(ctx context.Context, gitlabURL string, fleet *allsetup.Fleet, log *slog.Logger) error {
	known, err := fleet.Store.Projects(ctx)
	if err != nil {
		return fmt.Errorf("add the demonstration: %w", err)
	}
	added := map[int64]bool{}
	for _, p := range known {
		if p.GitLabURL == gitlabURL {
			added[p.GitLabID] = true
		}
	}
	for _, c := range demo.Clusters() {
		if added[int64(c.ID)] {
			continue
		}
		_, warning, err := fleet.Projects.Add(ctx, projects.Request{
			GitLabURL: gitlabURL, Project: strconv.Itoa(c.ID),
			Secrets: projects.Secrets{APIToken: secret.New(demo.Token), TriggerToken: secret.New(c.TriggerToken)},
		})
		if err != nil {
			return fmt.Errorf("add %s of the demonstration: %w", c.Name, err)
		}
		if warning != "" {
			log.WarnContext(ctx, "the demonstration is not complete", "cluster", c.Name, "warning", warning)
		}
	}
	return nil
}
