package diagnose

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// container is about one container that is to keep running.
func (e *examination) container(c clusterfn.Container) {
	switch c.State {
	case "waiting":
		if !e.cannotStart(c) && c.Restarts > 0 {
			e.restarted(c)
		}
	case "terminated":
		switch {
		case c.Reason == "OOMKilled":
			e.outOfMemory(c)
		case c.ExitCode != 0:
			e.add(c.Name, clusterfn.CrashLoop, clusterfn.Failed, "Check the container's log.",
				"The container %s ended: %s.", e.of(c.Name), ending(c.Reason, c.ExitCode))
		}
	case "running":
		e.running(c)
	}
}

// cannotStart is about a container that waits, and reports whether for
// something bad.
func (e *examination) cannotStart(c clusterfn.Container) bool {
	switch c.Reason {
	case "CrashLoopBackOff":
		if c.Last != nil && c.Last.Reason == "OOMKilled" {
			e.outOfMemory(c)
			return true
		}
		e.crashes(c)
	case "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable":
		e.imagePull(c)
	case "CreateContainerConfigError":
		e.add(c.Name, clusterfn.ConfigError, clusterfn.Failed, "Create the ConfigMap, Secret or key that is missing, or remove the reference.",
			"The container %s cannot be created from its configuration: %s.", e.of(c.Name), brief(cmp.Or(c.Message, "Kubernetes doesn't say why")))
	case "CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError", "PreStartHookError", "PostStartHookError":
		e.add(c.Name, clusterfn.ConfigError, clusterfn.Failed, "Correct the container's command, mounts or user.",
			"The container %s cannot be started: %s.", e.of(c.Name), runtimeCause(cmp.Or(c.Message, c.Reason)))
	default:
		return false
	}
	return true
}

// crashes is about a container that ends again and again.
func (e *examination) crashes(c clusterfn.Container) {
	if ev, ok := e.probe(c.Name, "Liveness"); ok {
		e.add(c.Name, clusterfn.LivenessProbe, clusterfn.Failed, "Check the log from before the restart; give the probe more time if the container only answers slowly.",
			"The container %s keeps being restarted because its liveness probe fails: %s.", e.of(c.Name), ev)
		return
	}
	if ev, ok := e.probe(c.Name, "Startup"); ok {
		e.startup(c, ev)
		return
	}
	e.add(c.Name, clusterfn.CrashLoop, clusterfn.Failed, "Check the log from before the restart. If a recent change caused this, roll it back.",
		"The container %s is crash-looping (%s).", e.of(c.Name), lastEnding(c))
}

// imagePull is about an image that cannot be pulled. While kubelet waits it may say no
// more than that it waits; the event of the last try then has the cause.
func (e *examination) imagePull(c clusterfn.Container) {
	said := c.Message
	if reason, known := pullReason(said); !known || reason.Words == "" {
		if ev, ok := newest(e.events, func(ev clusterfn.Event) bool {
			return ev.Reason == "Failed" && (ev.Part == "" || ev.Part == c.Name) && strings.HasPrefix(ev.Message, "Failed to pull image")
		}); ok {
			said = ev.Message
		}
	}
	cause := runtimeCause(said)
	next := "Check the image's name and tag, and that the registry answers."
	if reason, known := pullReason(said); known {
		next = reason.Next
		if cause == "" || strings.EqualFold(cause, reason.Words) {
			cause = reason.Words
		} else {
			cause = reason.Words + " (" + cause + ")"
		}
	}
	e.add(c.Name, clusterfn.ImagePull, clusterfn.Failed, next,
		"The image of container %s cannot be pulled: %s.", e.of(c.Name), cmp.Or(cause, c.Image))
}

func (e *examination) outOfMemory(c clusterfn.Container) {
	limit := "its memory limit"
	if c.Limits.MemoryBytes > 0 {
		limit = "its limit of " + memory(c.Limits.MemoryBytes)
	}
	health, killed := clusterfn.Failed, c.FinishedAt
	if c.Last != nil && c.State != "terminated" {
		killed = c.Last.FinishedAt
	}
	if c.State == "running" && c.Ready {
		health = clusterfn.Degraded
	}
	e.add(c.Name, clusterfn.OOMKilled, health, "Raise its memory limit, or find what uses the memory.",
		"The container %s used more memory than %s and was killed.", e.of(c.Name), limit).Since = killed
}

