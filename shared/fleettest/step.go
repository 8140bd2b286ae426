//go:build !race

package fleettest

// Step is the distance between the points at which tests crash or pause a replica: each one.
const Step = 1
