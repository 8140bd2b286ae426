package gitlab

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/netguard"
)

// script answers requests in its order, the last answer for ever, and keeps
// when they came.
type script struct {
	answers []func(*http.Request) (*http.Response, error)
	at      []time.Duration
	start   time.Time
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.start.IsZero() {
		s.start = time.Now()
	}
	s.at = append(s.at, time.Since(s.start))
	return s.answers[min(len(s.at), len(s.answers))-1](req)
}

func answers(status int, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{
			StatusCode: status, Status: http.StatusText(status), Header: http.Header{},
			Body: io.NopCloser(strings.NewReader(`{"message":"x"}`)), Request: req,
		}
		for i := 0; i < len(headers); i += 2 {
			resp.Header.Set(headers[i], headers[i+1])
		}
		return resp, nil
	}
}

func breaks(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }

func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// body answers with a body that does what read does.
func body(read func([]byte) (int, error)) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := answers(200)(req)
		resp.Body = io.NopCloser(readFunc(read))
		return resp, err
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func playing(s *script) *transport {
	return newTransport(netguard.Policy{}, s, slog.New(slog.DiscardHandler))
}

func request(t *testing.T, method, path string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://gitlab.example.org/api/v4"+path, nil)
	require.NoError(t, err)
	req.Header.Set("PRIVATE-TOKEN", "glpat-canary")
	return req
}

func TestTransportRepeats(t *testing.T) {
	type list = []func(*http.Request) (*http.Response, error)
	tests := []struct {
		name    string
		method  string
		answers list
		sent    int
		status  int // 0 is an error
		kind    fault.Kind
		from    time.Duration // of all pauses together
		to      time.Duration
	}{
		{"nothing to repeat", "GET", list{answers(200)}, 1, 200, "", 0, 0},
		{"a refusal is final", "GET", list{answers(404)}, 1, 404, "", 0, 0},
		{"5xx", "GET", list{answers(502), answers(200)}, 2, 200, "", 150 * time.Millisecond, 450 * time.Millisecond},
		{"5xx growing pauses", "GET", list{answers(502), answers(500), answers(200)}, 3, 200, "", 450 * time.Millisecond, 1350 * time.Millisecond},
		{"5xx to the end", "GET", list{answers(503)}, 3, 503, "", 450 * time.Millisecond, 1350 * time.Millisecond},
		{"broken connection", "GET", list{breaks, answers(200)}, 2, 200, "", 150 * time.Millisecond, 450 * time.Millisecond},
		{"broken to the end", "GET", list{breaks}, 3, 0, fault.Unavailable, 450 * time.Millisecond, 1350 * time.Millisecond},
		{"Retry-After", "GET", list{answers(429, "Retry-After", "3", "Content-Type", "application/json"), answers(200)}, 2, 200, "", 3 * time.Second, 3 * time.Second},
		{"Retry-After too long", "GET", list{answers(429, "Retry-After", "60")}, 1, 429, "", 0, 0},
		{"Retry-After of 503", "GET", list{answers(503, "Retry-After", "2"), answers(200)}, 2, 200, "", 2 * time.Second, 2 * time.Second},
		{"POST and 5xx", "POST", list{answers(502)}, 1, 502, "", 0, 0},
		{"POST and 429", "POST", list{answers(429, "Retry-After", "1")}, 1, 429, "", 0, 0},
		{"POST and a broken connection", "POST", list{breaks}, 1, 0, fault.Unavailable, 0, 0},
		{"PUT and 5xx", "PUT", list{answers(500)}, 1, 500, "", 0, 0},
		{"DELETE and 5xx", "DELETE", list{answers(500)}, 1, 500, "", 0, 0},
		{"cut off body", "GET", list{body(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }), answers(200)}, 2, 200, "", 150 * time.Millisecond, 450 * time.Millisecond},
		{"silence", "GET", list{hangs, answers(200)}, 2, 200, "", attemptLimit, attemptLimit + time.Second},
		{"silence after a POST", "POST", list{hangs}, 1, 0, fault.Unavailable, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: tt.answers}
				resp, err := playing(s).RoundTrip(request(t, tt.method, "/projects/1"))
				assert.Len(t, s.at, tt.sent)
				if tt.status == 0 {
					assert.Equal(t, tt.kind, fault.KindOf(err), err)
				} else {
					require.NoError(t, err)
					assert.Equal(t, tt.status, resp.StatusCode)
				}
				last := s.at[len(s.at)-1]
				assert.GreaterOrEqual(t, last, tt.from)
				assert.LessOrEqual(t, last, tt.to)
			})
		})
	}
}

func TestTransportObeysItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(*http.Request) (*http.Response, error){hangs}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		tr := playing(s)
		start := time.Now()
		_, err := tr.RoundTrip(request(t, "GET", "/projects/1").WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Len(t, s.at, 1)

		// A pause that would outlast the caller is not begun.
		s.answers = []func(*http.Request) (*http.Response, error){answers(429, "Retry-After", "5", "Content-Type", "application/json")}
		ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		resp, err := tr.RoundTrip(request(t, "GET", "/projects/1").WithContext(ctx))
		require.NoError(t, err)
		assert.Equal(t, 429, resp.StatusCode)
		assert.Len(t, s.at, 2)
	})
}

func TestCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(*http.Request) (*http.Response, error){breaks}}
		tr := playing(s)
		for range circuitFailures / maxAttempts {
			_, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
			require.Error(t, err)
		}
		sent := len(s.at)
		assert.Equal(t, circuitFailures, sent)
		_, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		assert.Equal(t, fault.Unavailable, f.Kind)
		assert.Equal(t, circuitPause, f.RetryAfter)
		assert.Len(t, s.at, sent, "nothing was sent")

		// Another server is not concerned.
		other := request(t, "POST", "/projects/1")
		other.URL.Host = "other.example.org"
		_, err = tr.RoundTrip(other)
		require.ErrorContains(t, err, "could not be reached")

		time.Sleep(circuitPause + time.Second)
		s.answers = []func(*http.Request) (*http.Response, error){answers(200)}
		for range 3 {
			resp, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
			assert.Equal(t, 200, resp.StatusCode)
		}
	})
}

// Refusals and callers that gave up do not open the circuit.
func TestCircuitStaysClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(*http.Request) (*http.Response, error){answers(403)}}
		tr := playing(s)
		for range 20 {
			_, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
		}
		s.answers = []func(*http.Request) (*http.Response, error){hangs}
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := tr.RoundTrip(request(t, "GET", "/projects/1").WithContext(ctx))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
	})
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []func(*http.Request) (*http.Response, error){answers(200)}}
		tr := playing(s)
		for len(s.at) < 3*1600 {
			_, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
			require.NoError(t, err)
		}
		// In no minute are there more than 80% of 2,000.
		for i := range s.at {
			if i >= 1600 {
				assert.Greater(t, s.at[i]-s.at[i-1600], time.Minute-time.Millisecond)
			}
		}
	})
}

func TestBudgetOfKinds(t *testing.T) {
	tests := []struct {
		method, path string
		most         int // 80% of GitLab's limit for a minute
	}{
		{"GET", "/projects/1/repository/files/a", 400},
		{"GET", "/projects/1/repository/archive.tar.gz", 4},
		{"POST", "/projects/1/trigger/pipeline", 20},
		{"POST", "/projects/1/pipeline", 20},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: []func(*http.Request) (*http.Response, error){answers(200)}}
				tr := playing(s)
				var refused *fault.Error
				deadline := time.Now().Add(time.Minute)
				for time.Now().Before(deadline) {
					resp, err := tr.RoundTrip(request(t, tt.method, tt.path))
					if err == nil {
						require.NoError(t, resp.Body.Close())
						continue
					}
					require.ErrorAs(t, err, &refused)
					assert.Equal(t, fault.Limited, refused.Kind)
					assert.Positive(t, refused.RetryAfter)
					time.Sleep(refused.RetryAfter)
				}
				assert.LessOrEqual(t, len(s.at), tt.most+1)
				assert.GreaterOrEqual(t, len(s.at), tt.most-2)

				// Another project or token has a budget of its own.
				other := request(t, tt.method, tt.path)
				other.Header.Set("PRIVATE-TOKEN", "glpat-other")
				resp, err := tr.RoundTrip(other)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
			})
		})
	}
}

