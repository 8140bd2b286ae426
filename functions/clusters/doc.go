// Package function is the clusters function: the list of instances with its
// filters, the clusters, and adding GitLab projects.
package function
