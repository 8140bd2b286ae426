package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/access"
	"github.com/open-craft/ocim/shared/fault"
)

const (
	nobody = access.Role("")
	viewer = access.Viewer
	oper   = access.Operator
	admin  = access.Administrator
	broken = access.Role("root")
)

func on(global access.Role, clusters ...any) access.Grants {
	g := access.Grants{Global: global}
	for i := 0; i < len(clusters); i += 2 {
		if g.Clusters == nil {
			g.Clusters = map[string]access.Role{}
		}
		g.Clusters[clusters[i].(string)] = clusters[i+1].(access.Role)
	}
	return g
}

func TestAtLeast_IsTheOrderOfRoles(t *testing.T) {
	t.Parallel()
	order := []access.Role{viewer, oper, admin}
	for i, a := range order {
		assert.True(t, a.Valid())
		for j, b := range order {
			assert.Equal(t, i >= j, a.AtLeast(b), "%s %s", a, b)
		}
		for _, none := range []access.Role{nobody, broken} {
			assert.False(t, none.Valid())
			assert.False(t, none.AtLeast(a))
			assert.False(t, a.AtLeast(none), "a role that does not exist allows nothing")
			assert.False(t, none.AtLeast(none))
		}
	}
}

func TestAllowed_TakesTheHigherRole(t *testing.T) {
	t.Parallel()
	p := access.Principal{Grants: on(viewer, "a", oper, "b", broken)}
	for cluster, most := range map[string]access.Role{"a": oper, "b": viewer, "c": viewer} {
		assert.True(t, p.Sees(cluster))
		assert.Equal(t, most == oper, p.Allowed(oper, cluster), cluster)
		assert.False(t, p.Allowed(admin, cluster), cluster)
	}
	assert.True(t, p.AllowedGlobally(viewer))
	assert.False(t, p.AllowedGlobally(oper), "a role on one cluster is none everywhere")
	local := access.Principal{Grants: on(nobody, "a", admin)}
	assert.True(t, local.Sees("a"))
	assert.False(t, local.Sees("b"))
	assert.False(t, local.AllowedGlobally(viewer))
}

func clusters(n int) []any {
	var out []any
	for i := range n {
		out = append(out, fmt.Sprintf("c-%d", i), viewer)
	}
	return out
}

func TestValidate_RefusesGrantsOfNothingAndOfTooMuch(t *testing.T) {
	t.Parallel()
	for _, g := range []access.Grants{on(viewer), on(admin), on(nobody, "a", oper), on(viewer, "az09-", admin), on(nobody, clusters(30)...), on(nobody, strings.Repeat("a", 64), viewer)} {
		assert.NoError(t, g.Validate(), "%v", g)
	}
	for _, g := range []access.Grants{
		{},
		on(broken), on(viewer, "a", broken), on(nobody, "a", nobody), on(nobody, clusters(31)...),
		on(nobody, "", viewer), on(nobody, strings.Repeat("a", 65), viewer), on(nobody, "a/b", viewer), on(nobody, "a:b", viewer),
		on(nobody, "A", viewer), on(nobody, "a`", viewer), on(nobody, "a{", viewer), on(nobody, "a.b", viewer),
	} {
		assert.Equal(t, fault.Invalid, fault.KindOf(g.Validate()), "%v", g)
	}
}

func TestWithin_NeverExceedsTheOwnerOrTheScope(t *testing.T) {
	t.Parallel()
	owner := on(viewer, "a", admin, "b", oper)
	for _, c := range []struct {
		scope access.Scope
		want  access.Grants
	}{
		{access.Scope{Role: viewer}, on(viewer, "a", viewer, "b", viewer)},
		{access.Scope{Role: oper}, on(viewer, "a", oper, "b", oper)},
		{access.Scope{Role: admin}, on(viewer, "a", admin, "b", oper)},
		{access.Scope{Role: admin, Clusters: []string{"b", "c"}}, on(nobody, "b", oper, "c", viewer)},
		{access.Scope{Role: oper, Clusters: []string{"a"}}, on(nobody, "a", oper)},
		{access.Scope{Role: broken}, access.Grants{Global: broken}},
		{access.Scope{Clusters: []string{"a"}}, access.Grants{}},
	} {
		got := owner.Within(c.scope)
		if c.scope.Role == broken {
			assert.False(t, got.Global.Valid())
			assert.Empty(t, got.Clusters)
			continue
		}
		assert.Equal(t, c.want, got, "%v", c.scope)
		assert.True(t, owner.Covers(got), "%v", c.scope)
	}
	assert.Equal(t, access.Grants{}, on(nobody, "a", admin).Within(access.Scope{Role: admin, Clusters: []string{"b"}}))
}

func TestCheckFor_RefusesAScopeThatTheOwnerDoesNotHave(t *testing.T) {
	t.Parallel()
	owner := on(viewer, "a", oper)
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("c-%d", i)
	}
	for _, s := range []access.Scope{{Role: viewer}, {Role: oper}, {Role: oper, Clusters: []string{"a"}}, {Role: viewer, Clusters: []string{"a", "b"}}, {Role: viewer, Clusters: many}} {
		require.NoError(t, s.CheckFor(owner), "%v", s)
	}
	require.NoError(t, access.Scope{Role: admin}.CheckFor(on(admin)))
	for kind, scopes := range map[fault.Kind][]access.Scope{
		fault.Forbidden: {{Role: admin}, {Role: oper, Clusters: []string{"a", "b"}}, {Role: admin, Clusters: []string{"a"}}, {Role: viewer, Clusters: []string{"A"}}},
		fault.Invalid:   {{}, {Role: broken}, {Role: viewer, Clusters: append(many, "one-more")}},
	} {
		for _, s := range scopes {
			assert.Equal(t, kind, fault.KindOf(s.CheckFor(owner)), "%v", s)
		}
	}
}

func TestCovers_ComparesEverywhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b access.Grants
		want bool
	}{
		{on(admin), on(viewer, "a", admin), true},
		{on(viewer, "a", oper), on(viewer, "a", oper), true},
		{on(viewer, "a", oper), on(nobody, "b", viewer), true},
		{on(viewer, "a", oper), access.Grants{}, true},
		{on(viewer, "a", oper), on(nobody, "b", oper), false},
		{on(viewer, "a", oper), on(oper), false},
		{on(nobody, "a", admin), on(viewer), false},
		{on(nobody, "a", admin), on(broken, "b", broken), true},
	} {
		assert.Equal(t, c.want, c.a.Covers(c.b), "%v %v", c.a, c.b)
	}
}

func TestScope_DescribeCounts(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "viewer", access.Scope{Role: viewer}.Describe())
	assert.Equal(t, "operator of one cluster", access.Scope{Role: oper, Clusters: []string{"a"}}.Describe())
	assert.Equal(t, "operator of 2 clusters", access.Scope{Role: oper, Clusters: []string{"a", "b"}}.Describe())
}

func TestClone_SharesNothing(t *testing.T) {
	t.Parallel()
	g := on(viewer, "a", oper)
	c := g.Clone()
	c.Clusters["a"] = admin
	assert.Equal(t, oper, g.Clusters["a"])
	assert.NotEqual(t, g.Fingerprint(), c.Fingerprint())
	assert.Nil(t, on(admin).Clone().Clusters)
}
