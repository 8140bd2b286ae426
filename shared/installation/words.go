package installation

import (
	"fmt"
	"strings"
	"time"
)

// Ages from which something that the background does is late.
const (
	lateRun       = 5 * time.Minute // since a run of sync; the schedule is a minute
	lateSync      = 30 * time.Minute
	lateEvent     = 5 * time.Minute
	lateNotice    = 30 * time.Minute
	lateOperation = 2 * time.Hour
	// future is how much later than now a time may be: clocks differ a little.
	future = time.Minute
)

// maxNamed is how many projects a check names.
const maxNamed = 3

// schedule says when sync ran last.
func schedule(r Run, now time.Time) Result {
	switch age := now.Sub(r.At); {
	case r.At.IsZero():
		return check("schedule", Missing, "The schedule has not called sync yet. Check cron-connector, and the annotations topic and schedule of sync.")
	case age < -future:
		return check("schedule", Missing, "The last run of sync ended in the future, at %s: a clock is wrong.", r.At.Format(time.RFC3339))
	case age > lateRun:
		return check("schedule", Missing, "The schedule last called sync %s ago. Check cron-connector, and the annotations topic and schedule of sync.", words(age))
	}
	return check("schedule", OK, "The last run of sync ended %s ago. It read %s in %.1f s.",
		words(now.Sub(r.At)), plural(r.Projects, "project", "projects"), r.Took.Seconds())
}

// Words says the figures in words.
func (f Figures) Words(now time.Time) []Result {
	return []Result{f.syncs(now), f.webhooks(now), f.operations(now), f.Notices.words(now)}
}

func (f Figures) syncs(now time.Time) Result {
	var late, failed []string
	for _, p := range f.Projects {
		since := p.SyncedAt
		if since.IsZero() {
			since = p.AddedAt
		}
		age := now.Sub(since)
		switch {
		case age < -future:
			late = append(late, p.Project+" (in the future: a clock is wrong)")
		case age > lateSync:
			late = append(late, fmt.Sprintf("%s (%s ago)", p.Project, words(age)))
		case p.SyncFailed:
			failed = append(failed, p.Project)
		}
	}
	switch {
	case len(f.Projects) == 0:
		return check("sync", OK, "There are no projects yet.")
	case len(late) > 0:
		return check("sync", Missing, "%s read from GitLab for more than %s: %s. The page of each project says why.",
			plural(len(late), "project was not", "projects were not"), words(lateSync), some(late))
	case len(failed) > 0:
		return check("sync", Note, "The last sync of %s failed: %s. Ocim tries again at each run.", plural(len(failed), "project", "projects"), some(failed))
	}
	return check("sync", OK, "%s up to date.", plural(len(f.Projects), "project is", "projects are"))
}

func (f Figures) webhooks(now time.Time) Result {
	waiting, aside := 0, []string{}
	var oldest time.Time
	for _, p := range f.Projects {
		waiting += p.Waiting
		if p.Waiting > 0 && (oldest.IsZero() || p.Oldest.Before(oldest)) {
			oldest = p.Oldest
		}
		if p.SetAside > 0 {
			aside = append(aside, fmt.Sprintf("%s (%d)", p.Project, p.SetAside))
		}
	}
	switch age := now.Sub(oldest); {
	case waiting > 0 && (age > lateEvent || age < -future):
		return check("webhooks", Missing, "%s to be applied, the oldest from %s. The log of webhook and sync says why.",
			plural(waiting, "webhook event waits", "webhook events wait"), oldest.UTC().Format("2006-01-02 15:04 MST"))
	case len(aside) > 0:
		return check("webhooks", Note, "Webhook events that can't be applied are set aside: %s. Retry or discard them on the project's page.", some(aside))
	case waiting > 0:
		return check("webhooks", OK, "%s being applied.", plural(waiting, "webhook event is", "webhook events are"))
	}
	return check("webhooks", OK, "All webhook events are applied.")
}

func (f Figures) operations(now time.Time) Result {
	queued, running := 0, 0
	var long []string
	for _, p := range f.Projects {
		queued += p.Queued
		if p.Running == "" {
			continue
		}
		running++
		if age := now.Sub(p.RunningSince); age > lateOperation {
			long = append(long, fmt.Sprintf("%s (%s)", p.Project, words(age)))
		}
	}
	state := fmt.Sprintf("%s and %d wait.", plural(running, "operation runs", "operations run"), queued)
	if len(long) > 0 {
		return check("operations", Note, "%s Running for more than %s: %s.", state, words(lateOperation), some(long))
	}
	return check("operations", OK, "%s", state)
}

func (n Notices) words(now time.Time) Result {
	switch {
	case n.Waiting == 0:
		return check("notices", OK, "All notifications are delivered.")
	case n.Failing > 0 && now.Sub(n.Oldest) > lateNotice:
		return check("notices", Missing, "%s delivered for %s. Check the mail server and the webhooks of the chats.",
			plural(n.Waiting, "notification could not be", "notifications could not be"), words(now.Sub(n.Oldest)))
	}
	return check("notices", OK, "%s to be delivered.", plural(n.Waiting, "notification waits", "notifications wait"))
}

// auditWords says what the last verification of the audit log found.
func auditWords(v Verification, now time.Time) Result {
	switch {
	case v.At.IsZero():
		return check("audit", Note, "The audit log was not verified yet; sync does it once a day.")
	case v.Problem != "":
		return check("audit", Missing, "The audit log does not verify: %s", v.Problem)
	case v.Incomplete:
		return check("audit", Note, "The audit log is too long for one run of sync. Verify it on the audit page or with ocim audit verify.")
	case v.At.After(now.Add(future)):
		return check("audit", Note, "The last verification was in the future: a clock is wrong.")
	}
	return check("audit", OK, "The audit log is intact: %s verified %s ago.", plural(int(v.Entries), "entry", "entries"), words(now.Sub(v.At)))
}

// keyWords says which encryption keys are in use.
func keyWords(keys Keys) Result {
	var missing, old []string
	for _, k := range keys.Keys {
		switch {
		case k.Missing:
			missing = append(missing, fmt.Sprintf("%s (%d)", k.ID, k.Credentials+k.Notifications))
		case !k.Current && k.Credentials+k.Notifications > 0:
			old = append(old, fmt.Sprintf("%s (%d)", k.ID, k.Credentials+k.Notifications))
		}
	}
	switch {
	case len(missing) > 0:
		return check("keys", Missing, "Stored secrets are encrypted with keys that are not in ocim-seal-keys: %s. Add these keys again, or enter the credentials again.", some(missing))
	case len(old) > 0:
		return check("keys", Note, "Stored secrets still need a former encryption key: %s. Ocim encrypts them with the new key at its next run; keep the former one until then.", some(old))
	}
	return check("keys", OK, "All stored secrets are encrypted with the key %s.", keys.Current)
}

func some(list []string) string {
	if len(list) <= maxNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed], ", "), len(list)-maxNamed)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// words says a duration as people do: 45 s, 12 min, 5 h or 3 d.
func words(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}
