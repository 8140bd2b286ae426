// Package function is the webhook function: it takes in GitLab's events. A 2xx
// answer means that the event is stored; applying it follows, and is repeated by
// sync if it does not succeed here.
package function
