// Package projects adds GitLab projects to the fleet: it checks that a project can
// be used, keeps its credentials sealed, and has GitLab send events.
package projects