// What GitLab says of its limits counts, also for requests it did not refuse.
func TestBudgetHeedsHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		s := &script{answers: []func(*http.Request) (*http.Response, error){answers(200,
			"RateLimit-Limit", "2000", "RateLimit-Remaining", "400",
			"Date", now.UTC().Format(http.TimeFormat), "RateLimit-Reset", strconv.FormatInt(now.Add(4*time.Second).Unix(), 10),
		), answers(200, "RateLimit-Limit", "2000", "RateLimit-Remaining", "1990"), answers(429, "Retry-After", "30", "Content-Type", "text/plain")}}
		tr := playing(s)
		for range 3 {
			_, err := tr.RoundTrip(request(t, "POST", "/x"))
			require.NoError(t, err)
		}
		assert.Equal(t, []time.Duration{0, 4 * time.Second, 4 * time.Second}, s.at)
		_, err := tr.RoundTrip(request(t, "POST", "/x"))
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		assert.Equal(t, fault.Limited, f.Kind)
		assert.Equal(t, 30*time.Second, f.RetryAfter)
		assert.Len(t, s.at, 3)
	})
}

func TestAnswersAreBounded(t *testing.T) {
	endless := body(func(p []byte) (int, error) { clear(p); return len(p), nil })
	s := &script{answers: []func(*http.Request) (*http.Response, error){endless}}
	tr := playing(s)
	tr.maxAnswerBytes, tr.maxStreamBytes = 1<<20, 2<<20
	_, err := tr.RoundTrip(request(t, "GET", "/projects/1"))
	assert.True(t, fault.Is(err, fault.TooLarge), err)
	assert.Len(t, s.at, 1)

	resp, err := tr.RoundTrip(request(t, "GET", "/projects/1/jobs/2/trace"))
	require.NoError(t, err, "a stream is read as it comes")
	n, err := io.Copy(io.Discard, resp.Body)
	assert.True(t, fault.Is(err, fault.TooLarge), err)
	assert.EqualValues(t, 2<<20, n)
	require.NoError(t, resp.Body.Close())
}

func TestStreamMustNotStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pieces := 0
		s := &script{answers: []func(*http.Request) (*http.Response, error){func(req *http.Request) (*http.Response, error) {
			return body(func(p []byte) (int, error) {
				if pieces++; pieces <= 5 {
					time.Sleep(idleLimit - time.Second) // slow, but alive
					return 1, nil
				}
				<-req.Context().Done()
				return 0, req.Context().Err()
			})(req)
		}}}
		resp, err := playing(s).RoundTrip(request(t, "GET", "/projects/1/jobs/2/trace"))
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		assert.EqualValues(t, 5, n)
		assert.True(t, fault.Is(err, fault.Unavailable), err)
		require.NoError(t, resp.Body.Close())
	})
}

func TestTransportRefusesAddresses(t *testing.T) {
	s := &script{answers: []func(*http.Request) (*http.Response, error){answers(200)}}
	req := request(t, "GET", "/projects/1")
	for _, scheme := range []string{"http", "ftp"} {
		req.URL.Scheme = scheme
		_, err := playing(s).RoundTrip(req)
		assert.True(t, fault.Is(err, fault.Invalid), scheme)
	}
	req.URL.Scheme, req.URL.Host = "https", "169.254.169.254"
	_, err := playing(s).RoundTrip(req)
	assert.True(t, fault.Is(err, fault.Invalid))
	assert.Empty(t, s.at)
}

func TestTransportLogsNoToken(t *testing.T) {
	var log bytes.Buffer
	s := &script{answers: []func(*http.Request) (*http.Response, error){breaks, answers(200)}}
	tr := newTransport(netguard.Policy{}, s, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	_, err := tr.RoundTrip(request(t, "GET", "/projects/1?private_token=canary"))
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(log.String(), "path=/api/v4/projects/1"))
	assert.Contains(t, log.String(), "outcome=200")
	assert.NotContains(t, log.String(), "canary")
}
