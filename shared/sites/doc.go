// Package sites finds out whether the instances' sites answer: it asks LMS and Studio for
// their heartbeat from where Ocim runs, and reads when their certificates end. Tutor's
// manifests have no probes, so a pod that runs says little of the pages it serves.
//
// What is found is kept in the rows of the fleet, beside the health that the cluster
// reports. How a site is asked is an adapter: see the package heartbeat.
package sites
