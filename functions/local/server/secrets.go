package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup/fleetsetup"
	"github.com/open-craft/ocim/shared/setup/tokensetup"
)

// The signing keys, which only the auth function has elsewhere.
const privateKeys = "ocim-jwt-private"

// makeSecrets makes the secrets that are not there yet, in a folder that only
// the owner can read. What is there is never touched: losing the seal keys
// would lose every credential.
func makeSecrets(dir string, now time.Time) (*secret.Directory, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the secrets: %w", err)
	}
	secrets := secret.NewDirectory(dir)
	err := errors.Join(
		makeSecret(dir, privateKeys, identity.GenerateKey),
		makeSecret(dir, tokensetup.SecretPublicKeys, func() (secret.Value, error) {
			private, err := secrets.Read(privateKeys)
			if err != nil {
				return secret.Value{}, err
			}
			public, err := identity.PublicKeys(private)
			return secret.New(public), err
		}),
		makeSecret(dir, fleetsetup.SecretSealKeys, func() (secret.Value, error) { return secret.NewKey(now.UTC().Format("2006-01-02")) }),
	)
	if err != nil {
		return nil, fmt.Errorf("make the secrets: %w", err)
	}
	return secrets, nil
}

// makeSecret writes the secret whole or not at all.
func makeSecret(dir, name string, generate func() (secret.Value, error)) (err error) {
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	value, err := generate()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	f, err := os.CreateTemp(dir, "."+name+"-*") // readable by the owner only
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(value.Reveal() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.Rename(f.Name(), path)
}
