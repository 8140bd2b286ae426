//go:build race

package fleettest

// Step is the distance between the points at which tests crash or pause a replica, and
// what they divide large numbers by. The race detector makes each run several times as
// slow, and the same code runs after each point: make test tries all without it.
const Step = 5
