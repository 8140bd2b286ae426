package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/kv/dynamo"
	"github.com/open-craft/ocim/shared/kv/transfer"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/storesetup"
)

const storeUsage = `usage: ocim-server store check
       ocim-server store backup FILE
       ocim-server store restore FILE
       ocim-server store export [-table NAME] FILE
       ocim-server store import [-table NAME] FILE`

// storeConfig is what the store's commands read from the environment.
type storeConfig struct {
	storesetup.Store        // with -table
	Dir              string `envconfig:"DIR" default:".ocim"`
}

// file returns the path of the embedded store.
func (c storeConfig) file() string { return storeFile(c.Dir) }

func storeFile(dir string) string { return filepath.Join(dir, "ocim.db") }

// runStore runs a command on the store that the program uses, while the program does
// not run.
func runStore(ctx context.Context, args []string, out io.Writer) error {
	var cfg storeConfig
	if err := setup.Load(&cfg); err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New(storeUsage)
	}
	command := args[0]
	flags := flag.NewFlagSet("store "+command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	table := ""
	if command == "export" || command == "import" {
		flags.StringVar(&table, "table", "", "DynamoDB table instead of the embedded store")
	}
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() > 1 {
		return errors.New(storeUsage)
	}
	file := flags.Arg(0)
	switch {
	case command == "check" && file == "":
		return checkStore(cfg, out)
	case command == "backup" && file != "":
		return backupStore(cfg, file, out)
	case command == "restore" && file != "":
		return restoreStore(cfg, file, out)
	case command == "export" && file != "":
		return exportStore(ctx, cfg, table, file, out)
	case command == "import" && file != "":
		return importStore(ctx, cfg, table, file, out)
	}
	return errors.New(storeUsage)
}

func checkStore(cfg storeConfig, out io.Writer) error {
	items, err := bolt.Check(cfg.file())
	if err != nil {
		return withWayBack(cfg.Dir, err)
	}
	fmt.Fprintf(out, "%s is intact: %d items.\n", cfg.file(), items)
	return nil
}

func backupStore(cfg storeConfig, to string, out io.Writer) (err error) {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s exists already", to)
	}
	store, err := openStore(cfg.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Backup(to); err != nil {
		return err
	}
	fmt.Fprintf(out, "Copied %s to %s. Back up %s as well: without its keys the credentials are lost.\n", cfg.file(), to, filepath.Join(cfg.Dir, "secrets"))
	return nil
}

// restoreStore replaces the store's file by a backup. The present file is kept under
// another name.
func restoreStore(cfg storeConfig, from string, out io.Writer) error {
	items, err := bolt.Check(from)
	if err != nil {
		return fmt.Errorf("the backup cannot be used: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the store: %w", err)
	}
	source, err := bolt.Open(from, bolt.Options{})
	if err != nil {
		return err
	}
	part := cfg.file() + ".restoring"
	err = errors.Join(source.Backup(part), source.Close())
	if err != nil {
		return err
	}
	if _, err := os.Stat(cfg.file()); err == nil {
		// A running Ocim has the lock; a damaged file has none to give.
		held, err := bolt.Open(cfg.file(), bolt.Options{})
		if fault.Is(err, fault.Unavailable) {
			return errors.Join(fmt.Errorf("already running with %s: stop that first", cfg.Dir), os.Remove(part))
		}
		if err == nil {
			if err := held.Close(); err != nil {
				return err
			}
		}
		former := cfg.file() + ".replaced-" + time.Now().UTC().Format(backupTime)
		if err := os.Rename(cfg.file(), former); err != nil {
			return fmt.Errorf("keep the present store: %w", err)
		}
		fmt.Fprintf(out, "Kept the former store as %s.\n", former)
	}
	if err := os.Rename(part, cfg.file()); err != nil {
		return fmt.Errorf("restore the store: %w", err)
	}
	fmt.Fprintf(out, "Restored %d items from %s. At its next start Ocim reads again from GitLab what changed since.\n", items, from)
	return nil
}

// openWhole opens the embedded store or, with a table, DynamoDB.
func openWhole(ctx context.Context, cfg storeConfig, table string) (transfer.Store, func() error, error) {
	if table != "" {
		store, err := dynamo.Connect(ctx, dynamo.Config{Table: table, Region: cfg.Region, Endpoint: cfg.DynamoDBURL}, dynamo.Options{Timeout: 30 * time.Second})
		return store, func() error { return nil }, err
	}
	store, err := openStore(cfg.Dir)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}

func exportStore(ctx context.Context, cfg storeConfig, table, to string, out io.Writer) (err error) {
	if table == "" {
		if _, err := os.Stat(cfg.file()); err != nil {
			return fmt.Errorf("there is no store %s", cfg.file())
		}
	}
	store, release, err := openWhole(ctx, cfg, table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	exported, err := transfer.Export(ctx, store, file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	fmt.Fprintf(out, "Exported %d items, digest %s. Copy the secrets as well: they are not in the file.\n", exported.Items, exported.Digest)
	return nil
}

func importStore(ctx context.Context, cfg storeConfig, table, from string, out io.Writer) (err error) {
	file, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read the export: %w", err)
	}
	defer func() { _ = file.Close() }()
	store, release, err := openWhole(ctx, cfg, table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	imported, err := transfer.Import(ctx, file, store)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Imported %d items, digest %s. The store equals the file.\n", imported.Items, imported.Digest)
	return nil
}

// openStore opens the embedded store of a folder. Its errors say what to do.
func openStore(dir string) (*bolt.Store, error) {
	store, err := bolt.Open(storeFile(dir), bolt.Options{})
	switch {
	case fault.Is(err, fault.Unavailable):
		return nil, fmt.Errorf("already running with %s: stop that first, or set OCIM_DIR to another folder", dir)
	case err != nil:
		return nil, withWayBack(dir, err)
	}
	return store, nil
}

// withWayBack adds to an error of the store how to get it back.
func withWayBack(dir string, err error) error {
	if !fault.Is(err, fault.Internal) {
		return err
	}
	if newest := newestBackup(dir); newest != "" {
		return fmt.Errorf("%w. Restore the newest backup: ocim-server store restore %s", err, newest)
	}
	return fmt.Errorf("%w. There is no backup in %s. Without one, move the file away and start: Ocim begins with an empty store, and reads projects that you add again from GitLab", err, backupFolder(dir))
}
