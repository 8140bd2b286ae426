package fleetview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
)

var oddTexts = []string{
	"", "x", `"`, `\`, `\\`, `\"`, `ends with \`, `"},"settings":{"a":"b"}}`, `{"instance":{},"settings":{}}`,
	"line\nbreak\x00\t", "<b>&amp;</b>", "\u2028 ü 漢 🎓", ":", ",", "}", "{",
}

// A row that the index takes has what the row has, however its texts are written.
func TestDecodeIndexRow_GivesWhatTheRowHas(t *testing.T) {
	at := time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC)
	for n, text := range oddTexts {
		row := fleet.Row{Digest: "d", Compared: text, Instance: fleet.Instance{
			Cluster: "c", Name: "n" + text, Description: text, ChangedAt: at, Annotation: &fleet.Annotation{Note: text, Tags: []string{text}},
			Problems: []fleet.FileProblem{{File: text, Message: text}}, Pipeline: &fleet.PipelineSummary{ID: 1, WebURL: text},
		}}
		for _, settings := range []map[string]string{nil, {text: "v"}, {"K": text}, {"PLUGINS.0": text, text: text, "Z": "z", "A": oddTexts[len(oddTexts)-1-n]}} {
			row.Settings = settings
			line, err := json.Marshal(row)
			require.NoError(t, err)
			whole, err := decodeRow(line)
			require.NoError(t, err)
			got, err := decodeIndexRow(line, nil)
			require.NoError(t, err)
			assert.Equal(t, settings != nil, got.Settings.JSON != nil, "settings need not be decoded: %s", line)
			assert.Equal(t, whole.Settings, got.Settings.Decode())
			whole.Settings = nil
			assert.Equal(t, whole, got.Row)
			for end := range line {
				_, err := decodeIndexRow(line[:end], nil)
				require.Error(t, err, "cut off: %s", line[:end])
			}
		}
	}
}

// Whatever stands where settings do is read as before, or refused as before.
func TestDecodeIndexRow_RefusesWhatIsDamaged(t *testing.T) {
	for _, settings := range []string{
		`{}`, `null`, `{"a":1}`, `{"a":null}`, `{"a":"b",}`, `{,"a":"b"}`, `{"a" : "b"}`, `{"a":"b" }`, `{"a"}`, `{"a":}`, `{"a":"b":"c"}`, `{"a","b"}`,
		`{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"b""c":"d"}`, `{"a":{"b":"c"}}`, `{"a":["b"]}`, `{"a":"b"`, `[]`, `{"a":"b"}}`, `{"a":"b"},"settings":{"c":"d"}`,
	} {
		line := fmt.Appendf(nil, `{"instance":{"name":"n"},"settings":%s,"digest":"d","later":1}`, settings)
		whole, err := decodeRow(line)
		got, indexErr := decodeIndexRow(line, nil)
		require.Equal(t, err == nil, indexErr == nil, "%s: %v, %v", line, err, indexErr)
		if err == nil {
			assert.Equal(t, len(whole.Settings), len(got.Settings.Decode()), settings)
			assert.Equal(t, "d", got.Digest)
		}
	}
}

// Nothing that a store may hold makes a replica panic, and what encoding/json would have
// written is read as it reads it.
func FuzzDecodeIndexRow(f *testing.F) {
	for _, text := range oddTexts {
		row := fleet.Row{Settings: map[string]string{"K": text, "PLUGINS.0": text}, Instance: fleet.Instance{
			Name: text, Pipeline: &fleet.PipelineSummary{ID: 1, WebURL: text}, Problems: []fleet.FileProblem{{Message: text}},
		}}
		line, err := json.Marshal(row)
		require.NoError(f, err)
		f.Add(line)
	}
	f.Add([]byte(`{"instance":{"pipeline":{"id":01}},"settings":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := decodeIndexRow(line, nil)
		whole, wholeErr := decodeRow(line)
		if wholeErr != nil {
			return
		}
		if again, _ := json.Marshal(whole); !bytes.Equal(again, line) {
			return
		}
		require.NoError(t, err)
		assert.Equal(t, whole.Settings, got.Settings.Decode())
		whole.Settings = nil
		assert.Equal(t, whole, got.Row)
	})
}
