package fleet

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fault"
)

// Filter chooses instances. Values within a list are alternatives; different
// fields must all hold. The zero Filter chooses all.
type Filter struct {
	Visible    func(cluster string) bool // nil is every cluster
	Name       string                    // part of the instance's name, any case
	Clusters   []string                  // ids
	Providers  []string
	Releases   []string
	Lifecycles []Lifecycle
	Healths    []Health
	Pipelines  []string // statuses; "none" is no pipeline
	Settings   []SettingTerm
	Broken     bool // only instances whose files have problems
}

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

func (t SettingTerm) holds(settings, clusterSettings map[string]string) bool {
	return t.in(settings) || t.in(clusterSettings)
}

func (t SettingTerm) in(settings map[string]string) bool {
	if t.Key == "" {
		for k, v := range settings {
			if containsFold(k, t.Value) || containsFold(v, t.Value) {
				return true
			}
		}
		return false
	}
	if v, ok := settings[t.Key]; ok {
		return t.Op == "" || t.Op == "=" && v == t.Value || t.Op == "~" && containsFold(v, t.Value)
	}
	if t.Op != "" {
		return false
	}
	// A key that holds a map or list has only its leaves in settings.
	for k := range settings {
		if strings.HasPrefix(k, t.Key+".") {
			return true
		}
	}
	return false
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// Facets counts, for each choice of a filter, the instances that choosing it
// would show with all the other filters kept.
type Facets struct {
	Clusters   map[string]int `json:"clusters"`
	Providers  map[string]int `json:"providers"`
	Releases   map[string]int `json:"releases"`
	Lifecycles map[string]int `json:"lifecycles"`
	Healths    map[string]int `json:"healths"`
	Pipelines  map[string]int `json:"pipelines" doc:"By status of the latest pipeline; none is without one"`
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

// InstancePage is a page of a filtered list.
type InstancePage struct {
	Instances []Instance `json:"instances"`
	Total     int        `json:"total" doc:"Instances that pass the filter, on all pages"`
	Facets    Facets     `json:"facets"`
	Next      string     `json:"next,omitempty" doc:"Cursor of the following page; absent on the last"`
	Revision  int64      `json:"revision" doc:"Revision of the fleet this was read from"`
}

// Find filters, sorts and pages the snapshot. The cursor is a former page's
// Next; one that is not ours is fault.Invalid.
func (s *Snapshot) Find(f Filter, o Order, after string, limit int) (InstancePage, error) {
	var cursor *position
	if after != "" {
		var err error
		if cursor, err = parsePosition(after); err != nil {
			return InstancePage{}, err
		}
	}
	page := InstancePage{Revision: s.Revision, Instances: []Instance{}, Facets: newFacets()}
	var found []hit
	for _, chunk := range s.Chunks {
		if f.Visible != nil && !f.Visible(chunk.Cluster.ID) {
			continue
		}
		for i := range chunk.Rows {
			row := &chunk.Rows[i]
			missed, facet := f.misses(chunk, row)
			if missed == 0 {
				found = append(found, hit{&row.Instance, o.position(&row.Instance)})
			}
			page.Facets.count(chunk, row, missed, facet)
		}
	}
	page.Total = len(found)
	compare := func(a, b hit) int { return a.at.compare(b.at, o.Descending) }
	slices.SortFunc(found, compare)
	start := 0
	if cursor != nil {
		start, _ = slices.BinarySearchFunc(found, *cursor, func(h hit, p position) int {
			if c := h.at.compare(p, o.Descending); c != 0 {
				return c
			}
			return -1 // the cursor's own row was on the page before
		})
	}
	end := min(start+limit, len(found))
	for _, h := range found[start:end] {
		page.Instances = append(page.Instances, *h.instance)
	}
	if end < len(found) {
		page.Next = found[end-1].at.String()
	}
	return page, nil
}

type hit struct {
	instance *Instance
	at       position
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

// The filters that have facets.
const (
	facetNone = iota
	facetCluster
	facetProvider
	facetRelease
	facetLifecycle
	facetHealth
	facetPipeline
)

// misses counts the filters that an instance does not pass, and names the
// facet of the last one. More than one miss is enough to know.
func (f *Filter) misses(c *Chunk, r *Row) (missed, facet int) {
	i := &r.Instance
	miss := func(which int) {
		missed++
		facet = which
	}
	if f.Name != "" && !containsFold(i.Name, f.Name) || f.Broken && len(i.Problems) == 0 {
		return 2, facetNone
	}
	for _, t := range f.Settings {
		if !t.holds(r.Settings, c.Settings) {
			return 2, facetNone
		}
	}
	if !oneOf(f.Clusters, c.Cluster.ID) {
		miss(facetCluster)
	}
	if !oneOf(f.Providers, c.Cluster.Provider) {
		miss(facetProvider)
	}
	if !oneOf(f.Releases, i.Release) {
		miss(facetRelease)
	}
	if !oneOf(f.Lifecycles, i.Lifecycle) {
		miss(facetLifecycle)
	}
	if !oneOf(f.Healths, i.Health.State) {
		miss(facetHealth)
	}
	if !oneOf(f.Pipelines, pipelineFacet(i)) {
		miss(facetPipeline)
	}
	return missed, facet
}

func oneOf[T comparable](choices []T, v T) bool {
	return len(choices) == 0 || slices.Contains(choices, v)
}

func pipelineFacet(i *Instance) string {
	if i.Pipeline == nil {
		return "none"
	}
	return string(i.Pipeline.Status)
}

func newFacets() Facets {
	return Facets{
		Clusters: map[string]int{}, Providers: map[string]int{}, Releases: map[string]int{},
		Lifecycles: map[string]int{}, Healths: map[string]int{}, Pipelines: map[string]int{},
	}
}

// count adds an instance to the facets whose own filter alone may exclude it.
func (f *Facets) count(c *Chunk, r *Row, missed, facet int) {
	if missed > 1 {
		return
	}
	add := func(which int, counts map[string]int, value string) {
		if (missed == 0 || facet == which) && value != "" {
			counts[value]++
		}
	}
	i := &r.Instance
	add(facetCluster, f.Clusters, c.Cluster.ID)
	add(facetProvider, f.Providers, c.Cluster.Provider)
	add(facetRelease, f.Releases, i.Release)
	add(facetLifecycle, f.Lifecycles, string(i.Lifecycle))
	add(facetHealth, f.Healths, string(i.Health.State))
	add(facetPipeline, f.Pipelines, pipelineFacet(i))
}
