package faas

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
)

// Authenticator finds the owner of a bearer token. A token that is broken,
// expired or revoked is fault.Unauthenticated.
type Authenticator interface {
	Authenticate(ctx context.Context, bearer string) (access.Principal, error)
}

// reader is an Authenticator that reads less for requests that change nothing. ForReading
// returns the context of such a request.
type reader interface {
	ForReading(ctx context.Context) context.Context
}

// forReading prepares the context of a request, by its method.
func forReading(ctx context.Context, auth Authenticator, method string) context.Context {
	if r, ok := auth.(reader); ok && (method == http.MethodGet || method == http.MethodHead) {
		return r.ForReading(ctx)
	}
	return ctx
}

// Access says who may call an operation. The zero Access allows no one, and Register
// refuses it.
type Access struct {
	kind       accessKind
	role       access.Role
	sameOrigin bool
}

type accessKind int

const (
	undeclared accessKind = iota
	public
	signedIn
	somewhere
	needed
)

// Public allows everyone.
var Public = Access{kind: public}

// SignedIn allows every authenticated caller.
var SignedIn = Access{kind: signedIn}

// Need demands the role on the cluster that the path's {cluster} names; on a
// path without it, the role everywhere.
func Need(role access.Role) Access { return Access{kind: needed, role: role} }

// NeedSomewhere demands the role on at least one cluster. The operation itself
// has to narrow what it shows or does with PrincipalFrom.
func NeedSomewhere(role access.Role) Access { return Access{kind: somewhere, role: role} }

// SameOrigin also refuses calls that another site made the browser send. It is
// for operations that a cookie authenticates.
func (a Access) SameOrigin() Access {
	a.sameOrigin = true
	return a
}

// String returns "public", "signed in", a role, or a role and "somewhere".
func (a Access) String() string {
	switch a.kind {
	case public:
		return "public"
	case signedIn:
		return "signed in"
	case somewhere:
		return string(a.role) + " somewhere"
	case needed:
		return string(a.role)
	}
	return "undeclared"
}

func (a Access) check(op huma.Operation) error {
	switch {
	case a.kind == undeclared:
		return fmt.Errorf("operation %s %s does not say who may call it", op.Method, op.Path)
	case (a.kind == needed || a.kind == somewhere) && !a.role.Valid():
		return fmt.Errorf("operation %s %s demands the unknown role %q", op.Method, op.Path, a.role)
	case a.kind == somewhere && hasCluster(op.Path):
		return fmt.Errorf("operation %s %s names its cluster: demand the role there with Need", op.Method, op.Path)
	}
	return nil
}

func hasCluster(path string) bool { return strings.Contains(path, "{cluster}") }

// NoSuchCluster is the error for a cluster that does not exist. One that the
// caller must not see has exactly the same answer, so return this one.
func NoSuchCluster() error { return fault.New(fault.NotFound, "There is no such cluster.") }

// admit returns the caller if they may call the operation.
func (a Access) admit(ctx context.Context, auth Authenticator, header http.Header, method, cluster string, clustered bool) (access.Principal, error) {
	if a.sameOrigin {
		if err := RefuseCrossSite(method, header); err != nil {
			return access.Principal{}, err
		}
	}
	if a.kind == public {
		return access.Principal{}, nil
	}
	bearer, err := bearerToken(header)
	if err != nil {
		return access.Principal{}, err
	}
	if auth == nil {
		return access.Principal{}, fault.New(fault.Internal, "no authenticator")
	}
	p, err := auth.Authenticate(ctx, bearer)
	if err != nil {
		return access.Principal{}, fmt.Errorf("authenticate: %w", err)
	}
	return p, a.permit(p, cluster, clustered)
}

// permit reports whether the principal may, here.
func (a Access) permit(p access.Principal, cluster string, clustered bool) error {
	// What a caller may not see must look as if it did not exist.
	if clustered && !p.Sees(cluster) {
		return NoSuchCluster()
	}
	var allowed bool
	switch {
	case a.kind == signedIn:
		allowed = true
	case a.kind == somewhere:
		allowed = p.AllowedGlobally(a.role)
		for _, role := range p.Grants.Clusters {
			allowed = allowed || role.AtLeast(a.role)
		}
	case clustered:
		allowed = p.Allowed(a.role, cluster)
	default:
		allowed = p.AllowedGlobally(a.role)
	}
	if !allowed {
		return fault.New(fault.Forbidden, "This needs the role %s.", a.role)
	}
	return nil
}

func bearerToken(header http.Header) (string, error) {
	given := header.Values("Authorization")
	if len(given) != 1 {
		return "", fault.New(fault.Unauthenticated, "Please log in.")
	}
	scheme, token, found := strings.Cut(given[0], " ")
	token = strings.TrimSpace(token)
	if !found || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", fault.New(fault.Unauthenticated, "Please log in.")
	}
	return token, nil
}

// RefuseCrossSite is the check behind Access.SameOrigin: an unsafe method needs
// a Sec-Fetch-Site of same-origin or none, or the header X-Ocim: 1, which
// another site cannot send. It returns fault.Forbidden or nil.
func RefuseCrossSite(method string, header http.Header) error {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	switch header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return nil
	}
	if header.Get("X-Ocim") == "1" {
		return nil
	}
	return fault.New(fault.Forbidden, "This call must come from Ocim's own pages.")
}
