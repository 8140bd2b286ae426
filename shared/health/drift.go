package health

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Bounds of asking GitLab what was deployed.
const (
	mostDoubts  = 5 // instances of one observation; the others wait for the next
	doubtsLimit = 10 * time.Second
)

// settle is how long after its pipeline an instance is left alone: what the cluster
// said may be older than what GitLab did.
const settle = 2 * time.Minute

// doubt is an instance that does not run what git says. Whether that is drift, or a
// change that is not deployed yet, takes what it was deployed with.
type doubt struct {
	instance string
	pipeline int64
	wanted   grove.Configured
	runs     []grove.Workload
	compared string // names all of this
}

// compare reports whether an instance runs other than git says, as far as that
// counts: nothing does while something is deployed.
func compare(row fleet.Row, runs map[string]clusterfn.Instance, scaling bool, asked time.Time) (doubt, bool) {
	i := row.Instance
	is, ok := runs[i.Name]
	if !ok || i.Lifecycle != fleet.Active || i.Pipeline == nil || !i.Pipeline.Status.Finished() || asked.Before(i.Pipeline.UpdatedAt.Add(settle)) {
		return doubt{}, false
	}
	d := doubt{instance: i.Name, pipeline: i.Pipeline.ID, wanted: grove.Configured{Settings: row.Settings, Release: i.Release}}
	for _, w := range is.Workloads {
		one := grove.Workload{Name: w.Name, Images: w.Images, Replicas: w.Desired, Uncounted: !scaling}
		if w.Scaled != nil {
			one.Autoscaled, one.Min, one.Max = true, w.Scaled.Min, w.Scaled.Max
		}
		d.runs = append(d.runs, one)
	}
	differences := grove.Drift(d.wanted, nil, d.runs)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %+q", d.pipeline, differences))
	d.compared = hex.EncodeToString(sum[:8])
	return d, len(differences) > 0
}

// clear asks GitLab what the instances in doubt were deployed with, and keeps which
// of them drifted. While GitLab does not answer they stay in doubt until the next
// observation, which is no fault of the cluster.
func (s *Service) clear(ctx context.Context, project fleet.Project, doubts []doubt) error {
	asking, cancel := context.WithTimeout(ctx, doubtsLimit)
	defer cancel()
	cleared := map[string]doubt{}
	found := map[string]string{}
	for _, d := range doubts[:min(len(doubts), mostDoubts)] {
		deployed, err := s.Deployed(asking, project, d.instance)
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
			deployed = nil // and never will be known
		case err != nil:
			continue
		}
		cleared[d.instance] = d
		found[d.instance] = grove.Drifting(grove.Drift(d.wanted, deployed, d.runs))
	}
	if len(cleared) == 0 {
		return nil
	}
	now := s.Now().UTC()
	return s.Fleet.ChangeChunk(ctx, project.ID, func(chunk *fleet.Chunk) (*fleet.Chunk, error) {
		if chunk == nil {
			return nil, nil
		}
		changed := false
		for name, d := range cleared {
			row := chunk.Row(name)
			if row == nil || row.Instance.Pipeline == nil || row.Instance.Pipeline.ID != d.pipeline || !row.Instance.Pipeline.Status.Finished() {
				continue // it is deployed again meanwhile
			}
			var drift *fleet.Drift
			if reason := found[name]; reason != "" {
				drift = &fleet.Drift{Reason: reason, At: now}
			}
			changed = setDrift(row, d.compared, drift) || changed
		}
		return ifChanged(chunk, changed)
	})
}

// setDrift sets what was found from what was compared.
func setDrift(row *fleet.Row, compared string, drift *fleet.Drift) bool {
	was := row.Instance.Drift
	if row.Compared == compared && (was == nil) == (drift == nil) && (was == nil || was.Reason == drift.Reason) {
		return false
	}
	if was != nil && drift != nil {
		drift.At = was.At // it has drifted for longer
	}
	row.Compared, row.Instance.Drift = compared, drift
	return true
}
