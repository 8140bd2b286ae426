package carrier_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/trace"
	"github.com/open-craft/ocim/shared/trace/carrier"
)

type sent struct{ header http.Header }

func (s *sent) RoundTrip(req *http.Request) (*http.Response, error) {
	s.header = req.Header
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestTransport_SendsTheTraceAndChangesNoRequest(t *testing.T) {
	t.Parallel()
	call := func(ctx context.Context) http.Header {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://gitlab.example.org", http.NoBody)
		require.NoError(t, err)
		req.Header.Set("Private-Token", "x")
		s := new(sent)
		resp, err := carrier.Transport(s).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Empty(t, req.Header.Get(trace.Header))
		assert.Equal(t, "x", s.header.Get("Private-Token"))
		return s.header
	}
	assert.Empty(t, call(t.Context()).Values(trace.Header))
	ctx := trace.Start(t.Context())
	s, ok := trace.Parse(call(ctx).Get(trace.Header))
	assert.True(t, ok)
	assert.Equal(t, trace.From(ctx).TraceID, s.TraceID)
	assert.NotEqual(t, trace.From(ctx).SpanID, s.SpanID)
}
