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
//
// Lists are found in an index that only grows: a row that changes becomes a new
// document, and each snapshot knows which documents are its own. So a change
// costs what changed, and a list costs its page, however large the fleet is. When
// most documents are of the past, the replica reads all chunks anew.
//
// # Pages
//
// The page of an instance is one item, too: its files, newest pipelines and newest
// operations. A change to any of them empties the item, and whoever looks at the page
// next makes it again.
package fleet
