package fleetstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func openPage(t *testing.T, s *fleetstore.Store) fleet.Page {
	t.Helper()
	page, err := s.InstancePage(t.Context(), "campus", "demo")
	require.NoError(t, err)
	return page
}

func demoPipeline(id int64, status fleet.PipelineStatus, updated time.Time) fleet.Pipeline {
	return fleet.Pipeline{
		Cluster: "campus", ID: id, Status: status, Operation: fleet.Update, UpdatedAt: updated,
		Deployments: []fleet.Deployment{{Instance: "demo", ID: fmt.Sprint(id)}},
		Stages:      []fleet.Stage{{Name: "deploy", Jobs: []fleet.Job{{ID: id, Name: "tofu"}}}},
	}
}

func demoOperation(n int) fleet.Operation {
	return fleet.Operation{
		ID: fmt.Sprintf("op%03d", n), Cluster: "campus", Instance: "demo", Kind: fleet.Update, State: fleet.Requested, DeploymentID: fmt.Sprint(n),
	}
}

// Each change shows on a page that was made before it.
func TestPageHasEachChange(t *testing.T) {
	s := fleetstore.New(kvtest.Open(t), time.Now)
	ctx := t.Context()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	empty := openPage(t, s)
	assert.Equal(t, fleet.Page{Pipelines: []fleet.Pipeline{}, Operations: []fleet.Operation{}}, empty)

	large := strings.Repeat("A: ~\n", 4) + noise(200_000)
	for _, step := range []struct {
		name   string
		change func() error
		want   func(p fleet.Page)
	}{
		{"a pipeline is reported", func() error {
			_, _, err := s.RecordPipeline(ctx, demoPipeline(7, fleet.StatusRunning, noon), fleet.FromEvent)
			return err
		}, func(p fleet.Page) {
			require.Len(t, p.Pipelines, 1)
			assert.Equal(t, fleet.StatusRunning, p.Pipelines[0].Status)
			assert.Empty(t, p.Pipelines[0].Stages, "jobs are for the pipeline's own page")
		}},
		{"the pipeline ends", func() error {
			_, _, err := s.RecordPipeline(ctx, demoPipeline(7, fleet.StatusSuccess, noon.Add(time.Minute)), fleet.FromEvent)
			return err
		}, func(p fleet.Page) { assert.Equal(t, fleet.StatusSuccess, p.Pipelines[0].Status) }},
		{"an operation is asked for", func() error {
			_, _, err := s.AddOperation(ctx, demoOperation(1), fleetstore.Once{Key: "once", Fingerprint: "f"})
			return err
		}, func(p fleet.Page) {
			require.Len(t, p.Operations, 1)
			assert.Equal(t, fleet.Requested, p.Operations[0].State)
		}},
		{"the operation ends", func() error {
			_, err := s.ChangeOperation(ctx, "campus", "op001", func(o *fleet.Operation) (bool, error) { o.State = fleet.Succeeded; return true, nil })
			return err
		}, func(p fleet.Page) { assert.Equal(t, fleet.Succeeded, p.Operations[0].State) }},
		{"files are read", func() error {
			return s.SaveInstanceFiles(ctx, "campus", "demo", fleet.Files{Commit: "abc", Files: []fleet.File{{Path: "config.yml", Text: "A: 1\n"}}})
		}, func(p fleet.Page) {
			require.NotNil(t, p.Files)
			assert.Equal(t, "A: 1\n", p.Files.Files[0].Text)
		}},
		{"files grow", func() error {
			return s.SaveInstanceFiles(ctx, "campus", "demo", fleet.Files{Commit: "def", Files: []fleet.File{{Path: "config.yml", Text: large}}})
		}, func(p fleet.Page) {
			require.NotNil(t, p.Files)
			assert.Equal(t, large, p.Files.Files[0].Text)
			assert.Len(t, p.Pipelines, 1)
		}},
		{"files go", func() error { return s.RemoveInstanceFiles(ctx, "campus", "demo") }, func(p fleet.Page) { assert.Nil(t, p.Files) }},
		{"the pipeline was about nothing", func() error {
			p := demoPipeline(7, fleet.StatusSuccess, noon.Add(2*time.Minute))
			p.Source, p.Operation, p.Deployments = "api", fleet.Reprovision, nil
			_, _, err := s.RecordPipeline(ctx, p, fleet.FromAPI)
			return err
		}, func(p fleet.Page) { assert.Empty(t, p.Pipelines) }},
		{"all is thrown away", func() error { return s.Forget(ctx, "campus") }, func(p fleet.Page) { assert.Len(t, p.Operations, 1) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			require.NoError(t, step.change())
			made := openPage(t, s)
			step.want(made)
			assert.Equal(t, made, openPage(t, s), "as it is kept")
		})
	}
}

// noise gives text that does not compress to nothing.
func noise(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "K%d: %x\n", i, uint64(i)*0x9e3779b97f4a7c15)
	}
	return b.String()
}

// beforeKept does something just before a page is kept.
type beforeKept struct {
	kv.Store
	do func()
}

func (b beforeKept) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if item.Partition == "page#campus" && len(item.Value) > 0 {
		b.do()
	}
	return b.Store.Put(ctx, item, cond)
}

// A reader that makes a page while its parts change does not leave an old one behind.
func TestPageIsNotLeftOld(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, known := range map[string]bool{"the first page": false, "a page that was turned": true} {
		t.Run(name, func(t *testing.T) {
			store := kvtest.Open(t)
			s := fleetstore.New(store, time.Now)
			record := func(status fleet.PipelineStatus, at time.Time) {
				_, _, err := s.RecordPipeline(t.Context(), demoPipeline(7, status, at), fleet.FromEvent)
				require.NoError(t, err)
			}
			if known {
				record(fleet.StatusPending, noon.Add(-time.Minute))
			}
			changed := 0
			slow := fleetstore.New(beforeKept{store, func() { changed++; record(fleet.StatusRunning, noon) }}, time.Now)
			old := openPage(t, slow)
			require.Equal(t, 1, changed)
			require.Len(t, old.Pipelines, map[bool]int{false: 0, true: 1}[known], "what was there when it was read")
			page := openPage(t, s)
			require.Len(t, page.Pipelines, 1)
			assert.Equal(t, fleet.StatusRunning, page.Pipelines[0].Status)
		})
	}
}
