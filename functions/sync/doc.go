// Package function is the sync function: it makes the fleet equal to what
// GitLab says. cron-connector calls it; it does no harm when strangers do.
package function
