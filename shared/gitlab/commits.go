package gitlab

import (
	"context"
	"strconv"
	"strings"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/refusal"
)

// maxSearched is how many commits are looked through for a text.
const maxSearched = 500

// Commit changes files in one step. It is sent once. When somebody changed a
// file since the commit its action names, it is fault.Conflict and GitLab's
// words name the file.
func (p *Project) Commit(ctx context.Context, c grove.Commit) (fleet.Commit, error) {
	var made gogitlab.Commit
	if err := p.send(ctx, grove.Call{Commit: &c}, &made); err != nil {
		return fleet.Commit{}, p.refusedCall(ctx, refusal.Commit, err, "committing to %s", c.Branch)
	}
	return commit(&made), nil
}

// send makes the request of a call, and decodes GitLab's answer.
func (p *Project) send(ctx context.Context, call grove.Call, answer any) error {
	w := call.Wire(int64(p.id), p.trigger.Reveal())
	req, err := p.api.NewRequest(w.Method, w.Path, w.Body, []gogitlab.RequestOptionFunc{gogitlab.WithContext(ctx)})
	if err != nil {
		return err
	}
	_, err = p.api.Do(req, answer)
	return err
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

// maxChanged bounds the files of one commit, as far as they are listed.
const maxChanged = 500

// Changed lists the files that a commit changed against its first parent, also those
// that it took away; of a very large commit the first only.
func (p *Project) Changed(ctx context.Context, sha string) ([]string, error) {
	opt := &gogitlab.GetCommitDiffOptions{ListOptions: gogitlab.ListOptions{PerPage: pageSize, Page: 1}}
	paths := []string{}
	for len(paths) < maxChanged {
		list, answer, err := p.api.Commits.GetCommitDiff(p.id, sha, opt, gogitlab.WithContext(ctx))
		if err != nil {
			return nil, translate(err, "reading what %s changed", sha)
		}
		for _, d := range list {
			if paths = append(paths, d.NewPath); d.OldPath != d.NewPath {
				paths = append(paths, d.OldPath)
			}
		}
		if answer.NextPage == 0 {
			break
		}
		opt.Page = answer.NextPage
	}
	return paths, nil
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
