package listindex

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// position is the index of an instance in an order.
type position struct {
	Key     string `json:"k"`
	Cluster string `json:"c"`
	Name    string `json:"n"`
}

// worstFirst is the order of the list by health.
var worstFirst = []fleet.Health{fleet.Failed, fleet.Degraded, fleet.Unknown, fleet.Progressing, fleet.Healthy}

func positionOf(o fleet.Order, i *fleet.Instance) position {
	p := position{Cluster: i.Cluster, Name: i.Name}
	switch o.By {
	case fleet.SortCluster:
		p.Key = i.Cluster
	case fleet.SortRelease:
		p.Key = i.Release
	case fleet.SortHealth:
		p.Key = string('a' + rune(slices.Index(worstFirst, i.Health.State)))
	case fleet.SortPipeline:
		if i.Pipeline != nil {
			p.Key = string(i.Pipeline.Status)
		}
	case fleet.SortChanged:
		p.Key = i.ChangedAt.UTC().Format("2006-01-02T15:04:05.000000000")
	default:
		p.Key = i.Name
	}
	return p
}

func (p position) compare(q position, descending bool) int {
	c := cmp.Compare(p.Key, q.Key)
	if descending {
		c = -c
	}
	return cmp.Or(c, cmp.Compare(p.Name, q.Name), cmp.Compare(p.Cluster, q.Cluster))
}

func (p position) String() string {
	b, _ := json.Marshal(p) // three strings always encode
	return base64.RawURLEncoding.EncodeToString(b)
}

func parsePosition(s string) (*position, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	p := new(position)
	if err != nil || json.Unmarshal(b, p) != nil || p.Name == "" {
		return nil, fault.InvalidField("after", "is not a cursor of this list")
	}
	return p, nil
}

// The filters that have facets.
const (
	facetCluster = iota
	facetProvider
	facetRelease
	facetLifecycle
	facetHealth
	facetPipeline
	facetDrift
	facetSite
	facetTag
	facetPlugin
	facetTutor
	facets // how many there are
)

// facetValues are what a row has for a facet of which it can have several.
func facetValues(field int, c *fleet.Cluster, r *Row) []string {
	if field == facetTag {
		return fleet.TagsOf(c, &r.Instance)
	}
	return r.Settings.pluginList()
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// facetValue is what an instance has for a facet with one value.
func facetValue(field int, c *fleet.Cluster, i *fleet.Instance) string {
	switch field {
	case facetCluster:
		return c.ID
	case facetProvider:
		return c.Provider
	case facetRelease:
		return i.Release
	case facetLifecycle:
		return string(i.Lifecycle)
	case facetHealth:
		return string(i.Health.State)
	case facetDrift:
		if i.Drift == nil {
			return ""
		}
		return fleet.Drifted
	case facetSite:
		if i.Site == nil {
			return ""
		}
		return string(i.Site.State)
	case facetTutor:
		return i.Tutor
	}
	if i.Pipeline == nil {
		return "none"
	}
	return string(i.Pipeline.Status)
}

// choices gives what a filter chose of a facet, none is all, and where its counts go.
func choices(f *fleet.Filter, to *fleet.Facets, field int) (chosen []string, counts *map[string]int) {
	switch field {
	case facetCluster:
		return f.Clusters, &to.Clusters
	case facetProvider:
		return f.Providers, &to.Providers
	case facetRelease:
		return f.Releases, &to.Releases
	case facetLifecycle:
		return stringsOf(f.Lifecycles), &to.Lifecycles
	case facetHealth:
		return stringsOf(f.Healths), &to.Healths
	case facetDrift:
		return f.Drifts, &to.Drifts
	case facetSite:
		return stringsOf(f.Sites), &to.Sites
	case facetTag:
		return f.Tags, &to.Tags
	case facetPlugin:
		return f.Plugins, &to.Plugins
	case facetTutor:
		return f.Tutors, &to.Tutors
	}
	return f.Pipelines, &to.Pipelines
}

func stringsOf[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// key names a filter, so that equal filters have equal keys; false when nothing
// reports what is visible.
func keyOf(f *fleet.Filter) (string, bool) {
	if f.Visible != nil && f.Sight == "" {
		return "", false
	}
	b := strconv.AppendQuote(nil, f.Sight)
	b = strconv.AppendQuote(b, f.Name)
	b = strconv.AppendBool(b, f.Broken)
	for field := range facets {
		b = append(b, ';')
		chosen, _ := choices(f, new(fleet.Facets), field)
		for _, v := range chosen {
			b = strconv.AppendQuote(b, v)
		}
	}
	b = append(b, ';')
	for _, t := range f.Settings {
		b = strconv.AppendQuote(b, t.Key)
		b = append(b, t.Op...)
		b = strconv.AppendQuote(b, t.Value)
	}
	return string(b), true
}
