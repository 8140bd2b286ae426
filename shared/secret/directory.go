package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/open-craft/ocim/shared/fault"
)

// MaxFile is the largest secret file that is read, in bytes.
const MaxFile = 64 << 10

var fileName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`) })

// Directory reads secrets from files of one folder, which OpenFaaS mounts at
// /var/openfaas/secrets. A file that changed since it was read is read again,
// so a rotated secret is seen without a restart. It is safe for concurrent use.
type Directory struct {
	path string

	mu   sync.Mutex
	seen map[string]seenFile
}

type seenFile struct {
	info  fs.FileInfo
	value Value
}

// NewDirectory makes a Directory over the folder at path. Nothing is read yet.
func NewDirectory(path string) *Directory {
	return &Directory{path: path, seen: map[string]seenFile{}}
}

// Read returns the content of the file called name, without trailing newlines.
// name is 1 to 63 lower-case letters, digits, "-" and ".". A missing, empty,
// oversized or unreadable file is an error of kind fault.Internal that names
// the secret and its path.
func (d *Directory) Read(name string) (Value, error) {
	if !fileName().MatchString(name) {
		return Value{}, fault.New(fault.Internal, "%q is not the name of a secret", name)
	}
	path := filepath.Join(d.path, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Value{}, fault.New(fault.Internal, "the secret %q is missing: there is no file %s", name, path)
	}
	if err != nil {
		return Value{}, fault.Wrap(fault.Internal, err, "the secret %q cannot be read", name)
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	if was, ok := d.seen[name]; ok && unchanged(was.info, info) {
		return was.value, nil
	}
	value, info, err := readFile(path)
	if err != nil {
		return Value{}, fault.Wrap(fault.Internal, err, "the secret %q cannot be read from %s", name, path)
	}
	if value.IsZero() {
		return Value{}, fault.New(fault.Internal, "the secret %q is empty: %s", name, path)
	}
	d.seen[name] = seenFile{info: info, value: value}
	return value, nil
}

// Keyring returns the Keyring that the file called name holds, in the form of
// ParseKeyring. Every use looks at the file again, so a rotation takes effect
// at once. It fails now if the file is missing or malformed.
func (d *Directory) Keyring(name string) (*Keyring, error) {
	load := func() ([]ringKey, error) {
		text, err := d.Read(name)
		if err != nil {
			return nil, err
		}
		ring, err := ParseKeyring(text.Reveal())
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the secret %q is not a keyring", name)
		}
		return ring.load()
	}
	if _, err := load(); err != nil {
		return nil, err
	}
	return &Keyring{load: load}, nil
}

func unchanged(a, b fs.FileInfo) bool {
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

// readFile returns the content and the state of the very file it was read from.
func readFile(path string) (Value, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return Value{}, nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Value{}, nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return Value{}, nil, err
	}
	if len(content) > MaxFile {
		return Value{}, nil, fmt.Errorf("it is larger than %d bytes", MaxFile)
	}
	return New(strings.TrimRight(string(content), "\r\n")), info, nil
}
