//go:build race

package fleettest

// Step is the distance between the points at which tests crash or pause a replica. The race
// detector makes each run several times as slow, and the same code runs after each point:
// make test tries every point without it.
const Step = 5
