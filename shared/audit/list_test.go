package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/kvtest"
)

func TestList_ByKey(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := newLog(kvtest.OpenWithClock(t, c.Now), c)
	for i, x := range []struct{ before, after string }{
		{`{"config.yml":{"LANGUAGE_CODE":"fr"}}`, `{"changes":["LANGUAGE_CODE: fr → en in config.yml"],"files":[{"Path":"a","Keys":["LANGUAGE_CODE"]}]}`},
		{``, `{"keys":["+config.yml: LANGUAGE_CODE"]}`},
		{`{"email":"a"}`, `{"reason":"because of LANGUAGE_CODE","values":["LANGUAGE_CODE"]}`},
		{`{"email":"a"}`, `"LANGUAGE_CODE"`},
		{``, ``},
	} {
		_, err := l.Put(t.Context(), item(t, record{N: i}), kv.Always, audit.Entry{
			Action: "a.b", Target: fmt.Sprint(i), Before: []byte(x.before), After: []byte(x.after),
		})
		require.NoError(t, err)
	}
	for key, want := range map[string][]string{
		"LANGUAGE_CODE": {"1", "0"}, "language": {"1", "0"}, "email": {"3", "2"}, "fr": nil, "because": nil,
	} {
		p, err := l.List(t.Context(), audit.Filter{Key: key})
		require.NoError(t, err)
		var got []string
		for _, e := range p.Entries {
			got = append(got, e.Target)
		}
		assert.Equal(t, want, got, key)
	}
}

// A range of time is found without reading what is after it, and ends where it begins.
func TestList_ByTime(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := newLog(kvtest.OpenWithClock(t, c.Now), c)
	start := c.Now()
	const hours = 1300
	for i := range hours {
		_, err := l.Put(t.Context(), item(t, record{N: i}), kv.Always, audit.Entry{Action: "a.b", Target: fmt.Sprint(i)})
		require.NoError(t, err)
		c.add(time.Hour)
	}
	at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	for name, tt := range map[string]struct {
		f    audit.Filter
		want []string
		end  bool
	}{
		"a range far back":   {audit.Filter{Since: at(3), Until: at(5)}, []string{"4", "3"}, true},
		"until":              {audit.Filter{Until: at(2)}, []string{"1", "0"}, true},
		"since":              {audit.Filter{Since: at(hours - 2)}, []string{fmt.Sprint(hours - 1), fmt.Sprint(hours - 2)}, true},
		"before the first":   {audit.Filter{Until: start}, nil, true},
		"after the last":     {audit.Filter{Since: at(hours)}, nil, true},
		"a page of a range":  {audit.Filter{Since: at(10), Until: at(20), Limit: 1}, []string{"19"}, false},
		"nothing in between": {audit.Filter{Since: at(3).Add(time.Minute), Until: at(3).Add(2 * time.Minute)}, nil, true},
	} {
		p, err := l.List(t.Context(), tt.f)
		require.NoError(t, err, name)
		var got []string
		for _, e := range p.Entries {
			got = append(got, e.Target)
		}
		assert.Equal(t, tt.want, got, name)
		assert.Equal(t, tt.end, p.Next == "", name)
	}
}
