package function

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/operation"
)

// driftReport compares what runs with the configuration.
type driftReport struct {
	At          time.Time          `json:"at" doc:"When the cluster was asked"`
	Commit      string             `json:"commit,omitempty" doc:"Commit whose configuration is compared"`
	Deployed    string             `json:"deployed,omitempty" doc:"Commit that was deployed last; absent when it is not known"`
	Pipeline    int64              `json:"pipeline,omitempty" doc:"Pipeline that deployed it"`
	Deploying   bool               `json:"deploying,omitempty" doc:"The instance is being deployed, so differences mean nothing yet and are left out"`
	Differences []grove.Difference `json:"differences" nullable:"false" doc:"By workload; what the configuration leaves to defaults is not compared"`
	Unread      []clusterfn.Unread `json:"unread,omitempty" doc:"What the cluster could not read; without its autoscalers no replicas are compared"`
	Error       string             `json:"error,omitempty" doc:"Why drift and undeployed changes could not be distinguished"`
}

// gitlabLimit is how long GitLab may take to report what was deployed.
const gitlabLimit = 15 * time.Second

func (f *instances) drift(ctx context.Context, in *instanceInput) (*body[driftReport], error) {
	cluster, err := f.running(ctx, *in)
	if err != nil {
		return nil, err
	}
	row, err := f.row(ctx, in.Cluster, in.Instance)
	if err != nil {
		return nil, err
	}
	if row.Digest == "" {
		return nil, fault.New(fault.Conflict, "The instance is not in git, so there is nothing to compare with.")
	}
	if p := row.Instance.Pipeline; p != nil && !p.Status.Finished() {
		return answer(driftReport{At: f.Now().UTC(), Deploying: true, Differences: []grove.Difference{}}, nil)
	}
	runs, err := cluster.Replication(ctx, in.Instance)
	if err != nil {
		return nil, err
	}
	record, err := f.Fleet.SyncRecord(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := driftReport{At: runs.At, Commit: record.State.Commit, Unread: runs.Unread}
	wanted := grove.Configured{Settings: row.Settings, Release: row.Instance.Release}
	deployed, err := f.deployed(ctx, in)
	if err != nil {
		// What the cluster and the store say is worth showing without GitLab.
		out.Error = fault.Message(err)
	}
	out.Deployed, out.Pipeline = deployed.Commit, deployed.Pipeline
	out.Differences = grove.Drift(wanted, deployed.Configured, workloads(runs))
	return answer(out, nil)
}

func (f *instances) deployed(ctx context.Context, in *instanceInput) (operation.Deployed, error) {
	project, err := f.Fleet.Project(ctx, in.Cluster)
	if err != nil {
		return operation.Deployed{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, gitlabLimit)
	defer cancel()
	return f.Deployed(ctx, project, in.Instance)
}

func workloads(r clusterfn.Replication) []grove.Workload {
	scaled := map[string]clusterfn.Autoscaler{}
	for _, a := range r.Autoscalers {
		scaled[a.Target] = a
	}
	var out []grove.Workload
	for _, d := range r.Deployments {
		a, ok := scaled[d.Name]
		out = append(out, grove.Workload{Name: d.Name, Images: d.Images, Replicas: d.Desired, Autoscaled: ok, Min: a.Min, Max: a.Max, Uncounted: len(r.Unread) > 0})
	}
	return out
}
