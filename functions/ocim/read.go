package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/open-craft/ocim/functions/ocim/api"
)

// filter is which instances a list has: the parameters of the API, as flags.
type filter struct {
	name       string
	lists      map[string]*[]string
	problems   bool
	sort       string
	descending bool
	limit      int
}

// listFilters are the filters that take several values.
var listFilters = []struct{ name, help string }{
	{"cluster", "cluster id"},
	{"provider", "cloud provider"},
	{"release", "Open edX release"},
	{"lifecycle", "pending, active, archived or deleted"},
	{"health", "healthy, progressing, degraded, failed or unknown"},
	{"pipeline", "status of the latest pipeline, or none"},
	{"drift", "only instances that run differently from what was deployed"},
	{"site", "whether the site answers: up, degraded, down or unknown"},
	{"tag", "tag of the instance or its cluster"},
	{"plugin", "enabled Tutor plugin"},
	{"tutor", "version of Tutor"},
	{"setting", "KEY, KEY=value, KEY~text, or text anywhere in the configuration"},
}

func (f *filter) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "part of the instance's name")
	f.lists = map[string]*[]string{}
	for _, l := range listFilters {
		f.lists[l.name] = flags.StringArray(l.name, nil, l.help+" (repeatable)")
	}
	flags.BoolVar(&f.problems, "problems", false, "only instances whose files have problems")
}

func (f *filter) params() api.ListInstancesParams {
	list := func(name string) []string { return *f.lists[name] }
	return api.ListInstancesParams{
		Name: f.name, Problems: f.problems, Sort: api.ListInstancesParamsSort(f.sort), Descending: f.descending,
		Cluster: list("cluster"), Provider: list("provider"), Release: list("release"), Pipeline: list("pipeline"),
		Lifecycle: named[api.ListInstancesParamsLifecycle](list("lifecycle")),
		Health:    named[api.ListInstancesParamsHealth](list("health")),
		Drift:     named[api.ListInstancesParamsDrift](list("drift")),
		Site:      named[api.ListInstancesParamsSite](list("site")),
		Tag:       list("tag"), Plugin: list("plugin"), Tutor: list("tutor"), Setting: list("setting"),
	}
}

// named gives values the type of an enumeration. The API refuses those that are not in it.
func named[T ~string](values []string) (out []T) {
	for _, v := range values {
		out = append(out, T(v))
	}
	return out
}

// instances reads the instances that pass the filter, at most limit of them, and how many
// there are.
func (f *filter) instances(ctx context.Context, c *api.Client) (found []api.Instance, total int64, err error) {
	query := f.params()
	for {
		page, err := c.ListInstances(ctx, query)
		if err != nil {
			return nil, 0, err
		}
		found, total = append(found, page.Instances...), page.Total
		if f.limit > 0 && len(found) >= f.limit {
			return found[:f.limit], total, nil
		}
		if page.Next == "" {
			return found, total, nil
		}
		query.After = page.Next
	}
}

func (p *program) listCommand() *cobra.Command {
	f := &filter{}
	cmd := &cobra.Command{
		Use: "list", Short: "List instances", Args: noArguments,
		Example: "  ocim list --health failed --health degraded --sort cluster\n  ocim list --setting LMS_HOST~example.org -o json",
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
			found, total, err := f.instances(cmd.Context(), c)
			if err != nil {
				return err
			}
			if found == nil {
				found = []api.Instance{}
			}
			if p.output == "table" && int64(len(found)) < total {
				defer fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d\n", len(found), total)
			}
			return p.print(cmd, found, func(row func(...any)) {
				row("NAME", "CLUSTER", "LIFECYCLE", "HEALTH", "RELEASE", "PIPELINE", "DRIFT")
				for _, i := range found {
					row(i.Name, i.Cluster, i.Lifecycle, i.Health.State, orDash(i.Release), orDash(i.Pipeline.Status), orDash(i.Drift.Reason))
				}
			})
		}),
	}
	f.flags(cmd)
	cmd.Flags().StringVar(&f.sort, "sort", "", "name, cluster, release, health, pipeline or changed")
	cmd.Flags().BoolVar(&f.descending, "descending", false, "the last first")
	cmd.Flags().IntVar(&f.limit, "limit", 0, "at most so many; 0 is all")
	return cmd
}

func orDash(s string) string { return cmp.Or(s, "-") }

func (p *program) showCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show INSTANCE", Short: "Show an instance", Args: oneArgument, ValidArgsFunction: p.completeInstances,
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, args []string) error {
			at, err := p.find(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			details, err := c.GetInstance(cmd.Context(), at.Cluster, at.Instance)
			if err != nil {
				return err
			}
			return p.print(cmd, details, func(row func(...any)) {
				i := details.Instance
				row("Name", i.Name)
				row("Cluster", i.Cluster)
				row("Lifecycle", i.Lifecycle)
				row("Health", strings.TrimSpace(words("  ", i.Health.State, i.Health.Reason)))
				if i.Health.NextStep != "" {
					row("Next step", i.Health.NextStep)
				}
				if i.Drift.Reason != "" {
					row("Drift", i.Drift.Reason)
				}
				row("Release", orDash(i.Release))
				row("LMS", orDash(i.LMSURL))
				row("Studio", orDash(i.StudioURL))
				if i.Pipeline.Status != "" {
					row("Pipeline", i.Pipeline.Status+"  "+i.Pipeline.WebURL)
				}
				row("Changed", strings.TrimSpace(words("  ", i.ChangedAt, i.ChangedBy)))
				for _, problem := range i.Problems {
					row("Problem", fmt.Sprintf("%s:%d: %s", problem.File, problem.Line, problem.Message))
				}
				for _, o := range details.Operations {
					row("Operation", words("  ", o.ID, o.Kind, o.State, o.RequestedAt, o.RequestedBy))
				}
			})
		}),
	}
}

