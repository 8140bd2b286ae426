// Package operationtest is a test kit for what changes instances: one cluster with a fake
// GitLab and Grove, and replicas that crash after any change.
package operationtest
