//go:build !race

package fleettest

// Step is the distance between the points at which tests crash or pause a replica, and
// what they divide large numbers by: each point, and all.
const Step = 1
