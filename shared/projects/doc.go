// Package projects adds GitLab projects to the fleet, checks and changes them, and
// removes them again.
//
// The checks find each setting of GitLab that would refuse what Ocim does, and say
// where it is and who may change it; shared/docs/gitlab.md lists them. Credentials
// are kept sealed and are replaced only by ones that GitLab or the gateway accepted.
// Adding can be repeated after it failed or died: it continues where it stopped. A
// repository is in the fleet once, whatever address of its server was entered.
package projects
