package fleet

import (
	"context"

	"github.com/open-craft/ocim/shared/kv"
)

// SaveClusterFiles keeps the masked files that belong to the cluster itself.
func (s *Store) SaveClusterFiles(ctx context.Context, cluster string, f Files) error {
	return putJSON(ctx, s.kv, kv.Key{Partition: partFiles + cluster, Sort: "cluster"}, f, kv.Always, noExpiry)
}

// ClusterFiles reads them; fault.NotFound before the first sync.
func (s *Store) ClusterFiles(ctx context.Context, cluster string) (Files, error) {
	f, _, err := getJSON[Files](ctx, s.kv, kv.Key{Partition: partFiles + cluster, Sort: "cluster"}, kv.Eventual())
	return f, notFound(err, "no files of cluster %q", cluster)
}

// SaveInstanceFiles keeps the masked files of one instance.
func (s *Store) SaveInstanceFiles(ctx context.Context, cluster, instance string, f Files) error {
	if err := putJSON(ctx, s.kv, instanceFilesKey(cluster, instance), f, kv.Always, noExpiry); err != nil {
		return err
	}
	return s.turnPage(ctx, cluster, instance)
}

// RemoveInstanceFiles forgets the files of an instance that left git.
func (s *Store) RemoveInstanceFiles(ctx context.Context, cluster, instance string) error {
	if err := s.kv.Delete(ctx, instanceFilesKey(cluster, instance), kv.Always); err != nil {
		return err
	}
	return s.turnPage(ctx, cluster, instance)
}

func instanceFilesKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partFiles + cluster, Sort: "instance#" + instance}
}
