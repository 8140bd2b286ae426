// Package upgrade tests that this release reads what earlier ones stored. testdata has a
// folder for each release with the store that its demonstration left, the secrets, and
// what Ocim answered from them. 2026-11 is the state before version 3.0; what it called
// "live" is "succeeded" since.
//
// At a release, record its folder, and keep those of the releases that may be upgraded
// from:
//
//	go test ./.ci/upgrade -run TestRecord -record 3.1
package upgrade
