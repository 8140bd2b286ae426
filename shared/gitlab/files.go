//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/order"
)

// files reads the wanted files at a commit without an archive.
func (p *Project) files(ctx context.Context, sha string) ([]fleet.SourceFile, error) {
	paths := []string{grove.ClusterFile}
	for _, folder := range []string{"instances", "defaults"} {
		found, err := p.tree(ctx, folder, sha)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	if len(paths) > maxKept {
		return nil, fault.New(fault.TooLarge, "The repository describes more than %d files of instances", maxKept)
	}
	all := []fleet.SourceFile{}
	for batch := range slices.Chunk(paths, pageSize) {
		files, err := p.blobs(ctx, sha, batch)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	order.Sort(all, func(a, b fleet.SourceFile) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// tree lists the wanted files of a folder; none when it is not there.
func (p *Project) tree(ctx context.Context, folder, sha string) ([]string, error) {
	paths, whole, err := p.blobsBelow(ctx, folder, sha, maxEntries/pageSize, grove.Wanted)
	if err == nil && !whole {
		err = fault.New(fault.TooLarge, "The folder %s has more than %d files", folder, maxEntries)
	}
	return paths, err
}

// blobsBelow lists the files below a folder that are wanted; none when it is not
// there. whole is false when pages were not enough.
func (p *Project) blobsBelow(ctx context.Context, folder, ref string, pages int, wanted func(string) bool) (paths []string, whole bool, err error) {
	options := gogitlab.ListTreeOptions{Path: &folder, Ref: &ref, Recursive: new(true)}
	whole, err = list(ctx, p.Client, p.path("repository", "tree"), &options, &options.ListOptions, pages, func(page []nodeBody) bool {
		for _, n := range page {
			if n.Type == "blob" && wanted(n.Path) {
				paths = append(paths, n.Path)
			}
		}
		return true
	})
	if hasStatus(err, http.StatusNotFound) {
		return nil, true, nil
	}
	return paths, whole, translate(err, "listing %s", folder)
}

// blobsQuery reads many files at once.
const blobsQuery = `query($project: ID!, $ref: String!, $paths: [String!]!) {
  project(fullPath: $project) { repository { blobs(ref: $ref, paths: $paths, first: 100) { nodes { path rawTextBlob } } } }
}`

type blobsAnswer struct {
	Data struct {
		Project *struct {
			Repository *struct {
				Blobs struct {
					Nodes []struct {
						Path        string
						RawTextBlob *string
					}
				}
			}
		}
	}
	Errors []struct{ Message string }
}

// Texts reads files at a commit, a hundred in a call. Those that do not exist are left out.
func (p *Project) Texts(ctx context.Context, sha string, paths []string) ([]fleet.SourceFile, error) {
	var all []fleet.SourceFile
	for some := range slices.Chunk(paths, 100) {
		files, err := p.blobs(ctx, sha, some)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}

// blobs reads up to a hundred files in one call, and one by one those that are
// not text to GitLab. Files that do not exist are left out.
func (p *Project) blobs(ctx context.Context, sha string, paths []string) ([]fleet.SourceFile, error) {
	answer, err := p.askBlobs(ctx, p.name, sha, paths)
	if err != nil {
		return nil, err
	}
	if answer.Data.Project == nil || answer.Data.Project.Repository == nil {
		// GraphQL knows a project by its path only, and that may have changed.
		var found projectBody
		if err := p.get(ctx, p.path(), nil, &found); err != nil {
			return nil, translate(err, "reading the project")
		}
		if answer, err = p.askBlobs(ctx, found.Path, sha, paths); err != nil {
			return nil, err
		}
		if answer.Data.Project == nil || answer.Data.Project.Repository == nil {
			return nil, fault.New(fault.Upstream, "reading files at %s: GitLab shows no repository to the API token. Run the project's checks to find the cause", sha)
		}
	}
	var files []fleet.SourceFile
	for _, blob := range answer.Data.Project.Repository.Blobs.Nodes {
		if !slices.Contains(paths, blob.Path) {
			continue
		}
		file := fleet.SourceFile{Path: blob.Path}
		if blob.RawTextBlob != nil {
			file.Text = []byte(*blob.RawTextBlob)
		} else if file.Text, err = p.rawFile(ctx, blob.Path, sha); err != nil {
			return nil, translate(err, "reading %s", blob.Path)
		}
		file.Text = file.Text[:min(len(file.Text), maxFile)]
		files = append(files, file)
	}
	return files, nil
}

func (p *Project) askBlobs(ctx context.Context, name, sha string, paths []string) (blobsAnswer, error) {
	body := map[string]any{
		"query":     blobsQuery,
		"variables": map[string]any{"project": name, "ref": sha, "paths": paths},
	}
	var answer blobsAnswer
	if _, err := p.call(ctx, http.MethodPost, graphQL, body, &answer); err != nil {
		return answer, translate(err, "reading files at %s", sha)
	}
	if len(answer.Errors) > 0 {
		return answer, fault.New(fault.Unavailable, "reading files at %s: GitLab refused the query: %s", sha, cutText(answer.Errors[0].Message))
	}
	return answer, nil
}

func (p *Project) rawFile(ctx context.Context, path, ref string) ([]byte, error) {
	var text bytes.Buffer
	_, err := p.send(ctx, http.MethodGet, p.path("repository", "files", path, "raw"), &gogitlab.GetRawFileOptions{Ref: &ref}, &text)
	return bytes.Clone(text.Bytes()[:min(text.Len(), maxFile)]), err
}

// File reads one file at a commit, with the commit that last changed it;
// fault.NotFound when it is not there.
func (p *Project) File(ctx context.Context, path, ref string) (fleet.SourceFile, error) {
	var f struct {
		Size       int64  `json:"size"`
		Encoding   string `json:"encoding"`
		Content    string `json:"content"`
		LastCommit string `json:"last_commit_id"`
	}
	if err := p.get(ctx, p.path("repository", "files", path), &gogitlab.GetFileOptions{Ref: &ref}, &f); err != nil {
		return fleet.SourceFile{}, translate(err, "reading %s", path)
	}
	if f.Size > maxFile {
		return fleet.SourceFile{}, fault.New(fault.TooLarge, "%s has %d bytes; %d are allowed", path, f.Size, maxFile)
	}
	text := []byte(f.Content)
	if f.Encoding == "base64" {
		var err error
		if text, err = base64.StdEncoding.DecodeString(f.Content); err != nil {
			return fleet.SourceFile{}, fault.Wrap(fault.Unavailable, err, "reading %s: GitLab's answer was cut off", path)
		}
	}
	return fleet.SourceFile{Path: path, Text: text, LastCommit: f.LastCommit}, nil
}

// Bounds of one folder: its files, and the pages of GitLab's list, which names
// folders, too.
const (
	maxTree      = 200
	maxTreePages = 10
)

// Folder lists the files below a folder at a commit; none when it is not there.
func (p *Project) Folder(ctx context.Context, path, ref string) ([]string, error) {
	all := func(string) bool { return true }
	files, whole, err := p.blobsBelow(ctx, path, ref, maxTreePages, all)
	if err != nil {
		return nil, err
	}
	if !whole || len(files) > maxTree {
		return nil, fault.New(fault.TooLarge, "%s has more than %d files", path, maxTree)
	}
	return append([]string{}, files...), nil
}
