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
	return putJSON(ctx, s.kv, instanceFilesKey(cluster, instance), f, kv.Always, noExpiry)
}

// RemoveInstanceFiles forgets the files of an instance that left git.
func (s *Store) RemoveInstanceFiles(ctx context.Context, cluster, instance string) error {
	return s.kv.Delete(ctx, instanceFilesKey(cluster, instance), kv.Always)
}

// InstanceFiles reads them; fault.NotFound when the instance is not in git.
func (s *Store) InstanceFiles(ctx context.Context, cluster, instance string) (Files, error) {
	f, _, err := getJSON[Files](ctx, s.kv, instanceFilesKey(cluster, instance), kv.Eventual())
	return f, notFound(err, "no files of instance %q in cluster %q", instance, cluster)
}

func instanceFilesKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partFiles + cluster, Sort: "instance#" + instance}
}
