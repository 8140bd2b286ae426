package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/bolt"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/vault"
)

const (
	backupEvery = 24 * time.Hour
	maxBackups  = 7
	backupTime  = "20060102-150405"
)

func backupFolder(dir string) string { return filepath.Join(dir, "backups") }

// backups returns the files of a folder's backups, the oldest first.
func backups(dir string) []string {
	found, err := filepath.Glob(filepath.Join(backupFolder(dir), "ocim-*.db"))
	if err != nil {
		return nil // only for a malformed pattern
	}
	slices.Sort(found)
	return found
}

func newestBackup(dir string) string {
	if all := backups(dir); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// backupAge returns how old the newest backup is, by its name.
func backupAge(dir string, now time.Time) time.Duration {
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(newestBackup(dir)), "ocim-"), ".db")
	at, err := time.Parse(backupTime, name)
	if err != nil || at.After(now) {
		return backupEvery // none, or the clock was wrong
	}
	return now.Sub(at)
}

// backUp copies the store into its folder of backups and removes the oldest ones.
func backUp(store *bolt.Store, dir string, now time.Time) error {
	if err := os.MkdirAll(backupFolder(dir), 0o700); err != nil {
		return fmt.Errorf("make the folder of the backups: %w", err)
	}
	if err := store.Backup(filepath.Join(backupFolder(dir), "ocim-"+now.UTC().Format(backupTime)+".db")); err != nil {
		return err
	}
	var failed []error
	for all := backups(dir); len(all) > maxBackups; all = all[1:] {
		failed = append(failed, os.Remove(all[0]))
	}
	return errors.Join(failed...)
}

// keepBackups backs the store up once a day until ctx ends. A failure is logged and
// tried again within the hour.
func keepBackups(ctx context.Context, store *bolt.Store, dir string, log *slog.Logger) {
	for {
		wait := backupEvery - backupAge(dir, time.Now())
		if wait <= 0 {
			wait = backupEvery
			if err := backUp(store, dir, time.Now()); err != nil {
				log.ErrorContext(ctx, "the store could not be backed up", "error", err.Error())
				wait = time.Hour
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// checkSealKeys refuses to start when the store holds credentials but the keys that
// seal them are missing. Making new keys would hide that every credential is lost.
func checkSealKeys(ctx context.Context, store kv.Store, secretsDir string) error {
	file := filepath.Join(secretsDir, fleetsetup.SecretSealKeys)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	sealed, err := vault.Any(ctx, store)
	if err != nil {
		return err
	}
	if sealed {
		return fmt.Errorf("the store holds credentials, but %s, the keys that they are sealed with, is missing. Restore that file from your backup. If it is lost, move the store away and add the projects again", file)
	}
	return nil
}
