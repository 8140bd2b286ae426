// Package fleetsetup builds the fleet from its configuration: its records in the
// store, the credentials, GitLab, operations and reconciliation. What only some
// functions need is in packages of its own: projectsetup, clustersetup and
// noticesetup.
package fleetsetup