// completeInstances completes names of instances in a shell.
func (p *program) completeInstances(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	c, err := p.client()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	page, err := c.ListInstances(cmd.Context(), api.ListInstancesParams{Name: begun})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, i := range page.Instances {
		if strings.HasPrefix(i.Name, begun) {
			names = append(names, i.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// marks are what GitLab's runner writes into a log for its own pages: section marks and
// colors.
var marks = regexp.MustCompile("section_(start|end):[0-9]+:[^\r\n]*\r|\x1b\\[[0-9;]*[A-Za-z]")

// notStarted are the statuses of jobs that have no log yet.
var notStarted = []string{"created", "pending", "manual", "skipped", "scheduled", "waiting_for_resource", "preparing"}

// over are the statuses of jobs and pipelines that have ended.
var over = []string{"success", "failed", "canceled", "skipped"}

func (p *program) logsCommand() *cobra.Command {
	var follow, raw bool
	var job string
	cmd := &cobra.Command{
		Use: "logs INSTANCE", Short: "Print the logs of an instance's latest pipelines", Args: oneArgument, ValidArgsFunction: p.completeInstances,
		Long: "Prints the logs of the jobs of the latest operation of an instance, or of its latest pipeline when there was no operation. With --follow it goes on until they have ended.",
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, args []string) error {
			at, err := p.find(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			reader := &logReader{client: c, at: at, job: job, raw: raw, to: cmd.OutOrStdout(), read: map[int64]int64{}, doneJobs: map[int64]bool{}, donePipelines: map[int64]bool{}}
			return p.every(cmd.Context(), func(ctx context.Context) (bool, error) {
				ended, err := reader.more(ctx)
				return ended || !follow, err
			})
		}),
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until the pipelines have ended")
	cmd.Flags().StringVar(&job, "job", "", "only the job of this name")
	cmd.Flags().BoolVar(&raw, "raw", false, "with colors and section marks")
	return cmd
}

// logReader prints the logs of an instance's latest pipelines as they grow.
type logReader struct {
	client *api.Client
	at     api.Target
	job    string
	raw    bool
	to     io.Writer
	read   map[int64]int64 // how far the log of each job has been printed
	// The jobs and pipelines that had ended when they were printed.
	doneJobs, donePipelines map[int64]bool
	last                    int64 // the job that was printed last
}

// more prints what there is by now, and says whether everything has ended.
func (r *logReader) more(ctx context.Context) (ended bool, err error) {
	details, err := r.client.GetInstance(ctx, r.at.Cluster, r.at.Instance)
	if err != nil {
		return false, err
	}
	var pipelines []api.Pipeline
	ended = true
	switch {
	case len(details.Operations) > 0:
		page, err := r.client.GetOperation(ctx, r.at.Cluster, details.Operations[0].ID)
		if err != nil {
			return false, err
		}
		pipelines, ended = page.Pipelines, operationEnded(page.Operation)
	case len(details.Pipelines) > 0:
		pipelines, ended = details.Pipelines[:1], !details.Pipelines[0].FinishedAt.IsZero()
	}
	for _, listed := range pipelines {
		if r.donePipelines[listed.ID] {
			continue
		}
		page, err := r.client.GetPipeline(ctx, r.at.Cluster, listed.ID)
		if err != nil {
			return false, err
		}
		pipeline := page.Pipeline
		for _, stage := range pipeline.Stages {
			for _, job := range stage.Jobs {
				if slices.Contains(notStarted, job.Status) || (r.job != "" && r.job != job.Name) || r.doneJobs[job.ID] {
					continue
				}
				if err := r.print(ctx, pipeline.ID, job); err != nil {
					return false, err
				}
				r.doneJobs[job.ID] = slices.Contains(over, job.Status)
			}
		}
		r.donePipelines[listed.ID] = slices.Contains(over, pipeline.Status)
	}
	return ended, nil
}

func (r *logReader) print(ctx context.Context, pipeline int64, job api.Job) error {
	for {
		part, err := r.client.GetJobLog(ctx, r.at.Cluster, pipeline, job.ID, api.GetJobLogParams{From: r.read[job.ID]})
		if err != nil {
			return err
		}
		text := part.Text
		if !r.raw {
			text = marks.ReplaceAllString(text, "")
		}
		if text != "" {
			if r.last != job.ID {
				fmt.Fprintf(r.to, "==> %s (pipeline %d, %s)\n", job.Name, pipeline, job.Status)
				r.last = job.ID
			}
			if _, err := io.WriteString(r.to, text); err != nil {
				return err
			}
		}
		if !part.More || part.Next <= r.read[job.ID] {
			r.read[job.ID] = max(part.Next, r.read[job.ID])
			return nil
		}
		r.read[job.ID] = part.Next
	}
}

func operationEnded(o api.Operation) bool {
	return slices.Contains([]api.OperationState{api.OperationStateSucceeded, api.OperationStateFailed, api.OperationStateCanceled}, o.State)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
