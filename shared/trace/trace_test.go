package trace

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	given    = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	givenID  = "0af7651916cd43dd8448eb211c80319c"
	givenOne = "b7ad6b7169203331"
)

func TestParse_RefusesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		given:                                    true,
		strings.TrimSuffix(given, "1") + "0":     true,
		"cc" + given[2:] + "-more":               true, // a later version
		given + "-more":                          false,
		"ff" + given[2:]:                         false,
		"":                                       false,
		strings.ToUpper(given):                   false,
		given + "\n":                             false,
		given[:54]:                               false,
		"00-" + noTrace + "-" + givenOne + "-01": false,
		"00-" + givenID + "-" + noSpan + "-01":   false,
		"cc" + given[2:] + strings.Repeat("-", 500): false,
	} {
		_, ok := Parse(header)
		assert.Equal(t, want, ok, header)
	}
}

func TestContinue_GoesOnWithATraceOrBeginsOne(t *testing.T) {
	t.Parallel()
	s := From(Continue(t.Context(), []string{given}))
	assert.Equal(t, givenID, s.TraceID)
	assert.NotEqual(t, givenOne, s.SpanID, "the caller's span is not its own")
	seen := map[string]bool{givenID: true}
	for _, values := range [][]string{nil, {""}, {"00-1-2-3"}, {given, given}} {
		s := From(Continue(t.Context(), values))
		_, ok := Parse(s.String())
		assert.True(t, ok, s)
		assert.False(t, seen[s.TraceID], "%q has a trace of its own", values)
		seen[s.TraceID] = true
	}
}

func TestJoin_KeepsWhatIsNoTrace(t *testing.T) {
	t.Parallel()
	ctx := Start(t.Context())
	for _, id := range []string{"", "x", noTrace, From(ctx).TraceID} {
		assert.Equal(t, From(ctx), From(Join(ctx, id)), id)
	}
	assert.Equal(t, givenID, From(Join(ctx, givenID)).TraceID)
}

func TestLog_AddsTheTrace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(Log(slog.NewJSONHandler(&out, nil)))
	ctx := Join(t.Context(), givenID)
	log.With("a", 1).InfoContext(ctx, "one")
	assert.Contains(t, out.String(), `"a":1,"trace_id":"`+givenID+`","span_id":"`+From(ctx).SpanID+`"`)
	out.Reset()
	log.Info("two")
	assert.NotContains(t, out.String(), "trace_id")
}
