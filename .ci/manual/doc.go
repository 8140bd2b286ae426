// Package manual walks shared/docs/deployment.md: it runs the manual's commands in their
// order, with stand-ins for what a cluster or an account at AWS would be needed for.
// The stand-ins accept only commands and flags that the real programs document.
package manual
