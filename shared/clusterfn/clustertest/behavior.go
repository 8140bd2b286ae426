package clustertest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
	"github.com/open-craft/ocim/shared/fault"
)

// Behavior is how an instance runs. The zero Behavior is well.
type Behavior string

// The behaviors. Flapping is well for half of each hour and crashes in the
// other half; all others go on for ever.
const (
	Well        Behavior = ""
	CrashLoop   Behavior = "crashLoop"   // its only cms crashes every five minutes
	OneOfMany   Behavior = "oneOfMany"   // one of its lms replicas crashes
	Pending     Behavior = "pending"     // its lms-worker requests more memory than any node has
	ImagePull   Behavior = "imagePull"   // a new image does not exist; the old one serves
	OutOfMemory Behavior = "outOfMemory" // its lms-worker was killed for its memory
	ProbeFails  Behavior = "probeFails"  // its lms does not get ready
	RollingOut  Behavior = "rollingOut"  // a rollout that never ends
	JobFails    Behavior = "jobFails"
	Quota       Behavior = "quota"
	Flapping    Behavior = "flapping"
	Throttled   Behavior = "throttled" // well, but someone lowered its autoscalers by hand
)

// began is when every instance began to run.
var began = time.Date(2025, time.September, 1, 8, 0, 0, 0, time.UTC)

// somewhere is a pod's node until it is scheduled.
const somewhere = "somewhere"

// service is one Deployment of an instance that is well.
type service struct {
	name     string
	image    string
	replicas int
	cpu, mem int64 // millis, Mi
}

func services() []service {
	return []service{
		{"caddy", "docker.io/caddy:2.10", 1, 50, 128},
		{"cms", "openedx", 1, 250, 1024},
		{"cms-worker", "openedx", 1, 200, 768},
		{"lms", "openedx", 2, 400, 1536},
		{"lms-worker", "openedx", 1, 200, 768},
		{"meilisearch", "docker.io/getmeili/meilisearch:v1.19", 1, 100, 512},
		{"mfe", "mfe", 1, 50, 128},
		{"redis", "docker.io/redis:7.4", 1, 50, 128},
	}
}

// facts makes up what a cluster says of an instance.
func facts(name string, b Behavior, now time.Time) *diagnose.Facts {
	if b == Flapping {
		if b = Well; now.Minute() >= 30 {
			b = CrashLoop
		}
	}
	f := &diagnose.Facts{Name: name, CreatedAt: began}
	for _, s := range services() {
		if !strings.Contains(s.image, "/") {
			s.image = "registry.example.org/" + name + "/" + s.image + ":latest"
		}
		d := clusterfn.Deployment{
			Name: s.name, Images: []string{s.image}, Desired: s.replicas, Updated: s.replicas, Ready: s.replicas, Available: s.replicas,
			Observed: true, Rollout: "NewReplicaSetAvailable", CreatedAt: began,
		}
		for i := range s.replicas {
			f.Pods = append(f.Pods, runningPod(name, s, i))
		}
		f.Deployments = append(f.Deployments, d)
	}
	f.Jobs = []clusterfn.Job{{Name: "lms-job-" + began.Format("20060102150405"), Group: "lms-job", Complete: true, CreatedAt: began}}
	f.Autoscalers = autoscalers(f, now)
	misbehave(f, b, now)
	for i := range f.Deployments {
		f.Deployments[i].Unavailable = max(0, f.Deployments[i].Desired-f.Deployments[i].Available)
	}
	for i := range f.Pods {
		f.Pods[i].Restarts = f.Pods[i].Containers[0].Restarts
	}
	return f
}

func runningPod(instance string, s service, i int) clusterfn.Pod {
	n := number(fmt.Sprintf("%s/%s/%d", instance, s.name, i))
	started := began.Add(time.Duration(n%3600) * time.Second)
	requests := clusterfn.Resources{CPUMillis: s.cpu, MemoryBytes: s.mem << 20}
	limits := clusterfn.Resources{MemoryBytes: s.mem << 21}
	return clusterfn.Pod{
		Name: fmt.Sprintf("%s-%08x-%05x", s.name, number(instance+s.name), n&0xfffff), Workload: s.name, Kind: "Deployment", Phase: "Running", Ready: true,
		Node: somewhere, CreatedAt: started, Requests: requests, Limits: limits,
		Containers: []clusterfn.Container{{
			Name: s.name, Image: s.image, State: "running", StartedAt: started.Add(20 * time.Second), Ready: true, Started: true, Requests: requests, Limits: limits,
		}},
	}
}

