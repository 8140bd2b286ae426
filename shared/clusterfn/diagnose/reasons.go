package diagnose

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// The table is here and not with those of package openedx, so that the inspector, which
// runs in other people's clusters, links no more than it needs.
//
//go:embed reasons.yml
var reasonsText []byte

// reasonRow puts a message of Kubernetes into words.
type reasonRow struct {
	Says   string `yaml:"says"`  // text that the message holds, in any case
	Words  string `yaml:"words"` // what that means, as a part of a sentence
	Next   string `yaml:"next"`  // what to do about it, as sentences
	Source string `yaml:"source"`
}

type reasonTables struct {
	Scheduling []reasonRow `yaml:"scheduling"`
	Taints     []reasonRow `yaml:"taints"`
	Pulls      []reasonRow `yaml:"pulls"`
	Starts     []reasonRow `yaml:"starts"`
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

// reasons decodes the table. One that cannot be decoded, or has a field that nothing reads,
// is a fault of the program, which its tests find.
var reasons = sync.OnceValue(func() (t reasonTables) {
	decoder := yaml.NewDecoder(bytes.NewReader(reasonsText))
	decoder.KnownFields(true)
	if err := decoder.Decode(&t); err != nil {
		panic(err)
	}
	return t
})

// find gives the first row that a message fits.
func find(rows []reasonRow, message string) (reasonRow, bool) {
	message = strings.ToLower(message)
	for _, row := range rows {
		if strings.Contains(message, strings.ToLower(row.Says)) {
			return row, true
		}
	}
	return reasonRow{}, false
}

// pullReason explains why an image cannot be pulled.
func pullReason(message string) (reasonRow, bool) { return find(reasons().Pulls, message) }

// startReason explains why a scheduled pod does not start.
func startReason(message string) (reasonRow, bool) { return find(reasons().Starts, message) }

// startRank orders messages about a pod that does not start: a cause has a lower rank
// than its consequence, and what is not known the highest.
func startRank(message string) int {
	for i, row := range reasons().Starts {
		if strings.Contains(strings.ToLower(message), strings.ToLower(row.Says)) {
			return i
		}
	}
	return len(reasons().Starts)
}

// schedulingReason explains one clause of the scheduler's message.
func schedulingReason(clause string) (reasonRow, bool) {
	if strings.Contains(clause, "untolerated taint") {
		return find(reasons().Taints, clause)
	}
	return find(reasons().Scheduling, clause)
}

// schedulingRank orders reasons of the scheduler by how much an operator can do about
// them; the first of the table is the lowest.
func schedulingRank(r reasonRow) int {
	t := reasons()
	if i := slices.Index(t.Taints, r); i >= 0 && r.Says != "" {
		return i
	}
	if i := slices.Index(t.Scheduling, r); i >= 0 {
		return len(t.Taints) + i
	}
	return len(t.Taints) + len(t.Scheduling)
}

// exitCodeWords explains an exit code; empty when its meaning is unknown.
func exitCodeWords(code int) string {
	for _, row := range reasons().ExitCodes {
		if row.Code == code {
			return row.Words
		}
	}
	return ""
}

// isEssential reports whether learners or authors reach nothing without a workload.
func isEssential(workload string) bool { return slices.Contains(reasons().Essential, workload) }

// jobLimits gives after which time a job that still runs is unusual, and after which it
// counts as failed.
func jobLimits() (slow, stuck time.Duration) {
	j := reasons().Jobs
	return time.Duration(j.Slow) * time.Minute, time.Duration(j.Stuck) * time.Minute
}
