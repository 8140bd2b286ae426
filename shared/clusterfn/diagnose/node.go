package diagnose

import (
	"fmt"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// NodeFacts are a node's conditions as Kubernetes has them; a pressure is true
// when the node has it.
type NodeFacts struct {
	Ready   string // True, False, Unknown
	Message string // of Ready
	Memory  bool
	Disk    bool
	PIDs    bool
	Network bool // it has none
}

// Node judges a node: it gives a copy of n with health, reason and next step.
func Node(n clusterfn.Node, facts NodeFacts) clusterfn.Node {
	n.Health, n.Reason, n.NextStep = clusterfn.Healthy, "", ""
	set := func(h clusterfn.Health, next, reason string, args ...any) {
		n.Health, n.Reason, n.NextStep = h, fmt.Sprintf(reason, args...), next
	}
	switch {
	case facts.Ready == "Unknown" || facts.Ready == "":
		set(clusterfn.Failed, "See at the provider whether the machine runs.", "The node %s no longer answers.", n.Name)
	case facts.Ready != "True":
		set(clusterfn.Failed, "See the node's kubelet, or replace the node.", "The node %s is not ready: %s.", n.Name, brief(facts.Message))
	case facts.Network:
		set(clusterfn.Failed, "See the cluster's network plug-in, or replace the node.", "The node %s has no network.", n.Name)
	case facts.Memory:
		set(clusterfn.Degraded, "Move pods away or raise their requests to what they use.", "The node %s is short of memory and evicts pods.", n.Name)
	case facts.Disk:
		set(clusterfn.Degraded, "Remove old images and logs, or give the node a larger disk.", "The node %s is short of disk and evicts pods.", n.Name)
	case facts.PIDs:
		set(clusterfn.Degraded, "Find the pod that starts so many processes.", "The node %s runs out of process ids.", n.Name)
	case n.Cordoned:
		n.Reason, n.NextStep = fmt.Sprintf("The node %s is cordoned: it takes no new pods.", n.Name), "Uncordon it when it may take pods again."
	}
	return n
}
