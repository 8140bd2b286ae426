package fleet

import "time"

// SiteState is whether an instance's site answers.
type SiteState string

// The states. A site whose LMS does not answer is down; one of which only a part does
// not work, or soon will not, is degraded.
const (
	SiteUp       SiteState = "up"
	SiteDegraded SiteState = "degraded"
	SiteDown     SiteState = "down"
	SiteUnknown  SiteState = "unknown"
)

// Site is what an instance's site answered when Ocim asked it, whatever its pods say.
type Site struct {
	State           SiteState `json:"state" enum:"up,degraded,down,unknown"`
	Reason          string    `json:"reason,omitempty"`
	NextStep        string    `json:"nextStep,omitempty" doc:"What to do about it"`
	At              time.Time `json:"at,omitzero" doc:"When it became so"`
	CertificateEnds time.Time `json:"certificateEnds,omitzero" doc:"When the first certificate of its addresses ends"`
}
