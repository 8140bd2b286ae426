package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schema is the part of JSON Schema that the document uses for the client's types.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       json.RawMessage   `json:"type"` // a name, or several
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
}

func (s schema) is(name string) bool {
	var one string
	if json.Unmarshal(s.Type, &one) == nil {
		return one == name
	}
	var several []string
	return json.Unmarshal(s.Type, &several) == nil && slices.Contains(several, name)
}

type document struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

func read(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "frontend", "src", "api", "openapi.json"))
	require.NoError(t, err)
	var d document
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

// Every field of the client's types is in the schema of the same name, with its type,
// and is optional where the schema's is.
func TestTypes_MatchTheAPIDocument(t *testing.T) {
	t.Parallel()
	d := read(t)
	checked := map[string]bool{}
	var check func(of reflect.Type)
	check = func(of reflect.Type) {
		s, found := d.Components.Schemas[of.Name()]
		if checked[of.Name()] || !assert.Truef(t, found, "the document has no schema %s", of.Name()) {
			return
		}
		checked[of.Name()] = true
		for _, field := range reflect.VisibleFields(of) {
			if field.Anonymous {
				continue
			}
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			property, known := s.Properties[name]
			if !assert.Truef(t, known, "%s has no property %s", of.Name(), name) {
				continue
			}
			optional := !slices.Contains(s.Required, name)
			assert.Equalf(t, optional, options == "omitempty", "%s.%s is optional", of.Name(), name)
			matches(t, of.Name()+"."+name, field.Type, property, check)
		}
	}
	for _, value := range []any{
		InstancePage{},
		InstanceDetails{},
		OperationRequest{},
		StartInputBody{},
		Preview{},
		Operation{},
		OperationPage{},
		PipelinePage{},
		LogPart{},
		BulkRequest{},
		StartBulkInputBody{},
		BulkPreview{},
		Bulk{},
		Problem{},
		VerifyAuditOutputBody{},
		Keys{},
		ResealOutputBody{},
		InstallationOutputBody{},
	} {
		check(reflect.TypeOf(value))
	}
	assert.Greater(t, len(checked), 25)
}

// matches compares a Go type with a schema, and goes on with the types that it names.
func matches(t *testing.T, where string, of reflect.Type, s schema, check func(reflect.Type)) {
	t.Helper()
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if s.Ref != "" {
		assert.Equal(t, of.Name(), s.Ref[strings.LastIndex(s.Ref, "/")+1:], where)
		check(of)
		return
	}
	switch of.Kind() {
	case reflect.String:
		assert.True(t, s.is("string"), where)
	case reflect.Bool:
		assert.True(t, s.is("boolean"), where)
	case reflect.Int, reflect.Int64:
		assert.True(t, s.is("integer"), where)
	case reflect.Map:
		assert.True(t, s.is("object"), where)
	case reflect.Slice:
		if assert.True(t, s.is("array"), where) {
			matches(t, where, of.Elem(), *s.Items, check)
		}
	case reflect.Interface: // any value
	default:
		t.Errorf("%s: %s is not compared", where, of)
	}
}

// Every call of the client is a route of the document, whose answer and body have the
// schemas of the client's types.
func TestClient_CallsRoutesOfTheAPIDocument(t *testing.T) {
	t.Parallel()
	d := read(t)
	var route string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route = r.Method + " " + strings.TrimPrefix(r.URL.Path, "/function")
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	c, ctx := Client{Base: server.URL}, t.Context()
	routes := 0
	check := func(answer any, err error, body any) {
		t.Helper()
		require.NoError(t, err)
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer("/pipelines/1", "/pipelines/{pipeline}", "/jobs/2", "/jobs/{job}").Replace(path)
		operation, found := d.Paths[path][strings.ToLower(method)]
		require.True(t, found, route)
		routes++
		var said struct {
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
			Responses map[string]struct {
				Content map[string]struct{ Schema schema }
			}
		}
		require.NoError(t, json.Unmarshal(operation, &said))
		for status, response := range said.Responses {
			if strings.HasPrefix(status, "2") {
				assert.Equal(t, "#/components/schemas/"+reflect.TypeOf(answer).Name(), response.Content["application/json"].Schema.Ref, route)
			}
		}
		if body != nil {
			assert.Equal(t, "#/components/schemas/"+reflect.TypeOf(body).Name(), said.RequestBody.Content["application/json"].Schema.Ref, route)
		}
	}
	instances, err := c.Instances(ctx, nil)
	check(instances, err, nil)
	instance, err := c.Instance(ctx, "{cluster}", "{instance}")
	check(instance, err, nil)
	preview, err := c.Preview(ctx, "{cluster}", OperationRequest{})
	check(preview, err, OperationRequest{})
	started, err := c.Start(ctx, "{cluster}", "key", StartInputBody{})
	check(started, err, StartInputBody{})
	operation, err := c.Operation(ctx, "{cluster}", "{operation}")
	check(operation, err, nil)
	pipeline, err := c.Pipeline(ctx, "{cluster}", 1)
	check(pipeline, err, nil)
	log, err := c.JobLog(ctx, "{cluster}", 1, 2, 0)
	check(log, err, nil)
	bulkPreview, err := c.PreviewBulk(ctx, BulkRequest{})
	check(bulkPreview, err, BulkRequest{})
	bulk, err := c.StartBulk(ctx, "key", StartBulkInputBody{})
	check(bulk, err, StartBulkInputBody{})
	bulk, err = c.Bulk(ctx, "{bulk}")
	check(bulk, err, nil)
	bulk, err = c.ActOnBulk(ctx, "{bulk}", "{action}")
	check(bulk, err, nil)
	audit, err := c.VerifyAudit(ctx)
	check(audit, err, nil)
	keys, err := c.Keys(ctx)
	check(keys, err, nil)
	resealed, err := c.Reseal(ctx)
	check(resealed, err, nil)
	installation, err := c.Installation(ctx)
	check(installation, err, nil)
	assert.Equal(t, 15, routes)
}

func TestDo_RepeatsOnlyWhatIsSafe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call call
		want int
	}{
		"a read":                {call{method: http.MethodGet, path: "/x"}, attempts},
		"a write with a key":    {call{method: http.MethodPost, path: "/x", key: "12345678"}, attempts},
		"a write without a key": {call{method: http.MethodPost, path: "/x"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests++
				w.WriteHeader(http.StatusServiceUnavailable)
			}))
			defer server.Close()
			client := Client{Base: server.URL}
			err := client.do(t.Context(), c.call)
			assert.Equal(t, http.StatusServiceUnavailable, StatusOf(err))
			assert.Equal(t, c.want, requests)
		})
	}
}

// A request that was refused because there were too many has had no effect.
func TestDo_RepeatsWhatWasLimited(t *testing.T) {
	t.Parallel()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests < 3 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	client := Client{Base: server.URL}
	begun := time.Now()
	require.NoError(t, client.do(t.Context(), call{method: http.MethodPost, path: "/x"}))
	assert.Equal(t, 3, requests)
	assert.GreaterOrEqual(t, time.Since(begun), 2*time.Second, "as long as the server says")
}

func TestError_NamesFieldsAndTheCall(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write([]byte(`{"type":"urn:ocim:invalid","title":"x","status":422,"instance":"01ABC","detail":"The request is invalid.","errors":[{"field":"changes.0.path","message":"names no key"}]}`))
	}))
	defer server.Close()
	client := Client{Base: server.URL, Token: "secret"}
	_, err := client.Bulk(t.Context(), "x")
	assert.EqualError(t, err, "The request is invalid.\n  changes.0.path: names no key")
}
