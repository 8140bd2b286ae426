package bench_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
)

// size is how large a fleet is.
type size struct{ clusters, each int }

func (s size) String() string { return fmt.Sprintf("%d × %d", s.clusters, s.each) }

func (s size) instances() int { return s.clusters * s.each }

// openBolt gives an embedded store.
func openBolt(b testing.TB) kv.Store {
	s, err := bolt.Open(filepath.Join(b.TempDir(), "kv.db"), bolt.Options{NoSync: true})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	return s
}

// fill stores a fleet.
func fill(b testing.TB, store *fleetstore.Store, s size) {
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(4)
	for n := range s.clusters {
		group.Go(func() error {
			return store.ChangeChunk(ctx, clusterID(n), func(*fleet.Chunk) (*fleet.Chunk, error) { return chunk(n, s.each), nil })
		})
	}
	require.NoError(b, group.Wait())
}

func clusterID(n int) string { return fmt.Sprintf("campus-%04d", n) }

// chunk makes a cluster whose instances have some thirty settings, a third of
// them of their own.
func chunk(n, instances int) *fleet.Chunk {
	id := clusterID(n)
	c := &fleet.Chunk{
		Cluster: fleet.Cluster{
			ID: id, Name: id, Provider: []string{"aws", "digitalocean", "minikube"}[n%3], Region: fmt.Sprintf("region-%d", n%7),
			ProjectPath: "grove/" + id, ProjectURL: "https://gitlab.example.org/grove/" + id, Lifecycle: fleet.Active,
		},
		Settings: map[string]string{"TF_VAR_cluster_name": id, "TF_VAR_region": fmt.Sprintf("region-%d", n%7)},
	}
	for i := range instances {
		c.SetRow(row(id, n, i, 0))
	}
	return c
}

func row(cluster string, n, i, edit int) fleet.Row {
	name := fmt.Sprintf("%s-school-%03d", cluster, i)
	host := name + ".example.org"
	release := []string{"teak.2", "sumac.3", "redwood.1"}[(n+i)%3]
	mix := n*31 + i*7 + edit
	r := fleet.Row{Digest: fmt.Sprintf("%024d", mix), Settings: map[string]string{
		"LMS_HOST": host, "CMS_HOST": "studio." + host, "MFE_HOST": "apps." + host, "PREVIEW_LMS_HOST": "preview." + host,
		"PLATFORM_NAME": "School " + name, "CONTACT_EMAIL": "help@" + host, "K8S_NAMESPACE": name, "SITE_CONFIG.domain": host,
		"SITE_CONFIG.language": []string{"en", "fr", "ar"}[mix%3], "OPENEDX_COMMON_VERSION": "open-release/" + release,
		"EDX_PLATFORM_VERSION": "opencraft-release/" + release, "COMPREHENSIVE_THEME_NAME": fmt.Sprintf("theme-%d", mix%20),
	}}
	for k := range 20 {
		r.Settings[fmt.Sprintf("GROVE_FEATURES.FLAG_%02d", k)] = []string{"true", "false"}[mix>>(k%8)&1]
	}
	r.Instance = fleet.Instance{
		Cluster: cluster, Name: name, Description: "School " + name, Release: release, Theme: r.Settings["COMPREHENSIVE_THEME_NAME"],
		LMSURL: "https://" + host, StudioURL: "https://studio." + host, MFEURL: "https://apps." + host,
		Lifecycle: []fleet.Lifecycle{fleet.Active, fleet.Active, fleet.Active, fleet.Active, fleet.Pending, fleet.Archived}[mix%6],
		Health:    fleet.HealthState{State: fleet.Healths()[mix%5], At: day}, ChangedAt: day.Add(time.Duration(mix) * time.Minute),
		Pipeline: &fleet.PipelineSummary{
			ID: int64(mix), Status: []fleet.PipelineStatus{"success", "success", "failed", "running"}[mix%4], Operation: fleet.Update,
			WebURL: "https://gitlab.example.org/grove/" + cluster + "/-/pipelines/1", UpdatedAt: day,
		},
	}
	return r
}

var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// touch changes nearly everything of one instance.
func touch(ctx context.Context, store *fleetstore.Store, s size, edit int) error {
	n, i := touched(s, edit)
	next := row(clusterID(n), n, i, edit)
	return store.ChangeRows(ctx, clusterID(n), []string{next.Instance.Name}, func(c *fleet.Chunk) (*fleet.Chunk, error) {
		c.SetRow(next)
		return c, nil
	})
}

// report changes what is known of one instance's pipeline, as an event does.
func report(row *fleet.Row, edit int) {
	p := *row.Instance.Pipeline
	p.ID, p.Status = p.ID+1, []fleet.PipelineStatus{"success", "failed", "running"}[edit%3]
	row.Instance.Pipeline = &p
}

// touched is which instance an edit changes.
func touched(s size, edit int) (cluster, instance int) {
	return edit * 37 % s.clusters, edit * 11 % s.each
}
