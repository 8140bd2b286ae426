package health

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// maxJobs bounds the jobs whose logs one observation reads; the next one reads the others.
const maxJobs = 5

// keepJobs keeps what is wrong with the jobs of a project's instances, and the end of their
// logs, before Kubernetes deletes them. What is kept already is not read again.
func (s *Service) keepJobs(ctx context.Context, p fleet.Project, cluster Cluster, list clusterfn.InstanceList) error {
	if s.Mask == nil {
		return nil
	}
	var names []string
	findings := map[string][]clusterfn.Finding{}
	for _, i := range list.Instances {
		if found := jobFindings(i); len(found) > 0 {
			names, findings[i.Name] = append(names, i.Name), found
		}
	}
	if len(names) == 0 {
		return nil // nearly always: nothing is read then
	}
	chunk, err := s.Fleet.Rows(ctx, p.ID, names...)
	if err != nil {
		return err
	}
	read := 0
	for _, name := range names {
		if row := chunk.Row(name); row == nil || row.Digest == "" {
			continue // what runs beside the fleet is none of Ocim's business
		}
		kept, err := s.Fleet.JobReports(ctx, p.ID, name)
		if err != nil {
			return err
		}
		for _, f := range findings[name] {
			known := slices.ContainsFunc(kept, func(r fleet.JobReport) bool {
				return r.Job == f.Workload && r.Code == string(f.Code) && r.Health == fleet.Health(f.Health)
			})
			if known || read == maxJobs {
				continue
			}
			read++
			report, err := s.report(ctx, p, cluster, name, f)
			if err != nil {
				return fmt.Errorf("reading the log of %s in %s/%s: %w", f.Workload, p.ID, name, err)
			}
			if err := s.Fleet.KeepJobReport(ctx, p.ID, name, report); err != nil {
				return err
			}
		}
	}
	return nil
}

// jobFindings are the findings about jobs that failed or do not end.
func jobFindings(i clusterfn.Instance) (found []clusterfn.Finding) {
	for _, f := range i.Findings {
		if f.Code == clusterfn.JobFailed || f.Code == clusterfn.JobStuck {
			found = append(found, f)
		}
	}
	return found
}

// report reads the end of the log of a job's newest pod. A job whose pods are gone has a
// report without lines.
func (s *Service) report(ctx context.Context, p fleet.Project, cluster Cluster, instance string, f clusterfn.Finding) (fleet.JobReport, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out := fleet.JobReport{Job: f.Workload, Code: string(f.Code), Health: fleet.Health(f.Health), Reason: f.Reason, NextStep: f.NextStep, SeenAt: s.Now().UTC(), Lines: []string{}}
	pods, err := cluster.Pods(ctx, instance)
	if err != nil {
		return out, err
	}
	var newest *clusterfn.Pod
	for i := range pods.Pods {
		if pod := &pods.Pods[i]; pod.Kind == "Job" && pod.Workload == f.Workload && (newest == nil || pod.CreatedAt.After(newest.CreatedAt)) {
			newest = pod
		}
	}
	if newest == nil {
		return out, nil
	}
	log, err := cluster.Log(ctx, instance, clusterfn.LogQuery{Pod: newest.Name, Lines: fleet.MaxReportLines})
	if fault.Is(err, fault.NotFound) {
		return out, nil // gone meanwhile, or never started
	}
	if err != nil {
		return out, err
	}
	mask, err := s.Mask(ctx, p, instance)
	if err != nil {
		return out, err
	}
	out.Pod = newest.Name
	rules := grove.MaskerOf(p.Contract)
	var text strings.Builder
	for _, line := range log.Lines[max(0, len(log.Lines)-fleet.MaxReportLines):] {
		text.WriteString(mask(strings.ReplaceAll(line.Text, "\n", " ")) + "\n")
	}
	for line := range strings.Lines(rules.Mask("log.txt", []byte(text.String()))) {
		if line = strings.TrimRight(line, "\n"); len(line) > fleet.MaxReportLine {
			line = strings.ToValidUTF8(line[:fleet.MaxReportLine], "") + "…"
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil
}
