package openedx

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Reason puts a message of Kubernetes into words.
type Reason struct {
	Says   string `yaml:"says"`  // text that the message holds, in any case
	Words  string `yaml:"words"` // what that means, as a part of a sentence
	Next   string `yaml:"next"`  // what to do about it, as sentences
	Source string `yaml:"source"`
}

type reasonTables struct {
	Scheduling []Reason `yaml:"scheduling"`
	Taints     []Reason `yaml:"taints"`
	Pulls      []Reason `yaml:"pulls"`
	Starts     []Reason `yaml:"starts"`
	ExitCodes  []struct {
		Code   int    `yaml:"code"`
		Words  string `yaml:"words"`
		Source string `yaml:"source"`
	} `yaml:"exitCodes"`
	Essential []string `yaml:"essential"`
	Jobs      struct {
		Slow  int `yaml:"slowMinutes"`
		Stuck int `yaml:"stuckMinutes"`
	} `yaml:"jobs"`
}

var reasons = sync.OnceValue(func() reasonTables { return mustLoad[reasonTables]("reasons.yml") })

// find gives the first row that a message fits.
func find(rows []Reason, message string) (Reason, bool) {
	message = strings.ToLower(message)
	for _, row := range rows {
		if strings.Contains(message, strings.ToLower(row.Says)) {
			return row, true
		}
	}
	return Reason{}, false
}

// PullReason tells why an image cannot be pulled.
func PullReason(message string) (Reason, bool) { return find(reasons().Pulls, message) }

// StartReason tells why a pod that has a node does not start.
func StartReason(message string) (Reason, bool) { return find(reasons().Starts, message) }

// StartRank orders messages about a pod that does not start: a cause has a lower rank
// than its consequence, and what is not known the highest.
func StartRank(message string) int {
	for i, row := range reasons().Starts {
		if strings.Contains(strings.ToLower(message), strings.ToLower(row.Says)) {
			return i
		}
	}
	return len(reasons().Starts)
}

// SchedulingReason tells what one clause of the scheduler's message means.
func SchedulingReason(clause string) (Reason, bool) {
	if strings.Contains(clause, "untolerated taint") {
		return find(reasons().Taints, clause)
	}
	return find(reasons().Scheduling, clause)
}

// SchedulingRank orders reasons of the scheduler by how much an operator can do about
// them; the first of the table is the lowest.
func SchedulingRank(r Reason) int {
	t := reasons()
	if i := slices.Index(t.Taints, r); i >= 0 && r.Says != "" {
		return i
	}
	if i := slices.Index(t.Scheduling, r); i >= 0 {
		return len(t.Taints) + i
	}
	return len(t.Taints) + len(t.Scheduling)
}

// ExitCodeWords tells what an exit code means, empty when the number says nothing.
func ExitCodeWords(code int) string {
	for _, row := range reasons().ExitCodes {
		if row.Code == code {
			return row.Words
		}
	}
	return ""
}

// IsEssential reports whether learners or authors reach nothing without a workload.
func IsEssential(workload string) bool { return slices.Contains(reasons().Essential, workload) }

// JobLimits gives after which time a job that still runs is unusual, and after which it
// counts as failed.
func JobLimits() (slow, stuck time.Duration) {
	j := reasons().Jobs
	return time.Duration(j.Slow) * time.Minute, time.Duration(j.Stuck) * time.Minute
}
