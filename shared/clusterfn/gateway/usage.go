package gateway

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
)

// Usage asks the cluster for its usage report.
func (c *Cluster) Usage(ctx context.Context, p clusterfn.Period) (clusterfn.UsageReport, error) {
	u := c.target.Usage
	query := url.Values{}
	days := strings.NewReplacer("{from}", p.From.Format(time.DateOnly), "{to}", p.To.Format(time.DateOnly))
	for name, value := range u.Query {
		query.Set(name, days.Replace(value))
	}
	body, err := c.get(ctx, u.Function, "", query, false)
	if err != nil {
		return clusterfn.UsageReport{}, err
	}
	rows, skipped, err := clusterfn.ParseUsage(u, body)
	if err != nil {
		return clusterfn.UsageReport{}, fault.Wrap(fault.Unavailable, err, "The usage report of %s is not in the form its contract says: %s.", c.target.Cluster, fault.Message(err))
	}
	return clusterfn.UsageReport{From: p.From, To: p.To, Instances: rows, Skipped: skipped}, nil
}
