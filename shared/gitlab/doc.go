// Package gitlab is the client of GitLab's API, made of go-gitlab: its client and
// options make and send the requests. The package's own types decode only what Ocim
// needs of an answer, so that fields which GitLab adds or changes elsewhere cost
// nothing. No other package of the product imports go-gitlab.
//
// Client is a server used with one token. Project is one project of it, with what
// reconciling and operations need; Opener makes a Project from what the fleet's
// store keeps. ProjectAdmin is what adding and checking projects needs. ParseEvent
// reduces the body of a webhook to what is kept.
//
// Guarantees:
//
//   - Errors are faults whose message never holds a token. What GitLab refused has a
//     refusal.Refusal inside, with GitLab's own words.
//   - A request that changes something is sent once. What changes nothing is
//     repeated after a failure, within bounds.
//   - All clients of a process keep within 80% of GitLab's limits for each token,
//     and leave a server alone for a moment after repeated failures. What GitLab says
//     of a token's limit, and that a server fails, processes share in the store.
//   - Answers, logs and events are bounded in time and memory.
package gitlab
