package access

import (
	"context"
	"net/netip"
	"slices"
)

// Role is a level of permission. Each role may do what the role before it may.
type Role string

// The roles, from the least to the most.
const (
	Viewer        Role = "viewer"        // reads everything that contains no secret
	Operator      Role = "operator"      // also starts operations
	Administrator Role = "administrator" // also manages projects and users
)

// Who may read logs. These are rules of their own, because a log shows what programs print,
// which is more than any page shows.
const (
	ReadsJobLogs = Viewer   // what a pipeline's jobs print: operators' scripts and tools
	ReadsPodLogs = Operator // what an instance's programs print: it may hold what its users typed
)

// rank orders roles; an unknown role ranks below all.
func (r Role) rank() int {
	return 1 + slices.Index([]Role{Viewer, Operator, Administrator}, r)
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r.rank() > 0 }

// AtLeast reports whether r may do what other may.
func (r Role) AtLeast(other Role) bool { return r.rank() >= other.rank() && other.Valid() }

// Grants is what a user may do where. A cluster's own role adds to the global
// one; it never takes anything away.
type Grants struct {
	Global   Role            `json:"global,omitempty" doc:"Role on every cluster; absent when only certain clusters are granted"`
	Clusters map[string]Role `json:"clusters,omitempty" doc:"Role by cluster id"`
}

// Principal is the user or program behind a request, as stored at that moment.
type Principal struct {
	UserID    string // of the user; an API token acts for its owner
	Email     string
	Name      string
	SessionID string // empty for an API token
	TokenID   string // empty for a session
	Grants    Grants
}

// Allowed reports whether the principal has at least the role on the cluster.
func (p Principal) Allowed(role Role, cluster string) bool {
	return p.Grants.Global.AtLeast(role) || p.Grants.Clusters[cluster].AtLeast(role)
}

// AllowedGlobally reports whether the principal has at least the role everywhere.
func (p Principal) AllowedGlobally(role Role) bool { return p.Grants.Global.AtLeast(role) }

// Sees reports whether the cluster exists as far as the principal may know.
func (p Principal) Sees(cluster string) bool { return p.Allowed(Viewer, cluster) }

// Actor is who made a change: a user, an API token on behalf of its owner, or Ocim
// itself.
type Actor struct {
	UserID  string `json:"userId,omitempty" doc:"Absent when Ocim itself acted"`
	Email   string `json:"email,omitempty"`
	TokenID string `json:"tokenId,omitempty" doc:"The API token that was used"`
	Address string `json:"address,omitempty" doc:"Network address the request came from"`
}

type clientKey struct{}

// WithClient returns a context that carries the network address of the caller.
func WithClient(ctx context.Context, client netip.Addr) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientFrom returns the network address of the caller, invalid if the context
// carries none.
func ClientFrom(ctx context.Context) netip.Addr {
	client, _ := ctx.Value(clientKey{}).(netip.Addr)
	return client
}
