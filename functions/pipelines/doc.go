// Package function is the pipelines function: starting operations and
// following them and their pipelines.
package function
