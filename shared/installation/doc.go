// Package installation says how Ocim itself fares: whether its configuration is complete,
// and whether everything that runs in the background keeps up. It is what the
// Installation page, `make deploy-check` and the metrics show.
//
// It also does what an installation needs once in a while, as a part of each run of
// sync: it verifies the audit log once a day, and encrypts stored credentials again after
// the encryption key was replaced.
package installation
