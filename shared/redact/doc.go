// Package redact masks the secrets of instances in the logs of their jobs and pods. It
// reads the values from the files in GitLab, since Ocim stores none, and keeps them in
// memory only.
package redact
