package gitlab

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
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
	pageSize   = 100
)

// Head reads the newest commit of the default branch.
func (p *Project) Head(ctx context.Context) (fleet.Head, error) {
	b, _, err := p.api.Branches.GetBranch(p.id, p.branch, gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Head{}, translate(err, "reading the branch %s", p.branch)
	}
	if b.Commit == nil || b.Commit.ID == "" {
		return fleet.Head{}, fault.New(fault.Invalid, "The branch %s has no commits", p.branch)
	}
	return fleet.Head{Commit: commit(b.Commit), Locked: !b.CanPush}, nil
}

// Commits reads the newest commits of the default branch, newest first.
func (p *Project) Commits(ctx context.Context, most int) ([]fleet.Commit, error) {
	var all []fleet.Commit
	err := p.eachCommit(ctx, &gogitlab.ListCommitsOptions{RefName: &p.branch}, most, func(c fleet.Commit) bool {
		all = append(all, c)
		return true
	})
	return all, err
}

func commit(c *gogitlab.Commit) fleet.Commit {
	out := fleet.Commit{
		SHA: c.ID, Title: c.Title, Message: c.Message, Author: c.AuthorName, Parents: c.ParentIDs, WebURL: c.WebURL,
	}
	if c.CommittedDate != nil {
		out.CreatedAt = c.CommittedDate.UTC()
	} else if c.CreatedAt != nil {
		out.CreatedAt = c.CreatedAt.UTC()
	}
	return out
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
	// go-gitlab reads on to the end of an answer unless its context is over.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read, write := io.Pipe()
	streamed := make(chan struct{})
	go func() {
		defer close(streamed)
		format := "tar.gz"
		_, err := p.api.Repositories.StreamArchive(p.id, write,
			&gogitlab.ArchiveOptions{Format: &format, SHA: &sha}, gogitlab.WithContext(ctx))
		write.CloseWithError(err)
	}()
	files, err := unpack(read, archiveBounds{maxArchive, maxEntries, maxKept})
	cancel()
	read.CloseWithError(errEnough)
	<-streamed
	if err != nil {
		return nil, translate(err, "reading the archive of %s", sha)
	}
	return files, nil
}

// errEnough stops a download whose rest is of no use.
var errEnough = errors.New("the rest of the archive is not needed")

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
