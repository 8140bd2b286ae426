package fleetview

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

// filled sets everything in a value, so that a field that is added is, too.
func filled(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d ü", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			filled(v.Index(i), n)
		}
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 29, 23, 0, *n%60, *n, time.UTC)))
			return
		}
		for i := range v.NumField() {
			filled(v.Field(i), n)
		}
	}
}

// Every field of a row is read without encoding/json, which a start has no time for, and
// a row with none, too.
func TestScanRow_ReadsEveryField(t *testing.T) {
	var row fleet.Row
	n := 0
	filled(reflect.ValueOf(&row).Elem(), &n)
	row.Settings = nil
	for _, row := range []fleet.Row{row, {}, {Instance: fleet.Instance{Name: "n", Pipeline: &fleet.PipelineSummary{Status: "failed"}}}} {
		line, err := json.Marshal(row)
		require.NoError(t, err)
		for _, former := range []fleet.Row{{}, row} {
			var got fleet.Row
			require.True(t, scanRow(append(line, '\n'), &got, &former), string(line))
			assert.Equal(t, row, got)
			assert.Equal(t, row.Instance.Pipeline, got.Instance.Pipeline)
		}
		for end := range line {
			require.False(t, scanRow(line[:end], new(fleet.Row), new(fleet.Row)), "cut off: %s", line[:end])
		}
	}
}

// What is not as encoding/json writes it is left to it.
func TestScanRow_LeavesTheRest(t *testing.T) {
	for _, text := range []string{
		``, `null`, `[]`, `{"later":1}`, `{"instance":null}`, `{"instance":{"later":"x"}}`, `{"instance":{"name":"a\"b"}}`, `{"instance":{"name":1}}`,
		`{"instance":{"changedAt":"yesterday"}}`, `{"instance":{"pipeline":null}}`, `{"instance":{"pipeline":{"id":-1}}}`, `{"instance":{"pipeline":{"id":99999999999999999999}}}`,
		`{"instance":{"site":{"state":1}}}`, `{"instance":{"health":{"state":"up","later":"x"}}}`, `{"instance":{}} {}`, `{"instance":{},}`, `{"instance":{}`, `{ "instance":{}}`,
		`{"digest":"d"}x`, `{"instance":{"problems":[}}`,
	} {
		assert.False(t, scanRow([]byte(text), new(fleet.Row), new(fleet.Row)), text)
	}
	odd := fleet.Row{Instance: fleet.Instance{Name: "n", Site: &fleet.Site{Reason: `a"}]\`}, Problems: []fleet.FileProblem{{Message: strings.Repeat(`{["\`, 3)}}, Theme: "t"}}
	line, err := json.Marshal(odd)
	require.NoError(t, err)
	var got fleet.Row
	require.True(t, scanRow(line, &got, new(fleet.Row)))
	assert.Equal(t, odd, got)
}
