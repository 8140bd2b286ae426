// Package function is the clusters function: the list of instances with its
// filters and saved views, the clusters with their nodes and warnings, the
// overview and what happened lately, and the GitLab projects with their
// credentials.
package function
