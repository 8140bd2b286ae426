// Package function is the instances function: one instance with its status, its
// configuration and what happened to it.
package function
