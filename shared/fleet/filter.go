package fleet

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
)

// Filter chooses instances. Values within a list are alternatives; different
// fields must all hold. The zero Filter chooses all.
type Filter struct {
	Visible    func(cluster string) bool // nil is every cluster
	Sight      string                    // names what Visible lets through, so that answers can be kept; may be empty
	Name       string                    // part of the instance's name, any case
	Clusters   []string                  // ids
	Providers  []string
	Releases   []string
	Lifecycles []Lifecycle
	Healths    []Health
	Pipelines  []string // statuses; "none" is no pipeline
	Drifts     []string // Drifted, or none
	Settings   []SettingTerm
	Broken     bool // only instances whose files have problems
}

// Drifted is what Filter.Drifts can choose.
const Drifted = "drifted"

// SettingTerm is a condition on the configuration: a key that is set, a key
// with a value, a key whose value contains a text, or (without a key) a text
// anywhere.
type SettingTerm struct {
	Key   string
	Op    string // "", "=" or "~"
	Value string
}

// ParseSetting reads `KEY`, `KEY=value`, `KEY~text` or free text. A word in
// capitals is a key; anything else without an operator is free text.
func ParseSetting(s string) (SettingTerm, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 300 {
		return SettingTerm{}, fault.InvalidField("setting", "must have 1 to 300 characters")
	}
	if i := strings.IndexAny(s, "=~"); i > 0 && isKey(s[:i]) {
		return SettingTerm{Key: s[:i], Op: s[i : i+1], Value: strings.TrimSpace(s[i+1:])}, nil
	}
	if isKey(s) && s == strings.ToUpper(s) {
		return SettingTerm{Key: s}, nil
	}
	return SettingTerm{Value: s}, nil
}

func isKey(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// Facets counts, for each choice of a filter, the instances that choosing it
// would show with all the other filters kept. Of more than MostChoices it has
// those with the most instances, and the chosen ones.
type Facets struct {
	Clusters   map[string]int `json:"clusters"`
	Providers  map[string]int `json:"providers"`
	Releases   map[string]int `json:"releases"`
	Lifecycles map[string]int `json:"lifecycles"`
	Healths    map[string]int `json:"healths"`
	Pipelines  map[string]int `json:"pipelines" doc:"By status of the latest pipeline; none is without one"`
	Drifts     map[string]int `json:"drifts" doc:"Of drifted, those that do not run as they were deployed"`
}

// Sort keys of a list.
const (
	SortName     = "name"
	SortCluster  = "cluster"
	SortRelease  = "release"
	SortHealth   = "health"
	SortPipeline = "pipeline"
	SortChanged  = "changed"
)

// Order says how a list is sorted.
type Order struct {
	By         string // one of the sort keys; empty is SortName
	Descending bool
}

// InstancePage is a page of a filtered list. It shares its maps and pointers
// with other pages, so it is not to be changed.
type InstancePage struct {
	Instances []Instance `json:"instances"`
	Total     int        `json:"total" doc:"Instances that pass the filter, on all pages"`
	Facets    Facets     `json:"facets"`
	Next      string     `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
	Revision  int64      `json:"revision" doc:"Revision of the fleet this was read from"`
}

// position is where an instance stands in an order.
type position struct {
	Key     string `json:"k"`
	Cluster string `json:"c"`
	Name    string `json:"n"`
}

func (o Order) position(i *Instance) position {
	p := position{Cluster: i.Cluster, Name: i.Name}
	switch o.By {
	case SortCluster:
		p.Key = i.Cluster
	case SortRelease:
		p.Key = i.Release
	case SortHealth:
		p.Key = string('a' + rune(slices.Index(Healths(), i.Health.State)))
	case SortPipeline:
		if i.Pipeline != nil {
			p.Key = string(i.Pipeline.Status)
		}
	case SortChanged:
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

// MostChoices bounds each of the Facets.
const MostChoices = 100

// The filters that have facets.
const (
	facetCluster = iota
	facetProvider
	facetRelease
	facetLifecycle
	facetHealth
	facetPipeline
	facetDrift
	facets // how many there are
)

// facetValue is what an instance has for a facet.
func facetValue(field int, c *Chunk, i *Instance) string {
	switch field {
	case facetCluster:
		return c.Cluster.ID
	case facetProvider:
		return c.Cluster.Provider
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
		return Drifted
	}
	if i.Pipeline == nil {
		return "none"
	}
	return string(i.Pipeline.Status)
}

// chosen gives what a filter chose of a facet; none is all.
func (f *Filter) chosen(field int) []string {
	switch field {
	case facetCluster:
		return f.Clusters
	case facetProvider:
		return f.Providers
	case facetRelease:
		return f.Releases
	case facetLifecycle:
		return stringsOf(f.Lifecycles)
	case facetHealth:
		return stringsOf(f.Healths)
	case facetDrift:
		return f.Drifts
	}
	return f.Pipelines
}

func stringsOf[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// set gives a facet its counts.
func (f *Facets) set(field int, counts map[string]int, chosen []string) {
	counts = mostCounted(counts, chosen)
	switch field {
	case facetCluster:
		f.Clusters = counts
	case facetProvider:
		f.Providers = counts
	case facetRelease:
		f.Releases = counts
	case facetLifecycle:
		f.Lifecycles = counts
	case facetHealth:
		f.Healths = counts
	case facetPipeline:
		f.Pipelines = counts
	case facetDrift:
		f.Drifts = counts
	}
}

func mostCounted(counts map[string]int, chosen []string) map[string]int {
	if len(counts) <= MostChoices {
		return counts
	}
	values := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	kept := make(map[string]int, MostChoices)
	for _, v := range append(values[:MostChoices:MostChoices], chosen...) {
		if n := counts[v]; n > 0 {
			kept[v] = n
		}
	}
	return kept
}

// key names a filter, so that equal filters have equal keys; false when nothing
// tells what is visible.
func (f *Filter) key() (string, bool) {
	if f.Visible != nil && f.Sight == "" {
		return "", false
	}
	b := strconv.AppendQuote(nil, f.Sight)
	b = strconv.AppendQuote(b, f.Name)
	b = strconv.AppendBool(b, f.Broken)
	for field := range facets {
		b = append(b, ';')
		for _, v := range f.chosen(field) {
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
