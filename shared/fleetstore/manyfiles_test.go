package fleetstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/fleetstore"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func filesOf(name, commit string, bytes int) fleet.Files {
	return fleet.Files{Commit: commit, Files: []fleet.File{{
		Path: "instances/" + name + "/config.yml", Text: "LMS_HOST: " + name + ".example.org\n" + noise(bytes),
	}}}
}

// What the first sync keeps of many instances together is read like files of their own, and
// changed and removed one by one, also after the mark of a removal would have expired.
func TestSaveFirstFiles_CountsUntilAnInstanceHasItsOwn(t *testing.T) {
	t.Parallel()
	for name, bytes := range map[string]int{"small": 0, "large": 40 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := kvtest.NewClock()
			units := kvtest.NewUnits(kvtest.OpenWithClock(t, clock.Now))
			s := fleetstore.New(units, clock.Now)
			const size = 500
			all := map[string]fleet.Files{}
			for n := range size {
				name := fmt.Sprintf("i%03d", n)
				all[name] = filesOf(name, "c1", bytes)
			}
			shown := func(name string) string {
				t.Helper()
				page, err := s.InstancePage(t.Context(), "campus", name)
				require.NoError(t, err)
				if page.Files == nil {
					return ""
				}
				require.Equal(t, "instances/"+name+"/config.yml", page.Files.Files[0].Path)
				return page.Files.Commit
			}
			assert.Empty(t, shown("i007"), "a pending instance is open in a browser")
			units.Take()
			require.NoError(t, s.SaveFirstFiles(t.Context(), "campus", all))
			cost, _, _ := units.Take()
			if bytes == 0 {
				assert.LessOrEqual(t, cost.Calls, 132)
			}
			for name := range all {
				assert.Equal(t, "c1", shown(name))
			}
			require.NoError(t, s.SaveInstanceFiles(t.Context(), "campus", "i007", filesOf("i007", "c2", bytes)))
			require.NoError(t, s.RemoveInstanceFiles(t.Context(), "campus", "i008"))
			for range 2 {
				assert.Equal(t, "c2", shown("i007"))
				assert.Empty(t, shown("i008"))
				assert.Equal(t, "c1", shown("i009"))
				clock.Advance(100 * 24 * time.Hour)
				require.NoError(t, units.Delete(t.Context(), keyOf("page#campus", "i008"), kv.Always)) // it is made again
			}
			all["i011"] = filesOf("i011", "c3", bytes)
			require.NoError(t, s.SaveFirstFiles(t.Context(), "campus", all), "when the fleet is made again, of files that are there")
			assert.Equal(t, "c3", shown("i011"))
			assert.Equal(t, "c1", shown("i007"))
		})
	}
}

// onPages calls then before the first write of a page that is made.
type onPages struct {
	kv.Store
	then func()
}

func (o *onPages) Put(ctx context.Context, item kv.Item, cond kv.Condition) (kv.Item, error) {
	if then := o.then; then != nil && strings.HasPrefix(item.Partition, "page#") && len(item.Value) > 0 {
		o.then = nil
		then()
	}
	return o.Store.Put(ctx, item, cond)
}

// A page that was being made while the first sync kept its files is not kept without them.
func TestSaveFirstFiles_ReachesPagesThatAreBeingMade(t *testing.T) {
	t.Parallel()
	clock := kvtest.NewClock()
	store := &onPages{Store: kvtest.OpenWithClock(t, clock.Now)}
	s := fleetstore.New(store, clock.Now)
	store.then = func() {
		require.NoError(t, s.SaveFirstFiles(t.Context(), "campus", map[string]fleet.Files{"demo": filesOf("demo", "c1", 0)}))
	}
	assert.Nil(t, openPage(t, s).Files)
	require.NotNil(t, openPage(t, s).Files)
}
