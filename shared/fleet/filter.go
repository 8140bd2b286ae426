package fleet

import (
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
	Sites      []SiteState
	Tags       []string // of the instance or its cluster
	Plugins    []string
	Tutors     []string // versions of Tutor
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
// would show with all the other filters kept. Of more than MaxChoices it has
// those with the most instances, and the chosen ones.
type Facets struct {
	Clusters   map[string]int `json:"clusters"`
	Providers  map[string]int `json:"providers"`
	Releases   map[string]int `json:"releases"`
	Lifecycles map[string]int `json:"lifecycles"`
	Healths    map[string]int `json:"healths"`
	Pipelines  map[string]int `json:"pipelines" doc:"By status of the latest pipeline; none is without one"`
	Drifts     map[string]int `json:"drifts" doc:"Of drifted, those that do not run as they were deployed"`
	Sites      map[string]int `json:"sites" doc:"By whether the site answers, of those that were checked"`
	Tags       map[string]int `json:"tags" doc:"An instance has its own tags and those of its cluster"`
	Plugins    map[string]int `json:"plugins" doc:"By Tutor plugin that is enabled"`
	Tutors     map[string]int `json:"tutors" doc:"By version of Tutor"`
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
	Revision  int64      `json:"revision" doc:"Revision of the fleet this was read from; 0 for callers who do not see every cluster"`
}

// MaxChoices bounds each of the Facets.
const MaxChoices = 100

// Suggestion completes what a person types.
type Suggestion struct {
	Text      string `json:"text"`
	Instances int    `json:"instances" doc:"How many have it"`
}
