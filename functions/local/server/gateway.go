package server

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
)

// gateway shows functions as OpenFaaS' gateway does: /function/<name>/<path>
// reaches the function as /<path>, decoded and cleaned, the query kept. All
// other paths are the frontend's.
type gateway struct {
	functions map[string]http.Handler
	frontend  http.Handler
}

// ServeHTTP passes a call on.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, isFunction := strings.CutPrefix(path.Clean("/"+r.URL.Path)+"/", "/function/")
	if !isFunction {
		g.frontend.ServeHTTP(w, r)
		return
	}
	name, rest, _ := strings.Cut(rest, "/")
	function, found := g.functions[name]
	if !found {
		faas.Answer(w, r, fault.New(fault.NotFound, "There is no such function."))
		return
	}
	inner := r.WithContext(r.Context())
	inner.URL = &url.URL{Path: "/" + strings.TrimSuffix(rest, "/"), RawQuery: r.URL.RawQuery}
	inner.RequestURI = inner.URL.RequestURI()
	function.ServeHTTP(w, inner)
}
