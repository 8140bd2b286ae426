package sites

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
)

// soon is how long before its end a certificate needs attention. cert-manager and
// Caddy renew a month before the end, so one that is this near was not renewed.
const soon = 14 * 24 * time.Hour

// finding is what is wrong with one address.
type finding struct {
	unknown          bool // Ocim cannot tell
	reason, nextStep string
}

// bad reports whether an answer is a finding.
func bad(a Answer) bool { return judgeOne("", "", a) != nil }

// judge makes one finding of what LMS and Studio answered.
func judge(i *fleet.Instance, lms, studio Answer, now time.Time) fleet.Site {
	site := fleet.Site{State: fleet.SiteUp, At: now, CertificateEnds: earlier(lms.CertificateEnds, studio.CertificateEnds)}
	put := func(state fleet.SiteState, f *finding) fleet.Site {
		site.State, site.Reason, site.NextStep = state, f.reason, f.nextStep
		if f.unknown {
			site.State = fleet.SiteUnknown
		}
		return site
	}
	if f := judgeOne(host(i.LMSURL), "LMS", lms); f != nil {
		return put(fleet.SiteDown, f)
	}
	if i.StudioURL != "" {
		if f := judgeOne(host(i.StudioURL), "Studio", studio); f != nil && !f.unknown {
			return put(fleet.SiteDegraded, f)
		}
	}
	if end := site.CertificateEnds; !end.IsZero() && end.Sub(now) < soon {
		name := host(i.LMSURL)
		if !end.Equal(lms.CertificateEnds) {
			name = host(i.StudioURL)
		}
		return put(fleet.SiteDegraded, &finding{
			reason:   fmt.Sprintf("The certificate of %s ends on %s.", name, end.UTC().Format("2 January 2006")),
			nextStep: "It should have been renewed by now: check the cluster's certificate issuer and that the domain still points to the cluster.",
		})
	}
	return site
}

// judgeOne says what is wrong with one answer; nil when it is well.
func judgeOne(host, service string, a Answer) *finding {
	pods := "Read the log of the " + strings.ToLower(cmp.Or(map[string]string{"Studio": "cms"}[service], service)) + " pods. If this began with a deployment, roll it back."
	key := map[string]string{"LMS": "LMS_HOST", "Studio": "CMS_HOST"}[service]
	switch {
	case a.Problem != "":
		return unreachable(host, service, key, a)
	case a.Status == 200 && a.Heartbeat:
		return nil
	case len(a.Failing) > 0:
		return &finding{
			reason:   fmt.Sprintf("%s answers %d: its heartbeat reports a failure of %s.", host, a.Status, describe(a.Failing)),
			nextStep: "Check that the databases run and accept connections from the cluster, and that their passwords are right.",
		}
	case a.Status >= 300 && a.Status < 400:
		return &finding{
			reason:   fmt.Sprintf("%s redirects to %s instead of answering its heartbeat.", host, cmp.Or(a.Location, "another address")),
			nextStep: "Check " + key + ", and what stands in front of the site.",
		}
	case a.Status == 401 || a.Status == 403:
		return &finding{
			unknown:  true,
			reason:   fmt.Sprintf("%s asks for a log-in (%d), so Ocim can't tell whether it works.", host, a.Status),
			nextStep: "Let Ocim reach /heartbeat, enter an internal address to connect to, or turn the site check off.",
		}
	case a.Status == 502 || a.Status == 504:
		return &finding{
			reason:   fmt.Sprintf("The proxy in front of %s gets no answer from %s (%d).", host, service, a.Status),
			nextStep: pods,
		}
	case a.Status == 404 || a.Status == 200:
		return &finding{
			reason:   fmt.Sprintf("Something other than Open edX answers at %s (%d).", host, a.Status),
			nextStep: "Check " + key + ", its DNS record and the Ingress: the name may lead to another cluster, or the Ingress may not know it.",
		}
	}
	return &finding{reason: fmt.Sprintf("%s answers with an error (%d).", host, a.Status), nextStep: pods}
}

func unreachable(host, service, key string, a Answer) *finding {
	f := &finding{reason: fmt.Sprintf("%s can't be reached: %s.", host, a.Detail), nextStep: "Check the load balancer and the Ingress of the cluster."}
	switch a.Problem {
	case NoName:
		f.reason = fmt.Sprintf("The name %s does not resolve.", host)
		f.nextStep = "Create its DNS record, or correct " + key + "."
	case Refused:
		f.reason = fmt.Sprintf("Nothing listens at %s: the connection was refused.", host)
	case TimedOut:
		f.reason = fmt.Sprintf("%s does not answer: %s.", host, a.Detail)
		f.nextStep = "Check the load balancer, the firewall and whether " + service + " is overloaded."
	case Certificate:
		f.reason = fmt.Sprintf("Browsers refuse the certificate of %s: %s.", host, a.Detail)
		f.nextStep = "Check the cluster's certificate issuer, and that the domain points to this cluster."
	case Private:
		f.unknown = true
		f.reason = fmt.Sprintf("Ocim may not call %s: %s.", host, a.Detail)
		f.nextStep = "Name the network in OCIM_GITLAB_ALLOW_NETWORKS, or turn the site check off for this instance or cluster."
	}
	return f
}

// describe names services of a heartbeat in words.
func describe(failing []string) string {
	words := map[string]string{"sql": "MySQL", "modulestore": "the course database (MongoDB)", "celery": "Celery"}
	out := make([]string, len(failing))
	for i, name := range failing {
		out[i] = cmp.Or(words[name], name)
	}
	return strings.Join(out, " and ")
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// earlier gives the earlier of two times; a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
