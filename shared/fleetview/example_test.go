package fleetview_test

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetview"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// A list comes from memory, and is as current as the store.
func Example() {
	store, end := kvtest.OpenForExample()
	defer end()

	ctx, segments := context.Background(), newSegments(store)
	replica := fleetview.NewReplica(segments)
	err := segments.ChangeChunk(ctx, "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus"}}
		for name, state := range map[string]fleet.Health{"kestrel-law": fleet.Healthy, "open-prairie": fleet.Failed} {
			c.SetRow(fleet.Row{Instance: fleet.Instance{Cluster: "campus", Name: name, Health: fleet.HealthState{State: state}}})
		}
		return c, nil
	})
	if err != nil {
		panic(err)
	}
	snapshot, err := replica.Snapshot(ctx)
	if err != nil {
		panic(err)
	}
	page, err := snapshot.Find(fleet.Filter{Healths: []fleet.Health{fleet.Failed}}, fleet.Order{}, "", 50)
	fmt.Println(page.Total, page.Instances[0].Name, err)
	// Output: 1 open-prairie <nil>
}
