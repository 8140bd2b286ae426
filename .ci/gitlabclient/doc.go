// Package gitlabclient tests the simulated GitLab (shared/gitlab/gitlabtest) with the
// client that GitLab publishes, which was written and is kept by others: whatever
// Ocim asks of GitLab, that client has to understand the simulation's answer, too.
package gitlabclient
