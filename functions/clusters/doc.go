// Package function is the clusters function: the list of instances with its
// filters and saved views, the clusters, the overview and what happened lately,
// and the GitLab projects with their credentials.
package function
