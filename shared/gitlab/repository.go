//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Bounds of one repository, as far as it is read.
const (
	maxArchive = 256 << 20 // bytes of the archive unpacked
	maxEntries = 50_000    // files in it
	maxKept    = 10_000    // files that describe the cluster and its instances
	maxFile    = 2 << 20   // bytes of one of these; a longer one is cut, which the reader reports
)

// Head reads the newest commit of the default branch.
func (p *Project) Head(ctx context.Context) (fleet.Head, error) {
	var b branchBody
	if err := p.get(ctx, p.path("repository", "branches", p.branch), nil, &b); err != nil {
		return fleet.Head{}, translate(err, "reading the branch %s", p.branch)
	}
	if b.Commit == nil || b.Commit.ID == "" {
		return fleet.Head{}, fault.New(fault.Invalid, "The branch %s has no commits", p.branch)
	}
	return fleet.Head{Commit: b.Commit.commit(), Locked: b.locked()}, nil
}

// Files reads the files that describe the cluster and its instances at a
// commit, in one call. GitLab allows five of those a minute; beyond them it takes
// one call per hundred files of the folders instances and defaults, and another to
// read each hundred.
func (p *Project) Files(ctx context.Context, sha string) ([]fleet.SourceFile, error) {
	files, err := p.archive(ctx, sha)
	if fault.Is(err, fault.Limited) {
		return p.files(ctx, sha)
	}
	return files, err
}

func (p *Project) archive(ctx context.Context, sha string) ([]fleet.SourceFile, error) {
	ctx, cancel := context.WithCancel(ctx)
	read, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := p.send(ctx, http.MethodGet, p.path("repository", "archive.tar.gz"), &gogitlab.ArchiveOptions{SHA: &sha}, write)
		_ = write.CloseWithError(err)
	}()
	files, err := unpack(read, archiveBounds{maxArchive, maxEntries, maxKept})
	cancel() // what is left of the archive is not read
	_ = read.Close()
	<-done
	return files, translate(err, "reading the archive of %s", sha)
}

// archiveBounds is how much of an archive is read.
type archiveBounds struct {
	bytes         int64 // unpacked
	entries, kept int
}

// unpack keeps the wanted files of an archive. Its paths begin with a folder
// that GitLab names after project and commit.
func unpack(r io.Reader, most archiveBounds) ([]fleet.SourceFile, error) {
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: zipped, N: most.bytes}
	archive := tar.NewReader(limited)
	files := []fleet.SourceFile{}
	for entries := 0; ; entries++ {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if limited.N <= 0 || entries > most.entries {
			return nil, fault.New(fault.TooLarge, "The repository is too large: more than %d files or %d MiB", most.entries, most.bytes>>20)
		}
		if err != nil {
			return nil, err
		}
		_, name, ok := strings.Cut(entry.Name, "/")
		if !ok || entry.Typeflag != tar.TypeReg || !grove.Wanted(name) {
			continue
		}
		if len(files) == most.kept {
			return nil, fault.New(fault.TooLarge, "The repository describes more than %d files of instances", most.kept)
		}
		text, err := io.ReadAll(io.LimitReader(archive, maxFile))
		if err != nil {
			return nil, err
		}
		files = append(files, fleet.SourceFile{Path: name, Text: text})
	}
}