// parts gives a Deployment and its first pod.
func parts(f *diagnose.Facts, name string) (*clusterfn.Deployment, *clusterfn.Pod) {
	d := slices.IndexFunc(f.Deployments, func(d clusterfn.Deployment) bool { return d.Name == name })
	p := slices.IndexFunc(f.Pods, func(p clusterfn.Pod) bool { return p.Workload == name })
	return &f.Deployments[d], &f.Pods[p]
}

func misbehave(f *diagnose.Facts, b Behavior, now time.Time) {
	warn := func(p *clusterfn.Pod, reason, message string) {
		f.Events = append(f.Events, clusterfn.Event{
			Instance: f.Name, Kind: "Pod", Object: p.Name, Part: p.Containers[0].Name, Reason: reason, Message: message,
			Count: 1 + int(now.Sub(began).Minutes())%50, FirstAt: now.Add(-50 * time.Minute), At: now.Add(-time.Duration(1+now.Minute()%3) * time.Minute),
		})
	}
	switch b {
	case Throttled:
		lower(f.Autoscalers)
	case CrashLoop:
		d, p := parts(f, "cms")
		crash(f.Name, d, p, now)
		warn(p, "BackOff", "Back-off restarting failed container cms in pod "+podID(f.Name, *p))
	case OneOfMany:
		d, p := parts(f, "lms")
		crash(f.Name, d, p, now)
		warn(p, "BackOff", "Back-off restarting failed container lms in pod "+podID(f.Name, *p))
	case Pending:
		d, p := parts(f, "lms-worker")
		down(d, p)
		p.Phase, p.Node, p.CreatedAt = "Pending", "", now.Add(-time.Duration(10+now.Minute())*time.Minute)
		p.Containers[0].State, p.Containers[0].StartedAt = "unknown", time.Time{}
		warn(p, "FailedScheduling", "") // the message describes the nodes
	case ImagePull:
		d, old := parts(f, "lms")
		p := *old
		p.Name, p.CreatedAt = old.Name[:len(old.Name)-5]+"fffff", now.Add(-40*time.Minute)
		p.Phase, p.Ready = "Pending", false
		image := strings.TrimSuffix(old.Containers[0].Image, ":latest") + ":missing"
		cause := fmt.Sprintf("rpc error: code = NotFound desc = failed to pull and unpack image %[1]q: failed to resolve reference %[1]q: %[1]s: not found", image)
		p.Containers = []clusterfn.Container{{
			Name: "lms", Image: image, State: "waiting", Reason: "ImagePullBackOff",
			Message: fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", image, cause),
		}}
		f.Pods = append(f.Pods, p)
		d.Updated, d.Rollout, d.Images = 1, "ProgressDeadlineExceeded", []string{image}
		warn(&p, "Failed", fmt.Sprintf("Failed to pull image %q: %s", image, cause))
	case OutOfMemory:
		_, p := parts(f, "lms-worker")
		c := &p.Containers[0]
		killed := now.Truncate(40 * time.Minute)
		c.Restarts, c.StartedAt = int(now.Sub(began)/(40*time.Minute)), killed
		c.Last = &clusterfn.Termination{Reason: "OOMKilled", ExitCode: 137, StartedAt: killed.Add(-40 * time.Minute), FinishedAt: killed}
	case ProbeFails:
		for i := range f.Pods {
			if f.Pods[i].Workload == "lms" {
				f.Pods[i].Ready, f.Pods[i].Containers[0].Ready = false, false
				warn(&f.Pods[i], "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
			}
		}
		d, _ := parts(f, "lms")
		d.Ready, d.Available = 0, 0
	case RollingOut:
		d, _ := parts(f, "lms")
		d.Updated, d.Rollout = 1, "ReplicaSetUpdated"
	case JobFails:
		f.Jobs = append(f.Jobs, clusterfn.Job{Name: "lms-job-migrate", Group: "lms-job", Failed: true, Reason: "BackoffLimitExceeded", Message: "Job has reached the specified backoff limit", CreatedAt: now.Add(-2 * time.Hour)})
	case Quota:
		lower(f.Autoscalers)
		d, p := parts(f, "mfe")
		name := p.Name
		d.Updated, d.Ready, d.Available, d.Rollout = 0, 0, 0, "ReplicaSetUpdated"
		d.Failure = `pods "` + name + `" is forbidden: exceeded quota: compute, requested: requests.memory=128Mi, used: requests.memory=8Gi, limited: requests.memory=8Gi`
		f.Pods = slices.DeleteFunc(f.Pods, func(p clusterfn.Pod) bool { return p.Name == name })
	}
}

// down takes one replica out of service.
func down(d *clusterfn.Deployment, p *clusterfn.Pod) {
	d.Ready, d.Available = d.Ready-1, d.Available-1
	p.Ready, p.Containers[0].Ready = false, false
}

// crash makes a container end every five minutes: it runs for one, then waits.
func crash(instance string, d *clusterfn.Deployment, p *clusterfn.Pod, now time.Time) {
	const cycle, runs = 5 * time.Minute, time.Minute
	down(d, p)
	c := &p.Containers[0]
	start := now.Truncate(cycle)
	c.Restarts = int(now.Sub(now.Truncate(24*time.Hour))/cycle) + 3
	if now.Sub(start) < runs {
		c.StartedAt = start
		c.Last = &clusterfn.Termination{Reason: "Error", ExitCode: 1, StartedAt: start.Add(-cycle), FinishedAt: start.Add(runs - cycle)}
		return
	}
	c.State, c.Reason, c.StartedAt = "waiting", "CrashLoopBackOff", time.Time{}
	c.Message = "back-off 5m0s restarting failed container=" + c.Name + " pod=" + podID(instance, *p)
	c.Last = &clusterfn.Termination{Reason: "Error", ExitCode: 1, StartedAt: start, FinishedAt: start.Add(runs)}
}

// podID names a pod as kubelet does.
func podID(instance string, p clusterfn.Pod) string {
	n := number(instance + "/" + p.Name)
	return fmt.Sprintf("%s_%s(%08x-%04x-4%03x-8%03x-%012x)", p.Name, instance, n, n&0xffff, n>>4&0xfff, n>>8&0xfff, uint64(n)*7919)
}

// autoscalers are those Grove makes.
func autoscalers(f *diagnose.Facts, now time.Time) []clusterfn.Autoscaler {
	out := []clusterfn.Autoscaler{}
	for _, d := range f.Deployments {
		switch d.Name {
		case "cms", "cms-worker", "lms", "lms-worker":
			used := 20 + int(number(f.Name+d.Name)+uint32(now.Minute()))%55
			out = append(out, clusterfn.Autoscaler{
				Name: d.Name + "-hpa", Target: d.Name, Min: d.Desired, Max: 10, Current: d.Desired, Desired: d.Desired,
				Metrics: []clusterfn.Metric{{Name: "cpu", Current: fmt.Sprintf("%d%%", used), Target: "80%"}},
			})
		}
	}
	return out
}

// lower is what someone did by hand to need less.
func lower(scaled []clusterfn.Autoscaler) {
	for i := range scaled {
		scaled[i].Max = max(scaled[i].Min, 4)
	}
}

// podLog makes up a log: a line every ten seconds, and at the end of a
// container that crashed, why.
func podLog(p clusterfn.Pod, container string, previous bool, lines int, now time.Time) (clusterfn.Log, error) {
	c := p.Containers[0]
	out := clusterfn.Log{At: now, Pod: p.Name, Container: c.Name, Containers: []string{c.Name}, Previous: previous, Lines: []clusterfn.Line{}, Truncated: true}
	end := now.Truncate(10 * time.Second)
	crashed := false
	switch {
	case container != "" && container != c.Name:
		return out, fault.New(fault.NotFound, "The pod has no such container.")
	case previous && c.Last == nil:
		return out, fault.New(fault.NotFound, "The container was not restarted, so there is no previous log.")
	case c.State != "running" && c.Last == nil:
		return out, fault.New(fault.NotFound, "The container has not started yet, so there is no log.")
	case previous || c.State != "running":
		end, crashed = c.Last.FinishedAt, true
	}
	for i := range lines {
		at := end.Add(-time.Duration(lines-1-i) * 10 * time.Second)
		text := fmt.Sprintf("INFO %s - GET /heartbeat 200 (%d ms)", c.Name, 4+number(at.String()+p.Name)%40)
		if crashed && i == lines-1 {
			text = `django.db.utils.OperationalError: (2002, "Can't connect to server on 'mysql' (115)")`
		}
		out.Lines = append(out.Lines, clusterfn.Line{At: at, Text: text})
	}
	return out, nil
}
