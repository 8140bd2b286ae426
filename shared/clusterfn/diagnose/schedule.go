package diagnose

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/clusterfn"
)

var (
	schedulerHead = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d+/\d+ nodes are available: `) })
	// preemption is what the scheduler adds on making room for the pod.
	preemption = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`[.,]? *(?:preemption: |no new claims to deallocate).*$`)
	})
	// nodeCount stands before each clause: how many nodes it is about.
	nodeCount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d+ `) })
	nextCount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`, \d+ `) })
	taint     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([^{}]*)\}`) })
)

// clauses takes the scheduler's message apart, one reason each.
func clauses(message string) []string {
	s := strings.Join(strings.Fields(message), " ")
	s = preemption().ReplaceAllString(schedulerHead().ReplaceAllString(s, ""), "")
	var out []string
	for {
		at := nextCount().FindStringIndex(s)
		clause := s
		if at != nil {
			clause = s[:at[0]]
		}
		if clause = strings.Trim(nodeCount().ReplaceAllString(clause, ""), " ."); clause != "" {
			out = append(out, clause)
		}
		if at == nil {
			return out
		}
		s = s[at[0]+2:]
	}
}

// unschedulable is about a pod that no node takes. A clause that is not known is quoted.
func (e *examination) unschedulable() {
	type found struct {
		words, next string
		rank        int
	}
	var all []found
	for _, clause := range clauses(e.pod.Scheduling) {
		reason, known := schedulingReason(clause)
		if !known {
			all = append(all, found{words: "“" + brief(clause) + "”", rank: schedulingRank(reasonRow{}) + 1})
			continue
		}
		f := found{words: reason.Words, next: reason.Next, rank: schedulingRank(reason)}
		if t := taint().FindStringSubmatch(clause); t != nil {
			f.words += " (taint " + strings.TrimRight(strings.TrimSpace(t[1]), ": ") + ")"
		}
		if !slices.ContainsFunc(all, func(o found) bool { return o.words == f.words }) {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.rank - b.rank })
	words, next := "Kubernetes doesn't say why", "Check the cluster's nodes and the pod's requests."
	if len(all) > 0 {
		var said []string
		for _, f := range all {
			said = append(said, f.words)
		}
		words = strings.Join(said, "; ")
		if all[0].next != "" {
			next = all[0].next
		}
	}
	health := clusterfn.Failed
	if e.now.Sub(e.pod.CreatedAt) <= scheduleGrace {
		health, next = clusterfn.Progressing, "Wait; a node may be added."
	}
	e.add("", clusterfn.Unschedulable, health, next,
		"A pod of %s is waiting for a node: %s.", e.name(), words).Since = e.pod.CreatedAt
}
