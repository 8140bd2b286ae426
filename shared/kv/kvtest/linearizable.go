package kvtest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
)

// Workload says what the clients of Linearizable do.
type Workload struct {
	Clients    int
	Operations int  // by each client
	Overwrites bool // Put with kv.Always too
	Deletes    bool // Delete with kv.IfVersion too
	Faults     bool // fault.Unavailable is expected and means: may have happened
}

// Linearizable runs clients on a handful of keys of a store at once and
// checks that some order of their operations, each between its call and its
// return, explains every result: none was lost, doubled or seen too early.
func Linearizable(t *testing.T, s kv.Store, w Workload) {
	t.Helper()
	keys := make([]kv.Key, 4)
	for i := range keys {
		keys[i] = kv.Key{Partition: unique(), Sort: strconv.Itoa(i)}
	}
	var mu sync.Mutex
	var history []porcupine.Operation
	began := time.Now()
	Parallel(w.Clients, func(client int) {
		random := rand.New(rand.NewPCG(uint64(client), 0))
		known := make([]int64, len(keys)) // versions, so that conditions have a chance
		for n := range w.Operations {
			k := random.IntN(len(keys))
			in := w.choose(random, known[k])
			in.key, in.value = k, fmt.Sprintf("%d.%d", client, n)
			call := time.Since(began).Nanoseconds()
			out, err := in.run(t.Context(), s, keys[k])
			end := time.Since(began).Nanoseconds()
			if err != nil && (!w.Faults || !fault.Is(err, fault.Unavailable)) {
				assert.NoError(t, err)
				return
			}
			if err != nil {
				out, end = outcome{unknown: true}, math.MaxInt64
			} else if out.version > 0 {
				known[k] = out.version
			}
			mu.Lock()
			history = append(history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: end})
			mu.Unlock()
		}
	})
	require.Len(t, history, w.Clients*w.Operations)
	result := porcupine.CheckOperationsTimeout(itemModel.ToModel(), history, time.Minute)
	require.Equal(t, porcupine.Ok, result, "the history of operations has no order that explains it")
}

type kind int

const (
	doGet kind = iota
	doOverwrite
	doCreate
	doChange // Put with IfVersion
	doDelete // with IfVersion
)

type operation struct {
	kind    kind
	key     int
	version int64 // demanded
	value   string
}

// outcome of an operation: of a Get what it read, version 0 if nothing; of a
// write the version it got, or refused.
type outcome struct {
	version int64
	value   string
	refused bool
	unknown bool
}

func (w Workload) choose(random *rand.Rand, known int64) operation {
	switch n := random.IntN(10); {
	case n < 3:
		return operation{kind: doGet}
	case n == 3 && w.Overwrites:
		return operation{kind: doOverwrite}
	case n == 4 && w.Deletes && known > 0:
		return operation{kind: doDelete, version: known}
	case n < 7 || known == 0:
		return operation{kind: doCreate}
	default:
		return operation{kind: doChange, version: known}
	}
}

func (o operation) run(ctx context.Context, s kv.Store, key kv.Key) (outcome, error) {
	item := kv.Item{Key: key, Value: []byte(o.value)}
	var err error
	switch o.kind {
	case doGet:
		item, err = s.Get(ctx, key)
		if fault.Is(err, fault.NotFound) {
			return outcome{}, nil
		}
		return outcome{version: item.Version, value: string(item.Value)}, err
	case doOverwrite:
		item, err = s.Put(ctx, item, kv.Always)
	case doCreate:
		item, err = s.Put(ctx, item, kv.IfAbsent())
	case doChange:
		item, err = s.Put(ctx, item, kv.IfVersion(o.version))
	case doDelete:
		item, err = kv.Item{}, s.Delete(ctx, key, kv.IfVersion(o.version))
	}
	if fault.Is(err, fault.Conflict) {
		return outcome{refused: true}, nil
	}
	return outcome{version: item.Version}, err
}

// stored is the state of one key; version 0 is absent.
type stored struct {
	version int64
	value   string
}

// next gives what the operation makes of the state, or refuses.
func (o operation) next(s stored) (after stored, refused bool) {
	switch {
	case o.kind == doGet:
		return s, false
	case o.kind == doCreate && s.version != 0,
		(o.kind == doChange || o.kind == doDelete) && s.version != o.version:
		return s, true
	case o.kind == doDelete:
		return stored{}, false
	default:
		return stored{version: s.version + 1, value: o.value}, false
	}
}

var itemModel = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[int][]porcupine.Operation{}
		for _, op := range history {
			k := op.Input.(operation).key
			byKey[k] = append(byKey[k], op)
		}
		return slices.Collect(maps.Values(byKey))
	},
	Init: func() []any { return []any{stored{}} },
	Step: func(state, input, output any) []any {
		before, in, out := state.(stored), input.(operation), output.(outcome)
		after, refused := in.next(before)
		switch {
		case out.unknown && before != after:
			return []any{before, after}
		case out.unknown:
			return []any{before}
		case out.refused != refused,
			!refused && in.kind != doDelete && out.version != after.version,
			in.kind == doGet && out.value != after.value:
			return nil
		default:
			return []any{after}
		}
	},
}
