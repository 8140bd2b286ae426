package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
)

// deployment reports what is wrong with the replicas of a Deployment, StatefulSet or
// DaemonSet.
func deployment(d clusterfn.Deployment, now time.Time) []clusterfn.Finding {
	broken := clusterfn.Failed
	if d.Available > 0 || !isEssential(d.Name) {
		broken = clusterfn.Degraded
	}
	finding := func(code clusterfn.Code, health clusterfn.Health, next, reason string, args ...any) clusterfn.Finding {
		return clusterfn.Finding{Code: code, Health: health, Workload: d.Name, Reason: fmt.Sprintf(reason, args...), NextStep: next}
	}
	if d.Failure != "" && (d.Available < d.Desired || d.Updated < d.Desired) {
		if isQuota(d.Failure) {
			return []clusterfn.Finding{finding(clusterfn.Quota, broken,
				"Raise the namespace's quota, or lower the replicas or their requests.",
				"%s cannot have all its pods: the namespace's quota is used up (%s).", d.Name, brief(quotaWords(d.Failure)))}
		}
		return []clusterfn.Finding{finding(clusterfn.ReplicasMissing, broken,
			"Correct what the message names: the pod template or a policy of the cluster.",
			"The pods of %s cannot be created: %s.", d.Name, brief(d.Failure))}
	}
	switch {
	case d.Desired == 0:
		return nil
	case d.Rollout == "ProgressDeadlineExceeded":
		return []clusterfn.Finding{finding(clusterfn.RolloutStuck, broken,
			"Check which of its pods does not become ready, and why; then correct the change or roll it back.",
			"The rollout of %s is stuck: %d of %d replicas are updated, %d are available.", d.Name, d.Updated, d.Desired, d.Available)}
	case !d.Observed || d.Updated < d.Desired:
		return []clusterfn.Finding{finding(clusterfn.RollingOut, clusterfn.Progressing,
			"Wait for the rollout to finish.",
			"%s is rolling out: %d of %d replicas are updated.", d.Name, d.Updated, d.Desired)}
	case d.Available < d.Desired && d.Rollout != "NewReplicaSetAvailable" && (d.Kind == "" || now.Sub(d.CreatedAt) <= startGrace):
		return []clusterfn.Finding{finding(clusterfn.RollingOut, clusterfn.Progressing,
			"Wait for the rollout to finish.",
			"%s is starting: %d of %d replicas are available.", d.Name, d.Available, d.Desired)}
	case d.Available < d.Desired:
		return []clusterfn.Finding{finding(clusterfn.ReplicasMissing, broken,
			"Check which of its pods is not ready, and why.",
			"Only %d of %d replicas of %s are available.", d.Available, d.Desired, d.Name)}
	}
	return nil
}

// jobs reports which jobs failed or cannot start. Of the runs of one job only the
// latest counts. about are the warnings about jobs, by name.
func jobs(all []clusterfn.Job, about map[string][]clusterfn.Event, now time.Time) []clusterfn.Finding {
	latest := map[string]clusterfn.Job{}
	for _, j := range all {
		if _, stuck := hindered(j, about[j.Name], now); !stuck && !j.Complete && !j.Failed && j.CronJob {
			continue // a run that goes on does not take back how the last one ended
		}
		if was, ok := latest[j.Group]; !ok || j.CreatedAt.After(was.CreatedAt) {
			latest[j.Group] = j
		}
	}
	var out []clusterfn.Finding
	for _, j := range latest {
		f := clusterfn.Finding{Workload: j.Name}
		why, stuck := hindered(j, about[j.Name], now)
		switch {
		case stuck && isQuota(why):
			f.Code, f.Health, f.Since = clusterfn.Quota, clusterfn.Degraded, j.CreatedAt
			f.Reason = fmt.Sprintf("The job %s cannot start: the namespace's quota is used up (%s).", j.Name, brief(quotaWords(why)))
			f.NextStep = "Raise the namespace's quota, or lower the requests of its pods; the job then starts automatically."
		case stuck:
			f.Code, f.Health, f.Since = clusterfn.JobBlocked, clusterfn.Degraded, j.CreatedAt
			f.Reason = fmt.Sprintf("The job %s cannot start because its pod cannot be created: %s.", j.Name, brief(why))
			f.NextStep = "Correct what the message names; the job then starts automatically."
		case j.Failed:
			f.Code, f.Health = clusterfn.JobFailed, clusterfn.Degraded
			f.Reason = fmt.Sprintf("The job %s failed: %s.", j.Name, jobWords(j))
			f.NextStep = "Check the log of its pod, correct the cause and run the pipeline again."
			if j.CronJob {
				f.NextStep = "Check the log of its pod and correct the cause; the job runs again on its schedule."
			}
		case !j.Complete && !j.CronJob:
			f.Since = j.CreatedAt
			f.Code, f.Health, f.Reason, f.NextStep = running(j, now)
		default:
			continue
		}
		out = append(out, f)
	}
	slices.SortFunc(out, bySeverity)
	return out
}

// running judges a job that goes on: as long as is usual, longer, or so long that it will
// not end on its own.
func running(j clusterfn.Job, now time.Time) (code clusterfn.Code, health clusterfn.Health, reason, next string) {
	slow, stuck := jobLimits()
	switch age := now.Sub(j.CreatedAt); {
	case age > stuck:
		return clusterfn.JobStuck, clusterfn.Failed, fmt.Sprintf("The job %s has been running for more than %d minutes.", j.Name, int(stuck.Minutes())),
			"Check the log of its pod for what it waits for; if it makes no progress, delete the job and run the pipeline again."
	case age > slow:
		return clusterfn.JobStuck, clusterfn.Degraded, fmt.Sprintf("The job %s has been running for longer than usual.", j.Name),
			"Check the log of its pod: large migrations take long, a database that does not answer holds it up."
	}
	return clusterfn.Starting, clusterfn.Progressing, fmt.Sprintf("The job %s is running.", j.Name), "Wait until it is done."
}

// refusal is what stands before the cause when a pod could not be made. The name
// in it is another one with every try.
var refusal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^Error creating: (?:[Pp]ods? "[^"]*" is (?:forbidden|invalid): )?`)
})

// hindered reports whether a job has no pod since none can be made, and why.
func hindered(j clusterfn.Job, events []clusterfn.Event, now time.Time) (why string, stuck bool) {
	if j.Complete || j.Failed || j.Active > 0 {
		return "", false
	}
	e, found := newest(events, func(e clusterfn.Event) bool { return e.Reason == "FailedCreate" && now.Sub(e.At) < eventFreshness })
	return refusal().ReplaceAllString(e.Message, ""), found
}

func jobWords(j clusterfn.Job) string {
	switch j.Reason {
	case "BackoffLimitExceeded":
		return "it reached its retry limit"
	case "DeadlineExceeded":
		return "it exceeded its time limit"
	case "PodFailurePolicy":
		return "its pod failed in a way that its policy does not retry"
	}
	if j.Message != "" {
		return brief(j.Message)
	}
	return "its pods ended with an error"
}

func isQuota(message string) bool { return strings.Contains(message, "exceeded quota") }

// quotaWords leaves of `pods "lms-x" is forbidden: exceeded quota: …` what the
// quota says.
func quotaWords(message string) string {
	_, after, found := strings.Cut(message, "exceeded quota: ")
	if !found {
		return message
	}
	return after
}
