// Package fleetviewtest finds instances the plain way, to hold fleetview's index against.
package fleetviewtest

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
)

// entry is the end of the path of an entry of a list.
var entry = regexp.MustCompile(`\.[0-9]+$`)

// Find gives what a snapshot of the chunks finds, row by row.
func Find(chunks []*fleet.Chunk, f fleet.Filter, o fleet.Order) fleet.InstancePage {
	p := fleet.InstancePage{Instances: []fleet.Instance{}}
	counts := [11]map[string]int{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}
	choices := [11][]string{
		f.Clusters, f.Providers, f.Releases, texts(f.Lifecycles), texts(f.Healths), f.Pipelines, f.Drifts,
		texts(f.Sites), f.Tags, f.Plugins, f.Tutors,
	}
	for _, c := range chunks {
		if f.Visible != nil && !f.Visible(c.Cluster.ID) {
			continue
		}
		for _, r := range c.Rows {
			if !matches(f, c, r) {
				continue
			}
			i := r.Instance
			pipeline := "none"
			if i.Pipeline != nil {
				pipeline = string(i.Pipeline.Status)
			}
			drift := ""
			if i.Drift != nil {
				drift = fleet.Drifted
			}
			values := [11][]string{
				{c.Cluster.ID},
				{c.Cluster.Provider},
				{i.Release},
				{string(i.Lifecycle)},
				{string(i.Health.State)},
				{pipeline},
				{drift},
				{""},
				fleet.TagsOf(&c.Cluster, &i), entries(r.Settings, "PLUGINS"),
				{i.Tutor},
			}
			if i.Site != nil {
				values[7] = []string{string(i.Site.State)}
			}
			var missed []int
			for n, has := range values {
				if len(choices[n]) > 0 && !slices.ContainsFunc(has, func(v string) bool { return slices.Contains(choices[n], v) }) {
					missed = append(missed, n)
				}
			}
			if len(missed) == 0 {
				p.Instances = append(p.Instances, i)
			}
			for n, has := range values {
				for _, v := range has {
					if v == "" || len(missed) > 0 && (len(missed) > 1 || missed[0] != n) {
						continue
					}
					counts[n][v]++
				}
			}
		}
	}
	for n, m := range counts {
		order := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(m[b]-m[a], cmp.Compare(a, b)) })
		for _, v := range order[min(len(order), fleet.MaxChoices):] {
			if !slices.Contains(choices[n], v) {
				delete(m, v)
			}
		}
	}
	p.Total = len(p.Instances)
	p.Facets = fleet.Facets{
		Clusters: counts[0], Providers: counts[1], Releases: counts[2], Lifecycles: counts[3], Healths: counts[4], Pipelines: counts[5], Drifts: counts[6],
		Sites: counts[7], Tags: counts[8], Plugins: counts[9], Tutors: counts[10],
	}
	slices.SortFunc(p.Instances, func(a, b fleet.Instance) int {
		c := compare(o.By, a, b)
		if o.Descending {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a.Name, b.Name), cmp.Compare(a.Cluster, b.Cluster))
	})
	return p
}

func texts[T ~string](in []T) []string {
	var out []string
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

func compare(by string, a, b fleet.Instance) int {
	status := func(i fleet.Instance) string {
		if i.Pipeline == nil {
			return ""
		}
		return string(i.Pipeline.Status)
	}
	switch by {
	case fleet.SortCluster:
		return cmp.Compare(a.Cluster, b.Cluster)
	case fleet.SortRelease:
		return cmp.Compare(a.Release, b.Release)
	case fleet.SortHealth:
		worstFirst := []fleet.Health{fleet.Failed, fleet.Degraded, fleet.Unknown, fleet.Progressing, fleet.Healthy}
		return slices.Index(worstFirst, a.Health.State) - slices.Index(worstFirst, b.Health.State)
	case fleet.SortPipeline:
		return cmp.Compare(status(a), status(b))
	case fleet.SortChanged:
		return a.ChangedAt.Compare(b.ChangedAt)
	}
	return cmp.Compare(a.Name, b.Name)
}

func matches(f fleet.Filter, c *fleet.Chunk, r fleet.Row) bool {
	if f.Name != "" && !contains(r.Instance.Name, f.Name) || f.Broken && len(r.Instance.Problems) == 0 {
		return false
	}
	for _, t := range f.Settings {
		if !has(t, r.Settings) && !has(t, c.Settings) && !kept(t, c.Cluster.Annotation) && !kept(t, r.Instance.Annotation) {
			return false
		}
	}
	return true
}

func has(t fleet.SettingTerm, settings map[string]string) bool {
	for k, v := range settings {
		named := Named(k, t.Key)
		equal := v == t.Value || strings.EqualFold(v, t.Value) && slices.Contains([]string{"true", "false"}, strings.ToLower(v)) &&
			slices.Contains([]string{"true", "True", "TRUE", "false", "False", "FALSE"}, v)
		switch {
		case t.Key == "" && (contains(k, t.Value) || contains(v, t.Value)),
			t.Key != "" && t.Op == "" && (named || strings.HasPrefix(k, t.Key+".")),
			named && t.Op == "=" && equal,
			named && t.Op == "~" && contains(v, t.Value):
			return true
		}
	}
	return false
}

// Named reports whether a setting answers to a key: by its path, as an entry of its
// list, or, in capitals, by its last part.
func Named(path, key string) bool {
	if key == "" || !strings.Contains(path, key) {
		return path == key
	}
	list := entry.ReplaceAllString(path, "")
	last := list[strings.LastIndex(list, ".")+1:]
	capitals := last == strings.ToUpper(last) && last != strings.ToLower(last)
	return path == key || list == key || capitals && last == key
}

func contains(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// kept is what free text finds of an annotation.
func kept(t fleet.SettingTerm, a *fleet.Annotation) bool {
	if a == nil {
		return false
	}
	if a.Note != "" && has(t, map[string]string{"note": a.Note}) {
		return true
	}
	return slices.ContainsFunc(a.Tags, func(tag string) bool { return has(t, map[string]string{"tag": tag}) })
}

// entries gives the entries of a list of settings, each once.
func entries(settings map[string]string, key string) []string {
	found := map[string]bool{}
	for k, v := range settings {
		if k != key && entry.ReplaceAllString(k, "") == key {
			found[v] = true
		}
	}
	return slices.Collect(maps.Keys(found))
}
