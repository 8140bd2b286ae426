package clustertest

import (
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/secret"
)

// Demonstration gives the clusters of the demonstration over the instances that
// its GitLab has: campus-aws, where some instances misbehave; academy-do, which
// takes three seconds for every answer; and lab-minikube, which is offline for
// the first twenty minutes of every hour. guild-do is the one that is not in Ocim
// at first. Their nodes are those of their cluster.yml. instances is asked at each
// call.
func Demonstration(instances func(cluster string) []string) []Cluster {
	one := func(id string) Cluster {
		return Cluster{
			ID: id, User: secret.New("admin"), Password: secret.New("demonstration-only-" + id),
			Secret:    secret.New("demonstration-only-inspector-secret-" + id),
			Instances: func() []string { return instances(id) },
		}
	}
	campus, academy, lab, guild := one("campus-aws"), one("academy-do"), one("lab-minikube"), one("guild-do")
	campus.Machines, academy.Machines, lab.Machines, guild.Machines = awsMachines(), doMachines("academy", 3), labMachine(), doMachines("guild", 2)
	campus.Behaviors = map[string]Behavior{
		"vale-medical-school": OneOfMany, "delta-polytechnic": CrashLoop, "quarry-hill": Pending,
		"meridian-nursing": ImagePull, "kestrel-law": RollingOut, "open-prairie": Flapping, "sisu-university": Throttled,
	}
	academy.Behaviors = map[string]Behavior{"nimbus-cloud-school": OutOfMemory, "stonebridge-bank": JobFails, "paperbird": ProbeFails}
	academy.Delay = 3 * time.Second
	lab.Behaviors = map[string]Behavior{"load-test": Quota, "scorm-trial": ImagePull, "pr-36012": CrashLoop, "aspects-trial": Pending}
	lab.Offline = func(now time.Time) bool { return now.Minute() < 20 }
	return []Cluster{campus, academy, lab, guild}
}

// awsMachines are those of campus-aws. Someone forgot to uncordon the second.
func awsMachines() Machines {
	return Machines{
		Size: "m6i.xlarge", Least: 4, Cordoned: 1, Zones: []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"},
		Capacity: clusterfn.Resources{CPUMillis: 4000, MemoryBytes: 16 << 30, Pods: 58},
		Reserved: clusterfn.Resources{CPUMillis: 80, MemoryBytes: 1280 << 20},
		Name: func(i int) string {
			return fmt.Sprintf("ip-10-0-%d-%d.eu-west-1.compute.internal", i%3+1, 11+i/3*37%240)
		},
	}
}

func doMachines(pool string, least int) Machines {
	return Machines{
		Size: "s-8vcpu-16gb", Least: least, Zones: []string{"fra1"},
		Capacity: clusterfn.Resources{CPUMillis: 8000, MemoryBytes: 16 << 30, Pods: 110},
		Reserved: clusterfn.Resources{CPUMillis: 120, MemoryBytes: 2 << 30},
		Name: func(i int) string {
			return fmt.Sprintf("pool-%s-%05x", pool, number(fmt.Sprintf("%s/%d", pool, i))&0xfffff)
		},
	}
}

// labMachine is the large one that lab-minikube is on.
func labMachine() Machines {
	return Machines{
		Least:    1,
		Capacity: clusterfn.Resources{CPUMillis: 32_000, MemoryBytes: 128 << 30, Pods: 250},
		Name: func(i int) string {
			if i == 0 {
				return "minikube"
			}
			return fmt.Sprintf("minikube-m%02d", i+1)
		},
	}
}
