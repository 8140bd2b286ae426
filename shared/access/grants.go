package access

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
)

// maxClusters bounds the clusters that grants or a scope may name.
const maxClusters = 30

// Clone returns a copy that shares nothing with g.
func (g Grants) Clone() Grants {
	g.Clusters = maps.Clone(g.Clusters)
	return g
}

// Validate returns fault.InvalidField for grants that no user may receive.
func (g Grants) Validate() error {
	if g.Global != "" && !g.Global.Valid() {
		return fault.InvalidField("role", "The roles are viewer, operator and administrator.")
	}
	if g.Global == "" && len(g.Clusters) == 0 {
		return fault.InvalidField("role", "Give a role, or a role on at least one cluster.")
	}
	if len(g.Clusters) > maxClusters {
		return fault.InvalidField("clusters", "Name at most %d clusters.", maxClusters)
	}
	for c, r := range g.Clusters {
		if !isClusterID(c) {
			return fault.InvalidField("clusters", "%q is not the id of a cluster.", c)
		}
		if !r.Valid() {
			return fault.InvalidField("clusters."+c, "The roles are viewer, operator and administrator.")
		}
	}
	return nil
}

// Describe returns the grants as a mail says them, such as "viewer of all clusters and
// operator of campus-aws, learn-do".
func (g Grants) Describe() string {
	byRole := map[Role][]string{}
	for cluster, r := range g.Clusters {
		byRole[r] = append(byRole[r], cluster)
	}
	var out []string
	if g.Global != "" {
		out = append(out, string(g.Global)+" of all clusters")
	}
	for _, r := range []Role{Administrator, Operator, Viewer} {
		if clusters := byRole[r]; len(clusters) > 0 {
			slices.Sort(clusters)
			out = append(out, string(r)+" of "+strings.Join(clusters, ", "))
		}
	}
	return strings.Join(out, " and ")
}

// Scope limits what an API token may do: a role on the named clusters or, if none
// is named, wherever the token's owner has it. It never exceeds the owner's grants.
type Scope struct {
	Role     Role     `json:"role"`
	Clusters []string `json:"clusters,omitempty"`
}

// CheckFor returns an error if the owner of a token with this scope could not do
// what the scope allows.
func (scope Scope) CheckFor(owner Grants) error {
	if !scope.Role.Valid() {
		return fault.InvalidField("role", "The roles are viewer, operator and administrator.")
	}
	if len(scope.Clusters) > maxClusters {
		return fault.InvalidField("clusters", "Name at most %d clusters.", maxClusters)
	}
	p := Principal{Grants: owner}
	for _, c := range scope.Clusters {
		if !isClusterID(c) || !p.Allowed(scope.Role, c) {
			return fault.New(fault.Forbidden, "A token can do no more than you: you are not %s of %q.", scope.Role, c)
		}
	}
	if len(scope.Clusters) == 0 {
		most := owner.Global.AtLeast(scope.Role)
		for _, r := range owner.Clusters {
			most = most || r.AtLeast(scope.Role)
		}
		if !most {
			return fault.New(fault.Forbidden, "A token can do no more than you: you are %s nowhere.", scope.Role)
		}
	}
	return nil
}

// Within returns what remains of the owner's grants under a scope.
func (g Grants) Within(scope Scope) Grants {
	if len(scope.Clusters) == 0 {
		out := Grants{Global: lower(g.Global, scope.Role)}
		for c, r := range g.Clusters {
			out.add(c, lower(r, scope.Role))
		}
		return out
	}
	var out Grants
	for _, c := range scope.Clusters {
		out.add(c, lower(higher(g.Global, g.Clusters[c]), scope.Role))
	}
	return out
}

func (g *Grants) add(cluster string, r Role) {
	if !r.Valid() {
		return
	}
	if g.Clusters == nil {
		g.Clusters = map[string]Role{}
	}
	g.Clusters[cluster] = r
}

func byRank(a, b Role) int { return cmp.Compare(a.rank(), b.rank()) }

func lower(a, b Role) Role { return slices.MinFunc([]Role{a, b}, byRank) }

func higher(a, b Role) Role { return slices.MaxFunc([]Role{a, b}, byRank) }

func isClusterID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Covers reports whether g allows everything, everywhere, that other allows.
func (g Grants) Covers(other Grants) bool {
	if other.Global.Valid() && !g.Global.AtLeast(other.Global) {
		return false
	}
	p := Principal{Grants: g}
	for cluster, role := range other.Clusters {
		if role.Valid() && !p.Allowed(role, cluster) {
			return false
		}
	}
	return true
}

// Describe returns the scope as a mail says it, such as "operator of 2 clusters".
func (scope Scope) Describe() string {
	switch n := len(scope.Clusters); n {
	case 0:
		return string(scope.Role)
	case 1:
		return string(scope.Role) + " of one cluster"
	default:
		return fmt.Sprintf("%s of %d clusters", scope.Role, n)
	}
}

// Fingerprint returns a short text that differs between different grants. Cached
// answers are kept per fingerprint, because what a user sees depends on it.
func (g Grants) Fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %v", g.Global, g.Clusters)) // fmt prints maps in order
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