// running is about a container that runs, but maybe not well.
func (e *examination) running(c clusterfn.Container) {
	sinceEnd := oomMemory
	if c.Last != nil {
		sinceEnd = e.now.Sub(c.Last.FinishedAt)
	}
	if c.Last != nil && c.Last.Reason == "OOMKilled" && sinceEnd < oomMemory {
		e.outOfMemory(c)
		return
	}
	// Between two crashes it runs for a while, which is no other state.
	if !c.Ready && c.Restarts > 1 && c.Last != nil && c.Last.ExitCode != 0 && sinceEnd < restartMemory {
		e.crashes(c)
		return
	}
	if !c.Started {
		if ev, ok := e.probe(c.Name, "Startup"); ok {
			e.startup(c, ev)
			return
		}
	}
	if ev, ok := e.probe(c.Name, "Liveness"); ok && (!c.Ready || c.Last != nil && sinceEnd < restartMemory) {
		e.add(c.Name, clusterfn.LivenessProbe, e.unless(c.Ready), "Check the container's log; Kubernetes restarts it if the probe keeps failing.",
			"The liveness probe of container %s fails: %s.", e.of(c.Name), ev)
		return
	}
	if !c.Ready {
		if ev, ok := e.probe(c.Name, "Readiness"); ok {
			health := clusterfn.Failed
			if e.now.Sub(c.StartedAt) <= startGrace {
				health = clusterfn.Progressing // not yet ready, rather than no longer
			}
			e.add(c.Name, clusterfn.ReadinessProbe, health, "Check the container's log, and whether the services it depends on answer.",
				"The container %s runs, but its readiness probe fails: %s.", e.of(c.Name), ev)
			return
		}
	}
	if c.Last != nil && c.Last.ExitCode != 0 && sinceEnd < restartMemory {
		e.restarted(c)
	}
}

// restarted is about a container that crashed and runs again. Without it a
// container that crashes every few minutes would look healthy in between.
func (e *examination) restarted(c clusterfn.Container) {
	if c.Last == nil {
		return
	}
	e.add(c.Name, clusterfn.Restarted, e.unless(c.Ready), "Check the log from before the restart.",
		"The container %s crashed (%s) and was restarted.", e.of(c.Name), ending(c.Last.Reason, c.Last.ExitCode)).Since = c.Last.FinishedAt
}

func (e *examination) startup(c clusterfn.Container, said string) {
	health := clusterfn.Progressing
	if c.Restarts > 0 || e.now.Sub(c.StartedAt) > startGrace {
		health = clusterfn.Failed
	}
	e.add(c.Name, clusterfn.StartupProbe, health, "Check the container's log; give the probe more time if it only starts slowly.",
		"The container %s does not finish starting because its startup probe fails: %s.", e.of(c.Name), said)
}

// unless is Degraded for what still works and Failed for what does not.
func (e *examination) unless(works bool) clusterfn.Health {
	if works {
		return clusterfn.Degraded
	}
	return clusterfn.Failed
}

// probe gives what a failed probe of a container said lately.
func (e *examination) probe(container, kind string) (string, bool) {
	last, failed := newest(e.events, func(ev clusterfn.Event) bool {
		return ev.Reason == "Unhealthy" && (ev.Part == container || ev.Part == "") && strings.HasPrefix(ev.Message, kind+" probe") &&
			e.now.Sub(ev.At) < eventFreshness
	})
	_, said, found := strings.Cut(last.Message, ": ")
	if !found {
		said = last.Message
	}
	return brief(said), failed
}

// lastEnding says how a container ended the last time.
func lastEnding(c clusterfn.Container) string {
	switch {
	case c.State == "terminated":
		return ending(c.Reason, c.ExitCode)
	case c.Last != nil:
		return ending(c.Last.Reason, c.Last.ExitCode)
	}
	return "Kubernetes doesn't say how it ended"
}

// ending says what an exit code means.
func ending(reason string, code int) string {
	switch {
	case reason == "OOMKilled":
		return "out of memory"
	case reason == "DeadlineExceeded":
		return "it took too long"
	}
	if words := exitCodeWords(code); words != "" {
		return fmt.Sprintf("exit code %d: %s", code, words)
	}
	return fmt.Sprintf("exit code %d", code)
}

// memory says an amount in the unit people give limits in.
func memory(bytes int64) string {
	const mi, gi = 1 << 20, 1 << 30
	if bytes >= gi && bytes%gi == 0 {
		return fmt.Sprintf("%d Gi", bytes/gi)
	}
	return fmt.Sprintf("%d Mi", bytes/mi)
}
