// Command configuration writes shared/docs/configuration.md: every environment variable
// and secret that Ocim reads. The variables come from the Config types of the functions
// and programs, the secrets from stack.yml.
//
//	go run ./.ci/configuration > shared/docs/configuration.md
package main
