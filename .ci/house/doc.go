// Package house tests the rules that keep the code in order: which package may import
// which. shared/docs/architecture.md explains the layers.
package house
