// Package fleet is what Ocim knows of the fleet: projects, clusters, instances,
// pipelines and operations, the rules that derive their status, and the language of
// the filters. It holds types and pure rules only; fleetstore keeps them and
// fleetview makes lists of them fast.
//
// Projects and operations are Ocim's own and cannot be rebuilt. Everything else is a
// copy of what git and the clusters say: it may be deleted at any time, and the next
// sync restores it.
//
// A project is one GitLab repository with the credentials to use it; the cluster is
// what that repository describes. They are one to one and share an id.
//
// # Status
//
// Four facts are kept apart: the lifecycle (what git says should be), the latest
// pipeline (what GitLab is doing), the health (what the cluster reports) and the age
// of each.
package fleet
