package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"github.com/open-craft/ocim/functions/ocim/api"
)

func (p *program) bulkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "bulk", Short: "Change many instances in waves", Args: noArguments,
		RunE: help,
		Long: "Changes many instances in waves: one instance first, then --batch at once. It pauses after --pause-after failures.",
	}
	cmd.AddCommand(
		p.bulkStartCommand("update", "Change the configuration of the instances that the filters select"),
		p.bulkStartCommand("archive", "Archive the instances that the filters select"),
		p.bulkStartCommand("unarchive", "Restore the archived instances that the filters select"),
		p.bulkShowCommand("show", "Show a bulk change", false),
		p.bulkShowCommand("wait", "Wait until a bulk change has ended or pauses", true),
	)
	for _, action := range []struct{ name, help string }{
		{"pause", "Start no more waves"},
		{"resume", "Continue a paused bulk change"},
		{"abort", "Stop permanently: start no more operations"},
		{"retry", "Try the failed instances again"},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: action.name + " ID", Short: action.help, Args: oneArgument,
			RunE: p.run(func(cmd *cobra.Command, c *api.Client, args []string) error {
				bulk, err := c.ActOnBulkChange(cmd.Context(), args[0], api.ActOnBulkChangeParamsAction(action.name))
				if err != nil {
					return err
				}
				return p.printBulk(cmd, bulk)
			}),
		})
	}
	return cmd
}

func (p *program) bulkStartCommand(kind, help string) *cobra.Command {
	var wait bool
	var request api.BulkRequest
	f, s := &filter{}, &settings{}
	cmd := &cobra.Command{
		Use: kind, Short: help, Args: noArguments,
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
			if reflect.ValueOf(f.params()).IsZero() {
				return usage("select instances with filters, such as --cluster or --release")
			}
			request.Kind, request.Reason = api.BulkRequestKind(kind), s.reason
			if kind == "update" {
				var err error
				if request.Changes, err = s.changes(); err != nil {
					return err
				}
			}
			ctx := cmd.Context()
			found, _, err := f.instances(ctx, c)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return &api.Error{Problem: api.Problem{Status: 404, Detail: "No instance matches the filters."}}
			}
			for _, i := range found {
				request.Targets = append(request.Targets, api.Target{Cluster: i.Cluster, Instance: i.Name})
			}
			preview, err := c.PreviewBulkChange(ctx, request)
			if err != nil {
				return err
			}
			starts := 0
			for _, g := range preview.Groups {
				if !g.Skipped {
					starts += len(g.Targets)
				}
				if p.output == "table" {
					showGroup(cmd, g)
				}
			}
			if p.output == "table" {
				showPreview(cmd, nil, nil, preview.Warnings)
			}
			if starts == 0 {
				return refused("nothing to do: every selected instance is skipped")
			}
			if err := p.confirm(cmd, fmt.Sprintf("%s %s?", kind, count(starts, "instance", "instances"))); err != nil {
				return err
			}
			bulk, err := c.StartBulkChange(ctx, api.StartBulkChangeParams{IdempotencyKey: rand.Text()}, request.Start(preview.Hash))
			if err != nil {
				return err
			}
			if wait {
				return p.awaitBulk(cmd, c, bulk.ID)
			}
			return p.printBulk(cmd, bulk)
		}),
	}
	f.flags(cmd)
	if kind == "update" {
		s.flags(cmd)
	} else {
		s.reasonFlag(cmd)
	}
	p.yesFlag(cmd)
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "wait until it has ended or pauses")
	cmd.Flags().Int64Var(&request.Batch, "batch", 0, "instances of each wave after the first; 0 is Ocim's default")
	cmd.Flags().Int64Var(&request.PauseAfter, "pause-after", 0, "failures after which it pauses; 0 is Ocim's default")
	return cmd
}

// showGroup writes a group of instances that change in the same way, with the change of
// the first of them.
func showGroup(cmd *cobra.Command, g api.BulkGroup) {
	verb := "Changes"
	if g.Skipped {
		verb = "Skips"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s %s:", verb, count(len(g.Targets), "instance", "instances"))
	for _, t := range g.Targets {
		fmt.Fprintf(cmd.OutOrStdout(), " %s/%s", t.Cluster, t.Instance)
	}
	fmt.Fprintln(cmd.OutOrStdout())
	showPreview(cmd, g.Files, g.Effects, g.Warnings)
}

func (p *program) bulkShowCommand(name, help string, wait bool) *cobra.Command {
	return &cobra.Command{
		Use: name + " ID", Short: help, Args: oneArgument,
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, args []string) error {
			if wait {
				return p.awaitBulk(cmd, c, args[0])
			}
			bulk, err := c.GetBulkChange(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return p.printBulk(cmd, bulk)
		}),
	}
}

// awaitBulk waits until a bulk change has ended, prints it, and is an error when it
// pauses or any instance failed.
func (p *program) awaitBulk(cmd *cobra.Command, c *api.Client, id string) error {
	var bulk api.Bulk
	err := p.every(cmd.Context(), func(ctx context.Context) (done bool, err error) {
		bulk, err = c.GetBulkChange(ctx, id)
		return bulk.State != "" && bulk.State != "running", err
	})
	if err != nil {
		return err
	}
	if err := p.printBulk(cmd, bulk); err != nil {
		return err
	}
	unsuccessful := func(t api.BulkTarget) bool { return t.State == "failed" || t.State == "canceled" }
	if bulk.State != "done" || slices.ContainsFunc(bulk.Targets, unsuccessful) {
		return failed("bulk change %s is %s: %s", bulk.ID, bulk.State, bulk.Detail)
	}
	return nil
}

func (p *program) printBulk(cmd *cobra.Command, bulk api.Bulk) error {
	return p.print(cmd, bulk, func(row func(...any)) {
		row(bulk.ID, bulk.Kind, bulk.State, bulk.Detail)
		for _, t := range bulk.Targets {
			row(fmt.Sprint("wave ", t.Wave+1), t.Cluster+"/"+t.Instance, t.State, t.Detail)
		}
	})
}
