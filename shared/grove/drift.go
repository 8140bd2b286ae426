package grove

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-craft/ocim/shared/openedx"
	"github.com/open-craft/ocim/shared/order"
)

// Workload is a Deployment as it runs.
type Workload struct {
	Name       string
	Images     []string // of its containers, in their order
	Replicas   int      // desired
	Autoscaled bool     // between Min and Max
	Min, Max   int
	Uncounted  bool // its autoscaler could not be read, so its replicas say nothing
}

// Configured is what an instance's files say at one commit.
type Configured struct {
	Settings map[string]string // as InstanceReading has them
	Release  string
}

// Cause is why something runs other than its configuration says.
type Cause string

// The causes.
const (
	Drifted    Cause = "drift"      // it runs other than what was deployed
	Undeployed Cause = "undeployed" // it runs as deployed; the configuration has moved on
	Untold     Cause = "unknown"    // what was deployed is not known
)

// What can differ.
const (
	DiffersImage   = "image"
	DiffersRelease = "release"
	DiffersCount   = "replicas"
	DiffersMin     = "minReplicas"
	DiffersMax     = "maxReplicas"
)

// Difference is something that runs other than its configuration says.
type Difference struct {
	Workload string `json:"workload" doc:"Deployment" example:"lms"`
	What     string `json:"what" enum:"image,release,replicas,minReplicas,maxReplicas"`
	Key      string `json:"key,omitempty" doc:"Key of the configuration; absent for a release, which several keys determine" example:"DOCKER_IMAGE_OPENEDX"`
	Runs     string `json:"runs" doc:"What runs"`
	Wanted   string `json:"wanted" doc:"What the configuration says"`
	Deployed string `json:"deployed,omitempty" doc:"What it said when it was last deployed; absent when it said nothing, or that is not known"`
	Cause    Cause  `json:"cause" enum:"drift,undeployed,unknown"`
}

// Drifting says of differences, those that drifted only, what the first is and how
// many more there are; empty when there is none.
func Drifting(list []Difference) string {
	list = slices.DeleteFunc(slices.Clone(list), func(d Difference) bool { return d.Cause != Drifted })
	if len(list) == 0 {
		return ""
	}
	d := list[0]
	has := map[string]string{
		DiffersImage: "runs image %s instead of %s", DiffersRelease: "runs image %s instead of %s",
		DiffersCount: "has %s instead of %s replicas", DiffersMin: "has at least %s instead of %s replicas",
		DiffersMax: "has at most %s instead of %s replicas",
	}
	s := d.Workload + " " + fmt.Sprintf(has[d.What], d.Runs, d.Deployed)
	if len(list) > 1 {
		s += fmt.Sprintf(" (and %d more)", len(list)-1)
	}
	return s
}

// Drift compares what runs with the configuration, and separates what drifted from
// changes that are not deployed yet. deployed is nil when it is not known. Only what
// the configuration says outright is compared: what it leaves to a default, or to a
// template, is not known here.
func Drift(wanted Configured, deployed *Configured, runs []Workload) []Difference {
	out := []Difference{}
	for _, w := range runs {
		for _, f := range w.facts() {
			want, key, said := f.of(wanted)
			if !said || f.same(want) {
				continue
			}
			d := Difference{Workload: w.Name, What: f.what, Key: key, Runs: f.runs, Wanted: want, Cause: Untold}
			if f.what == DiffersImage && key == "" {
				d.What = DiffersRelease
			}
			if deployed != nil {
				had, _, said := f.of(*deployed)
				if said {
					d.Deployed = had
				}
				// What the deployed configuration left open cannot have been missed.
				d.Cause = Drifted
				if !said || f.same(had) {
					d.Cause = Undeployed
				}
			}
			out = append(out, d)
		}
	}
	order.Sort(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Workload, b.Workload), cmp.Compare(a.What, b.What))
	})
	return out
}

// fact is one thing that runs, with how the configuration says it.
type fact struct {
	what string
	runs string
	of   func(c Configured) (value, key string, said bool)
	same func(value string) bool
}

