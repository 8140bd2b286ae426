// Package faas adapts net/http handlers to OpenFaaS go-http and holds all HTTP policy:
// who may call an operation, limits, problem documents, compression and caching. A
// function builds its handler with NewAPI and Register, and hands it to
// OpenFaaS with Function; the template's main serves that with Serve.
//
//	var handle = faas.Function(build)
//
//	func Handle(r handler.Request) (handler.Response, error) { return handle(r) }
//
// An operation is a typed Go function. It cannot be registered without saying
// who may call it:
//
//	api := faas.NewAPI(faas.Options{Title: "Clusters", Authenticator: auth})
//	faas.Register(api, faas.Need(access.Viewer), huma.Operation{
//		OperationID: "get-cluster", Method: http.MethodGet, Path: "/v1/clusters/{cluster}",
//	}, getCluster)
//
// Operations return errors with a fault kind; every failure leaves as one
// shape of problem document (RFC 9457). Inside an operation PrincipalFrom and
// ClientFrom say who is calling.
package faas
