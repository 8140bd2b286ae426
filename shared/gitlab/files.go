package gitlab

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
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
	slices.SortFunc(all, func(a, b fleet.SourceFile) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// tree lists the wanted files of a folder; none when it is not there.
func (p *Project) tree(ctx context.Context, folder, sha string) ([]string, error) {
	deep := true
	opt := &gogitlab.ListTreeOptions{Path: &folder, Ref: &sha, Recursive: &deep, ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}}
	var paths []string
	for range maxEntries / pageSize {
		nodes, answer, err := p.api.Repositories.ListTree(p.id, opt, gogitlab.WithContext(ctx))
		if errors.Is(err, gogitlab.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, translate(err, "listing %s", folder)
		}
		for _, n := range nodes {
			if n.Type == "blob" && grove.Wanted(n.Path) {
				paths = append(paths, n.Path)
			}
		}
		if answer.NextPage == 0 {
			return paths, nil
		}
		opt.Page = answer.NextPage
	}
	return nil, fault.New(fault.TooLarge, "The folder %s has more than %d files", folder, maxEntries)
}

// blobsQuery reads many files at once; go-gitlab knows no GraphQL.
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

// blobs reads up to a hundred files in one call, and one by one those that are
// not text to GitLab. Files that do not exist are left out.
func (p *Project) blobs(ctx context.Context, sha string, paths []string) ([]fleet.SourceFile, error) {
	answer, err := p.askBlobs(ctx, p.name, sha, paths)
	if err != nil {
		return nil, err
	}
	if answer.Data.Project == nil || answer.Data.Project.Repository == nil {
		// GraphQL knows a project by its path only, and that may have changed.
		found, _, err := p.api.Projects.GetProject(p.id, nil, gogitlab.WithContext(ctx))
		if err != nil {
			return nil, translate(err, "reading the project")
		}
		if answer, err = p.askBlobs(ctx, found.PathWithNamespace, sha, paths); err != nil {
			return nil, err
		}
		if answer.Data.Project == nil || answer.Data.Project.Repository == nil {
			return nil, fault.New(fault.Upstream, "reading files at %s: the token may not read the repository; it needs the api scope and the Maintainer role", sha)
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
		} else if file.Text, _, err = p.api.RepositoryFiles.GetRawFile(p.id, blob.Path,
			&gogitlab.GetRawFileOptions{Ref: &sha}, gogitlab.WithContext(ctx)); err != nil {
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
	req, err := p.api.NewRequest(http.MethodPost, "graphql", body, []gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx)})
	if err != nil {
		return answer, translate(err, "reading files at %s", sha)
	}
	req.URL.Path, req.URL.RawPath = strings.Replace(req.URL.Path, "/api/v4/graphql", "/api/graphql", 1), ""
	if _, err := p.api.Do(req, &answer); err != nil {
		return answer, translate(err, "reading files at %s", sha)
	}
	if len(answer.Errors) > 0 {
		return answer, fault.New(fault.Unavailable, "reading files at %s: GitLab refused the query: %s", sha, cutText(answer.Errors[0].Message))
	}
	return answer, nil
}

// File reads one file at a commit, with the commit that last changed it;
// fault.NotFound when it is not there.
func (p *Project) File(ctx context.Context, path, ref string) (fleet.SourceFile, error) {
	f, _, err := p.api.RepositoryFiles.GetFile(p.id, path, &gogitlab.GetFileOptions{Ref: &ref}, gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.SourceFile{}, translate(err, "reading %s", path)
	}
	if f.Size > maxFile {
		return fleet.SourceFile{}, fault.New(fault.TooLarge, "%s has %d bytes; %d are allowed", path, f.Size, maxFile)
	}
	text := []byte(f.Content)
	if f.Encoding == "base64" {
		if text, err = base64.StdEncoding.DecodeString(f.Content); err != nil {
			return fleet.SourceFile{}, fault.Wrap(fault.Unavailable, err, "reading %s: GitLab's answer was cut off", path)
		}
	}
	return fleet.SourceFile{Path: path, Text: text, LastCommit: f.LastCommitID}, nil
}

// maxTree bounds the files of one folder.
const maxTree = 200

// Folder lists the files below a folder at a commit; none when it is not there.
func (p *Project) Folder(ctx context.Context, path, ref string) ([]string, error) {
	deep := true
	opt := &gogitlab.ListTreeOptions{Path: &path, Ref: &ref, Recursive: &deep, ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}}
	files := []string{}
	for {
		list, answer, err := p.api.Repositories.ListTree(p.id, opt, gogitlab.WithContext(ctx))
		if errors.Is(err, gogitlab.ErrNotFound) {
			return files, nil
		}
		if err != nil {
			return nil, translate(err, "listing %s", path)
		}
		for _, n := range list {
			if n.Type != "blob" {
				continue
			}
			if len(files) == maxTree {
				return nil, fault.New(fault.TooLarge, "%s has more than %d files", path, maxTree)
			}
			files = append(files, n.Path)
		}
		if answer.NextPage == 0 {
			return files, nil
		}
		opt.Page = answer.NextPage
	}
}
