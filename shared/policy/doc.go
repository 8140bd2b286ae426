// Package policy holds what administrators and operators decide about a cluster
// before any operation starts: which instances are protected, and how Ocim triggers
// each Grove operation (the contract).
//
// Each change is recorded in the audit log in the same write. The rules themselves
// are enforced by package operation, when an operation is prepared and again when
// it is sent.
package policy