func (w Workload) facts() []fact {
	var out []fact
	name := strings.ToUpper(strings.ReplaceAll(w.Name, "-", "_"))
	if f, ok := w.image(name); ok {
		out = append(out, f)
	}
	count := func(what string, runs int, keys ...string) {
		out = append(out, fact{
			what: what, runs: strconv.Itoa(runs), of: number(keys),
			same: func(v string) bool { return v == strconv.Itoa(runs) },
		})
	}
	switch {
	case w.Uncounted:
	case w.Autoscaled:
		count(DiffersMin, w.Min, replicaKeys(name, "MIN_REPLICAS")...)
		count(DiffersMax, w.Max, replicaKeys(name, "MAX_REPLICAS")...)
	default:
		count(DiffersCount, w.Replicas, replicaKeys(name, "REPLICAS")...)
	}
	return out
}

// replicaKeys are the keys that plugins of Tutor have for replicas, the most
// likely first.
func replicaKeys(workload, suffix string) []string {
	var keys []string
	for _, plugin := range []string{"GROVE_", "POD_AUTOSCALING_", "K8S_", ""} {
		keys = append(keys, plugin+workload+"_"+suffix)
	}
	return keys
}

// platform are the workloads that run the platform's own image.
var platform = []string{"LMS", "CMS", "LMS_WORKER", "CMS_WORKER"}

// image gives the image of a workload's first container. A platform's image that
// no key names still shows its release.
func (w Workload) image(name string) (fact, bool) {
	if len(w.Images) == 0 {
		return fact{}, false
	}
	runs := w.Images[0]
	keys := []string{"DOCKER_IMAGE_" + name, name + "_DOCKER_IMAGE"}
	isPlatform := slices.Contains(platform, name)
	if isPlatform {
		keys = []string{"DOCKER_IMAGE_OPENEDX"}
	}
	named := fact{what: DiffersImage, runs: runs, of: text(keys), same: func(v string) bool { return sameImage(v, runs) }}
	tag := openedx.ReleaseOfImage(runs)
	if !isPlatform || tag == "" {
		return named, true
	}
	f := named
	f.of = func(c Configured) (string, string, bool) {
		if v, key, said := named.of(c); said {
			return v, key, true
		}
		return c.Release, "", openedx.IsRelease(c.Release)
	}
	f.same = func(v string) bool { return named.same(v) || openedx.IsRelease(v) && sameRelease(v, tag) }
	return f, true
}

// text gives the first of some keys that is set outright.
func text(keys []string) func(Configured) (string, string, bool) {
	return func(c Configured) (string, string, bool) {
		for _, key := range keys {
			if v := strings.TrimSpace(c.Settings[key]); v != "" {
				return v, key, !strings.Contains(v, "{{")
			}
		}
		return "", "", false
	}
}

func number(keys []string) func(Configured) (string, string, bool) {
	return func(c Configured) (string, string, bool) {
		v, key, said := text(keys)(c)
		n, err := strconv.Atoi(v)
		return strconv.Itoa(n), key, said && err == nil
	}
}

// sameImage compares two references to images, which may leave out what is usual.
func sameImage(a, b string) bool { return fullImage(a) == fullImage(b) }

func fullImage(s string) string {
	name, digest, pinned := strings.Cut(s, "@")
	if pinned {
		return digest
	}
	host, _, found := strings.Cut(name, "/")
	switch {
	case !found:
		name = "docker.io/library/" + name
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		name = "docker.io/" + name
	}
	if !strings.Contains(name[strings.LastIndex(name, "/"):], ":") {
		name += ":latest"
	}
	return name
}

// sameRelease compares as far as both are known: teak matches teak.2.
func sameRelease(a, b string) bool {
	familyA, pointA, _ := strings.Cut(a, ".")
	familyB, pointB, _ := strings.Cut(b, ".")
	return familyA == familyB && (pointA == "" || pointB == "" || pointA == pointB)
}
