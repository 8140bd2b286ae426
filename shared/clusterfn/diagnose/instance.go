package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// Times after which something that takes its time counts as stuck.
const (
	scheduleGrace  = 2 * time.Minute  // for a node to be added
	startGrace     = 5 * time.Minute  // for images, volumes and start-up
	deleteGrace    = 5 * time.Minute  // over a pod's own grace period
	removalGrace   = 15 * time.Minute // for a namespace
	restartMemory  = 10 * time.Minute // how long a restart counts against a container that runs again
	oomMemory      = time.Hour        // the same for one that ran out of memory
	eventFreshness = 10 * time.Minute // how long a failed probe, or try to make a pod, counts
)

// Facts are what a cluster says of one instance.
type Facts struct {
	Name        string
	CreatedAt   time.Time
	DeletedAt   time.Time // when the namespace began to go; zero when it stays
	Pods        []clusterfn.Pod
	Deployments []clusterfn.Deployment
	Autoscalers []clusterfn.Autoscaler
	Jobs        []clusterfn.Job
	Events      []clusterfn.Event // warnings, in any order
}

// Instance judges an instance. It also sets health and findings of the pods and
// Deployments in facts.
func Instance(facts *Facts, now time.Time) clusterfn.Instance {
	out := clusterfn.Instance{Name: facts.Name, CreatedAt: facts.CreatedAt}
	var findings []clusterfn.Finding
	serving := map[string]clusterfn.Deployment{}
	scaled := map[string]*clusterfn.Scaled{}
	for _, a := range facts.Autoscalers {
		scaled[a.Target] = &clusterfn.Scaled{Min: a.Min, Max: a.Max}
	}
	for i := range facts.Deployments {
		d := &facts.Deployments[i]
		d.Findings = deployment(*d, now)
		d.Health = worst(d.Findings, clusterfn.Healthy)
		serving[d.Name] = *d
		findings = append(findings, d.Findings...)
		out.Workloads = append(out.Workloads, clusterfn.Workload{Name: d.Name, Images: d.Images, Desired: d.Desired, Ready: d.Ready, Scaled: scaled[d.Name]})
	}
	about := eventsOf("Pod", facts.Events)
	for i := range facts.Pods {
		p := &facts.Pods[i]
		p.Findings = Pod(*p, about[p.Name], now)
		p.Health = worst(p.Findings, podHealth(*p))
		out.Restarts += p.Restarts
		if p.Phase != "Succeeded" && p.Phase != "Failed" && p.DeletedAt.IsZero() && p.Kind != "Job" {
			out.Pods++
			if p.Ready {
				out.Ready++
			}
		}
	}
	live := liveHealth(facts.Pods)
	for _, p := range facts.Pods {
		findings = append(findings, concern(p, serving, live)...)
	}
	findings = append(findings, jobs(facts.Jobs, eventsOf("Job", facts.Events), now)...)
	findings = append(findings, autoscalers(facts.Autoscalers)...)
	findings = append(findings, whole(facts, now)...)

	slices.SortStableFunc(findings, bySeverity)
	plainer(findings)
	findings = counted(findings)
	out.Health = worst(findings, clusterfn.Healthy)
	if len(findings) > 0 {
		out.Reason, out.NextStep = findings[0].Reason, findings[0].NextStep
	}
	out.Findings = findings[:min(len(findings), clusterfn.MaxFindings)]
	slices.SortFunc(out.Workloads, func(a, b clusterfn.Workload) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// concern is what a pod's findings mean for its instance: less, when other
// replicas do its work, and nothing when it was replaced.
func concern(p clusterfn.Pod, serving map[string]clusterfn.Deployment, live map[string]clusterfn.Health) []clusterfn.Finding {
	d, replicated := serving[p.Workload]
	replicated = replicated && p.Kind != "Job"
	var out []clusterfn.Finding
	for _, f := range p.Findings {
		switch {
		case f.Code == clusterfn.Terminating:
			continue // the replicas that remain are counted
		case p.Phase == "Failed" && p.Kind == "Job":
			continue // the job's own end counts
		case p.Phase == "Failed" && replicated && d.Available >= d.Desired:
			continue // replaced
		case f.Health == clusterfn.Failed && (replicated && d.Available > 0 || p.Kind == "Job" || p.Workload != "" && !isEssential(p.Workload)):
			f.Health = clusterfn.Degraded
		}
		if now, replaced := live[p.Workload]; replaced && replicated && p.Phase == "Failed" && now != clusterfn.Healthy && rank(now) < rank(f.Health) {
			f.Health = now // its replacement is what counts
		}
		out = append(out, f)
	}
	return out
}

// liveHealth gives the worst health of each workload's pods that are not over.
func liveHealth(pods []clusterfn.Pod) map[string]clusterfn.Health {
	live := map[string]clusterfn.Health{}
	for _, p := range pods {
		if p.Workload == "" || p.Phase == "Failed" || p.Phase == "Succeeded" || !p.DeletedAt.IsZero() {
			continue
		}
		if was, known := live[p.Workload]; !known || rank(p.Health) > rank(was) {
			live[p.Workload] = p.Health
		}
	}
	return live
}

// whole is what concerns the instance as such.
func whole(facts *Facts, now time.Time) []clusterfn.Finding {
	if !facts.DeletedAt.IsZero() {
		f := clusterfn.Finding{
			Code: clusterfn.Terminating, Health: clusterfn.Progressing, Since: facts.DeletedAt,
			Reason: "The instance is being removed from the cluster.", NextStep: "Wait until it is gone.",
		}
		if now.Sub(facts.DeletedAt) > removalGrace {
			f.Code, f.Health = clusterfn.StuckDeleting, clusterfn.Degraded
			f.Reason = "The instance should be gone from the cluster by now."
			f.NextStep = "Check what is left in the namespace and which finalizers hold it."
		}
		return []clusterfn.Finding{f}
	}
	if len(facts.Deployments) == 0 && len(facts.Pods) == 0 {
		return []clusterfn.Finding{{
			Code: clusterfn.NothingDeployed, Health: clusterfn.Unknown,
			Reason:   "The namespace exists, but nothing is deployed in it.",
			NextStep: "Check whether the instance's last pipeline reached its deployment.",
		}}
	}
	stopped := func(d clusterfn.Deployment) bool { return d.Desired == 0 }
	if len(facts.Deployments) > 0 && !slices.ContainsFunc(facts.Deployments, func(d clusterfn.Deployment) bool { return !stopped(d) }) {
		return []clusterfn.Finding{{
			Code: clusterfn.ScaledToZero, Health: clusterfn.Degraded,
			Reason:   "Every Deployment is scaled to zero, so the instance serves no one.",
			NextStep: "Scale the Deployments up again, or archive the instance.",
		}}
	}
	return nil
}

// plainer puts what is said of a workload as a whole behind the pod that is
// the cause.
func plainer(findings []clusterfn.Finding) {
	explained := map[string]bool{}
	for _, f := range findings {
		if f.Pod != "" && f.Code != clusterfn.Starting {
			explained[f.Workload] = true
		}
	}
	effect := func(f clusterfn.Finding) int {
		switch {
		case f.Pod == "" && explained[f.Workload]:
			return 2
		case f.Code == clusterfn.Evicted || f.Code == clusterfn.PodFailed:
			return 1 // what is left of pods that are gone
		}
		return 0
	}
	slices.SortStableFunc(findings, func(a, b clusterfn.Finding) int {
		return cmp.Or(rank(b.Health)-rank(a.Health), effect(a)-effect(b))
	})
}

// counted merges findings that say the same of several pods, so that many leftovers do
// not push out what waits now. The order stays.
func counted(findings []clusterfn.Finding) []clusterfn.Finding {
	type same struct {
		code                       clusterfn.Code
		health                     clusterfn.Health
		workload, container, words string
	}
	at := map[same]int{}
	var out []clusterfn.Finding
	for _, f := range findings {
		key := same{f.Code, f.Health, f.Workload, f.Container, f.Reason}
		if f.Code == clusterfn.Evicted {
			key.words = "" // each names its own node
		}
		if i, known := at[key]; known && f.Pod != "" {
			out[i].Count = max(out[i].Count, 1) + 1
			if !f.Since.IsZero() && f.Since.Before(out[i].Since) {
				out[i].Since = f.Since
			}
			continue
		}
		at[key] = len(out)
		out = append(out, f)
	}
	return out
}

// autoscalers reports which autoscalers cannot scale.
func autoscalers(all []clusterfn.Autoscaler) []clusterfn.Finding {
	var out []clusterfn.Finding
	for _, a := range all {
		if a.Problem != "" {
			out = append(out, clusterfn.Finding{
				Code: clusterfn.CannotScale, Health: clusterfn.Degraded, Workload: a.Target,
				Reason:   fmt.Sprintf("The autoscaler of %s cannot scale: %s.", a.Target, brief(a.Problem)),
				NextStep: "Check that the cluster's metrics server runs, and that every container of the pods requests CPU and memory.",
			})
		}
	}
	return out
}

// rank orders healths by how much they matter. Unknown says nothing, so what is
// known to be wrong comes before it.
func rank(h clusterfn.Health) int {
	return slices.Index([]clusterfn.Health{clusterfn.Healthy, clusterfn.Progressing, clusterfn.Unknown, clusterfn.Degraded, clusterfn.Failed}, h)
}

func worst(findings []clusterfn.Finding, least clusterfn.Health) clusterfn.Health {
	for _, f := range findings {
		if rank(f.Health) > rank(least) {
			least = f.Health
		}
	}
	return least
}

func bySeverity(a, b clusterfn.Finding) int {
	return cmp.Or(rank(b.Health)-rank(a.Health), cmp.Compare(a.Workload, b.Workload), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.Container, b.Container))
}

// eventsOf gives the events about objects of a kind, by the object's name.
func eventsOf(kind string, events []clusterfn.Event) map[string][]clusterfn.Event {
	out := map[string][]clusterfn.Event{}
	for _, e := range events {
		if e.Kind == kind {
			out[e.Object] = append(out[e.Object], e)
		}
	}
	return out
}
