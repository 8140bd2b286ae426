package projects

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/secret"
)

// keyPair is a deploy key.
type keyPair struct {
	private     secret.Value // in OpenSSH's PEM form
	public      string       // in the form of authorized_keys
	fingerprint string
}

// newKeyPair makes an Ed25519 key.
func newKeyPair(comment string) (keyPair, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return keyPair{}, fmt.Errorf("making a deploy key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return keyPair{}, fmt.Errorf("encoding a deploy key: %w", err)
	}
	return readKeyPair(secret.New(string(pem.EncodeToMemory(block))), comment)
}

// readKeyPair reads a pasted private key.
func readKeyPair(private secret.Value, comment string) (keyPair, error) {
	signer, err := ssh.ParsePrivateKey([]byte(strings.TrimSpace(private.Reveal()) + "\n"))
	if err != nil {
		// The cause is left out: it might quote the key.
		return keyPair{}, fault.InvalidField("deployKey", "must be an SSH private key in PEM form, without a passphrase")
	}
	public := signer.PublicKey()
	return keyPair{
		private: private, fingerprint: ssh.FingerprintSHA256(public),
		public: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))) + " " + comment,
	}, nil
}
