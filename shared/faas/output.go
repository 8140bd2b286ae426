package faas

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// output is how huma gets what operations return. Huma's Register is compiled once for each
// pair of types, which takes 20 kB each time; with one type of output for all operations there
// are fewer pairs.
type output struct {
	Status int
	Body   any
}

// returning is what an operation returns: a struct of Status, Body and fields for headers, each
// of which it may have or not.
type returning struct {
	defaultStatus int
	status, body  int         // indexes of the fields; -1 where there is none
	headers       []headerOut // strings, of which an empty one is not sent, and lists of them
}

type headerOut struct {
	name  string
	index int
}

// describe says in op what an operation returns that returns a struct of the type, as huma does it.
// It panics if that has other fields than those.
//
//go:noinline
func (a *API) describe(op *huma.Operation, t reflect.Type) *returning {
	r := &returning{status: -1, body: -1}
	for i := range t.NumField() {
		switch field := t.Field(i); {
		case field.Name == "Status" && field.Type == reflect.TypeFor[int]():
			r.status = i
		case field.Name == "Body":
			r.body = i
		case field.Type == reflect.TypeFor[string](), field.Type == reflect.TypeFor[[]string]():
			r.headers = append(r.headers, headerOut{field.Tag.Get("header"), i})
		default:
			panic(fmt.Sprintf("operation %s %s cannot return the field %s", op.Method, op.Path, field.Name))
		}
	}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusNoContent
		if r.body >= 0 {
			op.DefaultStatus = http.StatusOK
		}
	}
	r.defaultStatus = op.DefaultStatus
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	status := strconv.Itoa(op.DefaultStatus)
	if op.Responses[status] == nil {
		op.Responses[status] = &huma.Response{Description: http.StatusText(op.DefaultStatus)}
	}
	response, schemas := op.Responses[status], a.huma.OpenAPI().Components.Schemas
	if response.Headers == nil {
		response.Headers = map[string]*huma.Param{}
	}
	for _, h := range r.headers {
		response.Headers[h.name] = &huma.Header{Schema: schemas.Schema(reflect.TypeFor[string](), true, h.name)}
	}
	if response.Content == nil {
		response.Content = map[string]*huma.MediaType{"application/json": nil} // registered removes it
		if r.body >= 0 {
			name := op.OperationID + "Response"
			if t.Name() != "" {
				name = t.Name() + "Body"
			}
			response.Content["application/json"] = &huma.MediaType{Schema: huma.SchemaFromField(schemas, t.Field(r.body), name)}
		}
	}
	return r
}

// output turns what an operation returned, a pointer to a struct, into an output; nil stays nil.
//
//go:noinline
func (r *returning) output(ctx context.Context, returned any, err error) (*output, error) {
	if err != nil {
		return nil, wireError(ctx, err)
	}
	v := reflect.ValueOf(returned)
	if v.IsNil() {
		return nil, nil
	}
	v = v.Elem()
	for _, h := range r.headers {
		switch value := v.Field(h.index).Interface().(type) {
		case string:
			if value != "" {
				callFrom(ctx).header.Set(h.name, value)
			}
		case []string:
			for _, one := range value {
				callFrom(ctx).header.Add(h.name, one)
			}
		}
	}
	out := &output{Status: r.defaultStatus, Body: []byte(nil)} // which is no body
	if r.status >= 0 {
		out.Status = int(v.Field(r.status).Int())
	}
	if r.body >= 0 {
		out.Body = v.Field(r.body).Interface()
	}
	return out, nil
}
