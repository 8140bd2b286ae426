package clustertest

import (
	"time"

	"github.com/open-craft/ocim/shared/secret"
)

// Demonstration gives the clusters of the demonstration over the instances that
// its GitLab has: campus-aws, where some instances misbehave; academy-do, which
// takes three seconds for every answer; and lab-minikube, which is offline for
// the first twenty minutes of every hour. guild-do is the one that is not in Ocim
// at first. instances is asked at each call.
func Demonstration(instances func(cluster string) []string) []Cluster {
	one := func(id string) Cluster {
		return Cluster{
			ID: id, User: secret.New("admin"), Password: secret.New("demonstration-only-" + id),
			Secret:    secret.New("demonstration-only-inspector-secret-" + id),
			Instances: func() []string { return instances(id) },
		}
	}
	campus, academy, lab, guild := one("campus-aws"), one("academy-do"), one("lab-minikube"), one("guild-do")
	campus.Behaviors = map[string]Behavior{
		"vale-medical-school": OneOfMany, "delta-polytechnic": CrashLoop, "quarry-hill": Pending,
		"meridian-nursing": ImagePull, "kestrel-law": RollingOut, "open-prairie": Flapping,
	}
	academy.Behaviors = map[string]Behavior{"nimbus-cloud-school": OutOfMemory, "stonebridge-bank": JobFails, "paperbird": ProbeFails}
	academy.Delay = 3 * time.Second
	lab.Behaviors = map[string]Behavior{"load-test": Quota, "scorm-trial": ImagePull, "pr-36012": CrashLoop, "aspects-trial": Pending}
	lab.Offline = func(now time.Time) bool { return now.Minute() < 20 }
	return []Cluster{campus, academy, lab, guild}
}
