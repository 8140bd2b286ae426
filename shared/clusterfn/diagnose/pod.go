package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
)

// Pod tells what is wrong with a pod or not finished, worst first. events are
// the warnings about it.
func Pod(p clusterfn.Pod, events []clusterfn.Event, now time.Time) []clusterfn.Finding {
	e := examination{pod: p, events: events, now: now}
	switch {
	case p.Phase == "Succeeded":
		return nil
	case p.Phase == "Failed":
		e.ended()
	case !p.DeletedAt.IsZero():
		e.terminating()
	case p.Phase == "Unknown" || p.Reason == "NodeLost":
		e.add("", clusterfn.NodeLost, fleet.Failed,
			"See whether the node still runs; Kubernetes moves the pod once the node is gone for good.",
			"The node %s no longer answers, so nobody knows whether the pod runs.", e.node())
	case p.Scheduling != "" && p.Node == "":
		e.unschedulable()
	default:
		e.containers()
	}
	slices.SortStableFunc(e.findings, bySeverity)
	return e.findings[:min(len(e.findings), clusterfn.MaxFindings)]
}

// podHealth is the health of a pod without findings.
func podHealth(p clusterfn.Pod) fleet.Health {
	switch {
	case p.Phase == "Running" && p.Ready, p.Phase == "Succeeded":
		return fleet.Healthy
	case p.Phase == "Running", p.Phase == "Pending":
		return fleet.Progressing
	}
	return fleet.Unknown
}

// examination collects the findings about one pod.
type examination struct {
	pod      clusterfn.Pod
	events   []clusterfn.Event
	now      time.Time
	findings []clusterfn.Finding
}

// add gives the finding for what else there is to say, until the next is added.
func (e *examination) add(container string, code clusterfn.Code, health fleet.Health, next, reason string, args ...any) *clusterfn.Finding {
	e.findings = append(e.findings, clusterfn.Finding{
		Code: code, Health: health, Workload: e.pod.Workload, Pod: e.pod.Name, Container: container,
		Reason: fmt.Sprintf(reason, args...), NextStep: next,
	})
	return &e.findings[len(e.findings)-1]
}

func (e *examination) node() string { return cmp.Or(e.pod.Node, "of the pod") }

// name is what people know the pod by.
func (e *examination) name() string { return cmp.Or(e.pod.Workload, e.pod.Name) }

// of names a container, with its workload where that is not its name too.
func (e *examination) of(container string) string {
	if container == e.name() {
		return container
	}
	return container + " of " + e.name()
}

// event gives the newest event of one of the reasons; part restricts it to a
// container.
func (e *examination) event(part string, reasons ...string) (clusterfn.Event, bool) {
	return newest(e.events, func(ev clusterfn.Event) bool {
		return slices.Contains(reasons, ev.Reason) && (part == "" || ev.Part == "" || ev.Part == part)
	})
}

// newest gives the newest of the events that are asked for.
func newest(events []clusterfn.Event, asked func(clusterfn.Event) bool) (out clusterfn.Event, found bool) {
	for _, e := range events {
		if asked(e) && e.At.After(out.At) {
			out, found = e, true
		}
	}
	return out, found
}

func (e *examination) terminating() {
	if e.now.Sub(e.pod.DeletedAt) > deleteGrace {
		e.add("", clusterfn.StuckDeleting, fleet.Degraded,
			"See whether its node answers and which finalizers hold it.",
			"A pod of %s should be gone by now.", e.name()).Since = e.pod.DeletedAt
		return
	}
	e.add("", clusterfn.Terminating, fleet.Progressing, "Wait until it is gone.", "A pod of %s is shutting down.", e.name())
}

// ended is about a pod that failed as a whole.
func (e *examination) ended() {
	switch e.pod.Reason {
	case "Evicted":
		e.add("", clusterfn.Evicted, fleet.Failed,
			"Raise the pod's requests to what it uses, or give the cluster larger nodes.",
			"A pod of %s was evicted from node %s: %s.", e.name(), e.node(), brief(cmp.Or(e.pod.Message, "the node ran short of something")))
	case "NodeLost", "NodeShutdown", "Shutdown", "Terminated":
		e.add("", clusterfn.NodeLost, fleet.Failed,
			"Nothing, if its replacement runs; else see the cluster's nodes.",
			"A pod of %s went down with node %s.", e.name(), e.node())
	default:
		for _, c := range e.pod.Containers {
			if c.State == "terminated" && c.ExitCode != 0 {
				e.add(c.Name, clusterfn.PodFailed, fleet.Failed, "Read the container's log.",
					"The container %s ended: %s.", e.of(c.Name), ending(c.Reason, c.ExitCode))
				return
			}
		}
		e.add("", clusterfn.PodFailed, fleet.Failed, "See the pod's events.",
			"A pod of %s failed: %s.", e.name(), brief(cmp.Or(e.pod.Message, e.pod.Reason, "Kubernetes does not say why")))
	}
}

func (e *examination) containers() {
	init, waiting := e.initContainers()
	if init {
		return
	}
	for _, c := range e.pod.Containers {
		if !c.Init {
			e.container(c)
		}
	}
	if len(e.findings) == 0 && !e.pod.Ready {
		e.notReady(waiting)
	}
}

// initContainers reports whether an init container is what is wrong, else the
// one that is running.
func (e *examination) initContainers() (wrong bool, running string) {
	for _, c := range e.pod.Containers {
		switch {
		case !c.Init:
		case c.State == "terminated" && c.ExitCode == 0, c.Ready:
		case c.State == "terminated", c.Reason == "CrashLoopBackOff", c.State == "running" && c.Last != nil && c.Last.ExitCode != 0:
			e.add(c.Name, clusterfn.InitFailed, fleet.Failed,
				"Read the log of that init container; the pod starts once it succeeds.",
				"%s cannot start: its init container %s failed (%s).", e.name(), c.Name, lastEnding(c))
			return true, ""
		case c.State == "waiting" && e.cannotStart(c):
			return true, ""
		case c.State == "running":
			running = c.Name
		}
	}
	return false, running
}

// notReady is about a pod that is not ready without any sign of why.
func (e *examination) notReady(initRunning string) {
	since := e.pod.CreatedAt
	for _, c := range e.pod.Containers {
		if !c.Ready && c.State == "running" && c.StartedAt.After(since) {
			since = c.StartedAt
		}
	}
	if e.now.Sub(since) <= startGrace {
		e.add("", clusterfn.Starting, fleet.Progressing, "Wait until it is ready.", "A pod of %s is starting.", e.name()).Since = since
		return
	}
	if initRunning != "" {
		e.add(initRunning, clusterfn.StuckStarting, fleet.Failed, "Read the log of that init container.",
			"A pod of %s waits for its init container %s.", e.name(), initRunning).Since = since
		return
	}
	if ev, ok := e.event("", "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedPostStartHook"); ok && e.pod.Phase == "Pending" {
		e.add("", clusterfn.StuckStarting, fleet.Failed, "Correct what the message names: a volume, a Secret, a ConfigMap or the network of the node.",
			"A pod of %s does not start: %s.", e.name(), brief(ev.Message)).Since = since
		return
	}
	if e.pod.Phase == "Pending" {
		e.add("", clusterfn.StuckStarting, fleet.Failed, "See the pod's events and its node.",
			"A pod of %s does not start.", e.name()).Since = since
		return
	}
	e.add("", clusterfn.NotReady, fleet.Failed, "Read the pod's log: it runs, but does not say that it is ready.",
		"A pod of %s is not ready.", e.name()).Since = since
}
