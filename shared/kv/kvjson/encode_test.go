package kvjson

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
)

type part struct {
	ID   string `json:"id"`
	Size int    `json:"size,omitempty"`
}

type common struct {
	Name string    `json:"name"`
	At   time.Time `json:"at,omitzero"`
}

type record struct {
	Rest
	common
	Note  string            `json:"note,omitempty"`
	Place *part             `json:"place,omitempty"`
	Parts []part            `json:"parts,omitempty"`
	ByKey map[string]part   `json:"byKey,omitempty"`
	Words []string          `json:"words,omitempty"`
	Raw   json.RawMessage   `json:"raw,omitempty"`
	Tags  map[string]string `json:"tags,omitempty"`
}

// What the next release may write: a field more wherever there are fields.
const next = `{"schema":2,"new":{"x":[1]},"name":"n","at":"2026-11-29T00:00:00Z","note":"old","place":{"id":"p","size":1,"new":1},` +
	`"parts":[{"id":"a","size":1,"new":2},{"id":"b","new":3},{"id":"gone","new":4}],"byKey":{"k":{"id":"k","new":5},"l":{"id":"l","new":6}},` +
	`"words":["w"],"raw":{"any":1},"tags":{"t":"1"}}`

// A record that the next release wrote keeps, when it is changed and written again, all
// that this release does not know; what this release knows is as it was changed.
func TestEncode_KeepsWhatALaterReleaseWrote(t *testing.T) {
	t.Parallel()
	change := func(r *record) {
		r.Note = "" // a known field that is emptied is gone
		r.Place.Size, r.Parts[0].Size = 2, 2
		r.Parts = []part{{ID: "c"}, r.Parts[1], r.Parts[0]}
		delete(r.ByKey, "l")
		r.Tags = map[string]string{"u": "1"}
	}
	const want = `{"schema":2,"new":{"x":[1]},"name":"n","at":"2026-11-29T00:00:00Z","place":{"id":"p","size":2,"new":1},` +
		`"parts":[{"id":"c"},{"id":"b","new":3},{"id":"a","size":2,"new":2}],"byKey":{"k":{"id":"k","new":5}},"words":["w"],"raw":{"any":1},"tags":{"u":"1"}}`
	item := kv.Item{Value: []byte(next)}
	r, err := Decode[record](item)
	require.NoError(t, err)
	change(&r)

	remembered, err := Encode(nil, r)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(remembered), "by the record itself")
	r.Rest = Rest{}
	require.NoError(t, Set(&item, &r))
	assert.JSONEq(t, want, string(item.Value), "by the item's former value")
	require.NoError(t, Set(&item, r))
	assert.JSONEq(t, want, string(item.Value), "and again")
}

func TestEncode_WritesTheVersion(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		`{"schema":1,"id":"a"}`: part{ID: "a"}, `{"schema":1}`: struct{}{}, `{"schema":1,"k":"v"}`: map[string]string{"k": "v"},
		`"text"`: "text", `[1]`: []int{1}, `null`: (*part)(nil),
	} {
		got, err := Encode(nil, v)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		again, err := Encode(got, v)
		require.NoError(t, err)
		assert.Equal(t, want, string(again), "equal records are equal bytes")
	}
	got, err := Encode([]byte(`{"id":"a","size":7}`), part{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, `{"schema":1,"id":"a"}`, string(got), "what releases before 2026-12 wrote has no version")
}

// A release reads what the one after it writes, and refuses what a still later one wrote,
// as what it can't decode.
func TestDecode_ReadsUpToTheNextRelease(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"id":"a"}`, `{"schema":1,"id":"a"}`, `{"schema":2,"id":"a"}`, `{"id":"a","other":{"schema":99}}`} {
		v, err := Decode[part](kv.Item{Value: []byte(text)})
		require.NoError(t, err, text)
		assert.Equal(t, "a", v.ID)
	}
	for _, text := range []string{`{"schema":3,"id":"a"}`, `{"id":"a","schema":3}`, `{"other":{"schema":1},"schema":` + strings.Repeat("9", 18) + `}`} {
		_, err := Decode[part](kv.Item{Value: []byte(text)})
		require.ErrorIs(t, err, ErrDamaged, text)
		assert.ErrorContains(t, err, "a later release wrote it")
	}
}
