package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// sealedLife is how long the parts of a request are kept that nobody sent.
const sealedLife = 90 * 24 * time.Hour

// SaveSealed keeps the parts of a request that is too large for its operation's
// item. They are written before the operation, so that it never lacks them.
func (s *Store) SaveSealed(ctx context.Context, cluster, deployment string, parts [][]byte) error {
	for i, part := range parts {
		item := kv.Item{Key: sealedKey(cluster, deployment, i), Value: part, Expires: s.now().Add(sealedLife)}
		if _, err := s.kv.Put(ctx, item, kv.Always); err != nil {
			return fmt.Errorf("storing part %d of request %s: %w", i, deployment, err)
		}
	}
	return nil
}

// Sealed reads the parts of a request; fault.NotFound when one is missing.
func (s *Store) Sealed(ctx context.Context, cluster, deployment string, n int) ([][]byte, error) {
	parts := make([][]byte, n)
	for i := range parts {
		item, err := s.kv.Get(ctx, sealedKey(cluster, deployment, i))
		if err != nil {
			return nil, notFound(err, "part %d of the request %s is gone", i, deployment)
		}
		parts[i] = item.Value
	}
	return parts, nil
}

// ForgetSealed removes the parts of a request.
func (s *Store) ForgetSealed(ctx context.Context, cluster, deployment string, n int) error {
	for i := range n {
		if err := s.kv.Delete(ctx, sealedKey(cluster, deployment, i), kv.Always); err != nil {
			return fmt.Errorf("removing part %d of request %s: %w", i, deployment, err)
		}
	}
	return nil
}

func sealedKey(cluster, deployment string, part int) kv.Key {
	return kv.Key{Partition: partSealed + cluster, Sort: fmt.Sprintf("%s#%06d", deployment, part)}
}

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

// LeaseHolder gives who holds a lease, empty when nobody does.
func (s *Store) LeaseHolder(ctx context.Context, name string) (string, error) {
	held, _, err := getJSON[Lease](ctx, s.kv, kv.Key{Partition: partLease, Sort: name})
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err == nil && !s.now().Before(held.Until) {
		return "", nil
	}
	return held.Holder, err
}

// Protection keeps an instance from being archived, deleted or reprovisioned.
type Protection struct {
	Instance  string    `json:"instance"`
	Protected bool      `json:"protected"`
	By        string    `json:"by,omitempty" doc:"E-mail of who set it last"`
	At        time.Time `json:"at,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

type storedProtection struct {
	Protection
	Audit audit.Trail `json:"audit,omitempty"`
}

// Protection reads an instance's protection; a zero one when it never had any.
func (s *Store) Protection(ctx context.Context, cluster, instance string) (Protection, error) {
	p, _, err := getJSON[storedProtection](ctx, s.kv, protectionKey(cluster, instance))
	if fault.Is(err, fault.NotFound) {
		return Protection{Instance: instance}, nil
	}
	return p.Protection, err
}

// Protected lists the protected instances of a cluster, by name.
func (s *Store) Protected(ctx context.Context, cluster string) ([]Protection, error) {
	list := []Protection{}
	q := kv.Query{Partition: partProtection + cluster, Limit: kv.MaxPage}
	for {
		page, next, err := queryJSON[storedProtection](ctx, s.kv, q)
		if err != nil {
			return nil, fmt.Errorf("listing protected instances of %s: %w", cluster, err)
		}
		for _, p := range page {
			if p.Protected {
				list = append(list, p.Protection)
			}
		}
		if next == "" {
			return list, nil
		}
		q.After = next
	}
}

// Protect sets or lifts a protection.
func (s *Store) Protect(ctx context.Context, cluster string, p Protection, record Recorder) error {
	return s.modifyBy(ctx, protectionKey(cluster, p.Instance), s.recorder(record), func(old []byte) ([]byte, error) {
		var former storedProtection
		if old != nil {
			if err := json.Unmarshal(old, &former); err != nil {
				return nil, fmt.Errorf("decoding the protection of %s: %w", p.Instance, err)
			}
		}
		if former.Protected == p.Protected {
			return nil, nil
		}
		return json.Marshal(storedProtection{p, former.Audit})
	})
}

func protectionKey(cluster, instance string) kv.Key {
	return kv.Key{Partition: partProtection + cluster, Sort: instance}
}

// PipelineAct is something a person did to a pipeline.
type PipelineAct struct {
	ID       string    `json:"id"`
	Pipeline int64     `json:"pipeline"`
	Act      string    `json:"act" enum:"cancel,retry"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason,omitempty"`
}

// AddPipelineAct notes an act before it is carried out.
func (s *Store) AddPipelineAct(ctx context.Context, cluster string, a PipelineAct, record Recorder) error {
	value, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encoding act %s: %w", a.ID, err)
	}
	key := kv.Key{Partition: partAction + cluster, Sort: padded(a.Pipeline) + "#" + a.ID}
	return s.recorder(record)(ctx, kv.Item{Key: key, Value: value}, kv.IfAbsent())
}

// PipelineActs lists what people did to a pipeline, oldest first, at most a
// hundred.
func (s *Store) PipelineActs(ctx context.Context, cluster string, pipeline int64) ([]PipelineAct, error) {
	acts, _, err := queryJSON[PipelineAct](ctx, s.kv, kv.Query{Partition: partAction + cluster, Prefix: padded(pipeline) + "#"})
	return acts, err
}
