package fleetview

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/order"
)

// HostOwner is an instance that has a host.
type HostOwner struct{ Cluster, Instance string }

// hostIndex keeps in memory which instances of the fleet have which hosts, and nothing else
// of them. It checks at each request which clusters changed, and reads those again.
type hostIndex struct {
	mu       sync.Mutex // held while reading, so that many requests read once
	revision int64      // of the fleet; 0 before the first reading
	clusters map[string]clusterHosts
}

// clusterHosts are the instances of a cluster by their hosts, and the hosts that each is
// marked as sharing with another instance.
type clusterHosts struct {
	owners map[string][]string
	marked map[string][]string
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
			for _, instance := range of.owners[host] {
				out[host] = append(out[host], HostOwner{cluster, instance})
			}
		}
		order.Sort(out[host], func(a, b HostOwner) int {
			return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Instance, b.Instance))
		})
	}
	return out, nil
}

func (x *hostIndex) refresh(ctx context.Context, s *Segments) error {
	h, err := readHead(ctx, s.kv)
	if err != nil || x.revision > 0 && h.Revision <= x.revision {
		return err
	}
	ids, known := h.since(x.revision)
	if x.revision == 0 || !known {
		if ids, err = s.clusters(ctx); err != nil {
			return err
		}
		x.clusters = map[string]clusterHosts{}
	}
	found := make([]clusterHosts, len(ids))
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
		if found[i].owners == nil {
			delete(x.clusters, id)
		}
	}
	x.revision = h.Revision
	return nil
}

// hostsOf gives the hosts of a cluster.
func hostsOf(chunk *fleet.Chunk) clusterHosts {
	out := clusterHosts{owners: map[string][]string{}, marked: map[string][]string{}}
	for _, row := range chunk.Rows {
		if marked := grove.SharedHosts(row); len(marked) > 0 {
			out.marked[row.Instance.Name] = marked
		}
		if row.Instance.Lifecycle != fleet.Active && row.Instance.Lifecycle != fleet.Pending {
			continue
		}
		for _, use := range grove.HostsOf(row) {
			out.owners[use.Host] = append(out.owners[use.Host], row.Instance.Name)
		}
	}
	return out
}

// MarkSharedHosts marks the instances of which another one of the fleet has a host, too, and
// takes the mark from those of which none has any longer.
func (s *Segments) MarkSharedHosts(ctx context.Context) error {
	s.hosts.mu.Lock()
	err := s.hosts.refresh(ctx, s)
	wrong := s.hosts.wronglyMarked()
	s.hosts.mu.Unlock()
	if err != nil {
		return err
	}
	for cluster, instances := range wrong {
		names := slices.Sorted(maps.Keys(instances))
		err := s.ChangeRows(ctx, cluster, names, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
			if chunk == nil {
				return nil, nil
			}
			for _, name := range names {
				if row := chunk.Row(name); row != nil {
					grove.SetSharedHosts(row, instances[name])
				}
			}
			return chunk, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wronglyMarked gives the hosts that instances share, by cluster and instance, of those that
// are marked otherwise.
func (x *hostIndex) wronglyMarked() map[string]map[string][]string {
	first, shared := map[string]HostOwner{}, map[HostOwner][]string{}
	for cluster, of := range x.clusters {
		for host, instances := range of.owners {
			for _, instance := range instances {
				owner := HostOwner{cluster, instance}
				other, taken := first[host]
				if !taken {
					first[host] = owner
					continue
				}
				for _, o := range []HostOwner{owner, other} {
					if !slices.Contains(shared[o], host) {
						shared[o] = append(shared[o], host)
					}
				}
			}
		}
	}
	out := map[string]map[string][]string{}
	note := func(o HostOwner, hosts []string) {
		if out[o.Cluster] == nil {
			out[o.Cluster] = map[string][]string{}
		}
		out[o.Cluster][o.Instance] = hosts
	}
	for o, hosts := range shared {
		slices.Sort(hosts)
		marked := slices.Sorted(slices.Values(x.clusters[o.Cluster].marked[o.Instance]))
		if !slices.Equal(hosts, marked) {
			note(o, hosts)
		}
	}
	for cluster, of := range x.clusters {
		for instance := range of.marked {
			if o := (HostOwner{cluster, instance}); len(shared[o]) == 0 {
				note(o, nil)
			}
		}
	}
	return out
}
