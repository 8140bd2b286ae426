// Package stack reads OpenFaaS stack files the way faas-cli does: environment variables
// are substituted in the text, then the text is parsed as YAML.
package stack
