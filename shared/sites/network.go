package sites

import (
	"context"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

// unreached reports whether no answer came because the network did not lead to the site.
func unreached(a Answer) bool {
	switch a.Problem {
	case NoName, Refused, TimedOut, Broken:
		return true
	}
	return false
}

// lost reports whether Ocim itself has no network: when no site of a cluster can be reached,
// its GitLab is asked, which Ocim cannot do without.
func (s *Service) lost(ctx context.Context, cluster string) (bool, error) {
	project, err := s.Fleet.Project(ctx, cluster)
	if fault.Is(err, fault.NotFound) || err == nil && project.GitLabURL == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return unreached(s.Asker.Ask(ctx, Question{URL: project.GitLabURL})), nil
}

// unknown is what is known of a site that Ocim cannot ask; it keeps what former says of the
// certificate.
func (s *Service) unknown(former *fleet.Site) *fleet.Site {
	site := fleet.Site{
		State: fleet.SiteUnknown, At: s.Now().UTC(),
		Reason:   "Ocim can reach neither this cluster's sites nor its GitLab, so it can't tell whether the site answers.",
		NextStep: "Check the network and the DNS of the machine that Ocim runs on.",
	}
	if former != nil {
		site.CertificateEnds = former.CertificateEnds
	}
	return &site
}
