// Package server serves all of Ocim from one process: every function at
// /function/<name> as OpenFaaS' gateway would show it, the frontend at /, the
// schedules of stack.yml, and an embedded store.
package server
