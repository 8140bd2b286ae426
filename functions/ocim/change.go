package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/open-craft/ocim/functions/ocim/api"
)

// settings are the flags that say what changes.
type settings struct {
	set, unset []string
	file       string
	reason     string
	deploy     bool
}

func (s *settings) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.set, "set", nil, "KEY=VALUE; a VALUE that is JSON counts as that, dots in KEY lead into maps (repeatable)")
	cmd.Flags().StringArrayVar(&s.unset, "unset", nil, "KEY to remove (repeatable)")
	cmd.Flags().StringVar(&s.file, "file", "config.yml", "file of the instance: config.yml or grove.yml")
	s.reasonFlag(cmd)
}

func (s *settings) reasonFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.reason, "reason", "", "why, for the history and the commit message")
}

// deployFlag adds a way to update an instance without a change of a file.
func (s *settings) deployFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&s.deploy, "deploy", false, "deploy what is in git but not deployed, such as a change whose pipeline failed, instead of changing a file")
}

// update completes a request to update one instance.
func (s *settings) update(r *api.OperationRequest) (err error) {
	r.Kind, r.Reason, r.Deploy = "update", s.reason, s.deploy
	switch {
	case !s.deploy:
		r.Changes, err = s.changes()
	case len(s.set)+len(s.unset) > 0:
		err = usage("--deploy changes no file: leave out --set and --unset")
	}
	return err
}

func (s *settings) changes() ([]api.Change, error) {
	var out []api.Change
	for _, text := range s.set {
		key, value, err := keyValue(text)
		if err != nil {
			return nil, err
		}
		out = append(out, api.Change{File: api.ChangeFile(s.file), Path: strings.Split(key, "."), Value: value})
	}
	for _, key := range s.unset {
		if key == "" || strings.Contains(key, "=") {
			return nil, usage("--unset takes a key, not %q", key)
		}
		out = append(out, api.Change{File: api.ChangeFile(s.file), Path: strings.Split(key, "."), Unset: true})
	}
	if len(out) == 0 {
		return nil, usage("say what changes with --set KEY=VALUE or --unset KEY")
	}
	return out, nil
}

// keyValue splits KEY=VALUE. A value that is JSON, such as true, 3 or ["a"], is taken as
// that, any other as text.
func keyValue(text string) (key string, value any, err error) {
	key, raw, found := strings.Cut(text, "=")
	if !found || key == "" {
		return "", nil, usage("--set takes KEY=VALUE, not %q", text)
	}
	if json.Unmarshal([]byte(raw), &value) != nil || value == nil {
		value = raw
	}
	return key, value, nil
}

func (p *program) diffCommand() *cobra.Command {
	s := &settings{}
	cmd := &cobra.Command{
		Use: "diff INSTANCE", Short: "Show what an update would do, without doing it", Args: oneArgument, ValidArgsFunction: p.completeInstances,
		Example: "  ocim diff harbor-uni --set LMS_HOST=learn.example.org --unset THEME",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.operate(cmd, args[0], true, false, s.update)
		},
	}
	s.flags(cmd)
	s.deployFlag(cmd)
	return cmd
}

func (p *program) updateCommand() *cobra.Command {
	s := &settings{}
	return p.changing(&cobra.Command{
		Use: "update INSTANCE", Short: "Change an instance's configuration", Args: oneArgument,
		Example: "  ocim update harbor-uni --set LMS_HOST=learn.example.org --wait\n  ocim update harbor-uni --deploy",
	}, func(cmd *cobra.Command) {
		s.flags(cmd)
		s.deployFlag(cmd)
	}, func(r *api.OperationRequest, _ []string) error { return s.update(r) })
}

// kindCommand returns a command for a kind of operation that needs nothing but its instance.
func (p *program) kindCommand(kind api.OperationRequestKind, help string) *cobra.Command {
	s := &settings{}
	return p.changing(&cobra.Command{Use: string(kind) + " INSTANCE", Short: help, Args: oneArgument},
		s.reasonFlag, func(r *api.OperationRequest, _ []string) error {
			r.Kind, r.Reason = kind, s.reason
			return nil
		})
}

func (p *program) rollBackCommand() *cobra.Command {
	s := &settings{}
	return p.changing(&cobra.Command{
		Use: "rollback INSTANCE TO", Short: "Bring back the configuration of an operation or a commit", Args: twoArguments,
		Long: "Brings back the configuration that an operation (see ocim show) or a commit of the instance had.",
	}, s.reasonFlag, func(r *api.OperationRequest, args []string) error {
		r.Kind, r.Reason, r.RollBackTo = "update", s.reason, args[1]
		return nil
	})
}

func (p *program) deployCommand() *cobra.Command {
	s := &settings{}
	return p.changing(&cobra.Command{
		Use: "deploy CLUSTER/NAME", Short: "Create and deploy a new instance", Args: oneArgument,
		Example: "  ocim deploy campus-aws/harbor-uni --set PLATFORM_NAME='Harbor University' --wait",
	}, func(cmd *cobra.Command) {
		cmd.Flags().StringArrayVar(&s.set, "set", nil, "KEY=VALUE that overrides the cluster's defaults (repeatable)")
		s.reasonFlag(cmd)
	}, func(r *api.OperationRequest, args []string) error {
		if !strings.Contains(args[0], "/") {
			return usage("name the cluster, too: CLUSTER/%s", args[0])
		}
		r.Kind, r.Reason = "create", s.reason
		for _, text := range s.set {
			key, value, err := keyValue(text)
			if err != nil {
				return err
			}
			if r.Overrides == nil {
				r.Overrides = map[string]any{}
			}
			r.Overrides[key] = value
		}
		return nil
	})
}

