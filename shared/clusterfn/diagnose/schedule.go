package diagnose

import (
	"strings"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
)

// hindrance is something that keeps a pod from every node.
type hindrance struct {
	says  string // what the scheduler's message holds
	words string
	next  string
}

// hindrances are the scheduler's words, those that an operator can do most
// about first.
func hindrances() []hindrance {
	more := "Lower the pod's requests, or add nodes: the cluster's maximum is in cluster.yml."
	return []hindrance{
		{"Insufficient cpu", "no node has enough CPU left", more},
		{"Insufficient memory", "no node has enough memory left", more},
		{"Insufficient ephemeral-storage", "no node has enough disk left", more},
		{"Too many pods", "the nodes have as many pods as they may", "Add nodes: the cluster's maximum is in cluster.yml."},
		{"unbound immediate PersistentVolumeClaims", "its volume does not exist yet", "See why the volume claim is not bound."},
		{"persistentvolumeclaim", "its volume claim is missing", "Make the volume claim, or take the volume out."},
		{"volume node affinity conflict", "its volume is in another zone than the free nodes", "Add a node in the volume's zone."},
		{"exceed max volume count", "the nodes have as many volumes as they may", "Add nodes: the cluster's maximum is in cluster.yml."},
		{"node(s) were unschedulable", "nodes are cordoned", "Uncordon the nodes that may take pods again."},
		{"untolerated taint", "the free nodes are reserved for other pods by their taints", "Remove the taint, or let the pod tolerate it."},
		{"didn't match Pod's node affinity/selector", "no node has the labels it asks for", "Label a node, or correct the pod's node selector."},
		{"anti-affinity rules", "its replicas must not share a node", "Add nodes, or relax the anti-affinity."},
		{"didn't match pod affinity rules", "it must be near a pod that is on no free node", "See its affinity rules."},
		{"topology spread constraints", "its replicas could not be spread evenly", "Add nodes in the zones that lack them."},
		{"free ports", "the port it wants is taken on every node", "Remove the host port."},
		{"no nodes available", "the cluster has no nodes", "See why the cluster's nodes are gone."},
	}
}

// unschedulable is about a pod that no node takes.
func (e *examination) unschedulable() {
	words, next := brief(e.pod.Scheduling), "See the cluster's nodes and the pod's requests."
	var all []string
	for _, h := range hindrances() {
		if strings.Contains(e.pod.Scheduling, h.says) {
			if len(all) == 0 {
				next = h.next
			}
			all = append(all, h.words)
		}
	}
	if len(all) > 0 {
		words = strings.Join(all, "; ")
	}
	health := fleet.Failed
	if e.now.Sub(e.pod.CreatedAt) <= scheduleGrace {
		health, next = fleet.Progressing, "Wait whether a node is added."
	}
	e.add("", clusterfn.Unschedulable, health, next,
		"A pod of %s waits for a node: %s.", e.name(), words).Since = e.pod.CreatedAt
}
