package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
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
			e.add(c.Name, clusterfn.CrashLoop, fleet.Failed, "Read the container's log.",
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
		next := "Check that the image was built and pushed, and its name and tag."
		if denied(c.Message) {
			next = "Check that the image exists and the cluster's registry credentials are valid."
		}
		// While Kubernetes waits it puts what the last try said behind words of its own.
		said := c.Message
		if _, last, found := strings.Cut(said, ": ErrImagePull: "); found {
			said = last
		}
		e.add(c.Name, clusterfn.ImagePull, fleet.Failed, next,
			"The image of container %s cannot be pulled: %s.", e.of(c.Name), brief(cmp.Or(said, c.Image)))
	case "CreateContainerConfigError":
		e.add(c.Name, clusterfn.ConfigError, fleet.Failed, "Make the ConfigMap, Secret or key that is missing, or take the reference out.",
			"The container %s cannot be made from its configuration: %s.", e.of(c.Name), brief(cmp.Or(c.Message, "Kubernetes does not say why")))
	case "CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError", "PreStartHookError", "PostStartHookError":
		e.add(c.Name, clusterfn.ConfigError, fleet.Failed, "Correct the container's command, mounts or user.",
			"The container %s cannot be started: %s.", e.of(c.Name), brief(cmp.Or(c.Message, c.Reason)))
	default:
		return false
	}
	return true
}

// crashes is about a container that ends again and again.
func (e *examination) crashes(c clusterfn.Container) {
	if ev, ok := e.probe(c.Name, "Liveness"); ok {
		e.add(c.Name, clusterfn.LivenessProbe, fleet.Failed, "Read the previous container's log; give the probe more time if it only answers slowly.",
			"The container %s is restarted again and again, because its liveness probe fails: %s.", e.of(c.Name), ev)
		return
	}
	if ev, ok := e.probe(c.Name, "Startup"); ok {
		e.startup(c, ev)
		return
	}
	e.add(c.Name, clusterfn.CrashLoop, fleet.Failed, "Read the previous container's log; if it began with a change, roll that back.",
		"The container %s crashes again and again (%s).", e.of(c.Name), lastEnding(c))
}

func denied(message string) bool {
	m := strings.ToLower(message)
	return slices.ContainsFunc([]string{"denied", "unauthorized", "authorization", "forbidden"}, func(s string) bool { return strings.Contains(m, s) })
}

func (e *examination) outOfMemory(c clusterfn.Container) {
	limit := "its memory limit"
	if c.Limits.MemoryBytes > 0 {
		limit = "its limit of " + memory(c.Limits.MemoryBytes)
	}
	health, killed := fleet.Failed, c.FinishedAt
	if c.Last != nil && c.State != "terminated" {
		killed = c.Last.FinishedAt
	}
	if c.State == "running" && c.Ready {
		health = fleet.Degraded
	}
	e.add(c.Name, clusterfn.OOMKilled, health, "Raise its memory limit, or find out what uses so much.",
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
		e.add(c.Name, clusterfn.LivenessProbe, e.unless(c.Ready), "Read the container's log; Kubernetes restarts it when the probe keeps failing.",
			"The liveness probe of container %s fails: %s.", e.of(c.Name), ev)
		return
	}
	if !c.Ready {
		if ev, ok := e.probe(c.Name, "Readiness"); ok {
			health := fleet.Failed
			if e.now.Sub(c.StartedAt) <= startGrace {
				health = fleet.Progressing // not yet ready, rather than no longer
			}
			e.add(c.Name, clusterfn.ReadinessProbe, health, "Read the container's log, and see whether what it depends on answers.",
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
	e.add(c.Name, clusterfn.Restarted, e.unless(c.Ready), "Read the previous container's log.",
		"The container %s crashed (%s) and was restarted.", e.of(c.Name), ending(c.Last.Reason, c.Last.ExitCode)).Since = c.Last.FinishedAt
}

func (e *examination) startup(c clusterfn.Container, said string) {
	health := fleet.Progressing
	if c.Restarts > 0 || e.now.Sub(c.StartedAt) > startGrace {
		health = fleet.Failed
	}
	e.add(c.Name, clusterfn.StartupProbe, health, "Read the container's log; give the probe more time if the start is only slow.",
		"The container %s does not get through its start: its startup probe fails: %s.", e.of(c.Name), said)
}

// unless is Degraded for what still works and Failed for what does not.
func (e *examination) unless(works bool) fleet.Health {
	if works {
		return fleet.Degraded
	}
	return fleet.Failed
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
	return "Kubernetes does not say how it ended"
}

// ending says what an exit code means.
func ending(reason string, code int) string {
	switch {
	case reason == "OOMKilled":
		return "out of memory"
	case reason == "DeadlineExceeded":
		return "it took too long"
	case code == 126:
		return "exit code 126: its command cannot be run"
	case code == 127:
		return "exit code 127: its command does not exist"
	case code == 137:
		return "exit code 137: it was killed"
	case code == 139:
		return "exit code 139: it broke its own memory"
	case code == 143:
		return "exit code 143: it was asked to end"
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
