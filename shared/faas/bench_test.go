package faas_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/identity"
)

// What a call costs before and after its operation does anything.
func BenchmarkCall(b *testing.B) {
	api := faas.NewAPI(faas.Options{Authenticator: everybody, Log: slog.New(slog.DiscardHandler)})
	faas.Register(api, faas.Need(identity.Viewer), op("do", http.MethodGet, "/v1/clusters/{cluster}"),
		func(context.Context, *struct {
			Cluster string `path:"cluster"`
		},
		) (*said, error) {
			return say("yes"), nil
		})
	header := http.Header{"Authorization": {"Bearer viewer"}}

	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "/v1/clusters/aws", nil)
		r.Header = header
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
