// Package api is a client of Ocim's API, as far as the command line uses it. Its types and
// methods are generated from the API's document; generate.yaml says which.
package api
