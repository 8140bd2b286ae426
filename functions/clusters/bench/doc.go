// Package bench measures the list of instances: what a call takes, transfers
// and costs, beside handlers made the plain way. `make bench` runs it.
package bench