// changing completes a command that starts an operation of the instance in its first
// argument.
func (p *program) changing(cmd *cobra.Command, flags func(*cobra.Command), request func(r *api.OperationRequest, args []string) error) *cobra.Command {
	var wait bool
	flags(cmd)
	cmd.ValidArgsFunction = p.completeInstances
	p.yesFlag(cmd)
	cmd.Flags().BoolVarP(&wait, "wait", "w", false, "wait until it has ended")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.operate(cmd, args[0], false, wait, func(r *api.OperationRequest) error { return request(r, args) })
	}
	return cmd
}

func (p *program) yesFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&p.yes, "yes", "y", false, "start without asking")
}

// operate previews an operation and, unless it is to be shown only, starts exactly that.
func (p *program) operate(cmd *cobra.Command, instance string, only, wait bool, complete func(*api.OperationRequest) error) error {
	c, err := p.client()
	if err != nil {
		return err
	}
	var request api.OperationRequest
	if err := complete(&request); err != nil {
		return err
	}
	ctx := cmd.Context()
	at, err := p.find(ctx, c, instance)
	if err != nil {
		return err
	}
	request.Instance = at.Instance
	preview, err := c.PreviewOperation(ctx, at.Cluster, request)
	if err != nil {
		return err
	}
	if only {
		return p.print(cmd, preview, func(func(...any)) { showPreview(cmd, preview.Files, preview.Effects, preview.Warnings) })
	}
	if p.output == "table" {
		showPreview(cmd, preview.Files, preview.Effects, preview.Warnings)
	}
	if preview.Hash == "" {
		return refused("%s", blocking(preview.Warnings))
	}
	if err := p.confirm(cmd, fmt.Sprintf("%s %s/%s?", request.Kind, at.Cluster, at.Instance)); err != nil {
		return err
	}
	started, err := c.StartOperation(ctx, at.Cluster, api.StartOperationParams{IdempotencyKey: rand.Text()}, request.Start(preview.Hash))
	if err != nil {
		return err
	}
	if wait {
		if started, err = p.awaitOperation(cmd, c, started); err != nil {
			return err
		}
	}
	return p.print(cmd, started, func(row func(...any)) {
		row(started.Cluster+"/"+started.ID, started.Kind, started.Instance, started.State, started.Detail)
	})
}

// showPreview writes what a change does to git, what that causes, and what to know first.
func showPreview(cmd *cobra.Command, files []api.FileChange, effects []api.Effect, warnings []api.Warning) {
	out := cmd.OutOrStdout()
	for _, f := range files {
		fmt.Fprintf(out, "%s %s\n", f.Action, f.Path)
		if f.Diff != "" {
			fmt.Fprintln(out, strings.TrimRight(f.Diff, "\n"))
		}
	}
	for _, e := range effects {
		fmt.Fprintf(out, "Effect: %s\n", e.Text)
	}
	for _, w := range warnings {
		kind := "Warning"
		if w.Blocking {
			kind = "Blocked"
		}
		fmt.Fprintf(out, "%s: %s\n", kind, w.Message)
	}
}

func blocking(warnings []api.Warning) string {
	for _, w := range warnings {
		if w.Blocking {
			return w.Message
		}
	}
	return "Ocim would refuse it."
}

// confirm asks the person at the terminal. Scripts say --yes.
func (p *program) confirm(cmd *cobra.Command, question string) error {
	if p.yes {
		return nil
	}
	if f, isFile := p.stdin.(*os.File); !isFile || !term.IsTerminal(int(f.Fd())) {
		return usage("no terminal to confirm on: add --yes")
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s [y/N] ", question)
	answer, _ := bufio.NewReader(p.stdin).ReadString('\n')
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y") {
		return refused("not started")
	}
	return nil
}

// awaitOperation waits until an operation has ended, and is an error when it failed.
func (p *program) awaitOperation(cmd *cobra.Command, c *api.Client, o api.Operation) (api.Operation, error) {
	shown := api.OperationState("")
	err := p.every(cmd.Context(), func(ctx context.Context) (bool, error) {
		page, err := c.GetOperation(ctx, o.Cluster, o.ID)
		if err != nil {
			return false, err
		}
		o = page.Operation
		if o.State != shown {
			shown = o.State
			fmt.Fprintf(cmd.ErrOrStderr(), "%s %s: %s\n", o.Kind, o.Instance, o.State)
		}
		return operationEnded(o), nil
	})
	if err == nil && o.State != "succeeded" {
		err = failed("%s of %s/%s %s: %s", o.Kind, o.Cluster, o.Instance, o.State, o.Detail)
	}
	return o, err
}

func (p *program) waitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "wait INSTANCE [OPERATION]", Short: "Wait for an operation; the latest one, unless it is named", ValidArgsFunction: p.completeInstances,
		Args: func(cmd *cobra.Command, args []string) error { return wrong(cobra.RangeArgs(1, 2)(cmd, args)) },
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, args []string) error {
			at, err := p.find(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			o := api.Operation{Cluster: at.Cluster}
			if len(args) == 2 {
				o.ID = args[1]
			} else {
				details, err := c.GetInstance(cmd.Context(), at.Cluster, at.Instance)
				if err != nil {
					return err
				}
				if len(details.Operations) == 0 {
					return &api.Error{Problem: api.Problem{Status: 404, Detail: "There is no operation of " + at.Instance + "."}}
				}
				o = details.Operations[0]
			}
			if o, err = p.awaitOperation(cmd, c, o); err != nil {
				return err
			}
			return p.print(cmd, o, func(row func(...any)) { row(o.Cluster+"/"+o.ID, o.Kind, o.Instance, o.State, o.Detail) })
		}),
	}
}
