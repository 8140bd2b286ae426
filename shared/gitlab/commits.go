//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
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

// Commit changes files in one step. It is sent once. When a file was changed
// since the commit that its action names, it is fault.Conflict and GitLab's words
// name the file.
func (p *Project) Commit(ctx context.Context, c grove.Commit) (fleet.Commit, error) {
	var made commitBody
	if err := p.start(ctx, grove.Call{Commit: &c}, &made); err != nil {
		return fleet.Commit{}, p.translateRefusal(ctx, refusal.Commit, err, "committing to %s", c.Branch)
	}
	return made.commit(), nil
}

// start makes a call of Grove's contract.
func (p *Project) start(ctx context.Context, c grove.Call, made any) error {
	w := c.Wire(p.id, p.trigger.Reveal())
	_, err := p.call(ctx, w.Method, w.Path, w.Body, made)
	return err
}

// CommitSaying finds the newest commit of the default branch, made since, whose
// message holds a text; fault.NotFound when there is none.
func (p *Project) CommitSaying(ctx context.Context, since time.Time, text string) (fleet.Commit, error) {
	var found *fleet.Commit
	options := gogitlab.ListCommitsOptions{RefName: &p.branch, Since: new(since.UTC())}
	err := p.eachCommit(ctx, options, maxSearched, func(c fleet.Commit) bool {
		if strings.Contains(c.Message, text) {
			found = &c
		}
		return found == nil
	})
	if err != nil {
		return fleet.Commit{}, err
	}
	if found == nil {
		return fleet.Commit{}, fault.New(fault.NotFound, "No commit contains %s", text)
	}
	return *found, nil
}

// Commits reads the newest commits of the default branch, newest first.
func (p *Project) Commits(ctx context.Context, limit int) ([]fleet.Commit, error) {
	return p.commits(ctx, gogitlab.ListCommitsOptions{RefName: &p.branch}, limit)
}

// CommitsOf reads the newest commits of the default branch that touch a path,
// newest first.
func (p *Project) CommitsOf(ctx context.Context, path string, limit int) ([]fleet.Commit, error) {
	return p.commits(ctx, gogitlab.ListCommitsOptions{RefName: &p.branch, Path: &path}, limit)
}

func (p *Project) commits(ctx context.Context, options gogitlab.ListCommitsOptions, limit int) ([]fleet.Commit, error) {
	all := []fleet.Commit{}
	err := p.eachCommit(ctx, options, limit, func(c fleet.Commit) bool {
		all = append(all, c)
		return true
	})
	return all, err
}

// eachCommit visits at most so many commits, newest first, until visit is false.
func (p *Project) eachCommit(ctx context.Context, options gogitlab.ListCommitsOptions, limit int, visit func(fleet.Commit) bool) error {
	options.PerPage = min(limit, pageSize)
	seen := 0
	_, err := list(ctx, p.Client, p.path("repository", "commits"), &options, &options.ListOptions, (limit+pageSize-1)/pageSize, func(page []commitBody) bool {
		for _, c := range page {
			if seen++; seen > limit || !visit(c.commit()) {
				return false
			}
		}
		return seen < limit
	})
	return translate(err, "listing commits")
}

// maxChanged bounds the files of one commit, as far as they are listed.
const maxChanged = 500

// Changed lists the files that a commit changed against its first parent,
// removed ones included; of a very large commit the first only.
func (p *Project) Changed(ctx context.Context, sha string) ([]string, error) {
	type diff struct {
		New string `json:"new_path"`
		Old string `json:"old_path"`
	}
	paths := []string{}
	var options gogitlab.GetCommitDiffOptions
	_, err := list(ctx, p.Client, p.path("repository", "commits", sha, "diff"), &options, &options.ListOptions, maxChanged/pageSize, func(page []diff) bool {
		for _, d := range page {
			if paths = append(paths, d.New); d.Old != d.New {
				paths = append(paths, d.Old)
			}
		}
		return len(paths) < maxChanged
	})
	if err != nil {
		return nil, translate(err, "reading what %s changed", sha)
	}
	return paths, nil
}

// Between gives the commits that to has and from has not.
func (p *Project) Between(ctx context.Context, from, to string) ([]fleet.Commit, error) {
	var compared struct {
		Commits []commitBody `json:"commits"`
	}
	if err := p.get(ctx, p.path("repository", "compare"), &gogitlab.CompareOptions{From: &from, To: &to}, &compared); err != nil {
		return nil, translate(err, "comparing %s with %s", from, to)
	}
	commits := make([]fleet.Commit, len(compared.Commits))
	for i, c := range compared.Commits {
		commits[i] = c.commit()
	}
	return commits, nil
}
