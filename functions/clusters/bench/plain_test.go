package bench_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
)

// answer gives the first fifty by walking over all.
func answer(w http.ResponseWriter, snap *fleetview.Snapshot) {
	page := fleet.InstancePage{}
	for _, c := range snap.Chunks {
		for _, row := range c.Rows {
			page.Total++
			if len(page.Instances) < 50 {
				page.Instances = append(page.Instances, row.Instance)
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(page) // the recorder never fails
}

// latency is what a GitLab takes to answer.
const latency = 50 * time.Millisecond

// askGitLab reads the files of each project at each call: one request for each,
// eight at a time, from a GitLab that answers with the whole cluster.
func askGitLab(b *bench) http.Handler {
	gitlab := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(chunk(n, b.size.each)) // a caller that went away needs nothing
	}))
	b.Cleanup(gitlab.Close)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		snap := &fleetview.Snapshot{Chunks: make([]*fleet.Chunk, b.size.clusters)}
		group, ctx := errgroup.WithContext(r.Context())
		group.SetLimit(8)
		for n := range snap.Chunks {
			group.Go(func() (err error) {
				snap.Chunks[n], err = fetch(ctx, gitlab.URL+"/"+strconv.Itoa(n))
				return err
			})
		}
		require.NoError(b, group.Wait())
		answer(w, snap)
	})
}

func fetch(ctx context.Context, address string) (*fleet.Chunk, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	c := new(fleet.Chunk)
	return c, json.Unmarshal(body, c)
}
