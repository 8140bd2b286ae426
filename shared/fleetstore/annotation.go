package fleetstore

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvjson"
)

type storedAnnotation struct {
	Instance string `json:"instance,omitempty"` // empty: the cluster's own
	fleet.Annotation
	Audit audit.Trail `json:"audit,omitempty"`
}

// Annotation reads what people keep about an instance, or about the cluster when the
// instance is empty; a zero one when there is nothing.
func (s *Store) Annotation(ctx context.Context, cluster, instance string) (fleet.Annotation, error) {
	a, _, err := kvjson.Get[storedAnnotation](ctx, s.kv, annotationKey(cluster, instance))
	if fault.Is(err, fault.NotFound) {
		return fleet.Annotation{}, nil
	}
	return a.Annotation, err
}

// Annotations reads what people keep about a cluster and its instances, by instance;
// the cluster's own is under the empty name.
func (s *Store) Annotations(ctx context.Context, cluster string) (map[string]fleet.Annotation, error) {
	all, err := kvjson.All[storedAnnotation](ctx, s.kv, kv.Query{Partition: partAnnotation + cluster})
	if err != nil {
		return nil, fmt.Errorf("listing annotations of %s: %w", cluster, err)
	}
	found := map[string]fleet.Annotation{}
	for _, a := range all {
		if !a.Empty() {
			found[a.Instance] = a.Annotation
		}
	}
	return found, nil
}

// Annotate keeps an annotation. Lists show it once it is copied to
// their rows.
func (s *Store) Annotate(ctx context.Context, cluster, instance string, a fleet.Annotation, record Recorder) error {
	return s.modifyBy(ctx, annotationKey(cluster, instance), record, func(old kv.Item) (any, error) {
		former, err := kvjson.Decode[storedAnnotation](old)
		if err != nil {
			return nil, err
		}
		return storedAnnotation{instance, a, former.Audit}, nil
	})
}

func annotationKey(cluster, instance string) kv.Key {
	if instance == "" {
		return kv.Key{Partition: partAnnotation + cluster, Sort: "cluster"}
	}
	return kv.Key{Partition: partAnnotation + cluster, Sort: "instance#" + instance}
}
