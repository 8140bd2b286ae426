// Package heartbeat asks a site of Open edX for its heartbeat over HTTP, and reads its
// certificate.
package heartbeat
