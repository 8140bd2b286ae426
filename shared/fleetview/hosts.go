package fleetview

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/kv"
)

// HostOwner is an instance that has a host.
type HostOwner struct{ Cluster, Instance string }

// hostIndex keeps in memory which instances of the fleet have which hosts, and nothing else
// of them. It checks at each request which clusters changed, and reads those again.
type hostIndex struct {
	mu       sync.Mutex // held while reading, so that many requests read once
	revision int64      // of the fleet; 0 before the first reading
	clusters map[string]map[string][]string
}

// HostOwners lists the instances of all clusters that have one of the hosts, by host. Those
// that are archived or deleted have none. It costs one small read when nothing changed
// since the last call, and else the clusters that did.
func (s *Segments) HostOwners(ctx context.Context, hosts []string) (map[string][]HostOwner, error) {
	s.hosts.mu.Lock()
	defer s.hosts.mu.Unlock()
	if err := s.hosts.refresh(ctx, s); err != nil {
		return nil, err
	}
	out := map[string][]HostOwner{}
	for _, host := range hosts {
		for cluster, of := range s.hosts.clusters {
			for _, instance := range of[host] {
				out[host] = append(out[host], HostOwner{cluster, instance})
			}
		}
		slices.SortFunc(out[host], func(a, b HostOwner) int {
			return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Instance, b.Instance))
		})
	}
	return out, nil
}

func (x *hostIndex) refresh(ctx context.Context, s *Segments) error {
	h, err := readHead(ctx, s.kv, kv.Eventual())
	if err != nil || x.revision > 0 && h.Revision <= x.revision {
		return err
	}
	ids, known := h.since(x.revision)
	if x.revision == 0 || !known {
		if ids, err = s.clusters(ctx); err != nil {
			return err
		}
		x.clusters = map[string]map[string][]string{}
	}
	found := make([]map[string][]string, len(ids))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(decodeAtOnce)
	for i, id := range ids {
		group.Go(func() error {
			chunk, err := s.Chunk(reading, id)
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			if err == nil {
				found[i] = hostsOf(chunk)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		x.revision = 0 // what was read is not kept
		return err
	}
	for i, id := range ids {
		x.clusters[id] = found[i]
		if len(found[i]) == 0 {
			delete(x.clusters, id)
		}
	}
	x.revision = h.Revision
	return nil
}

// hostsOf gives the instances of a cluster by their hosts.
func hostsOf(chunk *fleet.Chunk) map[string][]string {
	out := map[string][]string{}
	for _, row := range chunk.Rows {
		if row.Instance.Lifecycle != fleet.Active && row.Instance.Lifecycle != fleet.Pending {
			continue
		}
		for _, host := range grove.HostsOf(row) {
			out[host] = append(out[host], row.Instance.Name)
		}
	}
	return out
}
