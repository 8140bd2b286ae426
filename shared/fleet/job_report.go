package fleet

import "time"

// JobReport is what Ocim keeps of an instance's job that failed or does not end, since
// Kubernetes deletes jobs, and their logs, an hour after they end.
type JobReport struct {
	Job      string    `json:"job" example:"lms-job-20261129103000"`
	Code     string    `json:"code" example:"jobFailed"`
	Health   Health    `json:"health" enum:"degraded,failed"`
	Reason   string    `json:"reason"`
	NextStep string    `json:"nextStep,omitempty"`
	SeenAt   time.Time `json:"seenAt" doc:"When Ocim first saw it so"`
	Pod      string    `json:"pod,omitempty" doc:"Pod that the lines are of; absent when there was none any longer"`
	Lines    []string  `json:"lines" doc:"The last lines of its log, secrets masked"`
}

// Bounds of what is kept of an instance's jobs.
const (
	MaxJobReports  = 5
	MaxReportLines = 50
	MaxReportLine  = 400 // bytes
	JobReportLife  = 30 * 24 * time.Hour
)
