package server

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

// storeCall is one kind of call to the store: an action of DynamoDB on a partition.
type storeCall struct{ action, partition string }

// recorded is a function's store that remembers its calls.
type recorded struct {
	kv.Store

	mu    sync.Mutex
	calls map[storeCall]bool
}

func (s *recorded) note(partition string, actions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, action := range actions {
		s.calls[storeCall{"dynamodb:" + action, partition}] = true
	}
}

func (s *recorded) Get(ctx context.Context, key kv.Key, opts ...kv.ReadOption) (kv.Item, error) {
	s.note(key.Partition, "GetItem")
	return s.Store.Get(ctx, key, opts...)
}

func (s *recorded) BatchGet(ctx context.Context, keys []kv.Key, opts ...kv.ReadOption) ([]kv.Item, error) {
	for _, key := range keys {
		s.note(key.Partition, "BatchGetItem")
	}
	return s.Store.BatchGet(ctx, keys, opts...)
}

// A Put is a PutItem or an UpdateItem, as its condition demands.
func (s *recorded) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	s.note(item.Partition, "PutItem", "UpdateItem")
	return s.Store.Put(ctx, item, cond)
}

// A Delete whose answer was lost is looked at again.
func (s *recorded) Delete(ctx context.Context, key kv.Key, cond kv.Condition) error {
	s.note(key.Partition, "DeleteItem")
	return s.Store.Delete(ctx, key, cond)
}

func (s *recorded) Query(ctx context.Context, q kv.Query) (kv.Page, error) {
	s.note(q.Partition, "Query")
	return s.Store.Query(ctx, q)
}

type statement struct {
	Sid, Effect string
	Action      []string
	Condition   map[string]map[string][]string
}

func (s statement) covers(c storeCall) bool {
	if !slices.Contains(s.Action, c.action) {
		return false
	}
	if patterns := s.Condition["ForAnyValue:StringNotLike"]["dynamodb:LeadingKeys"]; patterns != nil {
		return !like(patterns, c.partition)
	}
	return s.Condition == nil || like(s.denied(), c.partition)
}

// denied are the patterns of the partitions that a statement names.
func (s statement) denied() []string {
	return s.Condition["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"]
}

// like reports whether a partition matches any of IAM's patterns, whose asterisk also
// stands for slashes.
func like(patterns []string, partition string) bool {
	flat := strings.NewReplacer("/", "|")
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matches, _ := path.Match(flat.Replace(pattern), flat.Replace(partition))
		return matches
	})
}

func policy(t *testing.T, name string) []statement {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "docs", "aws", name))
	require.NoError(t, err)
	var p struct{ Statement []statement }
	require.NoError(t, json.Unmarshal(text, &p))
	return p.Statement
}

// Each function's policy allows what the function does over a whole job. What a policy
// denies exists: some other function makes such calls.
func TestPolicies_FitWhatEachFunctionDoes(t *testing.T) {
	t.Parallel()
	secrets, err := makeSecrets(filepath.Join(t.TempDir(), "secrets"), time.Now())
	require.NoError(t, err)
	j := runJob(t, kvtest.Open(t), secrets)
	all := j.calls()
	for name, s := range j.stores {
		statements := policy(t, "policy-"+name+".json")
		for c := range s.calls {
			allowed := false
			for _, st := range statements {
				covers := st.covers(c)
				allowed = allowed || (st.Effect == "Allow" && covers)
				assert.False(t, st.Effect == "Deny" && covers, "%s: %s denies %s on %s", name, st.Sid, c.action, c.partition)
			}
			assert.True(t, allowed, "%s: nothing allows %s on %s", name, c.action, c.partition)
		}
		for _, st := range statements {
			for _, pattern := range st.denied() {
				exists := slices.ContainsFunc(accountPartitions(t), func(p string) bool { return like([]string{pattern}, p) }) || slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(c storeCall) bool {
					return like([]string{pattern}, c.partition) && slices.Contains(st.Action, c.action)
				})
				assert.True(t, exists, "%s: %s denies %s, which no function uses", name, st.Sid, pattern)
			}
		}
	}
}

// accountPartitions are all partitions in which package identity keeps what it knows, as
// its source names them; "01" stands for an id.
func accountPartitions(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "identity", "*.go"))
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range regexp.MustCompile(`"(identity/[a-z]+/?)"`).FindAllStringSubmatch(string(source), -1) {
			if name := match[1]; strings.HasSuffix(name, "/") {
				found = append(found, name+"01")
			} else {
				found = append(found, name)
			}
		}
	}
	require.Greater(t, len(found), 8)
	return found
}

// No function but auth changes accounts, passkeys, sessions or whatever else identity keeps;
// those that people use with API tokens note when one was used. And auth reaches nothing else.
func TestPolicies_KeepAccountsApart(t *testing.T) {
	t.Parallel()
	refused := func(function string, c storeCall) bool {
		return slices.ContainsFunc(policy(t, "policy-"+function+".json"), func(s statement) bool { return s.Effect == "Deny" && s.covers(c) })
	}
	for _, partition := range accountPartitions(t) {
		for _, function := range []string{"clusters", "instances", "pipelines", "sync", "webhook"} {
			for _, action := range []string{"PutItem", "UpdateItem", "DeleteItem"} {
				if partition != "identity/token/01" || function == "webhook" {
					assert.True(t, refused(function, storeCall{"dynamodb:" + action, partition}), "%s may write %s", function, partition)
				}
			}
		}
	}
	for _, partition := range []string{"credentials", "project", "operation#campus", "view-shared", "a-partition-of-a-later-release"} {
		assert.True(t, refused("auth", storeCall{"dynamodb:GetItem", partition}), partition)
	}
}
