// Package fleet is what Ocim knows of the fleet: projects, clusters,
// instances, pipelines and operations, the rules that tell their status, and
// the snapshot that makes lists fast.
//
// Projects and operations are Ocim's own and cannot be rebuilt. Everything else
// is a copy of what git and the clusters say; it may be thrown away at any time
// and comes out equal after the next sync.
//
// A project is one GitLab repository with the credentials to use it; the
// cluster is what that repository describes. They are one to one and share an
// id.
//
// # Status
//
// Four facts are kept apart and never smeared together: the lifecycle (what
// git says should be), the latest pipeline (what GitLab is doing), the health
// (what the cluster says is) and the age of each.
//
// # Snapshot
//
// Each cluster has one chunk: its facts and the rows of its instances,
// compressed. One head item counts revisions and remembers which clusters
// changed lately. A replica keeps the decoded chunks in memory and compares
// revisions at each request, so it is right without reading them again.
package fleet
