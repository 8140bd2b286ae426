// Package function is the webhook function: it takes in GitLab's events. A 2xx
// answer means that the event is stored. It is applied after the answer, together with
// the other events of its cluster that wait; what a function leaves when it dies is
// applied by the cluster's next event or by the next sync.
package function
