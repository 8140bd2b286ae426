package clustertest

import (
	"fmt"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/clusterfn/diagnose"
)

// Machines are what a cluster's nodes are. There are as many as its pods need.
type Machines struct {
	Size     string // machine type
	Least    int    // nodes
	Capacity clusterfn.Resources
	Reserved clusterfn.Resources // of the capacity, for what is no pod
	Zones    []string            // the nodes take turns
	Name     func(i int) string  // of the node with this index
	Cordoned int                 // nodes that take no new pods, from the second on
}

// daemons are what a node's own pods have asked for: network, volumes, monitoring.
var daemons = clusterfn.Resources{CPUMillis: 250, MemoryBytes: 512 << 20, Pods: 6}

func small() Machines {
	return Machines{
		Size: "4 cores, 16 Gi", Least: 4, Capacity: clusterfn.Resources{CPUMillis: 4000, MemoryBytes: 16 << 30, Pods: 58},
		Reserved: clusterfn.Resources{CPUMillis: 80, MemoryBytes: 1 << 30},
		Name:     func(i int) string { return fmt.Sprintf("node-%d", i+1) },
	}
}

func (m Machines) allocatable() clusterfn.Resources {
	return clusterfn.Resources{
		CPUMillis: m.Capacity.CPUMillis - m.Reserved.CPUMillis, MemoryBytes: m.Capacity.MemoryBytes - m.Reserved.MemoryBytes, Pods: m.Capacity.Pods,
	}
}

// nodes gives so many of them, with their own pods only.
func (m Machines) nodes(count int) []clusterfn.Node {
	out := make([]clusterfn.Node, count)
	for i := range out {
		n := clusterfn.Node{
			Name: m.Name(i), Cordoned: 1 <= i && i <= m.Cordoned, Size: m.Size, Version: "v1.37.2", CreatedAt: began,
			Capacity: m.Capacity, Allocatable: m.allocatable(), Requested: daemons,
		}
		if len(m.Zones) > 0 {
			n.Zone = m.Zones[i%len(m.Zones)]
		}
		out[i] = diagnose.Node(n, diagnose.NodeFacts{Ready: "True"})
	}
	return out
}

// schedule gives every pod a node with room for what it requests, and no node
// more than it has. Pods stay where they are while others come and go, as far as
// there is room: where one is begins with its name. A pod that waits for a node
// requests all of one, which none can give.
func (m Machines) schedule(all []*diagnose.Facts) []clusterfn.Node {
	var asked clusterfn.Resources
	for _, f := range all {
		for _, p := range f.Pods {
			if p.Node != "" {
				asked = asked.Add(p.Requests).Add(clusterfn.Resources{Pods: 1})
			}
		}
	}
	room := m.allocatable()
	// A tenth stays free, else the last pods find gaps only.
	share := func(asked, room, own int64) int { return int((asked*10 + (room-own)*9 - 1) / ((room - own) * 9)) }
	count := max(m.Least,
		share(asked.CPUMillis, room.CPUMillis, daemons.CPUMillis),
		share(asked.MemoryBytes, room.MemoryBytes, daemons.MemoryBytes),
		share(asked.Pods, room.Pods, daemons.Pods))
	for {
		nodes := m.nodes(count)
		if place(nodes, all) {
			m.refuse(count, all)
			return nodes
		}
		count++
	}
}

// place reports whether there was room for all of them.
func place(nodes []clusterfn.Node, all []*diagnose.Facts) bool {
	for _, f := range all {
		for i := range f.Pods {
			p := &f.Pods[i]
			if p.Node == "" {
				continue
			}
			start, found := int(number(f.Name+"/"+p.Name)%uint32(len(nodes))), false
			for j := range nodes {
				n := &nodes[(start+j)%len(nodes)]
				sum := n.Requested.Add(p.Requests).Add(clusterfn.Resources{Pods: 1})
				if sum.CPUMillis <= n.Allocatable.CPUMillis && sum.MemoryBytes <= n.Allocatable.MemoryBytes && sum.Pods <= n.Allocatable.Pods {
					p.Node, n.Requested, found = n.Name, sum, true
					break
				}
			}
			if !found {
				return false
			}
		}
	}
	return true
}

// refuse says why pods wait.
func (m Machines) refuse(count int, all []*diagnose.Facts) {
	cordoned := min(m.Cordoned, count-1)
	reasons := fmt.Sprintf("%d Insufficient memory", count-cordoned)
	help := fmt.Sprintf("%d No preemption victims found for incoming pod", count-cordoned)
	if cordoned > 0 {
		reasons = fmt.Sprintf("%d node(s) were unschedulable, %s", cordoned, reasons)
		help = fmt.Sprintf("%d Preemption is not helpful for scheduling, %s", cordoned, help)
	}
	message := fmt.Sprintf("0/%d nodes are available: %s. preemption: 0/%d nodes are available: %s.", count, reasons, count, help)
	for _, f := range all {
		for i := range f.Pods {
			if p := &f.Pods[i]; p.Node == "" && p.Phase == "Pending" {
				p.Requests.MemoryBytes = m.Capacity.MemoryBytes
				p.Limits.MemoryBytes = m.Capacity.MemoryBytes
				p.Containers[0].Requests, p.Containers[0].Limits = p.Requests, p.Limits
				p.Scheduling = message
			}
		}
		for i := range f.Events {
			if f.Events[i].Reason == "FailedScheduling" {
				f.Events[i].Message = message
			}
		}
	}
}
