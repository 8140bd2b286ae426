package gitlab

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
)

// Bounds of what is read of the history.
const (
	maxSearched = 500 // commits looked through for a text
	maxTree     = 200 // files of one folder
)

// commitBody is GitLab's commit request; go-gitlab has no allow_empty, without
// which a commit of no actions is refused.
type commitBody struct {
	Branch     string       `json:"branch"`
	Message    string       `json:"commit_message"`
	Actions    []actionBody `json:"actions"`
	AllowEmpty bool         `json:"allow_empty,omitempty"`
}

type actionBody struct {
	Action     string `json:"action"`
	Path       string `json:"file_path"`
	Content    string `json:"content,omitempty"`
	Encoding   string `json:"encoding,omitempty"`
	LastCommit string `json:"last_commit_id,omitempty"`
}

// Commit changes files in one step. It is sent once. When somebody changed a
// file since the commit its action names, it is fault.Conflict and GitLab's
// words name the file.
func (p *Project) Commit(ctx context.Context, c grove.Commit) (fleet.Commit, error) {
	body := commitBody{Branch: c.Branch, Message: c.Message, Actions: []actionBody{}, AllowEmpty: len(c.Actions) == 0}
	for _, a := range c.Actions {
		action := actionBody{Action: a.Action, Path: a.Path, LastCommit: a.LastCommit}
		if a.Action != grove.DeleteFile {
			action.Content, action.Encoding = base64.StdEncoding.EncodeToString(a.Content), "base64"
		}
		body.Actions = append(body.Actions, action)
	}
	req, err := p.api.NewRequest(http.MethodPost, p.path("repository/commits"), body,
		[]gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx)})
	if err != nil {
		return fleet.Commit{}, translate(err, "committing")
	}
	var made gogitlab.Commit
	if _, err := p.api.Do(req, &made); err != nil {
		return fleet.Commit{}, translate(err, "committing to %s", c.Branch)
	}
	return commit(&made), nil
}

func (p *Project) path(rest string) string { return "projects/" + strconv.Itoa(p.id) + "/" + rest }

// CommitSaying finds the newest commit of the default branch, made since, whose
// message holds a text; fault.NotFound when there is none.
func (p *Project) CommitSaying(ctx context.Context, since time.Time, text string) (fleet.Commit, error) {
	var found *fleet.Commit
	err := p.eachCommit(ctx, &gogitlab.ListCommitsOptions{RefName: &p.branch, Since: &since}, maxSearched, func(c fleet.Commit) bool {
		if strings.Contains(c.Message, text) {
			found = &c
		}
		return found == nil
	})
	if err != nil {
		return fleet.Commit{}, err
	}
	if found == nil {
		return fleet.Commit{}, fault.New(fault.NotFound, "no commit says %s", text)
	}
	return *found, nil
}

// CommitsOf reads the newest commits of the default branch that touch a path,
// newest first.
func (p *Project) CommitsOf(ctx context.Context, path string, most int) ([]fleet.Commit, error) {
	list := []fleet.Commit{}
	err := p.eachCommit(ctx, &gogitlab.ListCommitsOptions{RefName: &p.branch, Path: &path}, most, func(c fleet.Commit) bool {
		list = append(list, c)
		return true
	})
	return list, err
}

// eachCommit visits at most so many commits, newest first, until visit is
// false.
func (p *Project) eachCommit(ctx context.Context, opt *gogitlab.ListCommitsOptions, most int, visit func(fleet.Commit) bool) error {
	opt.PerPage, opt.Page = min(pageSize, most), 1
	for seen := 0; ; {
		list, answer, err := p.api.Commits.ListCommits(p.id, opt, gogitlab.WithContext(ctx))
		if err != nil {
			return translate(err, "listing commits")
		}
		for _, c := range list {
			if seen++; seen > most || !visit(commit(c)) {
				return nil
			}
		}
		if answer.NextPage == 0 || seen >= most {
			return nil
		}
		opt.Page = answer.NextPage
	}
}

// Between gives the commits that to has and from has not.
func (p *Project) Between(ctx context.Context, from, to string) ([]fleet.Commit, error) {
	compared, _, err := p.api.Repositories.Compare(p.id, &gogitlab.CompareOptions{From: &from, To: &to}, gogitlab.WithContext(ctx))
	if err != nil {
		return nil, translate(err, "comparing %s with %s", from, to)
	}
	list := make([]fleet.Commit, len(compared.Commits))
	for i, c := range compared.Commits {
		list[i] = commit(c)
	}
	return list, nil
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

// Run starts a pipeline of the default branch with variables. It is sent once.
func (p *Project) Run(ctx context.Context, call grove.Pipeline) (fleet.Pipeline, error) {
	variables := make([]*gogitlab.PipelineVariableOptions, 0, len(call.Variables))
	for name, value := range call.Variables {
		variables = append(variables, &gogitlab.PipelineVariableOptions{Key: &name, Value: &value})
	}
	made, _, err := p.api.Pipelines.CreatePipeline(p.id,
		&gogitlab.CreatePipelineOptions{Ref: &call.Ref, Variables: &variables}, gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "starting a pipeline of %s", call.Ref)
	}
	return pipeline(made), nil
}

// FindPipeline looks for the newest pipeline of a source ("trigger" or "api")
// that changed since, carries all the variables and is not to be skipped;
// fault.NotFound when there is none.
func (p *Project) FindPipeline(ctx context.Context, since time.Time, source string, variables map[string]string, skip func(id int64) bool) (fleet.Pipeline, error) {
	list, err := p.listPipelines(ctx, since, source)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if skip(list[i].ID) {
			continue
		}
		has, _, err := p.api.Pipelines.GetPipelineVariables(p.id, int(list[i].ID), gogitlab.WithContext(ctx))
		if err != nil {
			return fleet.Pipeline{}, translate(err, "reading the variables of pipeline %d", list[i].ID)
		}
		matching := 0
		for _, v := range has {
			if want, ok := variables[v.Key]; ok && want == v.Value {
				matching++
			}
		}
		if matching == len(variables) {
			return list[i], nil
		}
	}
	return fleet.Pipeline{}, fault.New(fault.NotFound, "no pipeline of that kind was started")
}

// Cancel cancels what has not finished of a pipeline.
func (p *Project) Cancel(ctx context.Context, id int64) (fleet.Pipeline, error) {
	done, _, err := p.api.Pipelines.CancelPipelineBuild(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "canceling pipeline %d", id)
	}
	return pipeline(done), nil
}

// Retry runs the failed and canceled jobs of a pipeline again.
func (p *Project) Retry(ctx context.Context, id int64) (fleet.Pipeline, error) {
	done, _, err := p.api.Pipelines.RetryPipelineBuild(p.id, int(id), gogitlab.WithContext(ctx))
	if err != nil {
		return fleet.Pipeline{}, translate(err, "retrying pipeline %d", id)
	}
	return pipeline(done), nil
}

func rangeHeader(from, limit int64) gogitlab.RequestOptionFunc {
	return gogitlab.WithHeader("Range", fmt.Sprintf("bytes=%d-%d", from, from+limit-1))
}
