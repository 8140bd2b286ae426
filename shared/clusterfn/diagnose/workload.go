package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fleet"
)

// deployment tells what is wrong with a Deployment's replicas.
func deployment(d clusterfn.Deployment) []clusterfn.Finding {
	broken := fleet.Failed
	if d.Available > 0 {
		broken = fleet.Degraded
	}
	finding := func(code clusterfn.Code, health fleet.Health, next, reason string, args ...any) clusterfn.Finding {
		return clusterfn.Finding{Code: code, Health: health, Workload: d.Name, Reason: fmt.Sprintf(reason, args...), NextStep: next}
	}
	if d.Failure != "" && (d.Available < d.Desired || d.Updated < d.Desired) {
		if isQuota(d.Failure) {
			return []clusterfn.Finding{finding(clusterfn.Quota, broken,
				"Raise the namespace's quota, or lower the replicas or their requests.",
				"%s cannot have all its pods: the namespace's quota is used up (%s).", d.Name, brief(quotaWords(d.Failure)))}
		}
		return []clusterfn.Finding{finding(clusterfn.ReplicasMissing, broken,
			"Correct what the message names; it is about the pod template or a policy of the cluster.",
			"The pods of %s cannot be made: %s.", d.Name, brief(d.Failure))}
	}
	switch {
	case d.Desired == 0:
		return nil
	case d.Rollout == "ProgressDeadlineExceeded":
		return []clusterfn.Finding{finding(clusterfn.RolloutStuck, broken,
			"See which of its pods does not get ready, and why; then correct or roll back the change.",
			"The rollout of %s is stuck: %d of %d replicas are updated, %d are available.", d.Name, d.Updated, d.Desired, d.Available)}
	case !d.Observed || d.Updated < d.Desired:
		return []clusterfn.Finding{finding(clusterfn.RollingOut, fleet.Progressing,
			"Wait for the rollout to finish.",
			"%s is rolling out: %d of %d replicas are updated.", d.Name, d.Updated, d.Desired)}
	case d.Available < d.Desired && d.Rollout != "NewReplicaSetAvailable":
		return []clusterfn.Finding{finding(clusterfn.RollingOut, fleet.Progressing,
			"Wait for the rollout to finish.",
			"%s is starting: %d of %d replicas are available.", d.Name, d.Available, d.Desired)}
	case d.Available < d.Desired:
		return []clusterfn.Finding{finding(clusterfn.ReplicasMissing, broken,
			"See which of its pods is not ready, and why.",
			"Only %d of %d replicas of %s are available.", d.Available, d.Desired, d.Name)}
	}
	return nil
}

// jobs tells which jobs failed or cannot start. Of the runs of one job only the
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
			f.Code, f.Health, f.Since = clusterfn.Quota, fleet.Degraded, j.CreatedAt
			f.Reason = fmt.Sprintf("The job %s cannot start: the namespace's quota is used up (%s).", j.Name, brief(quotaWords(why)))
			f.NextStep = "Raise the namespace's quota, or lower what its pods ask for; the job then starts by itself."
		case stuck:
			f.Code, f.Health, f.Since = clusterfn.JobBlocked, fleet.Degraded, j.CreatedAt
			f.Reason = fmt.Sprintf("The job %s cannot start, since its pod cannot be made: %s.", j.Name, brief(why))
			f.NextStep = "Correct what the message names; the job then starts by itself."
		case j.Failed:
			f.Code, f.Health = clusterfn.JobFailed, fleet.Degraded
			f.Reason = fmt.Sprintf("The job %s failed: %s.", j.Name, jobWords(j))
			f.NextStep = "Read the log of its pod; then correct the cause and run the pipeline again."
			if j.CronJob {
				f.NextStep = "Read the log of its pod and correct the cause; it runs again by its schedule."
			}
		case !j.Complete && !j.CronJob:
			f.Code, f.Health = clusterfn.Starting, fleet.Progressing
			f.Reason = fmt.Sprintf("The job %s is running.", j.Name)
			f.NextStep = "Wait until it is done."
		default:
			continue
		}
		out = append(out, f)
	}
	slices.SortFunc(out, bySeverity)
	return out
}

// refusal is what stands before the cause when a pod could not be made. The name
// in it is another one with every try.
var refusal = regexp.MustCompile(`^Error creating: (?:[Pp]ods? "[^"]*" is (?:forbidden|invalid): )?`)

// hindered reports whether a job has no pod since none can be made, and why.
func hindered(j clusterfn.Job, events []clusterfn.Event, now time.Time) (why string, stuck bool) {
	if j.Complete || j.Failed || j.Active > 0 {
		return "", false
	}
	e, found := newest(events, func(e clusterfn.Event) bool { return e.Reason == "FailedCreate" && now.Sub(e.At) < eventFreshness })
	return refusal.ReplaceAllString(e.Message, ""), found
}

func jobWords(j clusterfn.Job) string {
	switch j.Reason {
	case "BackoffLimitExceeded":
		return "it was tried as often as it may be"
	case "DeadlineExceeded":
		return "it took longer than it may"
	case "PodFailurePolicy":
		return "its pod ended in a way that must not be repeated"
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

// brief makes a message of Kubernetes fit into a sentence.
func brief(message string) string {
	const most = 200
	s := strings.Join(strings.Fields(message), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strings.TrimRight(s, ".")
}
