package fleet

import (
	"context"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// FileChange is what an operation does to one file, secrets masked.
type FileChange struct {
	Path     string   `json:"path" example:"instances/demo/config.yml"`
	Action   string   `json:"action" enum:"create,update,delete"`
	Instance string   `json:"instance"`
	Diff     string   `json:"diff,omitempty" doc:"Unified diff with secrets masked; may be cut"`
	Keys     []string `json:"keys,omitempty" doc:"Keys of the root that change, of a YAML file"`
	Secrets  []string `json:"secrets,omitempty" doc:"Those among them whose change the diff cannot show"`
}

// Detail is what an operation changes, kept apart since lists do not need it.
type Detail struct {
	Files   []FileChange `json:"files"`
	Request string       `json:"request,omitempty"` // to GitLab, as JSON, secrets masked
}

// SaveDetail keeps what an operation changes. It is written before the
// operation.
func (s *Store) SaveDetail(ctx context.Context, cluster, operation string, d Detail) error {
	return putJSON(ctx, s.kv, detailKey(cluster, operation), d, kv.Always, noExpiry)
}

// OperationDetail reads it; a zero one when there is none.
func (s *Store) OperationDetail(ctx context.Context, cluster, operation string) (Detail, error) {
	d, _, err := getJSON[Detail](ctx, s.kv, detailKey(cluster, operation), kv.Eventual())
	if fault.Is(err, fault.NotFound) {
		return Detail{}, nil
	}
	return d, err
}

func detailKey(cluster, operation string) kv.Key {
	return kv.Key{Partition: partDetail + cluster, Sort: operation}
}
