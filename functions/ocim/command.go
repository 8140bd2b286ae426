package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/open-craft/ocim/functions/ocim/api"
)

// program holds what all commands share.
type program struct {
	lookup   func(name string) string // reads the environment
	stdin    io.Reader
	address  string
	output   string // "table" or "json"
	yes      bool
	interval time.Duration // between two looks at something that is awaited
	timeout  time.Duration
}

// newCommand returns the whole command line.
func newCommand(lookup func(string) string, stdin io.Reader) *cobra.Command {
	p := &program{lookup: lookup, stdin: stdin}
	root := &cobra.Command{
		Use:   "ocim",
		Short: "Lists, shows and changes Open edX instances with Ocim",
		Long: `Lists, shows and changes Open edX instances with Ocim.

OCIM_URL is the address of your Ocim, OCIM_TOKEN an API token: create one in Ocim, under Account.

An INSTANCE is its name, or CLUSTER/NAME where several clusters have one of that name.`,
		Version:       version,
		Args:          noArguments,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if p.output != "table" && p.output != "json" {
				return usage("--output is table or json, not %q", p.output)
			}
			return nil
		},
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%w", err) })
	flags := root.PersistentFlags()
	flags.StringVar(&p.address, "url", "", "address of Ocim (default: OCIM_URL)")
	flags.StringVarP(&p.output, "output", "o", "table", "table or json")
	flags.DurationVar(&p.interval, "interval", 2*time.Second, "time between two looks while waiting")
	flags.DurationVar(&p.timeout, "timeout", 2*time.Hour, "longest time to wait")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	root.AddCommand(
		p.listCommand(), p.showCommand(), p.diffCommand(), p.deployCommand(), p.updateCommand(),
		p.kindCommand("archive", "Stop an instance and remove it from git; its data stays"), p.kindCommand("unarchive", "Restore an archived instance"),
		p.rollBackCommand(), p.logsCommand(), p.waitCommand(), p.bulkCommand(),
		p.installationCommand(), p.auditCommand(), p.keysCommand(),
		&cobra.Command{Use: "version", Short: "Print the version", Args: noArguments, RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), version)
			return err
		}},
	)
	return root
}

// The arguments of a command, with errors that lead to exit code 2.
func noArguments(cmd *cobra.Command, args []string) error { return wrong(cobra.NoArgs(cmd, args)) }

func oneArgument(cmd *cobra.Command, args []string) error {
	return wrong(cobra.ExactArgs(1)(cmd, args))
}

func twoArguments(cmd *cobra.Command, args []string) error {
	return wrong(cobra.ExactArgs(2)(cmd, args))
}

func wrong(err error) error {
	if err == nil {
		return nil
	}
	return usage("%w", err)
}

// client returns a client of the Ocim that the environment names.
func (p *program) client() (*api.Client, error) {
	address, token := cmp.Or(p.address, p.lookup("OCIM_URL")), p.lookup("OCIM_TOKEN")
	u, err := url.Parse(address)
	switch {
	case address == "":
		return nil, usage("set OCIM_URL to the address of your Ocim, such as https://ocim.example.org")
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, usage("OCIM_URL: %q is not an address such as https://ocim.example.org", address)
	case token == "":
		return nil, usage("set OCIM_TOKEN to an API token: create one in Ocim, under Account")
	}
	return &api.Client{Base: address, Token: token}, nil
}

// run gives a command's work a client.
func (p *program) run(work func(cmd *cobra.Command, c *api.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := p.client()
		if err != nil {
			return err
		}
		return work(cmd, c, args)
	}
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// find returns the cluster and the name of an instance that is given by its name or as
// CLUSTER/NAME.
func (p *program) find(ctx context.Context, c *api.Client, instance string) (api.Target, error) {
	if cluster, name, both := strings.Cut(instance, "/"); both {
		return api.Target{Cluster: cluster, Instance: name}, nil
	}
	var found []api.Target
	query := api.ListInstancesParams{Name: instance}
	for {
		page, err := c.ListInstances(ctx, query)
		if err != nil {
			return api.Target{}, err
		}
		for _, i := range page.Instances {
			if i.Name == instance {
				found = append(found, api.Target{Cluster: i.Cluster, Instance: i.Name})
			}
		}
		if page.Next == "" {
			break
		}
		query.After = page.Next
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return api.Target{}, &api.Error{Problem: api.Problem{Status: 404, Detail: "There is no instance " + instance + "."}}
	default:
		var names []string
		for _, f := range found {
			names = append(names, f.Cluster+"/"+f.Instance)
		}
		return api.Target{}, usage("several clusters have an instance %s: name one of %s", instance, strings.Join(names, ", "))
	}
}

// print writes a value as JSON, or else what table writes in columns.
func (p *program) print(cmd *cobra.Command, value any, table func(row func(cells ...any))) error {
	if p.output == "json" {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	table(func(cells ...any) { fmt.Fprintln(w, strings.TrimRight(words("\t", cells...), "\t")) })
	return w.Flush()
}

// words joins values as people read them: a time that is not known is empty.
func words(separator string, values ...any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		if at, isTime := v.(time.Time); !isTime {
			texts[i] = fmt.Sprint(v)
		} else if !at.IsZero() {
			texts[i] = at.Format(time.RFC3339)
		}
	}
	return strings.Join(texts, separator)
}

// every calls look again and again until it says that it is done, ctx ends, or the
// time-out has passed.
func (p *program) every(ctx context.Context, look func(context.Context) (done bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	for {
		done, err := look(ctx)
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded) && !done:
			return errTimeout
		case err != nil || done:
			return err
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return errTimeout
			}
			return ctx.Err()
		case <-time.After(p.interval):
		}
	}
}
