package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// Pod reports what is wrong or unfinished in a pod, worst first. events are
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
		e.add("", clusterfn.NodeLost, clusterfn.Failed,
			"Check whether the node still runs; Kubernetes moves the pod once the node is removed.",
			"The node %s no longer answers, so it is unknown whether the pod runs.", e.node())
	case p.Scheduling != "" && p.Node == "":
		e.unschedulable()
	default:
		e.containers()
	}
	slices.SortStableFunc(e.findings, bySeverity)
	return e.findings[:min(len(e.findings), clusterfn.MaxFindings)]
}

// podHealth is the health of a pod without findings.
func podHealth(p clusterfn.Pod) clusterfn.Health {
	switch {
	case p.Phase == "Running" && p.Ready, p.Phase == "Succeeded":
		return clusterfn.Healthy
	case p.Phase == "Running", p.Phase == "Pending":
		return clusterfn.Progressing
	}
	return clusterfn.Unknown
}

// examination collects the findings about one pod.
type examination struct {
	pod      clusterfn.Pod
	events   []clusterfn.Event
	now      time.Time
	findings []clusterfn.Finding
}

// add gives the finding for what else there is to say, until the next is added.
func (e *examination) add(container string, code clusterfn.Code, health clusterfn.Health, next, reason string, args ...any) *clusterfn.Finding {
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

// hindrance gives the event that says why a pod with a node does not start: the cause
// before what follows from it, the newest of equals.
func (e *examination) hindrance() (out clusterfn.Event, found bool) {
	for _, ev := range e.events {
		switch ev.Reason {
		case "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedPostStartHook", "FailedMapVolume":
		default:
			continue
		}
		rank, best := startRank(ev.Message), startRank(out.Message)
		if !found || rank < best || rank == best && ev.At.After(out.At) {
			out, found = ev, true
		}
	}
	return out, found
}

// newest gives the newest of the events that match.
func newest(events []clusterfn.Event, matches func(clusterfn.Event) bool) (out clusterfn.Event, found bool) {
	for _, e := range events {
		if matches(e) && e.At.After(out.At) {
			out, found = e, true
		}
	}
	return out, found
}

func (e *examination) terminating() {
	if e.now.Sub(e.pod.DeletedAt) > deleteGrace {
		e.add("", clusterfn.StuckDeleting, clusterfn.Degraded,
			"Check whether its node answers and which finalizers hold it.",
			"A pod of %s should be gone by now.", e.name()).Since = e.pod.DeletedAt
		return
	}
	e.add("", clusterfn.Terminating, clusterfn.Progressing, "Wait until the pod is gone.", "A pod of %s is shutting down.", e.name())
}

// ended is about a pod that failed as a whole.
func (e *examination) ended() {
	switch e.pod.Reason {
	case "Evicted":
		e.add("", clusterfn.Evicted, clusterfn.Failed,
			"Raise the pod's requests to what it uses, or give the cluster larger nodes.",
			"A pod of %s was evicted from node %s: %s.", e.name(), e.node(), brief(cmp.Or(e.pod.Message, "the node ran short of something")))
	case "NodeLost", "NodeShutdown", "Shutdown", "Terminated":
		e.add("", clusterfn.NodeLost, clusterfn.Failed,
			"If no replacement runs, check the cluster's nodes.",
			"A pod of %s went down with node %s.", e.name(), e.node())
	default:
		for _, c := range e.pod.Containers {
			if c.State == "terminated" && c.ExitCode != 0 {
				e.add(c.Name, clusterfn.PodFailed, clusterfn.Failed, "Check the container's log.",
					"The container %s ended: %s.", e.of(c.Name), ending(c.Reason, c.ExitCode))
				return
			}
		}
		e.add("", clusterfn.PodFailed, clusterfn.Failed, "Check the pod's events.",
			"A pod of %s failed: %s.", e.name(), brief(cmp.Or(e.pod.Message, e.pod.Reason, "Kubernetes doesn't say why")))
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
			e.add(c.Name, clusterfn.InitFailed, clusterfn.Failed,
				"Check the log of that init container; the pod starts once it succeeds.",
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
		e.add("", clusterfn.Starting, clusterfn.Progressing, "Wait until the pod is ready.", "A pod of %s is starting.", e.name()).Since = since
		return
	}
	if initRunning != "" {
		e.add(initRunning, clusterfn.StuckStarting, clusterfn.Failed, "Check the log of that init container.",
			"A pod of %s is waiting for its init container %s.", e.name(), initRunning).Since = since
		return
	}
	if ev, ok := e.hindrance(); ok && e.pod.Phase == "Pending" {
		said, next := runtimeCause(ev.Message), "Correct what the message names: a volume, a Secret, a ConfigMap or the node's network."
		if reason, known := startReason(ev.Message); known {
			said, next = reason.Words+" ("+said+")", reason.Next
		}
		e.add("", clusterfn.StuckStarting, clusterfn.Failed, next, "A pod of %s does not start: %s.", e.name(), said).Since = since
		return
	}
	if e.pod.Phase == "Pending" {
		e.add("", clusterfn.StuckStarting, clusterfn.Failed, "Check the pod's events and its node.",
			"A pod of %s does not start.", e.name()).Since = since
		return
	}
	e.add("", clusterfn.NotReady, clusterfn.Failed, "Check the pod's log: it runs, but does not report that it is ready.",
		"A pod of %s is not ready.", e.name()).Since = since
}
