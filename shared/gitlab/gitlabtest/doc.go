// Package gitlabtest is a GitLab with Grove behind it: a real HTTP server on a
// real commit history, whose pipelines move by a clock that a test holds and
// which sends real webhooks. Tests use it in place of a GitLab, and so does the
// demonstration.
//
// # What it answers
//
// What Ocim asks of GitLab's REST API v4: projects, repositories (tree, files,
// archive, commits, compare, branches), pipelines, jobs and their traces,
// triggers, deploy keys and hooks, and the part of its GraphQL API that reads
// many files or projects at once. Paths, JSON, error bodies, pagination, rate
// limits and access checks are written as GitLab writes them. Where
// GitLab has a trap, the trap is here too: flat "variables[X]" keys in JSON are
// ignored, a wrong trigger token is a 404, child pipelines are not listed
// unless asked for, a retried pipeline keeps its old finished_at, an empty
// commit needs allow_empty.
//
// # What Grove does
//
// A trigger with NEW_INSTANCE_TRIGGER runs a pipeline that pushes the branch
// deployment/<instance>/<deployment id>, opens a merge request and merges it;
// the merge commit's pipeline generates a child pipeline, which is the one that
// deploys. Archive and delete triggers remove the instance's folder. Commits
// whose message starts with [AutoDeploy] start a pipeline with a child; others
// start one that does nothing.
//
// # Time
//
// By default time stands still until Clock.Advance moves it, and everything on
// the way happens at its own moment. Settle moves it until nothing is left to
// do. Give Clock.Now to the code under test so that both agree on the time.
// With Options.RealTime pipelines run by the wall clock, Options.Speed times as
// fast.
//
// # What can go wrong, on command
//
// Script makes jobs fail, hang or print huge logs. Fail answers 429, 5xx, 401 or
// 403, cuts or truncates an answer, or holds it until the test opens a gate.
// HoldWebhooks, ReleaseWebhooks and SetWebhookCopies delay, reorder, repeat and
// drop webhooks. Requests and Deliveries record what came in and went out.
//
// # Durability
//
// With Options.Dir a request is answered after what it changed is on disk, and
// a new Server on the same folder goes on where a killed one stopped. What was
// armed by Script and Fail, the records of requests and webhooks that were not
// sent yet live in memory only.
package gitlabtest
