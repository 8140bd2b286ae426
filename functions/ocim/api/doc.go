// Package api is a client of Ocim's API, as far as the command line uses it. Its types
// are held against the API document by a test, so that they cannot differ from what the
// functions answer.
package api
