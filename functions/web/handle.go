package function

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	handler "github.com/openfaas/templates-sdk/go-http"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
)

// dist is filled by `make build` from the frontend's build.
//
//go:embed all:dist
var dist embed.FS

var handle = faas.Function(build)

// Handle is what OpenFaaS calls.
func Handle(r handler.Request) (handler.Response, error) { return handle(r) }

func build(context.Context) (http.Handler, error) {
	files := Files()
	if _, err := fs.Stat(files, index); err != nil {
		return nil, fault.Wrap(fault.Internal, err, missing)
	}
	return New(files), nil
}

// Files gives the frontend that this program was built with.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // only for a malformed name
		panic(err)
	}
	return files
}
