// Package gitlabtest is a GitLab with Grove behind it.
package gitlabtest
