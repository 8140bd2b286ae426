package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/open-craft/ocim/functions/ocim/api"
)

func (p *program) installationCommand() *cobra.Command {
	return &cobra.Command{
		Use: "installation", Short: "Check how Ocim is configured and whether its work in the background keeps up", Args: noArguments,
		Long: "Checks how Ocim is configured and whether its work in the background keeps up. It fails when something needs action.",
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
			found, err := c.GetInstallation(cmd.Context())
			if err != nil {
				return err
			}
			all := slices.Concat(found.Configuration, found.Health)
			if err := p.print(cmd, found, func(row func(...any)) {
				for _, r := range all {
					row(r.State, r.Name, r.Text)
				}
			}); err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(r api.Result) bool { return r.State == "missing" }) {
				return failed("the installation needs action")
			}
			return nil
		}),
	}
}

func (p *program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Verify the audit log", Args: noArguments, RunE: help}
	cmd.AddCommand(&cobra.Command{
		Use: "verify", Short: "Check that no entry of the audit log was changed or removed", Args: noArguments,
		RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
			found, err := c.VerifyAudit(cmd.Context())
			if err != nil {
				return err
			}
			if err := p.print(cmd, found, func(row func(...any)) {
				row("Entries", found.Entries)
				row("Sealed", found.Sealed, found.SealedAt)
				if found.BeforeMacs > 0 {
					row("Sealed in groups", found.BeforeMacs, "by an earlier release: a change is found, but not which entry it was")
				}
			}); err != nil {
				return err
			}
			if !found.OK {
				return failed("the audit log does not verify: %s", found.Problem)
			}
			return nil
		}),
	})
	return cmd
}

func (p *program) keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Show and replace the encryption keys of stored secrets", Args: noArguments, RunE: help}
	cmd.AddCommand(
		&cobra.Command{
			Use: "status", Short: "Show which keys stored secrets still need", Args: noArguments,
			Long: "Shows which keys of ocim-seal-keys stored secrets still need. It fails when one of them is missing.",
			RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
				keys, err := c.GetKeys(cmd.Context())
				if err != nil {
					return err
				}
				if err := p.print(cmd, keys, func(row func(...any)) {
					row("KEY", "STATE", "CREDENTIALS", "NOTIFICATIONS")
					for _, k := range keys.Keys {
						row(k.ID, keyState(k), k.Credentials, k.Notifications)
					}
				}); err != nil {
					return err
				}
				if slices.ContainsFunc(keys.Keys, func(k api.KeyUse) bool { return k.Missing }) {
					return failed("stored secrets need a key that is not in ocim-seal-keys")
				}
				return nil
			}),
		},
		&cobra.Command{
			Use: "reseal", Short: "Encrypt all stored secrets with the current key now", Args: noArguments,
			RunE: p.run(func(cmd *cobra.Command, c *api.Client, _ []string) error {
				done, err := c.Reseal(cmd.Context())
				if err != nil {
					return err
				}
				return p.print(cmd, done, func(row func(...any)) {
					row("Encrypted again", done.Resealed)
				})
			}),
		},
	)
	return cmd
}

func keyState(k api.KeyUse) string {
	switch {
	case k.Missing:
		return "missing"
	case k.Current:
		return "current"
	case k.Credentials+k.Notifications > 0:
		return "needed"
	}
	return "not needed"
}
